"""A second exchange is one more entry: the dialog asks for it first, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

from bot.demo import acting
from bot.demo.stage import Stage
from validators.exchange import Field


async def test_exchange_comes_first_once_there_is_more_than_one(stage: Stage) -> None:
    app = stage.bot.app
    known = app.kit.exchanges["kucoin"]
    fields = (Field("key", "Access Key", "As the exchange shows it"), *known.fields[1:])
    app.kit.exchanges["other"] = replace(known, slug="other", title="Other Exchange", fields=fields)
    ann = stage.cast.ann

    dialog = await acting.opens_dialog(ann)
    assert dialog.labels[0] == "Exchange"
    assert "API Key" in dialog.labels

    dialog.choose("Exchange", "Other Exchange")

    await dialog.until(lambda shown: "Access Key" in shown.labels)
    assert dialog.labels[:2] == ["Exchange", "Account"]
