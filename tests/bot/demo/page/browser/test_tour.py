"""The tour, by keyboard alone: from a wrong key to a pass, and to the case on the staff's side."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.bot.demo.page.browser.conftest import Opens
from tests.bot.demo.page.browser.screens import Screens

pytestmark = pytest.mark.browser

LONG_MS = 20_000


def tour(screens: Screens) -> Locator:
    return screens.page.get_by_role("region", name="Guided tour")


def on(screens: Screens, number: int) -> None:
    """Wait for the tour to be at that step."""
    expect(tour(screens).get_by_role("heading")).to_contain_text(f"{number} of 6", timeout=LONG_MS)


def tabs_to(screens: Screens, name: str, role: str = "button") -> None:
    """Press Tab until what has that name has the focus."""
    wanted = screens.page.get_by_role(role, name=name).locator("visible=true")  # type: ignore[arg-type]
    for _ in range(80):
        screens.page.keyboard.press("Tab")
        if any(one.evaluate("node => node === document.activeElement") for one in wanted.all()):
            return
    raise AssertionError(f"Tab does not lead to {name!r}")


def to_tour(screens: Screens) -> None:
    """F6 leads from any pane to any other, out of a dialog too."""
    for _ in range(6):
        screens.page.keyboard.press("F6")
        if tour(screens).locator(":focus").count():
            return
    raise AssertionError("F6 does not lead to the tour")


def take_me_there(screens: Screens) -> None:
    to_tour(screens)
    expect(tour(screens).get_by_role("button", name="Take me there")).to_be_focused()
    screens.page.keyboard.press("Enter")


def test_the_tour_is_done_by_keyboard_alone(opens: Opens, own_address: str) -> None:
    screens = opens(own_address)
    keyboard = screens.page.keyboard

    on(screens, 1)
    take_me_there(screens)
    expect(screens.exchange.get_by_label("Kind of key")).to_be_focused()
    keyboard.type("IP restricted")
    tabs_to(screens, "Make this key")
    keyboard.press("Enter")

    on(screens, 2)
    take_me_there(screens)
    expect(screens.client.get_by_label("Message to")).to_be_focused()
    keyboard.type("/test-keys")
    keyboard.press("Enter")

    on(screens, 3)
    expect(screens.dialog.get_by_role("radio", name="Spot/Margin")).to_be_focused()
    take_me_there(screens)
    expect(screens.exchange.get_by_role("button", name="Paste all three")).to_be_focused()
    keyboard.press("Enter")
    expect(screens.dialog.get_by_label("API Passphrase")).to_be_focused()
    keyboard.press("Enter")
    expect(screens.dialog.get_by_role("heading", name="Needs a fix")).to_be_visible(timeout=LONG_MS)

    on(screens, 4)
    keyboard.press("Escape")
    expect(screens.dialog).to_be_hidden()
    expect(screens.client.get_by_label("Message to")).to_be_focused()
    take_me_there(screens)
    keyboard.press("Enter")
    tabs_to(screens, "Claim")
    keyboard.press("Enter")

    on(screens, 5)
    take_me_there(screens)
    keyboard.press("Space")
    expect(screens.exchange.get_by_role("radio", name="No")).to_be_checked()
    tabs_to(screens, "Save")
    keyboard.press("Enter")

    on(screens, 6)
    take_me_there(screens)
    expect(screens.client.get_by_role("button", name="Test again")).to_be_focused()
    keyboard.press("Enter")
    expect(screens.dialog.get_by_role("heading", name="Passed")).to_be_visible(timeout=LONG_MS)
    expect(tour(screens).get_by_role("heading")).to_have_text("You have seen it all", timeout=LONG_MS)
    card = screens.staff.locator(".message", has_text="Case 1").first
    expect(card).to_contain_text("a later test passed", timeout=LONG_MS)
