"""``python -m bot.demo.kucoin`` serves other processes and tells them its keys as JSON lines."""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme

from bot.demo.kucoin import PRESETS
from bot.demo.kucoin.__main__ import main
from bot.demo.kucoin.signing import signed

START_BUDGET_S = 30


@asynccontextmanager
async def served(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The venue in a process of its own, which ends with a clean exit."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.demo.kucoin", *arguments, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        assert await process.wait() == 0


async def lines(process: asyncio.subprocess.Process, count: int) -> list[dict[str, Any]]:
    assert process.stdout is not None
    async with asyncio.timeout(START_BUDGET_S):
        return [json.loads(await process.stdout.readline()) for _ in range(count)]


async def described(url: str, line: dict[str, str]) -> tuple[int, Any, Any]:
    """Ask by the running clock, which the other process shares."""
    told = str(int(time.time() * 1000))
    headers = {
        "KC-API-KEY": line["key"],
        "KC-API-SIGN": signed(line["secret"], f"{told}GET/api/v1/user/api-key"),
        "KC-API-TIMESTAMP": told,
        "KC-API-PASSPHRASE": signed(line["secret"], line["passphrase"]),
        "KC-API-KEY-VERSION": "3",
    }
    address = f"{url}/api/v1/user/api-key"
    async with aiohttp.ClientSession() as session, session.get(address, headers=headers) as response:
        return response.status, await response.json(), response.headers


async def test_it_prints_where_it_is_and_a_key_of_every_kind() -> None:
    async with served("--latency-ms", "1", "--copies", "2") as process:
        settings, *keys = await lines(process, 1 + 2 * len(PRESETS))
        address = settings["settings"]["KUCOIN_API_URL"] + "/api/v1/timestamp"
        async with aiohttp.ClientSession() as session, session.get(address) as response:
            told = await response.json()

    assert told["code"] == "200000"
    assert {line["preset"] for line in keys} == set(PRESETS)
    assert len({line["key"] for line in keys}) == 2 * len(PRESETS)
    assert all(set(line) == {"preset", "key", "secret", "passphrase"} for line in keys)


async def test_a_printed_key_works() -> None:
    async with served("--no-quotas") as process:
        settings, line = await lines(process, 2)
        url = settings["settings"]["KUCOIN_API_URL"]
        status, body, headers = await described(url, line)

    assert (status, body["data"]["permission"]) == (200, "General")
    assert "gw-ratelimit-limit" not in headers


async def test_it_speaks_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    chain, private = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(private)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    async with served("--tls-cert", str(chain), "--tls-key", str(private)) as process:
        (settings,) = await lines(process, 1)
        address = settings["settings"]["KUCOIN_FUTURES_API_URL"] + "/api/v1/timestamp"
        async with aiohttp.ClientSession() as session, session.get(address, ssl=trusting) as response:
            assert (await response.json())["code"] == "200000"


def test_a_certificate_without_a_key_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["kucoin", "--tls-cert", "chain.pem"])

    with pytest.raises(SystemExit):
        main()

    assert "--tls-key" in capsys.readouterr().err
