"""What takes longest to load is loaded beside the rest, and a short program is not searched for garbage."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading

import pytest

from validators.beforehand import client_loading


def printed(script: str) -> str:
    """By a process of its own, in which nothing has been imported."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_entering_it_waits_for_nothing_and_leaving_it_has_the_client_ready() -> None:
    script = (
        "import sys, time; from validators.beforehand import client_loading\n"
        "print('validators.http' in sys.modules, end=' ')\n"
        "with client_loading():\n"
        "    import threading; print(threading.active_count(), end=' ')\n"
        "from validators import http\n"
        "print(http._ssl_context.cache_info().currsize, threading.active_count())"
    )

    assert printed(script) == "False 2 1 1"


def test_the_collector_rests_inside_and_goes_on_after_it() -> None:
    assert gc.isenabled()
    with client_loading():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_whoever_had_turned_the_collector_off_finds_it_off() -> None:
    gc.disable()
    try:
        with client_loading():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_goes_wrong_inside_is_told_and_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    with pytest.raises(LookupError), client_loading():
        raise LookupError

    assert threading.active_count() == before
    assert gc.isenabled()


@pytest.mark.parametrize("command", ["validators", "keydesk"])
def test_a_command_of_another_kind_does_not_load_the_client(command: str) -> None:
    asked = {
        "validators": "from validators.__main__ import main\nmain(['guide'])",
        "keydesk": "import sys; sys.argv = ['keydesk', '--version']\nfrom bot.__main__ import app\napp()",
    }
    script = f"import atexit, sys\natexit.register(lambda: print('aiohttp' in sys.modules))\n{asked[command]}"

    assert printed(script).splitlines()[-1] == "False"
