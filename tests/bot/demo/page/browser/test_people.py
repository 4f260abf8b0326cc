"""Several people at once: nobody sees anything of anybody else, and everybody has a way in."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.bot.demo.page.browser.conftest import Opens
from tests.bot.demo.page.browser.screens import Screens

pytestmark = pytest.mark.browser

LONG_MS = 20_000


def test_two_clients_test_at_once_and_see_only_their_own(opens: Opens, shared_address: str) -> None:
    ann, ben = opens(shared_address), opens(shared_address)
    ben.becomes(ben.client, "Ben")
    ann.makes_key("ip_restricted")
    ann.opens_dialog()
    ann.pastes()
    ben.makes_key("general_only")
    ben.opens_dialog()
    ben.pastes()
    ann.submits()
    ben.submits()
    expect(ann.dialog.get_by_role("heading", name="Needs a fix")).to_be_visible(timeout=LONG_MS)
    expect(ben.dialog.get_by_role("heading", name="Passed")).to_be_visible(timeout=LONG_MS)
    for seat, own, other in ((ann, "Needs a fix", "Passed:"), (ben, "Passed", "Needs a fix:")):
        seat.page.keyboard.press("Escape")
        expect(seat.client.locator(".message", has_text=own)).to_have_count(1, timeout=LONG_MS)
        expect(seat.client.locator(".message", has_text=other)).to_have_count(0)


def test_somebody_from_another_company_comes_in_by_the_invitation(window: Screens) -> None:
    window.goes_to(window.staff, "client-eve")
    window.says(window.staff, "/triage invite")
    window.becomes(window.client, "Eve")
    window.says(window.client, "/test-keys")
    expect(window.client.get_by_role("alert")).to_contain_text("not a valid command")
    window.goes_to(window.client, "client-eve")
    window.client.get_by_role("button", name="Test an API key").first.click()
    expect(window.dialog.get_by_label("API Secret")).to_be_visible()
    window.page.keyboard.press("Escape")
    expect(window.dialog).to_be_hidden()


def test_a_guest_comes_in_by_the_home_tab(window: Screens) -> None:
    window.becomes(window.client, "Gus")
    window.says(window.client, "/test-keys")
    expect(window.client.get_by_role("alert")).to_contain_text("cannot be used by guests")
    window.client.get_by_role("button", name="Home").click()
    window.client.get_by_role("button", name="Test an API key").first.click()
    expect(window.dialog.get_by_label("API Secret")).to_be_visible()


def test_a_stranger_sees_and_writes_nothing(window: Screens) -> None:
    window.becomes(window.client, "Stan")
    expect(window.client).to_contain_text("shares no channel with the app")
    expect(window.client.get_by_label("Message to")).to_be_hidden()
    window.becomes(window.client, "Ann")
    expect(window.client.get_by_label("Message to")).to_be_visible()


def test_an_answer_for_one_person_says_so_and_is_seen_by_no_other(opens: Opens, shared_address: str) -> None:
    sue, sam = opens(shared_address), opens(shared_address)
    sam.becomes(sam.staff, "Sam")
    for seat in (sue, sam):
        seat.goes_to(seat.staff, "general")
    sue.says(sue.staff, "/triage help")
    answer = sue.staff.locator(".message", has_text="Only visible to you")
    expect(answer).to_contain_text("/triage claim")
    sue.says(sue.staff, "Good morning, @Sam Support")
    expect(sam.staff.locator(".message", has_text="Good morning")).to_contain_text("@Sam Support")
    expect(sam.staff.locator(".message", has_text="/triage claim")).to_have_count(0)
