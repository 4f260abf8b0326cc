"""A process ends although a thread of it never does, and whoever is done in time is left alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.leaving import LastResort

TOP = Path(__file__).parents[2]
STUCK = """
import asyncio, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from bot.leaving import LastResort, leave
print("before", flush=True)
"""
A_THREAD = "ThreadPoolExecutor(1).submit(threading.Event().wait)\n"


def ended(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", STUCK + code],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_thread_that_never_ends_is_left_behind() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", STUCK + A_THREAD], cwd=TOP, check=False, timeout=3)

    done = ended(A_THREAD + "print('said', end=''); leave(3, grace_s=0.1)")

    assert done.returncode == 3
    assert done.stdout.startswith("before\nsaid"), "what was said is not lost"


@pytest.mark.parametrize("code", [0, 3, 78])
def test_without_such_a_thread_python_ends_as_always(code: int) -> None:
    done = ended(f"import atexit; atexit.register(print, 'closed'); leave({code})")

    assert (done.returncode, done.stdout) == (code, "before\nclosed\n")


def test_a_thread_that_ends_soon_is_waited_for() -> None:
    thread = "threading.Thread(target=lambda: (time.sleep(0.3), print('written'))).start()\n"

    assert ended(thread + "leave(0, grace_s=30)").stdout == "before\nwritten\n"


def test_the_last_resort_ends_a_process_that_hangs() -> None:
    done = ended("with LastResort() as last:\n    last.after(0.2, 3)\n    time.sleep(300)")

    assert done.returncode == 3
    assert "not_closed_in_time" in done.stdout + done.stderr


def test_the_last_resort_leaves_alone_who_is_done_in_time() -> None:
    done = ended("with LastResort() as last:\n    last.after(0.2, 3)\ntime.sleep(0.6)\nprint('done')")

    assert (done.returncode, done.stdout) == (0, "before\ndone\n")


def test_a_second_call_does_not_move_the_moment() -> None:
    with LastResort() as last:
        last.after(300, 3)
        first = last._timer
        last.after(0.001, 4)
        assert last._timer is first


@pytest.mark.parametrize("code", [0, 3])
def test_the_program_itself_leaves_so(code: int) -> None:
    hangs = f"lambda: (ThreadPoolExecutor(1).submit(threading.Event().wait), sys.exit({code}))"

    done = ended(f"import bot.__main__ as program; program.app = {hangs}; program.main()")

    assert done.returncode == code
    assert "threads_left_behind" in done.stdout + done.stderr
