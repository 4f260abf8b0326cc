"""Every interaction, with forged values, at every kind of person: nobody reads or changes another's anything.

The interactions are taken from the registration itself, so that none is forgotten. Whoever is refused is
told so.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as some
from sqlmodel import SQLModel, select

from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.schema import Attempt, Case, CaseEvent, OutboxMessage, Submission
from tests.bot.journeys.flows import settled
from tests.bot.journeys.forging import Forger, Interaction, every_interaction, forged
from tests.bot.journeys.rows import submission
from tests.bot.slack.desk import FREE, opens_reply, triage

NOTE = "a-note-that-only-staff-may-read"
REPLY = "a-reply-that-only-its-client-may-read"
EVERY = every_interaction()
VALUES = 24


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Ann has a case, held keys, a note and a reply about her. Sid was put out of the support team."""
    async with staged(**FREE) as opened:
        await acting.checks_key(opened.cast.ann, opened.kucoin.issue("ip_restricted"))
        card = await acting.card_of(opened, 1)
        await triage(opened, opened.cast.sue, f"note 1 {NOTE}")
        dialog = await opens_reply(card, opened.cast.sue)
        dialog.fill("Message to the client", REPLY)
        await dialog.submit()
        await opened.slack.until(lambda: any(REPLY in m.text for m in opened.cast.ann.direct_messages))
        opened.slack.admin.set_usergroup(opened.usergroup, [opened.cast.sue, opened.cast.sam])
        await settled(opened)
        opened.slack.rate_limits = False
        yield opened


def forgers(stage: Stage) -> dict[str, Forger]:
    """Everybody but Ann and those who are staff now."""
    cast, ours = stage.cast, stage.slack.team_id
    return {
        "another client": Forger(ours, cast.ben.user_id),
        "a guest": Forger(ours, cast.guest.user_id),
        "another company's": Forger(cast.external.team_id, cast.external.user_id),
        "a stranger": Forger(cast.stranger.team_id, cast.stranger.user_id),
        "removed a minute ago": Forger(ours, cast.sid.user_id),
        "staff's id, another team": Forger(cast.external.team_id, cast.sue.user_id),
        "the client's id, another team": Forger(cast.external.team_id, cast.ann.user_id),
        "nobody": Forger("", ""),
        "the bot itself": Forger(ours, stage.slack.bot_user_id),
    }


async def values(stage: Stage) -> list[str]:
    """What forged payloads carry: other people's ids, and what no button of ours ever held."""
    held = (await submission(stage, stage.cast.ann)).id
    form = json.dumps({"exchange": "kucoin", "form": held})
    commands = [
        "show 1",
        "claim 1",
        "reply 1 hello",
        "note 1 x",
        "resolve 1",
        "retest 1",
        "export 30",
        "list all",
    ]
    odd = ["", "0", "-1", "1 OR 1=1", "²", "9" * 40, "\x00", "all:0", "mine:99999", "💥" * 300, "kucoin"]
    return [held, held.upper(), "1", "2", form, *commands, *odd]


async def anns(stage: Stage) -> list[dict[str, Any]]:
    """Everything that is Ann's, as it stands in the database."""
    user = stage.cast.ann.user_id
    own: list[SQLModel] = []
    async with stage.bot.app.db.reading() as session:
        own += (await session.exec(select(Submission).where(Submission.user_id == user))).all()
        own += (await session.exec(select(Case).where(Case.user_id == user))).all()
        own += (await session.exec(select(CaseEvent).where(CaseEvent.case_number == 1))).all()
        attempts = select(Attempt).join(Submission).where(Submission.user_id == user)
        own += (await session.exec(attempts)).all()
        said = select(OutboxMessage.key).where(OutboxMessage.case_number == 1)
        keys = (await session.exec(said)).all()
    return [row.model_dump() for row in own] + [{"said": sorted(keys)}]


def read_by_others(stage: Stage, since: tuple[int, int]) -> str:
    """All that was shown to anybody since then."""
    calls = [call.arguments for call in stage.slack.calls[since[0] :]]
    return repr(calls) + repr([delivery.answer for delivery in stage.slack.deliveries[since[1] :]])


