"""The client that can only read: nothing else leaves this process."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.validators.wire import Wire, answer, wire
from validators.http import (
    RefusedToSendError,
    read_only_client,
)


async def test_a_read_of_an_allowed_address_is_answered(served: Wire) -> None:
    async with read_only_client([f"{served.url}/a"]) as client:
        response = await client.get(f"{served.url}/a?x=1")

    assert response.json() == {"a": 1}
    assert served.requests[0].startswith(b"GET /a?x=1 HTTP/1.1")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get", "TRACE"])
async def test_nothing_but_get_leaves_this_process(served: Wire, method: str) -> None:
    async with read_only_client([f"{served.url}/a"]) as client:
        request = client.build_request("GET", f"{served.url}/a")
        request.method = method
        with pytest.raises(RefusedToSendError, match=method):
            await client.send(request)

    assert served.requests == []


ADDRESSES = [
    "http://localhost:{port}/b",
    "http://localhost:{port}/a/",
    "http://localhost:{port}/a/../b",
    "http://localhost:{port}/%61",
    "http://localhost:{port}//a",
    "http://127.0.0.1:{port}/a",
    "https://localhost:{port}/a",
    "http://user:word@localhost:{port}/a",
    "http://localhost:1/a",
    "https://example.com/a",
]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_no_address_but_those_on_the_list_is_asked(served: Wire, address: str) -> None:
    async with read_only_client([f"{served.url}/a"]) as client:
        with pytest.raises(RefusedToSendError):
            await client.get(address.format(port=served.port))

    assert served.requests == []


async def _chunks() -> AsyncIterator[bytes]:
    yield b"x"


@pytest.mark.parametrize(
    "body", [{"content": b"x"}, {"json": {}}, {"data": {"a": "b"}}, {"content": _chunks}]
)
async def test_a_read_carries_no_body(served: Wire, body: dict[str, Any]) -> None:
    told = {name: value() if callable(value) else value for name, value in body.items()}
    async with read_only_client([f"{served.url}/a"]) as client:
        with pytest.raises(RefusedToSendError, match="body"):
            await client.request("GET", f"{served.url}/a", **told)

    assert served.requests == []


async def test_a_redirect_is_not_followed(served: Wire) -> None:
    served.says = answer(b"", f"Location: {served.url}/a\r\n", "302 Found")
    async with read_only_client([f"{served.url}/a"]) as client:
        response = await client.get(f"{served.url}/a")

    assert response.status_code == 302
    assert len(served.requests) == 1


async def test_the_same_small_headers_are_sent_each_time(served: Wire) -> None:
    served.says = answer(b"{}", "Set-Cookie: who=you; Path=/\r\n")
    async with read_only_client([f"{served.url}/a"]) as client:
        await client.get(f"{served.url}/a")
        await client.get(f"{served.url}/a")

    assert served.requests[0] == served.requests[1]
    assert b"keydesk/" in served.requests[0]
    assert b"ookie" not in served.requests[0]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
async def test_no_proxy_of_the_environment_gets_a_key(
    served: Wire, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for exempt in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(exempt, raising=False)
    async with wire(answer(b"stolen")) as proxy:
        monkeypatch.setenv(name, proxy.url)
        async with httpx.AsyncClient() as unguarded:
            assert (await unguarded.get(f"{served.url}/a")).content == b"stolen", "it would be diverted"
        proxy.requests.clear()
        async with read_only_client([f"{served.url}/a"]) as client:
            response = await client.get(f"{served.url}/a")

    assert response.json() == {"a": 1}
    assert proxy.requests == []


async def test_no_header_of_a_request_is_logged(served: Wire, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with read_only_client([f"{served.url}/a"]) as client:
        await client.get(f"{served.url}/a", headers={"KC-API-PASSPHRASE": "canary-7"})

    logging.getLogger("control").warning("control-7")
    assert b"canary-7" in served.requests[0]
    assert "control-7" in caplog.text, "nothing can be seen here, so silence proves nothing"
    assert "canary-7" not in caplog.text
