"""Fields that ask the app while somebody uses them, menus of messages, talk among several, and silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.bot.demo.page.browser.conftest import process_address

pytestmark = pytest.mark.browser

SERVE = str(Path(__file__).with_name("serve_cakes.py"))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with process_address([SERVE]) as found:
        yield found


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    opened = chromium.new_page(reduced_motion="reduce")
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(address)
    opened.get_by_label("Message to").first.wait_for()
    yield opened
    assert complaints == []
    opened.close()


@pytest.fixture
def pane(page: Page) -> Locator:
    return page.get_by_role("region", name="One")


@pytest.fixture
def dialog(pane: Locator) -> Locator:
    pane.get_by_label("Message to").fill("/cake")
    pane.get_by_label("Message to").press("Enter")
    opened = pane.get_by_role("dialog")
    opened.wait_for()
    return opened


def test_a_dialog_is_filled_in_by_what_the_app_offers_and_by_files(
    page: Page, pane: Locator, dialog: Locator
) -> None:
    search = dialog.get_by_role("searchbox", name="Cake: search")
    expect(search).to_be_focused()
    expect(dialog.get_by_text("Type at least 2 characters.").first).to_be_visible()
    page.keyboard.type("sp")
    expect(dialog.get_by_role("status").first).to_have_text("2 found")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(dialog.get_by_role("radio", name="Sponge")).to_be_checked()

    toppings = dialog.get_by_role("searchbox", name="Toppings: search")
    for typed, name in (("spi", "Spice"), ("tar", "Tart")):
        toppings.fill(typed)
        dialog.get_by_role("group", name="Toppings").get_by_role("checkbox", name=name).check()
    expect(dialog.get_by_role("checkbox", name="Spice")).to_be_checked()

    recipe = dialog.get_by_label("Recipe", exact=True)
    recipe.set_input_files({"name": "cake.txt", "mimeType": "text/plain", "buffer": b"flour"})
    expect(dialog.get_by_role("list", name="Recipe: added")).to_have_text("cake.txt")
    recipe.set_input_files({"name": "cake.exe", "mimeType": "text/plain", "buffer": b"flour"})
    expect(dialog.get_by_text("only files of these kinds are taken: txt")).to_be_visible()

    dialog.get_by_role("button", name="Send").click()
    expect(pane.locator(".message").last).to_contain_text("Sponge; ['spice', 'tart']; ['cake.txt']")


def test_what_is_missing_is_told_at_each_of_them(dialog: Locator) -> None:
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.get_by_text("Please complete this required field.")).to_have_count(3)
    expect(dialog.get_by_role("searchbox", name="Cake: search")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_role("button", name="Close the dialog").click()


def test_an_app_that_does_not_answer_is_told_as_slack_tells_it(pane: Locator) -> None:
    pane.get_by_label("Message to").fill("/slow")
    pane.get_by_label("Message to").press("Enter")
    expect(pane.get_by_role("alert").first).to_contain_text(
        "/slow failed, because the app did not answer within three seconds (operation_timeout)."
    )


def test_a_menu_in_a_message_asks_the_app_too(pane: Locator) -> None:
    message = pane.locator(".message", has_text="Pick one.")
    message.get_by_role("searchbox", name="Any cake: search").fill("tart")
    message.get_by_role("radio", name="Tart").check()
    expect(pane.locator(".message").last).to_contain_text("You chose Tart.")


def test_a_message_has_the_menu_of_the_app(pane: Locator) -> None:
    pane.get_by_role("navigation").get_by_role("button", name="general").click()
    pane.get_by_label("Message to").fill("two eggs")
    pane.get_by_label("Message to").press("Enter")
    message = pane.locator(".message", has_text="two eggs")
    message.hover()
    message.get_by_role("button", name="Bake this").click()
    told = pane.locator(".message", has_text="Baked from “two eggs”.")
    expect(told).to_contain_text("Only visible to you")
    expect(told.get_by_role("button", name="Bake this")).to_have_count(0)


def test_talk_among_several_is_called_after_the_others(pane: Locator) -> None:
    pane.get_by_role("navigation").get_by_role("button", name="Max Member, Cake").click()
    pane.get_by_label("Message to Max Member, Cake").fill("Cake for three")
    pane.get_by_label("Message to Max Member, Cake").press("Enter")
    pane.get_by_label("You are").select_option(label="Max Member (member)")
    pane.get_by_role("navigation").get_by_role("button", name="Mia Member, Cake").click()
    expect(pane.locator(".message", has_text="Cake for three")).to_be_visible()
