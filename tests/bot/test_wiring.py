"""What the start puts together is whole, or nothing starts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot import wiring
from bot.demo.stage import staged
from validators.exchange import discover
from validators.guide import GuideError, load


async def test_a_slip_in_the_words_is_told_at_the_start_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slip = tmp_path / "guide.yml"
    slip.write_text("title: KuCoin\nurl\n", encoding="utf-8")
    found = {slug: replace(exchange, read_guide=lambda: load(slip)) for slug, exchange in discover().items()}
    monkeypatch.setattr(wiring, "discover", lambda: found)
    async with staged(start=False) as stage:
        with pytest.raises(GuideError, match=r"guide\.yml"):
            await stage.start()
