"""The buttons of the card: what each does, who did it, and what becomes of a press that may not be."""

from __future__ import annotations

import asyncio

import pytest

from bot.demo import acting
from bot.demo.stage import Stage
from bot.demo.workspace import Fault, Message
from bot.schema import CaseState
from tests.bot.slack.desk import (
    KEY,
    acts_of,
    hears,
    in_thread,
    is_closed,
    opens_case,
    opens_reply,
    private,
    stands,
    triage,
)

FORGED = ("", "0", "-1", "2", "999999999", "9" * 40, "1; DROP TABLE", "１", KEY)
BUTTONS = ["Claim", "Reply to client", "Ask for retest", "Resolve"]


async def test_the_card_has_its_four_buttons(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)

    assert card.buttons == BUTTONS


async def test_claim_shows_who_has_it(either_stage: Stage) -> None:
    stage = either_stage
    card = await opens_case(stage, stage.cast.ann)

    await card.press("Claim", by=stage.cast.sue)

    await stage.slack.until(lambda: "Owner: @Sue Support" in card.words)
    assert "Last act: @Sue Support claimed the case" in card.words
    assert card.buttons == BUTTONS[1:]
    await in_thread(stage, card, "@Sue Support claimed the case.")
    assert private(stage.cast.sue, stage.staff_channel) == [], "the card says it"


async def test_of_two_who_press_claim_at_once_one_wins_and_the_other_is_told_who(either_stage: Stage) -> None:
    stage, sue, sam = either_stage, either_stage.cast.sue, either_stage.cast.sam
    card = await opens_case(stage, stage.cast.ann)

    await asyncio.gather(card.press("Claim", by=sue), card.press("Claim", by=sam))

    def told() -> list[Message]:
        return [*private(sue, stage.staff_channel), *private(sam, stage.staff_channel)]

    await stage.slack.until(told)
    winner = stage.slack.person((await stands(stage)).owner_id or "")
    (message,) = told()
    assert message.words == f"@{winner.name} already works on case 1."
    (loser,) = {sue.user_id, sam.user_id} - {winner.user_id}
    assert private(stage.slack.person(loser), stage.staff_channel) == [message] or message.ephemeral


async def test_ask_for_retest_sends_the_client_the_button_that_starts_it(either_stage: Stage) -> None:
    stage = either_stage
    card = await opens_case(stage, stage.cast.ann)

    await card.press("Ask for retest", by=stage.cast.sue)

    message = await hears(stage, stage.cast.ann, "asks you to test your KuCoin Spot/Margin key again")
    assert message.buttons == ["Test an API key", "Reply"]
    await stage.slack.until(lambda: "Last act: @Sue Support asked the client for a retest" in card.words)
    assert (await stands(stage)).state is CaseState.WAITING
    await message.press("Test an API key")
    dialog = await stage.cast.ann.dialog()
    acting.fills(dialog, *_parts(stage))
    await dialog.submit()
    await stage.slack.until(lambda: card.buttons == [])
    assert "a later test passed" in card.words


def _parts(stage: Stage) -> tuple[str, str, str]:
    key = stage.kucoin.issue()
    return key.key, key.secret, key.passphrase


async def test_resolve_asks_first_and_then_closes(either_stage: Stage) -> None:
    stage = either_stage
    card = await opens_case(stage, stage.cast.ann)
    assert "The client is not told" in card.confirmation("Resolve")

    await card.press("Resolve", by=stage.cast.sue, confirm=False)
    assert not await is_closed(stage)
    await card.press("Resolve", by=stage.cast.sue)

    await stage.slack.until(lambda: card.buttons == [])
    assert "Closed (resolved)" in card.words
    assert "Last act: @Sue Support resolved the case" in card.words


async def test_reply_opens_a_dialog_that_says_who_will_read_it(either_stage: Stage) -> None:
    stage, sue = either_stage, either_stage.cast.sue
    card = await opens_case(stage, stage.cast.ann)

    await card.press("Reply to client", by=sue)
    dialog = await sue.dialog()
    assert dialog.title == "Reply to client"
    assert "The client will see this." in dialog.words
    dialog.fill("Message to the client", "Please set *IP restriction* to No <!channel>")
    await dialog.until(lambda shown: "signed “Sue”" in shown.words)
    assert "It goes to @Ann Archer, about KuCoin Spot/Margin (case 1)." in dialog.words
    assert dialog.values["Message to the client"], "what was typed meanwhile stays"
    await dialog.submit()

    assert "On its way" in (await sue.dialog()).words
    message = await hears(stage, stage.cast.ann, "Sue from support")
    assert "Please set *\u200bIP restriction* to No <!channel>" in message.words
    assert "<!channel>" not in message.text
    assert "&lt;!channel&gt;" in message.text
    await in_thread(stage, card, "@Sue Support replied to the client:")
    await stage.slack.until(lambda: "Last act: @Sue Support replied to the client" in card.words)


