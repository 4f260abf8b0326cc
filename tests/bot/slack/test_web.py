"""The door of HTTP mode over real HTTP: what is taken, what is refused, and what neither tells."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import logging
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.slack.web import BODY_BYTES
from bot.tempo import Tempo

pytestmark = pytest.mark.asyncio(loop_scope="module")

BRISK = Tempo(pace_s=0.01, sweep_s=0.2, farewell_s=0.3)
FORM = "application/x-www-form-urlencoded"
CANARY = "6a864380d5eaf900017f3e82"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with staged(mode="http", tempo=BRISK) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


def signed(stage: Stage, body: bytes, stamp: str | None = None) -> dict[str, str]:
    stamp = stamp or str(int(time.time()))
    secret = stage.slack.signing_secret.encode()
    signature = hmac.new(secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signature}"}


class Door:
    """Posts to it as anybody can."""

    def __init__(self, stage: Stage, session: aiohttp.ClientSession) -> None:
        self.stage, self.session = stage, session
        self.url = f"http://127.0.0.1:{stage.bot.port}"

    async def post(self, body: bytes, headers: dict[str, str], content_type: str = FORM) -> tuple[int, str]:
        told = {"content-type": content_type} | headers
        async with self.session.post(
            f"{self.url}/slack/events", data=io.BytesIO(body), headers=told
        ) as answer:
            return answer.status, await answer.text()

    async def signed(self, body: bytes, content_type: str = FORM) -> tuple[int, str]:
        return await self.post(body, signed(self.stage, body), content_type)

    async def get(self, path: str) -> tuple[int, str]:
        async with self.session.get(self.url + path) as answer:
            return answer.status, await answer.text()


@pytest.fixture
def door(stage: Stage, session: aiohttp.ClientSession) -> Door:
    return Door(stage, session)


def command(stage: Stage) -> dict[str, str]:
    ann = stage.cast.ann
    return {
        "command": "/triage",
        "text": CANARY,
        "user_id": ann.user_id,
        "team_id": ann.team_id,
        "channel_id": stage.general.id,
        "trigger_id": f"1.{time.monotonic_ns()}",
    }


async def test_what_slack_signed_is_acted_on(stage: Stage, door: Door) -> None:
    body = urlencode(command(stage)).encode()

    assert (await door.signed(body))[0] == 200

    await stage.slack.until(lambda: any(m.ephemeral for m in stage.cast.ann.sees(stage.general)))


@pytest.mark.parametrize(
    "spoilt",
    [
        {"X-Slack-Signature": "v0=00"},
        {"X-Slack-Signature": ""},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": "١٥٣١٤٢٠٦١٨"},
        {"X-Slack-Request-Timestamp": "1"},
        {"X-Slack-Request-Timestamp": "99999999999"},
        {"X-Slack-Request-Timestamp": "9" * 1000},
    ],
)
async def test_what_slack_did_not_sign_is_refused_and_its_content_never_logged(
    stage: Stage, door: Door, caplog: pytest.LogCaptureFixture, capsys: Any, spoilt: dict[str, str]
) -> None:
    caplog.set_level(logging.DEBUG)
    body = urlencode(command(stage)).encode()
    calls = len(stage.slack.calls)

    status, said = await door.post(body, signed(stage, body) | spoilt)

    assert status == 401
    logged = caplog.text + capsys.readouterr().out
    assert "delivery_refused" in logged
    assert CANARY not in logged + said
    assert len(stage.slack.calls) == calls, "nothing was done"


async def test_a_body_that_was_changed_on_the_way_is_refused(stage: Stage, door: Door) -> None:
    body = urlencode(command(stage)).encode()
    assert (await door.post(body + b"&", signed(stage, body)))[0] == 401


@pytest.mark.parametrize("over", [1, BODY_BYTES])
async def test_a_body_over_one_mebibyte_is_not_read_to_the_end(stage: Stage, door: Door, over: int) -> None:
    body = b"a" * (BODY_BYTES + over)
    assert (await door.signed(body))[0] == 413


async def test_a_body_of_one_mebibyte_is_read(stage: Stage, door: Door) -> None:
    assert (await door.signed(b"a" * BODY_BYTES))[0] != 413


@pytest.mark.parametrize(
    "content_type", ["", "nonsense", "text/html", "application/json", "multipart/form-data"]
)
async def test_a_content_type_that_does_not_fit_harms_nothing(
    stage: Stage, door: Door, content_type: str
) -> None:
    status, said = await door.signed(urlencode(command(stage)).encode(), content_type or "x")
    assert status < 500
    assert CANARY not in said


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"1",
        b"payload=",
        b"payload={",
        b"payload=[]",
        b"payload=null",
    ]
    + [b'{"a":' * 5000, b"[" * 5000, b"payload=" + b"%7B%22a%22:" * 5000]
    + [json.dumps({"type": kind}).encode() for kind in ("event_callback", "url_verification", "nonsense")]
    + [
        urlencode({"payload": json.dumps({"type": kind})}).encode()
        for kind in ("view_submission", "block_actions", "shortcut", "message_action", "view_closed")
    ],
)
async def test_signed_nonsense_is_answered_and_breaks_nothing(stage: Stage, door: Door, body: bytes) -> None:
    status, said = await door.signed(body, "application/json" if body[:1] in b"{[" else FORM)

    assert status in {200, 400, 404, 503}
    assert "Traceback" not in said
    assert (await door.get("/healthz"))[0] == 200


shapes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(
    ["type", "event", "user", "team", "view", "actions", "payload", "command", "trigger_id"]
)


@given(told=st.dictionaries(names, shapes, max_size=6), as_form=st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_shape_a_signed_body_has_it_is_answered(
    stage: Stage, door: Door, told: dict[str, Any], as_form: bool
) -> None:
    text = json.dumps(told)
    body = urlencode({"payload": text}).encode() if as_form else text.encode()

    status, _ = await door.signed(body, FORM if as_form else "application/json")

    assert status in {200, 400, 404, 503}


async def test_slack_is_given_its_challenge_back(stage: Stage) -> None:
    assert await stage.slack.verify_events_url()


async def test_only_posts_come_in_by_that_door(door: Door) -> None:
    assert (await door.get("/slack/events"))[0] == 405
    assert (await door.get("/"))[0] == 404


async def test_it_is_alive_and_ready(door: Door) -> None:
    assert await door.get("/healthz") == (200, '{"alive": true}')
    status, said = await door.get("/readyz")
    parts = json.loads(said)
    assert (status, parts.pop("ready")) == (200, True)
    assert parts == dict.fromkeys(("intake", "slack", "replica", "database", "tests", "messages"), "ok")


async def test_metrics_are_answered(stage: Stage, door: Door) -> None:
    await acting.checks_key(stage.cast.ben, stage.kucoin.issue("general_only"))
    status, said = await door.get("/metrics")
    assert status == 200
    assert said.endswith("\n")
    for person in (stage.cast.ann, stage.cast.ben):
        assert person.user_id not in said


async def test_once_it_stops_it_takes_nothing_more_and_says_so(stage: Stage, door: Door) -> None:
    stage.bot.taking = False
    try:
        assert (await door.signed(urlencode(command(stage)).encode()))[0] == 503
        status, said = await door.get("/readyz")
        assert (status, json.loads(said)["intake"]) == (503, "stopping, nothing new is taken")
    finally:
        stage.bot.taking = True
