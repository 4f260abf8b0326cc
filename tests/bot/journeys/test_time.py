"""What staff and clients hear as time goes by, with the buttons that they can press then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import update

from bot.columns import now
from bot.db import Database
from bot.demo import acting
from bot.demo.kucoin import Fault
from bot.demo.stage import Stage, staged
from bot.demo.workspace import Message, Person, PersonKind
from bot.schema import Case
from bot.slack import acts
from tests.bot.journeys.conftest import BRISK

DANGEROUS, FIXABLE = "spot_trading_on", "ip_restricted"
PAST = timedelta(seconds=1)


async def due(stage: Stage, *columns: str, number: int = 1) -> None:
    """Make it due now, and let every replica look."""
    values: dict[str, Any] = dict.fromkeys(columns, now() - PAST)
    async with stage.bot.app.db.writing() as session:
        await session.exec(update(Case).where(Case.number == number).values(**values))  # type: ignore[arg-type]
    for bot in stage.bots:
        await bot.app.reminders.round()


async def gets(stage: Stage, person: Person, words: str) -> Message:
    """The direct message that holds these words."""

    def found() -> Message | None:
        return next((m for m in person.direct_messages if words in m.text), None)

    await stage.slack.until(found)
    message = found()
    assert message is not None
    return message


async def thread_says(stage: Stage, words: str, number: int = 1) -> str:
    """The line in the case's thread that holds these words."""
    card = await acting.card_of(stage, number)

    def found() -> str | None:
        return next((reply.text for reply in card.thread if words in reply.text), None)

    await stage.slack.until(found)
    return found() or ""


async def opened(stage: Stage, preset: str = DANGEROUS) -> None:
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue(preset))
    await acting.gets_result(stage, stage.cast.ann)
    await acting.card_of(stage, 1)


async def test_staff_are_mentioned_again_when_nobody_claims_a_case(stage: Stage) -> None:
    await opened(stage)
    await thread_says(stage, "needs you")
    await due(stage, "remind_at")

    again = await thread_says(stage, "nobody has claimed it yet")
    assert again.startswith(f"<!subteam^{stage.usergroup.usergroup_id}> Case 1 still needs you")
    assert "The key can trade or move money" in again


async def test_a_reminder_that_waits_is_not_said_any_more_once_somebody_claims(stage: Stage) -> None:
    await opened(stage)
    await thread_says(stage, "needs you")
    stage.slack.admin.remove_bot(stage.staff_channel)
    await due(stage, "remind_at")
    await acts.claim(stage.bot.app.kit, 1, stage.cast.sue.user_id)
    stage.slack.admin.invite_bot(stage.staff_channel)
    await stage.bot.app.outbox.mended()

    await thread_says(stage, "claimed the case")
    card = await acting.card_of(stage, 1)
    assert not [reply for reply in card.thread if "still needs you" in reply.text]


async def test_a_nudge_says_what_is_waited_for_and_offers_a_test_and_support(stage: Stage) -> None:
    await opened(stage, FIXABLE)
    await due(stage, "nudge_at")

    nudge = await gets(stage, stage.cast.ann, "still needs a fix")
    assert nudge.buttons == ["Test an API key", "Ask support"]
    await nudge.press("Test an API key")
    assert (await stage.cast.ann.dialog()).title == "Test your API keys"
    await nudge.press("Ask support")
    assert "The client asks for support" in await thread_says(stage, "needs you")


async def test_a_nudge_after_a_doubt_blames_nobody(stage: Stage) -> None:
    ann = stage.cast.ann
    stage.kucoin.faults.add(Fault.DOWN)
    await acting.checks_key(ann, stage.kucoin.issue("general_only"))
    await (await acting.gets_result(stage, ann)).press("Forget my keys")
    await stage.slack.until(lambda: "as you asked" in acting.results(ann)[0].words)
    await due(stage, "nudge_at")

    nudge = await gets(stage, ann, "could not be tested yet")
    assert "needs a fix" not in nudge.text
    assert nudge.buttons == ["Test an API key", "Ask support"]


async def test_staff_hear_of_a_nudge_that_reaches_nobody(stage: Stage) -> None:
    await opened(stage, FIXABLE)
    stage.cast.ann.record.kind = PersonKind.DEACTIVATED
    await due(stage, "nudge_at")

    await thread_says(stage, "Slack does not deliver our message to the client")


