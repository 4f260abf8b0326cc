"""Words between staff and a client, both ways, and nobody else's."""

from __future__ import annotations

import pytest
from sqlmodel import select

from bot.demo import acting
from bot.demo.stage import Stage
from bot.demo.workspace import Dialog, Message, Person
from bot.schema import CaseState, Submission
from tests.bot.slack.desk import (
    KEY,
    SECRET,
    acts_of,
    hears,
    in_thread,
    is_closed,
    opens_case,
    opens_reply,
    stands,
    triage,
)


async def gets_reply(stage: Stage, client: Person, text: str = "What did you change?") -> Message:
    """Support writes; the client's direct message."""
    await triage(stage, stage.cast.sue, f"reply 1 {text}")
    return await hears(stage, client, text)


async def answers(message: Message, client: Person, text: str) -> Dialog:
    """The client presses "Reply", writes and sends."""
    await message.press("Reply")
    dialog = await client.dialog()
    dialog.fill("Your message", text)
    await dialog.submit()
    return dialog


async def test_a_question_and_its_answer_there_and_back(either_stage: Stage) -> None:
    stage, ann = either_stage, either_stage.cast.ann
    card = await opens_case(stage, ann)
    dialog = await opens_reply(card, stage.cast.sue)
    dialog.fill("Message to the client", "Which phone?\nAnd *when*?")
    await dialog.submit()
    message = await hears(stage, ann, "Which phone?")
    assert "And *\u200bwhen*?" in message.words
    assert message.text.startswith("*Sue from support* writes about your KuCoin Spot/Margin key:")
    assert "Press “Reply” to answer" in message.text

    shown = await answers(message, ann, "A new one, & <b>yesterday</b>")

    assert "Sent." in shown.words
    line = await in_thread(stage, card, "@Ann Archer wrote to support:")
    assert "A new one, & <b>yesterday</b>" in line.words
    assert "&lt;b&gt;" in line.text
    await stage.slack.until(lambda: "Last act: @Ann Archer wrote to support" in card.words)
    assert (await stands(stage)).state is CaseState.OPEN


async def test_the_clients_dialog_says_who_reads_it(stage: Stage) -> None:
    ann = stage.cast.ann
    await opens_case(stage, ann)

    await (await gets_reply(stage, ann)).press("Reply")

    dialog = await ann.dialog()
    assert dialog.title == "Reply to support"
    assert "Our support team reads this, in case 1. Nobody else does." in dialog.words
    assert "never write a key" in dialog.words


async def test_a_reply_to_a_closed_case_opens_it_again_and_calls_people(either_stage: Stage) -> None:
    stage, ann = either_stage, either_stage.cast.ann
    card = await opens_case(stage, ann)
    message = await gets_reply(stage, ann)
    await triage(stage, stage.cast.sue, "resolve 1")
    await stage.slack.until(lambda: card.buttons == [])

    await answers(message, ann, "It still fails")

    await stage.slack.until(lambda: "Claim" in card.buttons)
    await in_thread(stage, card, "@Ann Archer reopened the case.")
    await in_thread(stage, card, "It still fails")
    await in_thread(stage, card, "@support-team Case 1 needs you.")
    assert not await is_closed(stage)


async def test_where_a_newer_case_is_open_the_words_go_there(stage: Stage) -> None:
    ann = stage.cast.ann
    await opens_case(stage, ann)
    message = await gets_reply(stage, ann)
    await triage(stage, stage.cast.sue, "resolve 1")
    newer = await opens_case(stage, ann, number=2)

    await answers(message, ann, "about the first")

    await in_thread(stage, newer, "about the first")
    assert await is_closed(stage, 1)


@pytest.mark.parametrize("typed", [KEY, f"key {KEY}", f"my key is {KEY} and the secret {SECRET}"])
async def test_a_key_in_the_clients_reply_is_stopped_at_its_field(stage: Stage, typed: str) -> None:
    ann = stage.cast.ann
    await opens_case(stage, ann)
    await (await gets_reply(stage, ann)).press("Reply")
    dialog = await ann.dialog()
    dialog.fill("Your message", typed)

    answered = await dialog.submit()

    assert "looks like an API key" in answered.errors["Your message"]
    assert "client_reply" not in await acts_of(stage)
    for file in stage.folder.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes()
    dialog.fill("Your message", "sorry")
    assert (await dialog.submit()).errors == {}


