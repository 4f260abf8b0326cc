"""A client whom Slack will not let us write to: staff hear of it, and the message is tried again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.demo.stage import Stage, staged
from bot.demo.workspace import PersonKind
from bot.schema import CaseState
from tests.bot.slack.desk import FREE, acts_of, hears, in_thread, opens_case, stands, triage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """What is parked is tried again soon."""
    soon = replace(FREE["tempo"], parked_s=0.2)
    async with staged(**(FREE | {"tempo": soon})) as opened:
        opened.slack.rate_limits = False
        yield opened


async def test_a_reply_that_cannot_be_delivered_is_told_once_in_the_thread(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    stage.cast.ann.record.kind = PersonKind.DEACTIVATED

    await triage(stage, stage.cast.sue, "reply 1 hello?")

    line = await in_thread(stage, card, "Slack does not deliver our message to the client")
    assert "their account is switched off" in line.words
    assert (await stands(stage)).state is CaseState.OPEN, "nobody waits for an answer that cannot come"

    def tries() -> int:
        return sum(call.error == "user_disabled" for call in stage.slack.calls)

    before = tries()
    await stage.slack.until(lambda: tries() > before)
    assert (await acts_of(stage)).count("not_delivered") == 1


async def test_it_arrives_once_the_client_can_be_reached_again(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    stage.cast.ann.record.kind = PersonKind.DEACTIVATED
    await triage(stage, stage.cast.sue, "retest 1")
    await in_thread(stage, card, "Slack does not deliver our message")

    stage.cast.ann.record.kind = PersonKind.MEMBER

    await stage.slack.until(lambda: len(stage.cast.ann.direct_messages) > 1)
    await hears(stage, stage.cast.ann, "KuCoin")


async def test_an_outsider_who_left_the_shared_channel_is_such_a_client(stage: Stage) -> None:
    eve = stage.cast.external
    await triage(stage, stage.cast.sue, "invite", channel=stage.shared)
    await stage.slack.until(lambda: any(m.buttons for m in eve.sees(stage.shared)))
    await next(m for m in eve.sees(stage.shared) if m.buttons).press("Test an API key")
    dialog = await eve.dialog()
    key = stage.kucoin.issue("ip_restricted")
    for label, part in (("API Key", key.key), ("API Secret", key.secret), ("API Passphrase", key.passphrase)):
        dialog.fill(label, part)
    await dialog.submit()
    await hears(stage, eve, "Needs a fix")
    await eve.leaves(stage.shared)

    await triage(stage, stage.cast.sue, "reply 1 hello?")

    await stage.slack.until(lambda: stage.staff_channel.messages)
    cards = [m for m in stage.cast.sue.sees(stage.staff_channel) if m.text.startswith("Case 1:")]
    await in_thread(stage, cards[0], "they share no channel with keydesk any more")
