"""One fault of each kind: what breaks is told kindly, and what is mended passes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.bot.demo.page.browser.conftest import Opens
from tests.bot.demo.page.browser.screens import Screens

pytestmark = pytest.mark.browser

LONG_MS = 30_000
KINDS = [
    ("down", "Could not tell", "could not be reached"),
    ("cloudfront_403", "Could not tell", "before it reached KuCoin"),
    ("411100", "Needs a fix", "this account is frozen"),
    ("400302", "Could not tell", "does not serve the region"),
    ("not_json", "Could not tell", "an answer that we do not understand"),
]
"""One fault of each group of the pane's menu."""


@pytest.mark.parametrize(("fault", "word", "why"), KINDS, ids=[fault for fault, _, _ in KINDS])
def test_a_broken_exchange_is_told_and_once_mended_the_key_passes(
    window: Screens, fault: str, word: str, why: str
) -> None:
    window.mends()
    window.breaks(fault)
    window.tests_key("general_only")
    expect(window.dialog.get_by_role("heading", name=word)).to_be_visible(timeout=LONG_MS)
    expect(window.dialog).to_contain_text(why)
    window.mends()
    window.dialog.get_by_role("button", name="Test again").click()
    expect(window.dialog.get_by_role("heading", name="Passed")).to_be_visible(timeout=LONG_MS)


def test_a_limit_is_told_as_nobody_s_fault(opens: Opens, own_address: str) -> None:
    screens = opens(own_address)
    screens.breaks("429000")
    screens.tests_key("general_only")
    expect(screens.dialog.get_by_role("heading", name="Could not tell")).to_be_visible(timeout=LONG_MS)
    expect(screens.dialog).to_contain_text("asks us to wait")
    expect(screens.dialog).to_contain_text("We will try again by ourselves")


def test_the_menu_holds_a_fault_of_every_kind(window: Screens) -> None:
    groups = window.exchange.get_by_label("What happens").locator("optgroup")
    tried = {fault for fault, _, _ in KINDS}
    assert groups.count() == len(KINDS)
    for group in groups.all():
        offered = {str(one.get_attribute("value")) for one in group.locator("option").all()}
        assert offered & tried, group.get_attribute("label")
