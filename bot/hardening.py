"""A process that holds keys leaves no core dump, and nobody of the same user may read its memory.

Linux, prctl(2), PR_SET_DUMPABLE: a process that is not dumpable cannot be attached to by ptrace, its
memory under /proc belongs to root, and no core is written, not even into a pipe; core(5):
RLIMIT_CORE alone does not hold where /proc/sys/kernel/core_pattern begins with "|".
"""

from __future__ import annotations

import ctypes
import resource
import sys

PR_GET_DUMPABLE = 3
PR_SET_DUMPABLE = 4


def leave_no_core() -> bool:
    """Forbid core dumps and attaching, for good. False where this system cannot promise both."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not sys.platform.startswith("linux"):
        return False
    return _prctl(PR_SET_DUMPABLE) == 0


def leaves_no_core() -> bool:
    """Whether this process was told so."""
    limited = resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
    return limited and sys.platform.startswith("linux") and _prctl(PR_GET_DUMPABLE) == 0


def _prctl(option: int) -> int:
    """``prctl(option, 0)`` of the C library that Python itself runs on."""
    library = ctypes.CDLL(None, use_errno=True)
    answer: int = library.prctl(option, 0, 0, 0, 0)
    return answer