async def test_the_dialog_opens_before_anything_is_asked(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    stage.bot.app.kit.staff.forget()
    before = len(stage.slack.calls)

    await card.press("Reply to client", by=stage.cast.sue)

    await stage.slack.until(lambda: len(stage.slack.calls) > before)
    assert stage.slack.calls[before].method == "views.open"


async def test_a_reply_that_slack_delivers_twice_is_sent_once(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    dialog = await opens_reply(card, stage.cast.sue)
    dialog.fill("Message to the client", "only once")
    await dialog.submit()
    submitted = next(d for d in reversed(stage.slack.deliveries) if d.payload["type"] == "view_submission")

    submitted.payload["trigger_id"] = "1.2.3"  # Slack gives every delivery a trigger of its own
    await stage.slack.redeliver(submitted, retry=False)

    await hears(stage, stage.cast.ann, "only once")
    assert await stage.bot.app.outbox.drained(2)
    assert sum("only once" in m.words for m in stage.cast.ann.direct_messages) == 1
    assert (await acts_of(stage)).count("reply") == 1


async def test_a_key_pasted_into_the_reply_is_stopped_at_its_field(either_stage: Stage) -> None:
    stage = either_stage
    card = await opens_case(stage, stage.cast.ann)
    dialog = await opens_reply(card, stage.cast.sue)
    dialog.fill("Message to the client", f"use {KEY}")

    answered = await dialog.submit()

    assert "looks like an API key" in answered.errors["Message to the client"]
    assert "reply" not in await acts_of(stage)
    for file in stage.folder.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes()

    dialog.fill("Message to the client", "make a new key please")
    assert (await dialog.submit()).errors == {}
    await hears(stage, stage.cast.ann, "make a new key please")


async def test_a_case_that_closes_while_the_reply_is_typed_loses_no_text(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    dialog = await opens_reply(card, stage.cast.sue)
    dialog.fill("Message to the client", "a long answer")
    await triage(stage, stage.cast.sam, "resolve 1")

    answered = await dialog.submit()
    assert answered.errors["Message to the client"] == "Case 1 is closed. /triage reopen 1 opens it again."
    assert dialog.values["Message to the client"] == "a long answer"

    await triage(stage, stage.cast.sam, "reopen 1")
    assert (await dialog.submit()).errors == {}
    await hears(stage, stage.cast.ann, "a long answer")


@pytest.mark.parametrize("fault", [Fault.INTERNAL_ERROR, Fault.DROP_BEFORE_STORE])
async def test_where_slack_does_not_say_who_is_staff_the_text_stays_in_the_dialog(
    stage: Stage, fault: Fault
) -> None:
    card = await opens_case(stage, stage.cast.ann)
    dialog = await opens_reply(card, stage.cast.sue)
    dialog.fill("Message to the client", "hello")
    stage.bot.app.kit.staff.forget()
    stage.slack.faults.add("usergroups.users.list", fault, times=None)

    answered = await dialog.submit()
    assert "could not tell us" in answered.errors["Message to the client"]
    assert not any("hello" in m.words for m in stage.cast.ann.direct_messages)

    stage.slack.faults.clear()
    assert (await dialog.submit()).errors == {}


async def test_who_is_no_staff_gets_no_dialog_to_write_in(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    stage.staff_channel.members.append(stage.cast.ben.user_id)  # in the channel, not in the group

    await card.press("Reply to client", by=stage.cast.ben)

    dialog = await stage.cast.ben.dialog()
    await dialog.until(lambda shown: "for our support team" in shown.words)
    assert dialog.labels == []


async def test_who_lost_the_desk_while_typing_sends_nothing(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    dialog = await opens_reply(card, stage.cast.sue)
    dialog.fill("Message to the client", "hello")
    stage.usergroup.members.remove(stage.cast.sue.user_id)
    stage.bot.app.kit.staff.forget()

    answered = await dialog.submit()

    assert "for our support team" in answered.errors["Message to the client"]
    assert not any("hello" in m.words for m in stage.cast.ann.direct_messages)


@pytest.mark.parametrize("button", ["Claim", "Ask for retest", "Resolve"])
async def test_a_forged_value_does_nothing_and_is_answered(stage: Stage, button: str) -> None:
    card = await opens_case(stage, stage.cast.ann)
    before, seen = await acts_of(stage), (stage.cast.sue, stage.staff_channel)

    for value in FORGED:
        told = len(private(*seen))
        for element in card.blocks[-1]["elements"]:
            element["value"] = value
        assert (await card.press(button, by=stage.cast.sue)).error is None
        await _more_than(stage, told)
        assert len(value) < 10 or value not in private(*seen)[-1].words

    assert await acts_of(stage) == before


async def _more_than(stage: Stage, told: int) -> None:
    await stage.slack.until(lambda: len(private(stage.cast.sue, stage.staff_channel)) > told)


@pytest.mark.parametrize("value", FORGED)
async def test_a_forged_reply_opens_nothing_to_write_in(stage: Stage, value: str) -> None:
    card = await opens_case(stage, stage.cast.ann)
    for element in card.blocks[-1]["elements"]:
        element["value"] = value
    sue = stage.cast.sue

    await card.press("Reply to client", by=sue)

    await stage.slack.until(lambda: private(sue, stage.staff_channel) or sue.dialogs)
    for dialog in sue.dialogs:
        await dialog.until(lambda shown: "There is no case" in shown.words)
        assert dialog.labels == []


@pytest.mark.parametrize("button", ["Claim", "Ask for retest", "Resolve"])
async def test_a_press_on_an_old_copy_of_a_closed_case_is_told(stage: Stage, button: str) -> None:
    card = await opens_case(stage, stage.cast.ann)
    old = stage.staff_channel.find(card.ts)
    assert old is not None
    buttons = list(old.blocks)
    await triage(stage, stage.cast.sam, "resolve 1")
    await stage.slack.until(lambda: card.buttons == [])
    old.blocks = buttons  # as it stands on a screen that has not caught up

    await card.press(button, by=stage.cast.sue)

    seen = stage.cast.sue, stage.staff_channel
    await stage.slack.until(lambda: private(*seen))
    assert private(*seen)[-1].words == "Case 1 is closed. `/triage reopen 1` opens it again."


async def test_what_staff_write_in_the_thread_stays_there(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    before = len(stage.cast.ann.direct_messages)

    await stage.cast.sue.says(stage.staff_channel, "he seems confused", thread=card)
    await triage(stage, stage.cast.sue, "reply 1 hello")
    await hears(stage, stage.cast.ann, "hello")

    assert len(stage.cast.ann.direct_messages) == before + 1
    assert "confused" not in str([call.arguments for call in stage.slack.calls])


async def test_no_reply_is_ever_shown_in_the_channel_as_well(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    await card.press("Claim", by=stage.cast.sue)
    await in_thread(stage, card, "claimed")

    assert [m.words.split(":")[0] for m in stage.cast.sam.sees(stage.staff_channel)] == ["Case 1"]
    assert not any(call.arguments.get("reply_broadcast") for call in stage.slack.calls)


async def test_a_dialog_that_is_closed_at_once_breaks_nothing(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    stage.bot.app.kit.staff.forget()
    await card.press("Reply to client", by=stage.cast.sue)
    await (await stage.cast.sue.dialog()).close()

    dialog = await opens_reply(card, stage.cast.sue)

    assert dialog.labels == ["Message to the client"]
    assert private(stage.cast.sue, stage.staff_channel) == []


async def test_after_a_change_of_the_staff_channel_the_card_stands_in_the_new_one(stage: Stage) -> None:
    staff = [stage.cast.sue, stage.cast.sam]
    old = await opens_case(stage, stage.cast.ann)
    moved = stage.slack.add_channel("support-keys-2", private=True, members=staff)
    await stage.stop()
    await stage.start(staff_channel=moved.id)

    assert "yours" in (await triage(stage, stage.cast.sue, "claim 1", channel=moved)).words

    await stage.slack.until(lambda: any("Owner: @Sue Support" in m.words for m in stage.cast.sam.sees(moved)))
    card = next(m for m in stage.cast.sam.sees(moved) if m.text.startswith("Case 1:"))
    await in_thread(stage, card, "@Sue Support claimed the case.")
    await old.press("Ask for retest", by=stage.cast.sid)  # the old card's buttons still do what they say
    await hears(stage, stage.cast.ann, "asks you to test")
    await in_thread(stage, card, "@Sid Support asked the client for a retest.")
