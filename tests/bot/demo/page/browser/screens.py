"""What a person finds on the page, by what it says."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


class Screens:
    """The panes of one window."""

    def __init__(self, page: Page, asked: list[str], complaints: list[str]) -> None:
        self.page, self.asked, self.complaints = page, asked, complaints
        self.may_lose_the_line = False

    @property
    def client(self) -> Locator:
        return self.page.get_by_role("region", name="Client")

    @property
    def staff(self) -> Locator:
        return self.page.get_by_role("region", name="Support staff")

    @property
    def exchange(self) -> Locator:
        return self.page.get_by_role("region", name="KuCoin")

    @property
    def dialog(self) -> Locator:
        return self.client.get_by_role("dialog")

    def becomes(self, pane: Locator, name: str) -> None:
        """Choose who one is."""
        options = pane.get_by_label("You are").locator("option").all_text_contents()
        label = next(one for one in options if one.startswith(name))
        with self.page.expect_response("**/api/screen**"):
            pane.get_by_label("You are").select_option(label=label)
        self.closes()

    def says(self, pane: Locator, text: str) -> None:
        """Write into what is open."""
        pane.get_by_label("Message to").fill(text)
        pane.get_by_label("Message to").press("Enter")

    def goes_to(self, pane: Locator, place: str) -> None:
        """Open a conversation."""
        pane.get_by_role("navigation").get_by_role("button", name=place).click()

    def makes_key(self, slug: str) -> None:
        """Make a key of that kind; its three parts are in the clipboard then."""
        self.exchange.get_by_label("Kind of key").select_option(slug)
        self.exchange.get_by_role("button", name="Make this key").click()
        self.exchange.get_by_text("The key is made").wait_for()

    def closes(self) -> None:
        """Whatever dialogs an earlier test left open."""
        if self.dialog.count():
            self.dialog.get_by_role("button", name="Close the dialog").click()
            self.dialog.wait_for(state="detached")

    def opens_dialog(self) -> None:
        """Write /test-keys as the client."""
        self.closes()
        self.says(self.client, "/test-keys")
        self.dialog.get_by_role("button", name="Test Keys").wait_for()

    def pastes(self) -> None:
        """All three parts into the open dialog."""
        self.exchange.get_by_role("button", name="Paste all three").click()
        # On a narrow window the pane of the dialog has come in front of the exchange's.
        self.exchange.get_by_text("Pasted into the dialog").or_(self.dialog).first.wait_for()
        expect(self.dialog.get_by_label("API Passphrase")).not_to_have_value("")

    def submits(self) -> None:
        self.dialog.get_by_role("button", name="Test Keys").click()

    def tests_key(self, slug: str) -> None:
        """The whole way from the key to "Test Keys"."""
        self.makes_key(slug)
        self.opens_dialog()
        self.pastes()
        self.submits()

    def breaks(self, fault: str) -> None:
        """Let that happen at KuCoin."""
        self.exchange.get_by_label("What happens").select_option(fault)
        self.exchange.get_by_role("button", name="Let this happen").click()
        self.exchange.get_by_text("KuCoin is broken now").wait_for()

    def mends(self) -> None:
        """Let all be well at KuCoin."""
        mend = self.exchange.get_by_role("button", name="Mend:")
        while mend.count():
            mend.first.click()
            self.exchange.get_by_text("Mended.").wait_for()
        self.exchange.get_by_text("All is well.").wait_for()