@pytest.mark.parametrize("blank", [" ", "\n\n", "\u00a0"])
async def test_nothing_but_blanks_is_not_sent(stage: Stage, blank: str) -> None:
    ann = stage.cast.ann
    await opens_case(stage, ann)
    await (await gets_reply(stage, ann)).press("Reply")
    dialog = await ann.dialog()
    dialog.fill("Your message", blank)

    assert (await dialog.submit()).errors == {"Your message": "Please write something."}


async def test_a_forged_number_reaches_nobody_elses_case(stage: Stage) -> None:
    ann, ben = stage.cast.ann, stage.cast.ben
    await opens_case(stage, ann)
    await opens_case(stage, ann, account="Futures", number=2)
    await opens_case(stage, ben, number=3)
    await triage(stage, stage.cast.sue, "reply 3 Hello Ben")
    message = await hears(stage, ben, "Hello Ben")

    for value in ("1", "2", "99"):
        message.blocks[-2]["elements"][0]["value"] = value
        dialog = await answers(message, ben, "let me in")
        assert "somebody else's conversation" in dialog.words
    for value in ("", "x", "9" * 30, "１"):
        message.blocks[-2]["elements"][0]["value"] = value
        told = len(ben.direct_messages)
        await message.press("Reply")
        await _more_than(stage, ben, told)
        assert "somebody else's conversation" in ben.direct_messages[-1].words

    for number in (1, 2, 3):
        assert "client_reply" not in await acts_of(stage, number)


async def _more_than(stage: Stage, person: Person, told: int) -> None:
    await stage.slack.until(lambda: len(person.direct_messages) > told)


async def test_no_client_hears_what_is_said_to_another(stage: Stage) -> None:
    ann, ben = stage.cast.ann, stage.cast.ben
    await opens_case(stage, ann)
    await opens_case(stage, ben, number=2)

    await gets_reply(stage, ann, "for Ann alone")

    assert not any("for Ann alone" in message.words for message in ben.direct_messages)
    assert not any("for Ann alone" in message.words for message in ben.sees(stage.general))


async def test_the_longest_reply_arrives_whole(stage: Stage) -> None:
    ann = stage.cast.ann
    card = await opens_case(stage, ann)
    message = await gets_reply(stage, ann)

    await answers(message, ann, "&" * 2499 + "!")

    line = await in_thread(stage, card, "wrote to support")
    assert line.words.count("&") == 2499
    assert line.words.rstrip().endswith("!")


async def test_a_conversation_survives_a_restart_in_between(either_stage: Stage) -> None:
    stage, ann = either_stage, either_stage.cast.ann
    card = await opens_case(stage, ann)
    dialog = await opens_reply(card, stage.cast.sue)
    dialog.fill("Message to the client", "before the restart")
    await stage.stop()
    await stage.start()

    await dialog.submit()
    message = await hears(stage, ann, "before the restart")
    await message.press("Reply")
    reply = await ann.dialog()
    await stage.stop()
    await stage.start()
    reply.fill("Your message", "and after it")
    await reply.submit()

    await in_thread(stage, card, "and after it")


async def test_words_to_support_under_a_result_arrive_in_the_thread_too(stage: Stage) -> None:
    ann = stage.cast.ann
    card = await opens_case(stage, ann)
    await (await hears(stage, ann, "Needs a fix")).press("Ask support")
    dialog = await ann.dialog()
    dialog.fill("Message to support", "I do not understand <!here>")
    await dialog.submit()

    line = await in_thread(stage, card, "I do not understand")
    assert "<!here>" not in line.text
    await in_thread(stage, card, "@Ann Archer asked support for help.")


async def test_words_arrive_even_where_the_call_for_support_was_lost(stage: Stage) -> None:
    ann = stage.cast.ann
    await acting.checks_key(ann, stage.kucoin.issue())
    result = await hears(stage, ann, "Passed")
    await result.press("Ask support")
    dialog = await ann.dialog()
    await acting.card_of(stage, 1)
    async with stage.bot.app.db.writing() as session:
        submission = (await session.exec(select(Submission))).one()
        submission.case_number = None
        session.add(submission)
    dialog.fill("Message to support", "is it all right?")

    await dialog.submit()

    await in_thread(stage, await acting.card_of(stage, 1), "is it all right?")
