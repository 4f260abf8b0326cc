"""`GET /metrics` of a running keydesk: what stands there, and what never does."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.db import StorageUnavailable, Trouble
from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.measuring import measures
from bot.measuring.counts import OTHER
from bot.measuring.measures import OPEN_STATES, WAITING_STATES
from bot.serving import Running
from tests.bot.measuring.test_counts import KNOWN
from tests.bot.slack.desk import FREE

LOOPS = {
    "doubts", "dropped work", "failed work", "finished work", "inbox", "odd values", "outages", "outbox",
    "purge", "reminders", "schedule:digest", "slack", "tests",
}  # fmt: skip
LABELS = KNOWN | {
    "loop": LOOPS,
    "state": {state.value for state in (*WAITING_STATES, *OPEN_STATES)},
    "which": {"moving", "parked"},
}
FREE_LABELS = {"le", "version", "python"}
Samples = dict[tuple[str, str], float]


async def scraped(bot: Running) -> str:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{bot.port}/metrics") as answer,
    ):
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain")
        return await answer.text()


def samples(text: str) -> Samples:
    """(name, labels as JSON) → value."""
    return {
        (sample.name, json.dumps(dict(sorted(sample.labels.items())))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found[f"keydesk_{name}", json.dumps(dict(sorted(labels.items())))]


@asynccontextmanager
async def after_a_failure(mode: str) -> AsyncIterator[Stage]:
    async with staged(mode=mode, **FREE) as stage:
        await acting.checks_key(stage.cast.ann, stage.kucoin.issue("ip_restricted"))
        await acting.gets_result(stage, stage.cast.ann)
        await acting.card_of(stage, 1)
        yield stage


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_test_from_the_command_to_the_card_leaves_its_traces(mode: str) -> None:
    async with after_a_failure(mode) as stage:
        found = samples(await scraped(stage.bot))

        cause = {"exchange": "kucoin", "verdict": "needs_a_fix", "cause": "ip_restricted"}
        assert value(found, "tests_total", **cause) == 1
        assert value(found, "time_to_verdict_seconds_count", exchange="kucoin") == 1
        assert value(found, "ack_seconds_count", way="slash_commands") == 1
        assert value(found, "ack_seconds_count", way="interactive") == 1
        assert value(found, "messages_total", kind="result", outcome="sent") == 1
        assert value(found, "sealed_keys") == 1
        assert value(found, "cases_open", state="waiting") == 1
        assert value(found, "database_up") == value(found, "slack_up") == value(found, "replicas") == 1
        if mode == "socket":
            assert value(found, "sockets_connected") >= 1
            assert value(found, "sockets_healed_total") == 0
        else:
            assert "keydesk_sockets_connected" not in {name for name, _ in found}


async def test_every_label_has_values_that_are_known_and_none_is_about_a_person() -> None:
    async with after_a_failure("socket") as stage:
        text = await scraped(stage.bot)

        strange = [
            (sample.name, label, word)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            for label, word in sample.labels.items()
            if label not in FREE_LABELS and word not in LABELS.get(label, ())
        ]
        assert strange == []
        people = [stage.cast.ann, stage.cast.sue]
        ids = [person.user_id for person in people] + [stage.slack.team_id, stage.staff_channel.id]
        assert "keydesk_tests_total" in text
        assert not [one for one in ids if one in text]
        assert not re.search(r"[0-9a-f]{4}…[0-9a-f]{4}", text)


async def test_gauges_of_all_states_stand_there_although_they_are_zero() -> None:
    async with staged(**FREE) as stage:
        found = samples(await scraped(stage.bot))

        assert value(found, "outbox_messages", state="parked", kind="card") == 0
        assert value(found, "cases_open", state="snoozed") == 0
        assert value(found, "outbox_oldest_seconds", which="moving") == 0


async def test_a_database_that_cannot_be_read_is_told_and_nothing_old_in_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def gone(*_: object) -> None:
        raise StorageUnavailable(Trouble.LOST)

    async with staged(**FREE) as stage:
        assert value(samples(await scraped(stage.bot)), "sealed_keys") == 0
        monkeypatch.setattr(measures, "read", gone)

        found = samples(await scraped(stage.bot))

        assert value(found, "database_up") == 0
        assert not [name for name, _ in found if name in ("keydesk_sealed_keys", "keydesk_cases_open")]
        assert value(found, "slack_up") == 1
        monkeypatch.undo()
        assert value(samples(await scraped(stage.bot)), "database_up") == 1


async def test_a_database_that_hangs_does_not_hang_the_scrape(monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = asyncio.Event()

    async def hangs(*_: object) -> None:
        await hanging.wait()
        raise StorageUnavailable(Trouble.LOST)

    monkeypatch.setattr(measures, "READ_WITHIN_S", 0.05)
    async with staged(**FREE) as stage:
        monkeypatch.setattr(measures, "read", hangs)

        assert value(samples(await scraped(stage.bot)), "database_up") == 0
        hanging.set()


async def test_a_request_that_is_not_slacks_is_counted() -> None:
    async with staged(mode="http", **FREE) as stage, aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{stage.bot.port}/slack/events"
        await session.post(url, data=b"{}")
        await session.post(
            url, data=b"{}", headers={"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": "v0=1"}
        )

        found = samples(await scraped(stage.bot))

        assert value(found, "deliveries_refused_total", why="signature or time stamp missing") == 1
        assert value(found, "deliveries_refused_total", why="time stamp too old") == 1
        assert not [labels for _, labels in found if OTHER in labels]


async def test_two_replicas_in_one_process_have_numbers_of_their_own() -> None:
    async with staged(start=False, **FREE) as stage:
        await stage.start(replicas=2)
        await acting.checks_key(stage.cast.ann, stage.kucoin.issue())

        told = [samples(await scraped(bot)) for bot in stage.bots]

        counts = [value(one, "time_to_verdict_seconds_count", exchange="kucoin") for one in told]
        assert sorted(counts) == [0, 1]
        assert [value(one, "replicas") for one in told] == [2, 2]
