"""Loads what takes longest, the HTTP client and the authorities it trusts, beside the rest of the start.

Reading the authorities leaves the interpreter free, so the imports go on meanwhile; and where somebody
types the key, all of it is there before they are through.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def client_loading() -> Iterator[None]:
    """To be entered before anything else is imported."""
    loading = threading.Thread(target=_load_client, name="http client")
    with _nothing_collected():
        loading.start()
        try:
            yield
        finally:
            loading.join()


def _load_client() -> None:
    from validators.http import shared_ssl_context

    shared_ssl_context()


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """So short a program leaves the collecting to its end: it is a sixth of the time that imports take."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
