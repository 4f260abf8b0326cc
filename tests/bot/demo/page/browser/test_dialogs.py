"""Dialogs on the page: closed early, refused at a field, asked first, and never a way out by Tab."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.bot.demo.page.browser.screens import Screens

pytestmark = pytest.mark.browser

LONG_MS = 20_000


def test_a_dialog_closed_early_loses_nothing(window: Screens) -> None:
    window.breaks("late")
    window.tests_key("general_only")
    expect(window.dialog).to_contain_text("Testing")
    window.page.keyboard.press("Escape")
    expect(window.dialog).to_be_hidden()
    result = window.client.locator(".message", has_text="Passed: KuCoin")
    expect(result.first).to_be_visible(timeout=LONG_MS)
    expect(window.dialog).to_be_hidden()
    window.mends()


def test_a_wrong_shape_is_told_at_its_field_which_has_the_focus(window: Screens) -> None:
    window.becomes(window.client, "Ben")
    window.makes_key("general_only")
    window.opens_dialog()
    window.pastes()
    window.dialog.get_by_label("API Key").fill("6705***d3eb")
    window.submits()
    field = window.dialog.get_by_label("API Key")
    expect(field).to_have_attribute("aria-invalid", "true")
    described = str(field.get_attribute("aria-describedby")).split()[0]
    expect(window.dialog.locator(f"#{described}")).to_contain_text("masked")
    expect(field).to_be_focused()
    expect(window.dialog.get_by_label("API Passphrase")).not_to_have_value("")
    window.page.keyboard.press("Escape")


def test_an_empty_required_field_is_told_before_anything_is_sent(window: Screens) -> None:
    window.becomes(window.client, "Ben")
    window.opens_dialog()
    window.submits()
    expect(window.dialog).to_contain_text("Please complete this required field.")
    expect(window.dialog.get_by_label("API Key")).to_be_focused()


def test_tab_stays_inside_the_dialog_and_f6_leads_out(window: Screens) -> None:
    window.becomes(window.client, "Ben")
    window.opens_dialog()
    for _ in range(14):
        window.page.keyboard.press("Tab")
        assert window.dialog.locator(":focus").count() == 1
    window.page.keyboard.press("F6")
    assert window.dialog.locator(":focus").count() == 0
    window.page.keyboard.press("Shift+F6")
    assert window.dialog.locator(":focus").count() == 1


def test_what_was_typed_stays_when_the_page_is_loaded_anew(window: Screens) -> None:
    window.becomes(window.client, "Ann")
    window.opens_dialog()
    window.dialog.get_by_label("API Passphrase").fill("Read-only-2026")
    window.dialog.get_by_label("API Passphrase").blur()
    with window.page.expect_response("**/api/act"):
        window.dialog.get_by_label("API Key").fill("half a key")
        window.dialog.get_by_label("API Key").blur()
    window.page.reload()
    expect(window.dialog.get_by_label("API Passphrase")).to_have_value("Read-only-2026")


def test_what_cannot_be_undone_asks_first(window: Screens) -> None:
    window.becomes(window.client, "Ben")
    window.tests_key("ip_restricted")
    expect(window.dialog.get_by_role("heading", name="Needs a fix")).to_be_visible(timeout=LONG_MS)
    window.goes_to(window.staff, "support-keys")
    card = window.staff.locator(".message", has_text="@Ben Baker").first
    question = window.staff.get_by_role("alertdialog")
    card.get_by_role("button", name="Resolve").click()
    expect(question).to_contain_text("The case is closed")
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_be_hidden()
    expect(card.get_by_role("button", name="Resolve")).to_be_visible()
    card.get_by_role("button", name="Resolve").click()
    question.get_by_role("button", name="Resolve").click()
    expect(card).to_contain_text("Closed")
    expect(card.get_by_role("button", name="Resolve")).to_be_hidden()


def test_words_go_to_the_client_and_back(window: Screens) -> None:
    window.becomes(window.client, "Gus")
    window.client.get_by_role("button", name="Home").click()
    window.client.get_by_role("button", name="Test an API key").first.click()
    window.makes_key("ip_restricted")
    window.pastes()
    window.submits()
    expect(window.dialog.get_by_role("heading", name="Needs a fix")).to_be_visible(timeout=LONG_MS)
    window.dialog.get_by_role("button", name="Close").last.click()
    window.goes_to(window.staff, "support-keys")
    card = window.staff.locator(".message", has_text="@Gus Guest").first
    card.get_by_role("button", name="Reply to client").click()
    reply = window.staff.get_by_role("dialog")
    reply.get_by_role("textbox").fill("Shall I show you where IP restriction is?")
    reply.locator("[type=submit]").click()
    reply.get_by_text("On its way").wait_for()
    window.page.keyboard.press("Escape")
    expect(reply).to_be_hidden()
    window.client.get_by_role("button", name="Messages").click()
    said = window.client.locator(".message", has_text="Shall I show you")
    expect(said).to_be_visible(timeout=LONG_MS)
    said.locator(".b-button", has_text="Reply").click()
    window.dialog.get_by_role("textbox").fill("Yes please!")
    window.dialog.locator("[type=submit]").click()
    expect(window.dialog.get_by_role("textbox")).to_be_hidden()
    window.closes()
    card.get_by_role("button", name=re.compile(r"\d repl(y|ies)$")).click()
    expect(window.staff.locator(".thread")).to_contain_text("Yes please!", timeout=LONG_MS)
