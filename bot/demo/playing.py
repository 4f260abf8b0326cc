"""The three ways to see keydesk at work on this machine; each imports only what it needs."""

from __future__ import annotations

import sys
from pathlib import Path


async def page(port: int | None, *, open_browser: bool) -> int:
    """Serve the page until Ctrl-C."""
    from bot.demo.page.serving import run

    return await run(sys.stdout, port, open_browser=open_browser)


async def story() -> int:
    """Play one client in the terminal."""
    from bot.demo.story import tell

    return await tell(sys.stdout)


async def record(folder: Path) -> int:
    """Write the pictures of the README."""
    from bot.demo.page.recording import record as recorded

    return await recorded(sys.stdout, folder)
