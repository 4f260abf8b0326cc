"""Light, dark, wide and narrow: what must be seen is seen, and can be read."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.bot.demo.page.browser.conftest import Opens
from tests.bot.demo.page.browser.screens import Screens

pytestmark = pytest.mark.browser

LONG_MS = 20_000
ENOUGH = 4.5
"""Contrast of text to its ground (WCAG 2.2, 1.4.3)."""

CONTRASTS = Path(__file__).with_name("contrasts.js").read_text("utf-8")


def readable(page: Page) -> None:
    """Every visible text stands out from its ground."""
    found: dict[str, Any] = page.evaluate(CONTRASTS, ENOUGH)
    assert found["count"] > 20
    assert found["low"] == []


def fits(page: Page) -> None:
    """Nothing has to be scrolled sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def chooses(screens: Screens, pane: str) -> None:
    """On a narrow window: that pane's tab."""
    tab = screens.page.locator("#pane-tabs").get_by_role("button", name=pane)
    if tab.is_visible():
        tab.click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1000, 760), (420, 800)])
def test_a_whole_test_can_be_read_on_every_window(
    opens: Opens, shared_address: str, scheme: str, width: int, height: int
) -> None:
    screens = opens(shared_address, width=width, height=height, scheme=scheme)
    page = screens.page
    screens.closes()
    readable(page)
    chooses(screens, "KuCoin")
    screens.makes_key("ip_restricted")
    readable(page)
    chooses(screens, "Client")
    screens.opens_dialog()
    readable(page)
    chooses(screens, "KuCoin")
    screens.pastes()
    screens.submits()
    expect(screens.dialog.get_by_role("heading", name="Needs a fix")).to_be_visible(timeout=LONG_MS)
    expect(screens.dialog.get_by_role("button", name="Close").last).to_be_in_viewport()
    readable(page)
    fits(page)
    page.keyboard.press("Escape")
    expect(screens.client.get_by_label("Message to")).to_be_in_viewport()
    chooses(screens, "Support staff")
    screens.goes_to(screens.staff, "support-keys")
    expect(screens.staff.get_by_label("Message to")).to_be_in_viewport()
    expect(screens.staff.get_by_role("button", name="Resolve").last).to_be_visible()
    readable(page)
    fits(page)
    page.get_by_role("button", name="Every message").click()
    expect(page.locator("#training article").first).to_be_visible()
    readable(page)
    fits(page)


def test_a_narrow_window_shows_one_pane_and_f6_changes_it(opens: Opens, shared_address: str) -> None:
    screens = opens(shared_address, width=420, height=800)
    screens.closes()
    expect(screens.client).to_be_visible()
    expect(screens.page.locator("#pane-staff")).to_be_hidden()
    screens.client.get_by_label("Message to").focus()
    screens.page.keyboard.press("F6")
    expect(screens.staff).to_be_visible()
    expect(screens.page.locator("#pane-client")).to_be_hidden()
    assert screens.staff.locator(":focus").count() == 1


def test_everything_that_can_be_pressed_has_a_name(window: Screens) -> None:
    window.makes_key("general_only")
    nameless = window.page.evaluate(
        "() => [...document.querySelectorAll('button, a, input, select, textarea')]"
        ".filter((node) => node.offsetParent && !(node.labels?.length || node.getAttribute('aria-label')"
        " || node.textContent.trim())).map((node) => node.outerHTML)"
    )
    assert nameless == []


def test_there_is_one_main_part_with_headings_in_order(window: Screens) -> None:
    assert window.page.get_by_role("main").count() == 1
    levels = [
        int(one.evaluate("node => node.tagName[1]")) for one in window.page.get_by_role("heading").all()
    ]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
