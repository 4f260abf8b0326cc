"""`/triage note` and `reply`: what staff write, and what becomes of it on its way."""

from __future__ import annotations

import re

import pytest

from bot.demo.stage import Stage, staged
from tests.bot.slack.desk import FREE, KEY, SECRET, acts_of, hears, in_thread, opens_case, stands, triage

PINGS = re.compile(r"<!(?:channel|here|everyone)")


def pings(stage: Stage) -> list[str]:
    """Everything that we sent and that would ping a whole channel."""
    sent = [str(call.arguments) for call in stage.slack.calls if call.method.startswith("chat.")]
    assert sent, "nothing was said, so silence proves nothing"
    return [said for said in sent if PINGS.search(said)]


async def test_a_note_stands_in_the_thread_and_never_reaches_the_client(either_stage: Stage) -> None:
    stage = either_stage
    card = await opens_case(stage, stage.cast.ann)

    answer = await triage(stage, stage.cast.sue, "note 1 looks like an old key\nask Bob")

    assert answer.words == "Noted in case 1. The client does not see it."
    line = await in_thread(stage, card, "@Sue Support noted:")
    assert "looks like an old key" in line.words
    assert "ask Bob" in line.words
    assert not any("old key" in message.words for message in stage.cast.ann.direct_messages)


async def test_a_reply_reaches_the_client_signed_and_stands_in_the_thread(either_stage: Stage) -> None:
    stage = either_stage
    card = await opens_case(stage, stage.cast.ann)

    answer = await triage(stage, stage.cast.sue, "reply 1 Please set IP restriction to No.")

    assert answer.words == "Your reply is on its way to @Ann Archer (case 1)."
    message = await hears(stage, stage.cast.ann, "Please set IP restriction to No.")
    assert "Sue from support" in message.words
    assert message.buttons == ["Reply"]
    await in_thread(stage, card, "Please set IP restriction to No.")
    await stage.slack.until(lambda: "Last act: @Sue Support replied to the client" in card.words)
    assert (await stands(stage)).first_response_at is not None


async def test_replies_can_be_signed_by_support_as_a_whole() -> None:
    async with staged(reply_signed="support", **FREE) as stage:
        await opens_case(stage, stage.cast.ann)

        await triage(stage, stage.cast.sue, "reply 1 Hello")

        message = await hears(stage, stage.cast.ann, "Hello")
        assert "Support writes" in message.words.replace("*", "")
        assert "Sue" not in message.words


async def test_a_client_of_another_company_gets_the_reply_too(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)
    await triage(stage, stage.cast.sue, "invite", channel=stage.shared)
    eve = stage.cast.external
    await stage.slack.until(lambda: any(m.buttons for m in eve.sees(stage.shared)))
    await eve.sees(stage.shared)[-1].press("Test an API key")
    dialog = await eve.dialog()
    key = stage.kucoin.issue("ip_restricted")
    dialog.fill("API Key", key.key)
    dialog.fill("API Secret", key.secret)
    dialog.fill("API Passphrase", key.passphrase)
    await dialog.submit()
    await hears(stage, eve, "Needs a fix")

    answer = await triage(stage, stage.cast.sue, "reply 2 Hello Eve")

    assert "another company" in answer.words
    await hears(stage, eve, "Hello Eve")
    assert not any("Hello Eve" in message.words for message in stage.cast.ann.direct_messages)


LITERAL = {
    "*bold* _it_ `code`": "*\u200bbold* _\u200bit_ `\u200bcode`",
    "<!channel> <!here|here> @everyone": "@channel @here @everyone",
    "@support-team go": "@support-team go",
    "see <@U0123|sam> in <#C0123|general>": "see @sam in #general",
    "a &lt;b&gt; &amp;amp; c": "a <b> &amp; c",
    "<https://kucoin.com/a?b=1|kucoin.com> ok": "https://kucoin.com/a?b=1 ok",
    '=HYPERLINK("http://x")': '=HYPERLINK("http://x")',
    "+cmd|' /C calc'!A0": "+cmd|' /C calc'!A0",
    "\u202egnp.exe": "gnp.exe",
    "日本語 ✓ é": "日本語 ✓ é",
}


@pytest.mark.parametrize("word", ["note", "reply"])
async def test_text_is_literal_and_never_pings_a_channel(stage: Stage, word: str) -> None:
    card = await opens_case(stage, stage.cast.ann)

    for typed, seen in LITERAL.items():
        await triage(stage, stage.cast.sue, f"{word} 1 {typed}")
        assert seen in (await in_thread(stage, card, seen)).words
        if word == "reply":
            await hears(stage, stage.cast.ann, seen)

    assert pings(stage) == []


@pytest.mark.parametrize("word", ["note", "reply"])
async def test_4000_characters_are_refused_with_the_number_that_fits(stage: Stage, word: str) -> None:
    await opens_case(stage, stage.cast.ann)
    before = await acts_of(stage)

    answer = await triage(stage, stage.cast.sue, f"{word} 1 " + "a" * 4000)

    assert "4,000 characters; 2,500 fit" in answer.words
    assert await acts_of(stage) == before


@pytest.mark.parametrize("word", ["note", "reply"])
@pytest.mark.parametrize(
    ("written", "counted", "times"),
    [
        ("w" * 2500, "w", 2500),
        ("&amp;" * 2500, "&", 2500),
        ("line\n" * 499 + "end", "line", 499),
        ("<!channel> " * 200, "@channel", 200),
    ],
)
async def test_the_longest_text_arrives_whole(
    stage: Stage, word: str, written: str, counted: str, times: int
) -> None:
    card = await opens_case(stage, stage.cast.ann)

    await triage(stage, stage.cast.sue, f"{word} 1 {written}")

    marker = {"note": "noted:", "reply": "replied to the client:"}[word]
    shown = (await in_thread(stage, card, marker)).words
    assert shown.split(marker)[1].count(counted) == times
    assert "…" not in shown


@pytest.mark.parametrize("typed", [f"note 1 {KEY}", f"reply 1 {KEY} and {SECRET}", KEY, f"claim {KEY}"])
async def test_a_pasted_key_is_refused_with_a_warning_and_kept_nowhere(stage: Stage, typed: str) -> None:
    await opens_case(stage, stage.cast.ann)
    before = await acts_of(stage)

    answer = await triage(stage, stage.cast.sue, typed)

    assert "looks like an API key, so nothing was done and nothing was kept" in answer.words
    assert await acts_of(stage) == before
    assert KEY not in str([call.arguments for call in stage.slack.calls])
    for file in stage.folder.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes()


async def test_a_note_on_a_closed_case_is_kept_but_a_reply_is_refused(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    await triage(stage, stage.cast.sue, "resolve 1")

    assert "Noted" in (await triage(stage, stage.cast.sue, "note 1 after all")).words
    answer = await triage(stage, stage.cast.sue, "reply 1 after all")

    assert "Case 1 is closed. `/triage reopen 1`" in answer.words
    await in_thread(stage, card, "after all")
    assert not any("after all" in message.words for message in stage.cast.ann.direct_messages)
