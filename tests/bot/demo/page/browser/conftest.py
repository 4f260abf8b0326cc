"""The demo as a process of its own, as a newcomer starts it, and Debian's Chromium to look at it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bot.demo.page.recording import QUIET
from tests.bot.demo.page.browser.screens import Screens

REPOSITORY = Path(__file__).parents[5]
ENDS_WITHIN_S = 40
PATIENCE_MS = 20_000

Opens = Callable[..., Screens]


@contextmanager
def process_address(arguments: list[str], cache: Path | None = None) -> Iterator[str]:
    """A Python process that prints the address of a page, and must end well when it is interrupted."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    environment |= {"XDG_CACHE_HOME": str(cache)} if cache else {}
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.search(r"http://\S+", said)
        try:
            assert found, f"no address was printed: {said!r}"
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)
            process.stdout.read()
            code = process.wait(ENDS_WITHIN_S)
        assert code == 0, "the demo did not end cleanly"


def demo_process(port: int = 0, cache: Path | None = None) -> AbstractContextManager[str]:
    """`keydesk demo`, as a newcomer starts it."""
    return process_address(["-m", "bot", "demo", "--no-open", "--port", str(port)], cache)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; every test gets a window of its own.

    Not longer than a module: Playwright's loop stays on this thread, and asynchronous tests need it.
    """
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Debian's package chromium is not installed here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def shared_address() -> Iterator[str]:
    """A demo for all tests of one module, each of which plays somebody else."""
    with demo_process() as address:
        yield address


@pytest.fixture
def own_address() -> Iterator[str]:
    """A demo in which nothing has happened yet."""
    with demo_process() as address:
        yield address


@pytest.fixture
def opens(chromium: Browser) -> Iterator[Opens]:
    """Open a window at an address; no window may ask another host or complain in its console."""
    with ExitStack() as stack:

        def open_window(address: str, width: int = 1440, height: int = 900, scheme: str = "light") -> Screens:
            context = chromium.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                reduced_motion="reduce",
            )
            stack.callback(context.close)
            return _watched(stack, context, address)

        yield open_window


def _watched(stack: ExitStack, context: BrowserContext, address: str) -> Screens:
    context.set_default_timeout(PATIENCE_MS)
    page: Page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    screens = Screens(page, asked, complaints)

    def checked() -> None:
        host = address.split("/?", maxsplit=1)[0]
        assert asked, "nothing was asked at all"
        assert [url for url in asked if not url.startswith(f"{host}/")] == []
        assert [one for one in complaints if not (screens.may_lose_the_line and "ERR_" in one)] == []

    stack.callback(checked)
    page.goto(address)
    page.get_by_text("The bot runs").wait_for()
    return screens


@pytest.fixture
def window(opens: Opens, shared_address: str) -> Screens:
    """A window on the module's demo."""
    screens = opens(shared_address)
    screens.closes()
    return screens