async def test_a_nudge_after_words_of_support_offers_a_reply(stage: Stage) -> None:
    await opened(stage)
    await acts.reply(stage.bot.app.kit, 1, stage.cast.sue.user_id, "Which key is it?", "one")
    await due(stage, "nudge_at")

    nudge = await gets(stage, stage.cast.ann, "waits for your answer")
    assert nudge.buttons == ["Test an API key", "Reply"]


async def test_a_client_who_passes_before_the_nudge_goes_out_hears_none(stage: Stage) -> None:
    ann = stage.cast.ann
    key = stage.kucoin.issue(FIXABLE)
    await acting.checks_key(ann, key)
    message = await acting.gets_result(stage, ann)
    stage.kucoin.edit(key, ip_whitelist=())
    await message.press("Test again")
    await acting.card_of(stage, 1, "a later test passed")
    await due(stage, "nudge_at", "close_at")

    assert "Passed" in (await acting.gets_result(stage, ann, 2)).text
    assert not [m for m in ann.direct_messages if "still needs a fix" in m.text or "two weeks" in m.text]


async def test_a_closed_case_ends_kindly_and_its_reply_opens_it_again(stage: Stage) -> None:
    await opened(stage, FIXABLE)
    await due(stage, "close_at")

    closing = await gets(stage, stage.cast.ann, "have not heard from you for two weeks")
    assert "no problem" in closing.text
    assert closing.buttons == ["Test an API key", "Reply"]
    assert (await acting.card_of(stage, 1, "no answer from the client")).buttons == []

    await closing.press("Reply")
    dialog = await stage.cast.ann.dialog()
    dialog.fill("Your message", "I was away")
    await dialog.submit()

    await thread_says(stage, "I was away")
    assert "Claim" in (await acting.card_of(stage, 1, "State: Open")).buttons


async def test_a_case_wakes_with_a_word_to_whoever_has_it(stage: Stage) -> None:
    await opened(stage)
    kit, sue = stage.bot.app.kit, stage.cast.sue
    await acts.claim(kit, 1, sue.user_id)
    await acts.snooze(kit, 1, sue.user_id, now() + timedelta(hours=2), "on holiday")
    await acting.card_of(stage, 1, "Snoozed until")
    await due(stage, "snoozed_until")

    assert f"<@{sue.user_id}> The snooze is over." in await thread_says(stage, "snooze is over")
    await acting.card_of(stage, 1, "State: Open")


@pytest.mark.postgres
async def test_two_replicas_and_a_restart_remind_nudge_and_close_once(postgres_url: str) -> None:
    async with Database.open(postgres_url) as db:
        await db.upgrade()
    async with staged(tempo=BRISK, database_url=postgres_url, start=False) as stage:
        await stage.start(replicas=2)
        await acting.checks_key(stage.cast.ann, stage.kucoin.issue(DANGEROUS))
        await acting.checks_key(stage.cast.ben, stage.kucoin.issue(FIXABLE))
        await acting.card_of(stage, 2)
        await due(stage, "remind_at", number=1)
        await due(stage, "nudge_at", number=2)
        await stage.stop()
        await stage.start(replicas=2)
        await due(stage, "close_at", number=2)

        await gets(stage, stage.cast.ben, "two weeks")
        await thread_says(stage, "still needs you")
        card = await acting.card_of(stage, 1)
        assert len([r for r in card.thread if "still needs you" in r.text]) == 1
        told = [m.text for m in stage.cast.ben.direct_messages]
        assert len([text for text in told if "still needs a fix" in text]) == 1
        assert len([text for text in told if "two weeks" in text]) == 1


def _digests(stage: Stage) -> list[str]:
    return [m.text for m in stage.cast.sue.sees(stage.staff_channel) if m.text.startswith("*Cases:*")]


async def test_the_digest_of_the_day_comes_once_whatever_is_started_again() -> None:
    today = now()
    day_off = f"{today + timedelta(days=3):%a} 09:00-17:00"
    # A zone in which it is past nine by now.
    zone = "UTC" if today.hour >= 9 else "Etc/GMT-12"
    async with staged(tempo=BRISK, business_hours=day_off) as stage:
        await opened(stage)
        await stage.stop()
        assert _digests(stage) == []

        for _ in range(2):
            await stage.start(business_hours=None, time_zone=zone)
            await stage.slack.until(lambda: _digests(stage))
            await stage.stop()

        (digest,) = _digests(stage)
    assert "1 not closed (Open: 1). Unclaimed: 1. Oldest: case 1" in digest
    assert "*Tests since yesterday:* 1 (Needs a fix: 1)." in digest
