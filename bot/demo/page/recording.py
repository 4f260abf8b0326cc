"""Writes the README's pictures: the page itself, in a real browser, so that they never go stale."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.demo.page.serving import served

if TYPE_CHECKING:
    from playwright.async_api import Page

BROWSERS = ("chromium", "chromium-browser")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = (
    "The pictures need a browser: install Debian's package chromium, and Playwright with `uv sync`. "
    "Nothing was written."
)
CANNOT_RECORD = 1
WIDTH, HEIGHT = 1700, 1350


def browser() -> str | None:
    """Where Debian's Chromium is."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


async def record(out: TextIO, folder: Path) -> int:
    """Play as far as the pictures need, and write them; the exit code."""
    program = browser()
    try:
        from playwright.async_api import async_playwright
    except ImportError:
        program = None
    if program is None:
        print(MISSING, file=out)
        return CANNOT_RECORD
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    async with served() as demo, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=program, args=list(QUIET))
        page = await chromium.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", locale="en-GB"
        )
        await page.goto(demo.door.address)
        await _play(page, folder)
        await chromium.close()
    print(f"Written to {folder}.", file=out)
    return 0


async def _play(page: Page, folder: Path) -> None:
    """A wrong key, its result in the dialog, and the card that support gets."""
    await page.get_by_text("The bot runs").wait_for()
    await page.get_by_label("Kind of key").select_option("expires_in_90_days")
    await page.get_by_role("button", name="Make this key").click()
    await page.get_by_label("Spot Trading").check()
    await page.get_by_role("button", name="Save").click()
    client, staff = page.locator("#pane-client"), page.locator("#pane-staff")
    await client.get_by_label("Message to").fill("/test-keys")
    await client.get_by_label("Message to").press("Enter")
    await client.get_by_role("dialog").wait_for()
    await page.get_by_role("button", name="Paste all three").click()
    await client.get_by_role("button", name="Test Keys").click()
    await client.get_by_role("dialog").get_by_text("Needs a fix").wait_for()
    await client.get_by_role("dialog").screenshot(path=_picture(folder, "result"), animations="disabled")
    await staff.get_by_role("button", name="support-keys").click()
    card = staff.locator(".message", has_text="Case 1")
    await card.get_by_role("button", name="Claim").click()
    await card.get_by_text("claimed").wait_for()
    await card.screenshot(path=_picture(folder, "card"), animations="disabled")


def _picture(folder: Path, name: str) -> str:
    return str(folder / f"{name}.png")
