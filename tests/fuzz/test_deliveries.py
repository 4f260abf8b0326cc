"""Whatever comes over HTTP or a socket, signed or not: an answer within Slack's time, no crash, no echo."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.demo import acting
from bot.demo.stage import Stage, staged
from tests.bot.log_steps import Lines
from tests.bot.slack.desk import FREE
from tests.fuzz.anything import BODY, EVENT, JSON, MARK, PAYLOAD, TEXT, without_halves

FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
EXPECTED = {200, 400, 401, 404, 413, 503}
FORM = "application/x-www-form-urlencoded"
SLACK_WAITS_S = 3.5


@pytest.fixture
async def stage(lines: Lines) -> AsyncIterator[Stage]:
    async with staged(mode="http", **FREE) as opened:
        opened.slack.rate_limits = False
        yield opened
        await still_works(opened)


@pytest.fixture
async def over_sockets(lines: Lines) -> AsyncIterator[Stage]:
    async with staged(**FREE) as opened:
        opened.slack.rate_limits = False
        yield opened
        await still_works(opened)


async def still_works(stage: Stage) -> None:
    """After all of it a client gets a result."""
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue("general_only"))


def signed(stage: Stage, body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))
    text = b"v0:" + stamp.encode() + b":" + body
    made = hmac.new(stage.slack.signing_secret.encode(), text, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={made}"}


async def answered(stage: Stage, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    url = f"http://127.0.0.1:{stage.bot.port}/slack/events"
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SLACK_WAITS_S)) as session,
        session.post(url, data=body, headers=headers) as answer,
    ):
        return answer.status, await answer.text()


@FUZZ
@given(
    body=BODY,
    content_type=some.sampled_from([FORM, "application/json", "text/plain", ""]),
    sign=some.booleans(),
)
async def test_any_body_is_answered_and_never_echoed(
    stage: Stage, body: bytes, content_type: str, sign: bool
) -> None:
    body = MARK.encode() + body if body[:1] not in (b"[", b"{") else body
    headers = {"Content-Type": content_type} | (signed(stage, body) if sign else {})

    status, said = await answered(stage, body, headers)

    assert status in EXPECTED
    assert sign or status == 401
    assert MARK not in said


@FUZZ
@given(payload=PAYLOAD | EVENT, as_form=some.booleans())
async def test_any_signed_payload_is_answered(stage: Stage, payload: dict[str, Any], as_form: bool) -> None:
    told = json.dumps(
        {**without_halves(payload), "trigger_id": uuid.uuid4().hex, "event_id": uuid.uuid4().hex}
    )
    body = (urlencode({"payload": told}) if as_form else told).encode()
    content_type = {"Content-Type": FORM if as_form else "application/json"}

    status, said = await answered(stage, body, content_type | signed(stage, body))

    assert status in EXPECTED
    if payload["type"] != "url_verification":
        assert MARK not in said


@FUZZ
@given(
    fields=some.dictionaries(some.sampled_from(["command", "text", "user_id", "team_id", "channel_id"]), TEXT)
)
async def test_any_signed_command_is_answered(stage: Stage, fields: dict[str, str]) -> None:
    named = {"command": "/triage", "trigger_id": uuid.uuid4().hex} | without_halves(fields)
    body = urlencode(named).encode()

    status, said = await answered(stage, body, {"Content-Type": FORM} | signed(stage, body))

    assert status in EXPECTED
    assert MARK not in said


STAMPS = (
    some.text(max_size=14)
    | some.integers(-(2**70), 2**70).map(str)
    | some.sampled_from(["", "NaN", "1e9", "²"])
)


@FUZZ
@given(stamp=STAMPS, signature=TEXT)
async def test_any_wrong_signature_is_a_401(stage: Stage, stamp: str, signature: str) -> None:
    headers = {
        "X-Slack-Request-Timestamp": _header(stamp),
        "X-Slack-Signature": "v0=" + _header(signature)[:4000],
    }

    status, said = await answered(stage, MARK.encode(), headers)

    assert (status, MARK in said) == (401, False)


def _header(text: str) -> str:
    """What can stand in a header at all."""
    return "".join(char for char in text if char.isprintable() and char.isascii())


@FUZZ
@given(
    state=JSON,
    metadata=TEXT,
    callback=some.sampled_from(["test_keys", "ask_support", "case_reply", "client_reply"]),
)
async def test_any_state_of_a_dialog_is_answered(
    over_sockets: Stage, state: Any, metadata: str, callback: str
) -> None:
    stage = over_sockets
    view = {
        "id": "V1",
        "hash": uuid.uuid4().hex,
        "type": "modal",
        "callback_id": callback,
        "private_metadata": without_halves(metadata),
        "state": without_halves(state),
    }
    user = {"id": stage.cast.ann.user_id, "team_id": stage.slack.team_id}
    payload = {"type": "view_submission", "user": user, "trigger_id": uuid.uuid4().hex, "view": view}

    delivery = await stage.slack.deliver("interactive", payload)

    assert delivery.error is None
    assert MARK not in json.dumps(delivery.answer)


@FUZZ
@given(text=TEXT | JSON.map(without_halves).map(json.dumps), payload=PAYLOAD)
async def test_any_frame_on_a_socket_is_survived(
    over_sockets: Stage, lines: Lines, text: str, payload: dict[str, Any]
) -> None:
    hub = over_sockets.slack._core.sockets
    envelope = {"envelope_id": uuid.uuid4().hex, "type": "interactive", "payload": without_halves(payload)}
    for frame in (without_halves(text), json.dumps(envelope)):
        await hub.sockets[0].send_str(frame)

    assert over_sockets.slack.sockets >= 1
    assert MARK not in lines.getvalue()
