"""Only the browser of whoever started the page comes in, and no other web page can drive it."""

from __future__ import annotations

import stat
from pathlib import Path

import aiohttp
import pytest

from bot.demo.page.door import HEADERS, lasting_token
from tests.bot.demo.page.conftest import TOKEN, Site

AS_HTML = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
PATHS = ["/", "/live", "/api/panes", "/api/screen", "/static/slack/start.js", "/nowhere"]


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_comes_in_without_the_token(site: Site, path: str) -> None:
    async with aiohttp.ClientSession() as stranger, stranger.get(site.url(path)) as response:
        assert response.status == 403
        assert "Open the address" in await response.text()


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "é"])
async def test_a_wrong_token_opens_nothing(site: Site, token: str) -> None:
    async with aiohttp.ClientSession() as stranger:
        async with stranger.get(site.url("/"), params={"token": token}) as response:
            assert response.status == 403
        assert not list(stranger.cookie_jar)


async def test_the_token_leaves_the_address_and_becomes_a_cookie_of_this_page_alone(site: Site) -> None:
    async with (
        aiohttp.ClientSession() as somebody,
        somebody.get(site.door.address, allow_redirects=False) as response,
    ):
        assert (response.status, response.headers["Location"]) == (303, "/")
        cookie = response.cookies[site.door.cookie]
        assert (cookie["samesite"], cookie["httponly"]) == ("Strict", True)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", ""])
async def test_a_name_that_somebody_let_point_here_is_refused(site: Site, host: str) -> None:
    async with site.session.get(site.url("/api/panes"), headers={"Host": host}) as response:
        assert response.status in {400, 421}
    async with site.session.get(site.url("/api/panes")) as response:
        assert response.status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_another_page_cannot_act_here(site: Site, origin: str) -> None:
    told = {"person": site.ann.user_id, "act": "say", "text": "hello", "place": site.general.id}
    async with site.session.post(site.url("/api/act"), json=told, headers={"Origin": origin}) as response:
        assert response.status == 403
    assert site.ann.sees(site.general) == []
    own = {"Origin": f"http://127.0.0.1:{site.door.port}"}
    async with site.session.post(site.url("/api/act"), json=told, headers=own) as response:
        assert response.status == 200
    assert [message.text for message in site.ann.sees(site.general)] == ["hello"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_what_a_form_could_send_is_refused(site: Site, kind: str) -> None:
    async with site.session.post(
        site.url("/api/act"), data=b"{}", headers={"Content-Type": kind}
    ) as response:
        assert response.status == 415


@pytest.mark.parametrize("path", ["/", "/api/panes", "/static/slack/start.js", "/nowhere"])
async def test_every_answer_keeps_other_hosts_and_other_pages_out(site: Site, path: str) -> None:
    async with site.session.get(site.url(path)) as response:
        assert {name: response.headers[name] for name in HEADERS} == HEADERS
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]


async def test_the_page_holds_no_inline_script_or_style_which_the_policy_would_refuse() -> None:
    static = Path(__file__).parents[4] / "bot/demo/page/static"
    pages = list(static.rglob("*.html"))
    assert len(pages) == 2
    for page in pages:
        text = page.read_text("utf-8")
        assert "style=" not in text
        assert " on" not in text.replace(" on this", "").replace(" only", "")
        assert text.count("<script") == text.count('<script type="module" src=')
    for script in static.rglob("*.js"):
        text = script.read_text("utf-8")
        assert not [
            word for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(") if word in text
        ]
        assert len(text.splitlines()) <= 300


def test_the_token_lasts_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    first = lasting_token(tmp_path / "cache")
    assert len(first) >= 32
    assert lasting_token(tmp_path / "cache") == first
    assert stat.S_IMODE((tmp_path / "cache/demo-token").stat().st_mode) == 0o600
    assert lasting_token(tmp_path / "other") != first


@pytest.mark.parametrize("kept", [b"", b"short", b"\xff\xfe" * 40])
def test_a_spoilt_token_is_made_anew(tmp_path: Path, kept: bytes) -> None:
    (tmp_path / "demo-token").write_bytes(kept)
    assert len(lasting_token(tmp_path)) >= 32


def test_a_folder_that_cannot_be_written_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert len(lasting_token(tmp_path / "file")) >= 32
