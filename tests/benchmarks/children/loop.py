"""One candidate in a process of its own: reads what to test on stdin, answers with what it cost.

    python loop.py CANDIDATE

Runs in the candidate's own environment, so it imports nothing but the standard library by itself.
Each line in is JSON: ``keys`` (lists of key, secret, passphrase) and ``at_once``. Each line out holds
``wall_ms`` of each check, ``total_s``, ``cpu_s`` of this process, ``errors``, and ``peak_mib``.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import askers


class Tally:
    """What the checks of one round cost."""

    def __init__(self) -> None:
        gc.collect()
        self.wall_ms: list[float] = []
        self.errors: list[str] = []
        self._began, self._cpu = time.perf_counter(), time.process_time()

    def add(self, began: float, error: str | None) -> None:
        self.wall_ms.append((time.perf_counter() - began) * 1000)
        if error is not None:
            self.errors.append(error)

    def told(self) -> dict[str, Any]:
        return {
            "wall_ms": self.wall_ms,
            "total_s": time.perf_counter() - self._began,
            "cpu_s": time.process_time() - self._cpu,
            "errors": len(self.errors),
            "first_error": self.errors[0] if self.errors else None,
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }


async def round_async(ask: Any, keys: list[list[str]], at_once: int) -> dict[str, Any]:
    tally, turn = Tally(), asyncio.Semaphore(at_once)

    async def one(key: list[str]) -> None:
        async with turn:
            began, error = time.perf_counter(), None
            try:
                await ask(*key)
            except Exception as fault:  # noqa: BLE001 - whatever a peer raises is counted
                error = type(fault).__name__
            tally.add(began, error)

    await asyncio.gather(*map(one, keys))
    return tally.told()


def round_in_threads(ask: Any, keys: list[list[str]], at_once: int) -> dict[str, Any]:
    tally = Tally()

    def one(key: list[str]) -> None:
        began, error = time.perf_counter(), None
        try:
            ask(*key)
        except Exception as fault:  # noqa: BLE001 - whatever a peer raises is counted
            error = type(fault).__name__
        tally.add(began, error)

    if at_once == 1:
        for key in keys:
            one(key)
    else:
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(one, keys))
    return tally.told()


async def serve_async(make: Any, addresses: dict[str, str]) -> None:
    async with make(addresses) as ask:
        say({"ready": True})
        while line := await asyncio.to_thread(sys.stdin.readline):
            say(await round_async(ask, **json.loads(line)))


def serve_in_threads(make: Any, addresses: dict[str, str]) -> None:
    ask = make(addresses)
    say({"ready": True})
    for line in sys.stdin:
        say(round_in_threads(ask, **json.loads(line)))


def say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _runner(name: str) -> Any:
    """Each as it is shipped: ours runs on a loop of its choice, a library on what its user has."""
    return import_module("bot.event_loop").run_on_fast_loop if name == "ours" else asyncio.run


def main() -> None:
    askers.trust_what_we_are_told()
    make, is_async = askers.CANDIDATES[sys.argv[1]]
    addresses = json.loads(os.environ["BENCH_ADDRESSES"])
    if is_async:
        _runner(sys.argv[1])(serve_async(make, addresses))
    else:
        serve_in_threads(make, addresses)


if __name__ == "__main__":
    main()
