"""What staff type is read strictly, never repeated, and never lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.refusal import Told
from bot.slack import typed
from bot.slack.blocks import literal

ANYTHING = st.text(max_size=300)


@pytest.mark.parametrize(
    ("text", "expected"), [("12", (12, "")), ("#3 a  b\nc", (3, "a  b\nc")), ("7\ta", (7, "a"))]
)
def test_a_number_and_what_follows_it(text: str, expected: tuple[int, str]) -> None:
    assert typed.number_and_rest(text, "note N text") == expected


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("<@U012ABC|sam>", "@sam"),
        ("<@U012ABC>", "@U012ABC"),
        ("<#C012|general>", "#general"),
        ("<!channel>", "@channel"),
        ("<!here|here>", "@here"),
        ("<!subteam^S012|@support>", "@support"),
        ("<!subteam^S012>", "@S012"),
        ("<https://a.example/b?c=d&amp;e=f|a.example>", "https://a.example/b?c=d&e=f"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<b>bold</b> 1 < 2 > 0", "<b>bold</b> 1 < 2 > 0"),
        ("&lt;!channel&gt; &amp;lt;", "<!channel> &lt;"),
    ],
)
def test_slacks_escapes_become_what_the_writer_saw(text: str, seen: str) -> None:
    assert typed.as_seen(text) == seen


def test_what_no_database_takes_is_left_out() -> None:
    assert typed.storable("a\x00b\ud800c\r\n\td\x1b é✓") == "abc\n\td é✓"


@pytest.mark.parametrize("word", ["<@U012ABC>", "<@U012ABC|sam>", " <@U012ABC|sam.support> "])
def test_a_mention_is_a_person(word: str) -> None:
    assert typed.person(word, "assign N @person") == "U012ABC"


@pytest.mark.parametrize("word", ["", "@sam", "U012ABC", "<@U1> <@U2>", "<@u012>", "<#C012>", "<@U1|<@U2>>"])
def test_anything_else_is_no_person(word: str) -> None:
    with pytest.raises(Told, match="pick them from the list"):
        typed.person(word, "assign N @person")


@pytest.mark.parametrize(
    ("word", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("1H", timedelta(hours=1)),
        ("30d", timedelta(days=30)),
    ],
)
def test_a_span_is_written_as_in_the_settings(word: str, span: timedelta) -> None:
    assert typed.span(word, "snooze N 2h") == span


@pytest.mark.parametrize(
    ("text", "days"), [("", 30), ("7", 7), ("7d", 7), ("366", 366), (" 14 days ", 14), ("1 day", 1)]
)
def test_days_are_a_number_or_the_usual_ones(text: str, days: int) -> None:
    assert typed.days(text, "stats [days]", 30) == days


@given(ANYTHING)
@settings(max_examples=100, deadline=None)
def test_whatever_is_typed_is_read_or_refused_in_a_sentence_that_repeats_nothing(text: str) -> None:
    readers = (
        lambda: typed.number_alone(text, "claim N"),
        lambda: typed.person(text, "assign N @person"),
        lambda: typed.span(text, "snooze N 2h [reason]"),
        lambda: typed.days(text, "stats [days]", 30),
        lambda: typed.words(text, "note N text", "The note", 100),
    )
    refusals = [refusal for reader in readers if (refusal := refused(reader))]

    for refusal in refusals:
        assert "12" in refusal or "fit" in refusal or "stats" in refusal
        assert len(text) < 8 or text not in refusal


def refused(reader: Callable[[], object]) -> str:
    """What it says, or "" where it reads it."""
    try:
        reader()
    except Told as refusal:
        return str(refusal)
    return ""


@given(
    st.lists(
        st.sampled_from(["<!channel>", "<@U1|sam>", "<", ">", "&lt;", "&amp;", "!here", " ", "x"]),
        max_size=20,
    )
)
@settings(max_examples=100, deadline=None)
def test_what_was_typed_mentions_nobody_when_it_is_said_again(parts: list[str]) -> None:
    said = literal(typed.as_seen("".join(parts)), 1000)

    assert "<" not in said
    assert "!channel>" not in typed.as_seen("<!channel>")


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=200))
@settings(max_examples=100, deadline=None)
def test_words_that_fit_are_not_changed(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    wanted = typed.storable(text).strip()
    if wanted:
        assert typed.words(escaped, "note N text", "The note", 200) == wanted
