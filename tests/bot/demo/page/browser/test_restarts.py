"""The bot is killed, stopped and started again while the page is open; so is the demo itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.bot.demo.page.browser.conftest import Opens, demo_process
from tests.bot.demo.page.browser.screens import Screens

pytestmark = pytest.mark.browser

LONG_MS = 60_000


def is_running(window: Screens) -> None:
    expect(window.page.get_by_text("The bot runs")).to_be_visible(timeout=LONG_MS)


def test_a_bot_killed_in_the_middle_of_a_test_still_tells_the_result_once(window: Screens) -> None:
    window.breaks("late")
    window.tests_key("general_only")
    expect(window.dialog).to_contain_text("Testing")
    window.page.get_by_role("button", name="Kill the bot").click()
    expect(window.page.get_by_text("The bot is stopped")).to_be_visible()
    window.mends()
    window.page.get_by_role("button", name="Start the bot").click()
    is_running(window)
    window.page.keyboard.press("Escape")
    result = window.client.locator(".message", has_text="Passed: KuCoin")
    expect(result).to_have_count(1, timeout=LONG_MS)


def test_a_stopped_bot_is_told_as_slack_tells_it_and_works_again_once_started(window: Screens) -> None:
    window.becomes(window.client, "Ben")
    window.page.get_by_role("button", name="Stop the bot").click()
    expect(window.page.get_by_text("The bot is stopped")).to_be_visible(timeout=LONG_MS)
    window.says(window.client, "/test-keys")
    expect(window.client.get_by_role("alert")).to_contain_text("the app is not connected")
    window.page.get_by_role("button", name="Start the bot").click()
    is_running(window)
    window.opens_dialog()
    expect(window.client.get_by_role("alert").first).to_have_text("")


def test_an_open_page_goes_on_by_itself_when_the_demo_was_started_anew(opens: Opens, tmp_path: Path) -> None:
    with demo_process(cache=tmp_path) as address:
        window = opens(address)
        window.may_lose_the_line = True
    expect(window.page.locator("#offline")).to_contain_text("The demo does not answer")
    port = int(address.split(":")[2].split("/")[0])
    with demo_process(port, cache=tmp_path):
        is_running(window)
        window.opens_dialog()
        expect(window.dialog.get_by_label("API Key")).to_be_visible()
        window.page.context.close()


def test_another_window_follows_without_reloading(opens: Opens, shared_address: str) -> None:
    one, other = opens(shared_address), opens(shared_address)
    for seat in (one, other):
        seat.closes()
        seat.goes_to(seat.client, "general")
    one.says(one.client, "Hello from one window")
    expect(other.client.locator(".message", has_text="Hello from one window")).to_be_visible()
    one.client.locator(".message", has_text="Hello from one window").hover()
    one.client.locator(".message", has_text="Hello from one window").get_by_role(
        "button", name="Delete"
    ).click()
    expect(other.client.locator(".message", has_text="Hello from one window")).to_have_count(0)
