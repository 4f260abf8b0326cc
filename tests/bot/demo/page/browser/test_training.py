"""Every message on show, for those who own the words; and anew at once when they are saved."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

import validators.kucoin
from tests.bot.demo.page.browser.conftest import Opens, process_address
from tests.bot.demo.page.browser.screens import Screens
from validators.diagnosis import KIND_OF, Cause, Kind
from validators.kucoin import EXCHANGE

pytestmark = pytest.mark.browser

WORDS = Path(str(validators.kucoin.__file__)).with_name("guide.yml")
SERVE = str(Path(__file__).with_name("serve_words.py"))
LONG_MS = 20_000


def training(screens: Screens) -> Locator:
    screens.page.get_by_role("button", name="Every message").click()
    return screens.page.locator("#training")


def test_every_cause_is_on_show_as_client_and_support_read_it(window: Screens) -> None:
    shown = training(window)
    expect(shown.locator("article").first).to_be_visible()
    for cause in EXCHANGE.guide.words.answers:
        article = shown.locator(f"#shown-{cause.value}")
        article.scroll_into_view_if_needed()
        expect(article.get_by_text("The client reads")).to_be_visible()
        client = article.locator(".side").first
        expect(client.locator(".b-header")).to_be_visible()
        expect(client).not_to_contain_text("{")
        if KIND_OF[cause] is not Kind.NOTE:
            expect(article.get_by_text("Support reads")).to_be_visible()
            expect(client).to_contain_text(EXCHANGE.guide.words.answers[cause].do[0].split("{")[0][:40])


def test_every_sentence_at_a_field_is_on_show(window: Screens) -> None:
    shown = training(window)
    for rule, sentence in EXCHANGE.guide.words.shapes.items():
        expect(shown.locator(f"#shown-{rule}")).to_contain_text(sentence.split("{")[0])


def test_the_index_leads_to_each_message(window: Screens) -> None:
    shown = training(window)
    shown.get_by_role("navigation").get_by_role("link", name="KuCoin did not answer in time.").click()
    expect(shown.locator(f"#shown-{Cause.TOO_SLOW.value}")).to_be_in_viewport()


def test_saved_words_are_shown_at_once_and_a_slip_with_its_line(opens: Opens, tmp_path: Path) -> None:
    mine = tmp_path / "guide.yml"
    shutil.copy(WORDS, mine)
    words = mine.read_text("utf-8")
    old = EXCHANGE.guide.words.answers[Cause.TOO_SLOW].headline
    with process_address([SERVE, str(mine)]) as address:
        screens = opens(address)
        shown = training(screens)
        expect(shown.get_by_role("heading", name=old)).to_be_visible()
        mine.write_text(words.replace(old, "KuCoin was asleep."), "utf-8")
        expect(shown.get_by_role("heading", name="KuCoin was asleep.")).to_be_visible(timeout=LONG_MS)
        expect(shown.get_by_role("heading", name=old)).to_have_count(0)
        line = words.splitlines().index("  too_slow:") + 1
        mine.write_text(words.replace("  too_slow:", "  too_sloow:"), "utf-8")
        expect(shown.get_by_role("alert")).to_contain_text("too_sloow", timeout=LONG_MS)
        expect(shown.get_by_role("alert")).to_contain_text(f"line {line}: answers has no 'too_sloow'")
        expect(shown.get_by_role("alert")).to_contain_text("did you mean 'too_slow'?")
        expect(shown.get_by_role("heading", name="KuCoin was asleep.")).to_be_visible()
        mine.write_text(words, "utf-8")
        expect(shown.get_by_role("heading", name=old)).to_be_visible(timeout=LONG_MS)
        expect(shown.get_by_role("alert")).to_have_text("")