def secrets_of(stage: Stage, masked_key: str) -> list[str]:
    """What nobody but Ann and staff may read."""
    return [
        NOTE,
        REPLY,
        masked_key,
        masked_key[:4] + "…",
        f"<@{stage.cast.ann.user_id}>",
        "IP restriction is",
    ]


async def throws(stage: Stage, what: Interaction, who: Forger, value: str) -> bool:
    """Deliver it; whether anything was said in answer."""
    before = len(stage.slack.calls)
    channel = stage.shared.id if who.team_id != stage.slack.team_id else stage.general.id
    delivery = await stage.slack.deliver(*forged(what, who, value, channel, uuid.uuid4().hex))
    await settled(stage)
    assert delivery.error is None, f"{what} was not answered: {delivery.error}"
    return bool(delivery.answer) or len(stage.slack.calls) > before


@seed(5)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(what=some.sampled_from(EVERY), place=some.integers(0, VALUES - 1))
async def test_nobody_reads_or_changes_anothers_anything_and_every_refusal_is_told(
    stage: Stage, what: Interaction, place: int
) -> None:
    chosen = await values(stage)
    assert len(chosen) == VALUES
    masked = (await submission(stage, stage.cast.ann)).masked_key
    before, since = await anns(stage), (len(stage.slack.calls), len(stage.slack.deliveries))

    for name, who in forgers(stage).items():
        told = await throws(stage, what, who, chosen[place])
        assert told or what.name == "exchange", f"{name} was not told by {what}"

    assert await anns(stage) == before, f"{what} changed something"
    seen = read_by_others(stage, since)
    assert [part for part in secrets_of(stage, masked) if part in seen] == [], f"{what} showed something"


async def test_the_same_payloads_do_something_where_they_may(stage: Stage) -> None:
    """Else the test above would prove nothing."""
    sue = Forger(stage.slack.team_id, stage.cast.sue.user_id)
    ann = Forger(stage.slack.team_id, stage.cast.ann.user_id)
    held = (await submission(stage, stage.cast.ann)).id
    before = await anns(stage)

    for what, who, value in [
        (Interaction("action", "case_claim"), sue, "1"),
        (Interaction("action", "ask_support"), ann, held),
        (Interaction("action", "forget_keys"), ann, held),
        (Interaction("command", "/triage"), sue, "note 1 one more"),
        (Interaction("view", "client_reply"), ann, "1"),
    ]:
        assert await throws(stage, what, who, value)
        after = await anns(stage)
        assert after != before, what
        before = after


async def test_what_staff_may_read_is_shown_to_them(stage: Stage) -> None:
    since = (len(stage.slack.calls), len(stage.slack.deliveries))
    sue = Forger(stage.slack.team_id, stage.cast.sue.user_id)
    await throws(stage, Interaction("command", "/triage"), sue, "show 1")

    masked = (await submission(stage, stage.cast.ann)).masked_key
    seen = read_by_others(stage, since)
    assert [part for part in secrets_of(stage, masked) if part not in seen] in ([], [masked])


async def test_replayed_payloads_change_nothing_whoever_sends_them(stage: Stage) -> None:
    """What Ann and Sue really sent, once more as it was, and once more under another name."""
    real = [d for d in stage.slack.deliveries if d.kind != "events_api"]
    before = await anns(stage)
    for delivery in real:
        await stage.slack.redeliver(delivery, retry=False)
        for who in forgers(stage).values():
            await stage.slack.deliver(delivery.kind, _as_another(delivery.payload, who))
    await settled(stage)

    assert len(real) > 3, "nothing was sent, so its replay proves nothing"
    assert await anns(stage) == before


def _as_another(payload: dict[str, Any], who: Forger) -> dict[str, Any]:
    """The same, done by somebody else at another moment."""
    fresh = {**payload, "trigger_id": uuid.uuid4().hex}
    if "user_id" in payload:
        return fresh | {"user_id": who.user_id, "team_id": who.team_id}
    return fresh | {"user": {"id": who.user_id, "team_id": who.team_id}, "team": {"id": who.team_id}}


def test_every_interaction_is_thrown() -> None:
    names = {interaction.name for interaction in EVERY}
    assert {"/test-keys", "/triage", "test_keys", "case_claim", "forget_keys", "client_reply"} <= names
    assert len(EVERY) > 20
