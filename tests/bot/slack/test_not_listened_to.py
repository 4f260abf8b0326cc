"""What Slack sends that no listener is for: told in the log, acknowledged where Slack only says something."""

from __future__ import annotations

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.demo.stage import Stage, staged
from bot.demo.workspace.records import Delivery
from tests.bot.log_steps import Lines


def said(stage: Stage) -> list[Delivery]:
    return [one for one in stage.slack.deliveries if one.payload.get("type") == "app_rate_limited"]


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_that_slack_drops_events_is_told_once_and_not_sent_again(mode: str, lines: Lines) -> None:
    async with staged(mode=mode) as stage:
        stage.slack.events_per_hour = 1
        for text in ("hello", "still there?", "anybody?"):
            await stage.cast.ann.direct_message(text)
        await stage.slack.until(lambda: said(stage) and said(stage)[0].acked_after_s is not None)

        assert len(said(stage)) == 1
    assert lines.getvalue().count("slack_drops_events") == 1


async def test_what_nobody_knows_is_refused_and_logged_without_its_content(lines: Lines) -> None:
    async with staged() as stage:
        body = {"command": "/of-another-app", "text": "CONTENT", "user_id": "U1", "team_id": "T1"}
        answer = await stage.bot.app.edge.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))

    assert answer.status == 404
    assert "delivery_not_listened_to" in lines.getvalue()
    assert "CONTENT" not in lines.getvalue()
