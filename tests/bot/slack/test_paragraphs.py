"""Somebody's words in full: however long, whatever they hold, Slack takes them and nothing is lost."""

from __future__ import annotations

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.workspace.rules import message_faults
from bot.slack.blocks import Block, paragraphs

WORDS = st.text(alphabet=st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40)


def said(blocks: list[Block]) -> str:
    """What a person reads of it, without blanks, which may be cut at."""
    text = "".join(block["text"]["text"] for block in blocks)
    return "".join(html.unescape(text.replace("\u200b", "")).split())


@pytest.mark.parametrize("quote", [False, True])
@pytest.mark.parametrize(
    "text", ["&" * 2500, "x" * 2500, "word " * 500, "\n" * 100 + "end" + "\n" * 100, "<" * 2499 + "é", "a"]
)
def test_the_longest_words_fit_and_nothing_is_cut(text: str, quote: bool) -> None:
    shown = paragraphs(text, quote=quote)

    assert message_faults({"channel": "C1", "text": "x", "blocks": shown}, "chat.postMessage") == []
    wanted = "".join(text.split())
    got = said(shown).replace(">", "") if quote else said(shown)
    assert got == wanted


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_where_there_are_no_words_there_is_no_block(text: str) -> None:
    assert paragraphs(text) == []


@given(st.lists(WORDS, max_size=80).map(" ".join))
@settings(max_examples=100, deadline=None)
def test_whatever_is_written_arrives_whole(text: str) -> None:
    shown = paragraphs(text)

    assert said(shown) == "".join(text.replace("\u200b", "").split())
    assert all(1 <= len(block["text"]["text"]) <= 3000 for block in shown)
    assert message_faults({"channel": "C1", "text": "x", "blocks": shown}, "chat.postMessage") == []
