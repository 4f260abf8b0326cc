"""Who a process is, and whether another one on this machine is gone.

A lease alone would let the work of a killed process wait until the lease runs out, after every
restart. Where both run in one process table, Linux knows at once.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Identity:
    """Which process an executor id means.

    Attributes:
        sight: The same for processes that see each other in `/proc`; empty where there is none.
        started: When the process began, in the kernel's ticks since boot: pids are used again.
    """

    host: str
    sight: str
    pid: int
    started: str

    @classmethod
    def of_this_process(cls) -> Identity:
        pid = os.getpid()
        return cls(socket.gethostname()[:60].replace("~", "-"), _sight(), pid, _started(pid) or "")

    @classmethod
    def read(cls, executor_id: str) -> Identity | None:
        """None where the id is of another make."""
        parts = executor_id.split("~")
        if len(parts) != 5 or not parts[2].isdecimal():
            return None
        return cls(parts[0], parts[1], int(parts[2]), parts[3])

    def executor_id(self) -> str:
        """An id that no other process has had, nor this one before."""
        return "~".join((self.host, self.sight, str(self.pid), self.started, secrets.token_hex(4)))


def is_gone(executor_id: str) -> bool:
    """Whether that process certainly runs no more. A frozen one is not gone."""
    identity = Identity.read(executor_id)
    if identity is None or not identity.sight or identity.sight != _sight():
        return False
    return _started(identity.pid) != identity.started


def _sight() -> str:
    """One boot of one machine, and one process namespace in it: containers may share a host name."""
    if _started(1) is None:
        # Other people's processes are hidden here (proc(5), hidepid), so absence means nothing.
        return ""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text()
        namespace = (_PROC / "self/ns/pid").readlink()
    except OSError:
        return ""
    return hashlib.sha256(f"{boot}{namespace}".encode()).hexdigest()[:12]


def _started(pid: int) -> str | None:
    """When it began; None where there is no such process, or only its remains."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # proc(5): after the name in brackets, which may hold anything, come state (3) to starttime (22).
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in {"Z", "X"} else fields[19]
