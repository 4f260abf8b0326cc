"""Of a process on this machine we know whether it is gone; of any other we only have its lease."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.liveness import Identity, is_gone

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here")

ASLEEP = "import time; print(flush=True); time.sleep(600)"


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", ASLEEP], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        yield child
        child.kill()


def identity_of(pid: int) -> Identity:
    started = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return replace(Identity.of_this_process(), pid=pid, started=started)


def test_this_process_is_not_gone_and_its_ids_are_all_different() -> None:
    ids = {Identity.of_this_process().executor_id() for _ in range(100)}
    assert len(ids) == 100
    assert not any(is_gone(executor_id) for executor_id in ids)
    assert max(len(executor_id) for executor_id in ids) <= 128


def test_an_id_tells_who_it_is() -> None:
    me = Identity.of_this_process()
    assert Identity.read(me.executor_id()) == me
    assert me.pid == os.getpid()


def test_a_killed_process_is_gone_even_before_its_parent_looks(process: subprocess.Popen[bytes]) -> None:
    executor_id = identity_of(process.pid).executor_id()
    assert not is_gone(executor_id)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert is_gone(executor_id)
    process.wait()
    assert is_gone(executor_id)


def test_a_frozen_process_is_not_gone(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    assert not is_gone(identity_of(process.pid).executor_id())


def test_another_process_with_the_same_number_is_not_the_same() -> None:
    assert is_gone(replace(Identity.of_this_process(), started="1").executor_id())


@pytest.mark.parametrize("sight", ["", "another-boot"])
def test_of_a_process_out_of_sight_nothing_is_known(sight: str) -> None:
    assert not is_gone(replace(Identity.of_this_process(), sight=sight, started="1").executor_id())


@pytest.mark.parametrize("executor_id", ["", "local", "a~b~c~d~e", "a~b~1~d", "host~~x~~"])
def test_ids_of_another_make_mean_nobody(executor_id: str) -> None:
    assert Identity.read(executor_id) is None
    assert not is_gone(executor_id)
