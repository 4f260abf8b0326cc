"""Slack will not take a message until somebody mends something: that is seen, and then it goes out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.demo.workspace import Fault, PersonKind
from bot.schema import MessageState, OutboxMessage
from bot.slack.conversations import COMPOSERS
from bot.slack.kit import Composed, Kit
from tests.promise.outbox_watch import all_said, parked
from tests.promise.slack_harm import IMPATIENT

Mend = Callable[[], None]


def bot_put_out(stage: Stage) -> Mend:
    stage.slack.admin.remove_bot(stage.staff_channel)
    return lambda: stage.slack.admin.invite_bot(stage.staff_channel)


def channel_archived(stage: Stage) -> Mend:
    stage.slack.admin.archive(stage.staff_channel)
    return lambda: setattr(stage.staff_channel, "archived", False)


@pytest.mark.parametrize(
    ("broken", "why"),
    [(bot_put_out, "channel_not_found"), (channel_archived, "is_archived")],
    ids=["not_in_it", "archived"],
)
async def test_a_staff_channel_that_takes_nothing_gets_its_cards_when_it_is_mended(
    stage: Stage, broken: Callable[[Stage], Mend], why: str
) -> None:
    mend = broken(stage)
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue("spot_trading_on"))
    await acting.gets_result(stage, stage.cast.ann)
    standing = await parked(stage, why)
    assert standing.parked_s is not None
    assert standing.counts[MessageState.PARKED] == 1, "the first holds the others back, in their order"

    mend()
    await acting.checks_key(stage.cast.ben, stage.kucoin.issue("spot_trading_on"))

    first, second = await acting.card_of(stage, 1), await acting.card_of(stage, 2)
    await stage.slack.until(lambda: any("needs you" in reply.text for reply in second.thread))
    await all_said(stage)
    assert [card.text for card in acting.cards(stage)] == [first.text, second.text]


async def test_a_deactivated_client_is_seen_holds_up_nobody_and_is_told_when_back(stage: Stage) -> None:
    ann = stage.cast.ann
    stage.kucoin.latency_s = 0.3
    await acting.submits(ann, stage.kucoin.issue("ip_restricted"))
    stage.slack.admin.set_kind(ann, PersonKind.DEACTIVATED)
    await parked(stage, "user_disabled")
    stage.kucoin.latency_s = 0.0

    await acting.checks_key(stage.cast.ben, stage.kucoin.issue("ip_restricted"))
    await acting.gets_result(stage, stage.cast.ben)
    assert acting.results(ann) == []
    stage.slack.admin.set_kind(ann, PersonKind.MEMBER)

    await acting.gets_result(stage, ann)
    assert len(acting.results(ann)) == 1
    await acting.card_of(stage, 1)


async def test_a_revoked_token_loses_nothing(stage: Stage) -> None:
    """The events that tell of it and the calls that fail; then the app is installed again."""
    ann = stage.cast.ann
    stage.kucoin.latency_s = 0.3
    await acting.submits(ann, stage.kucoin.issue("ip_restricted"))
    revoked = stage.slack.faults.add("*", Fault.TOKEN_REVOKED, times=None)
    await parked(stage, "token_revoked")
    await stage.bot.app.contact.look()
    assert stage.bot.app.contact.trouble == "Slack refuses our token: token_revoked"

    stage.slack.faults.remove(revoked)

    await acting.gets_result(stage, ann)
    await acting.card_of(stage, 1)
    await stage.bot.app.contact.look()
    assert stage.bot.app.contact.trouble is None


async def test_what_waits_for_somebody_to_mend_it_does_not_make_the_replica_unready(stage: Stage) -> None:
    """Restarting it would mend nothing."""
    bot_put_out(stage)
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue("spot_trading_on"))

    standing = await parked(stage, "channel_not_found")

    assert standing.parked_s is not None
    assert standing.moving_s is None


@pytest.mark.parametrize("card", ["waits_alone", "has_been_updated"])
async def test_a_card_that_was_deleted_by_hand_is_posted_anew_once(stage: Stage, card: str) -> None:
    ann = stage.cast.ann
    await acting.checks_key(ann, stage.kucoin.issue("spot_trading_on"))
    first = await acting.card_of(stage, 1)
    if card == "has_been_updated":
        await first.press("Claim", by=stage.cast.sue)
        await stage.slack.until(lambda: "Claim" not in first.buttons)
    await stage.slack.until(lambda: first.thread)
    await all_said(stage)
    stage.staff_channel.messages.remove(stage.staff_channel.find(first.ts))  # type: ignore[arg-type]

    await acting.checks_key(ann, stage.kucoin.issue("spot_trading_on"))

    again = await acting.card_of(stage, 1)
    await all_said(stage)
    assert again.ts != first.ts
    assert len(acting.cards(stage)) == 1
    assert "failed in a row: 2" in again.words


async def test_blocks_that_slack_refuses_are_said_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of ours must not keep the client waiting, nor hold up what stands behind it."""
    composed = COMPOSERS["result"]

    async def nonsense(kit: Kit, session: AsyncSession, message: OutboxMessage) -> Composed:
        said = await composed(kit, session, message)
        return Composed(said.channel, said.text, [{"type": "nonsense"}])

    monkeypatch.setitem(COMPOSERS, "result", nonsense)
    async with staged(tempo=IMPATIENT) as stage:
        await acting.submits(stage.cast.ann, stage.kucoin.issue("ip_restricted"))

        told = await acting.gets_result(stage, stage.cast.ann)

    assert "set IP restriction to No" in told.text
    assert told.blocks == []
