"""Serves the demo with a guide of one's own: python serve_words.py FILE. For tests that edit words."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from bot.demo.page.serving import served


async def main(guide: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    async with served(guide=guide) as demo:
        sys.stdout.write(f"{demo.door.address}\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
