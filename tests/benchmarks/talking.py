"""Processes that a benchmark talks to, one line of JSON each way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import certifi
import trustme

TOP = Path(__file__).parents[2]
CHILDREN = Path(__file__).parent / "children"


class Broken(Exception):  # noqa: N818 - a process, not an error of this one
    """The process ended or could not start; the last it said."""


class Talker:
    """A process that answers each line with a line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.greeting = self._heard()

    def ask(self, **told: Any) -> Any:
        """What it answers.

        Raises:
            Broken: it is no longer there.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(told) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise Broken(self._last_words()) from None
        return self._heard()

    def _heard(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise Broken(self._last_words())
        return json.loads(line)

    def _last_words(self) -> str:
        self._process.wait(10)
        return f"ended with {self._process.returncode}"


@contextmanager
def talking(command: list[str], environment: Mapping[str, str]) -> Iterator[Talker]:
    """Start it, talk to it, end it."""
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, **environment},
            cwd=TOP,
        )
        try:
            yield Talker(process)
        except Broken as broken:
            errors.seek(0)
            raise Broken(f"{broken}: {errors.read()[-600:]}") from None
        finally:
            process.kill()
            process.communicate()


class Venue:
    """The local KuCoin and what it takes to trust it."""

    def __init__(self, talker: Talker, bundle: Path) -> None:
        self._talker = talker
        self.addresses: dict[str, str] = talker.greeting
        self.environment = {
            "BENCH_ADDRESSES": json.dumps(self.addresses),
            "SSL_CERT_FILE": str(bundle),
            "REQUESTS_CA_BUNDLE": str(bundle),
            "PYTHONPATH": str(TOP),
            **self.addresses,
        }

    def latency(self, milliseconds: float) -> None:
        self._talker.ask(latency_ms=milliseconds)

    def keys(self, count: int) -> list[list[str]]:
        """Keys never seen before, each with secret and passphrase."""
        issued: list[list[str]] = self._talker.ask(issue=count)
        return issued

    def requests(self) -> int:
        """How many came since it was last asked."""
        return int(self._talker.ask(count=True))


@contextmanager
def venue() -> Iterator[Venue]:
    """A KuCoin over TLS; its authority stands in one bundle with those that everybody trusts."""
    authority = trustme.CA()
    with tempfile.TemporaryDirectory() as folder:
        certificate, bundle = Path(folder, "server.pem"), Path(folder, "bundle.pem")
        authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(certificate))
        bundle.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + authority.cert_pem.bytes())
        command = [sys.executable, str(CHILDREN / "venue_child.py"), str(certificate)]
        with talking(command, {"PYTHONPATH": str(TOP)}) as talker:
            yield Venue(talker, bundle)
