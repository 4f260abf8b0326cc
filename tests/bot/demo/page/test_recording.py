"""The README's pictures are made from the page itself, and small enough to be read over any line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from bot.demo.page import recording
from bot.demo.page.recording import CANNOT_RECORD, browser, record

PICTURES = Path(recording.__file__).with_name("pictures")
LARGEST_BYTES = 150_000


async def test_without_a_browser_it_says_so_plainly_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    out = io.StringIO()
    assert await record(out, tmp_path / "pictures") == CANNOT_RECORD
    assert "install Debian's package chromium" in out.getvalue()
    assert not (tmp_path / "pictures").exists()


@pytest.mark.browser
async def test_the_pictures_are_written(tmp_path: Path) -> None:
    if browser() is None:
        pytest.skip("Debian's package chromium is not installed here: apt-get install chromium")
    out = io.StringIO()
    assert await record(out, tmp_path / "pictures") == 0
    assert sorted(one.name for one in (tmp_path / "pictures").iterdir()) == ["card.png", "result.png"]
    for picture in (tmp_path / "pictures").iterdir():
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert picture.stat().st_size < LARGEST_BYTES


def test_the_pictures_that_are_kept_are_small() -> None:
    kept = list(PICTURES.glob("*.png"))
    assert len(kept) == 2
    assert max(one.stat().st_size for one in kept) < LARGEST_BYTES
