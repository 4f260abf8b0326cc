"""A delivery that comes again changes nothing and is answered: any kind, either way, any replica."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import select

from bot.db import Database
from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.demo.workspace import Delivery, Message, Person
from bot.outbox.standing import standing
from bot.schema import Attempt, CaseEvent, OutboxMessage, Submission
from tests.promise.axe import axed
from tests.promise.slack_harm import IMPATIENT, WAIT_S


@pytest.fixture(params=["socket", "http"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """Over either way."""
    async with staged(mode=request.param, tempo=IMPATIENT) as opened:
        opened.slack.rate_limits = False
        yield opened


async def everything(stage: Stage) -> None:
    """Each kind of thing that Slack delivers, by a client and by staff."""
    slack, ann, sue = stage.slack, stage.cast.ann, stage.cast.sue
    key = stage.kucoin.issue("ip_restricted")
    await acting.checks_key(ann, key)
    told = await acting.gets_result(stage, ann)
    card = await acting.card_of(stage, 1)
    await told.press("Test again")
    await acting.gets_result(stage, ann, 2)
    await ann.direct_message("hello")
    await slack.until(lambda: any("Press" in m.text for m in ann.direct_messages if m.by_bot), WAIT_S)
    await (await ann.opens_home()).until(lambda home: "Test an API key" in home.buttons, WAIT_S)
    await ann.shortcut("test_keys")
    await (await ann.dialog()).close(all_of_them=True)
    await card.press("Claim", by=sue)
    await slack.until(lambda: "Claim" not in card.buttons, WAIT_S)
    await card.press("Reply to client", by=sue)
    dialog = await sue.dialog()
    dialog.fill(dialog.labels[0], "We look into it.")
    await dialog.submit()
    await slack.until(lambda: any("We look into it" in m.words for m in ann.direct_messages), WAIT_S)
    await sue.command("/triage", "note 1 seen", channel=stage.staff_channel)
    await slack.until(lambda: any("seen" in reply.words for reply in card.thread), WAIT_S)
    await acting.results(ann)[0].press("Forget my keys")
    await slack.until(lambda: "Forget my keys" not in acting.results(ann)[0].buttons, WAIT_S)


@dataclass(frozen=True)
class Seen:
    """What people see and what is stored."""

    messages: list[tuple[str, str]]
    home: str
    dialogs: list[str]
    rows: dict[str, int]


async def seen(stage: Stage, database_url: str) -> Seen:
    ann, sue = stage.cast.ann, stage.cast.sue
    tops = [*ann.direct_messages, *_lasting(sue.sees(stage.staff_channel)), *_lasting(sue.direct_messages)]
    said = [(m.ts, m.words) for top in tops for m in (top, *top.thread)]
    dialogs = [dialog.words for person in (ann, sue) for dialog in person.dialogs]
    return Seen(said, ann.home.words, dialogs, await _rows(database_url))


def _lasting(messages: list[Message]) -> list[Message]:
    """Answers to commands are private and vanish; the same answer may be given to the same delivery."""
    return [message for message in messages if not message.ephemeral]


async def _rows(database_url: str) -> dict[str, int]:
    tables: tuple[Any, ...] = (Submission, Attempt, CaseEvent, OutboxMessage)
    async with Database.open(database_url) as db, db.reading() as session:
        return {table.__tablename__: len((await session.exec(select(table))).all()) for table in tables}


async def nothing_left_to_say(database_url: str) -> None:
    async with Database.open(database_url) as db, asyncio.timeout(WAIT_S):
        while (await standing(db)).counts:  # noqa: ASYNC110 - only rows tell
            await asyncio.sleep(0.05)


def kinds(deliveries: list[Delivery]) -> set[str]:
    return {delivery.payload.get("type") or delivery.kind for delivery in deliveries}


async def test_nothing_that_comes_again_changes_anything_and_all_of_it_is_answered(stage: Stage) -> None:
    await everything(stage)
    await stage.bot.app.outbox.drained(10)
    url = stage.settings["database_url"]
    first, before = list(stage.slack.deliveries), await seen(stage, url)
    assert kinds(first) >= {
        "slash_commands",
        "shortcut",
        "block_actions",
        "view_submission",
        "event_callback",
    }

    for marked in (True, False):
        for delivery in first:
            again = await stage.slack.redeliver(delivery, retry=marked)
            assert again.error is None, f"{delivery.kind} was not answered"
            assert again.answer == delivery.answer

    await stage.bot.app.kit.underway.drained(10)
    await stage.bot.app.outbox.drained(10)
    after = await seen(stage, url)
    assert set(after.messages) ^ set(before.messages) == set()
    assert after == before


@pytest.mark.postgres
@pytest.mark.timeout(240)
async def test_nor_does_it_on_another_replica(postgres_url: str) -> None:
    """Deliveries alternate between the two, so that each comes again to both."""
    async with axed(postgres_url, "http") as axe:
        await axe.start()
        await axe.start()
        stage = axe.stage
        await everything(stage)
        await nothing_left_to_say(postgres_url)
        first, before = list(stage.slack.deliveries), await seen(stage, postgres_url)

        for delivery in first:
            for _ in range(3):
                again = await stage.slack.redeliver(delivery)
                assert again.error is None, f"{delivery.kind} was not answered"
        for child in list(axe.children):
            assert await axe.kill(axe.children.index(child), 15) == 0

        after = await seen(stage, postgres_url)
    assert set(after.messages) ^ set(before.messages) == set()
    assert after == before


async def test_two_events_of_one_gesture_are_answered_once(stage: Stage) -> None:
    """Other event ids and times, the same message of the same person."""
    ann = stage.cast.ann
    await ann.direct_message("hello")
    await stage.slack.until(lambda: replies(ann), WAIT_S)
    told = next(d for d in stage.slack.deliveries if d.payload.get("event", {}).get("text") == "hello")
    event = told.payload["event"]
    for number in range(3):
        twin = {
            **told.payload,
            "event_id": f"Ev{number}",
            "event": {**event, "ts": f"179000000{number}.0001"},
        }
        again = await stage.slack.redeliver(Delivery(told.kind, twin, told.transport), retry=False)
        assert again.error is None

    await ann.direct_message("hello again")
    await stage.slack.until(lambda: len(replies(ann)) >= 2, WAIT_S)
    await stage.bot.app.outbox.drained(10)
    assert len(replies(ann)) == 2


def replies(person: Person) -> list[str]:
    return [m.text for m in person.direct_messages if m.by_bot and m.text.startswith("Hello!")]


async def test_a_filled_dialog_that_comes_again_under_another_trigger_is_one_test(stage: Stage) -> None:
    ann = stage.cast.ann
    await acting.checks_key(ann, stage.kucoin.issue("ip_restricted"))
    await acting.gets_result(stage, ann)
    told = next(d for d in stage.slack.deliveries if d.payload.get("type") == "view_submission")

    twin = {**told.payload, "trigger_id": "1.2.other"}
    again = await stage.slack.redeliver(Delivery(told.kind, twin, told.transport), retry=False)

    assert again.error is None
    await stage.bot.app.kit.underway.drained(10)
    await stage.bot.app.outbox.drained(10)
    assert len(acting.results(ann)) == 1
    assert (await _rows(stage.settings["database_url"]))["attempt"] == 1
