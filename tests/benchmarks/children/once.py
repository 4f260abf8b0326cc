"""One check from the start of a process to its end: ``once.py CANDIDATE KEY SECRET PASSPHRASE``.

``keydesk`` and ``validators`` are our own commands as a person runs them, to their own end, with the three
parts on stdin.
"""

from __future__ import annotations

import asyncio
import json
import os
import runpy
import sys
from typing import Any

import askers

COMMANDS = {
    "keydesk": ["bot", "keydesk", "check", "kucoin"],
    "validators": ["validators", "validators", "kucoin"],
}
"""The module that is run, and what it is told it was called with."""


async def asked(make: Any, addresses: dict[str, str], key: list[str]) -> None:
    async with make(addresses) as ask:
        await ask(*key)
        await asyncio.gather(*askers.CLOSING)


def main() -> int:
    """0 where an answer came."""
    askers.trust_what_we_are_told()
    name, *key = sys.argv[1:]
    if name in COMMANDS:
        module, *sys.argv = COMMANDS[name]
        runpy.run_module(module, run_name="__main__")
    make, is_async = askers.CANDIDATES[name]
    addresses = json.loads(os.environ["BENCH_ADDRESSES"])
    if is_async:
        asyncio.run(asked(make, addresses, key))
    else:
        make(addresses)(*key)
    return 0


if __name__ == "__main__":
    sys.exit(main())
