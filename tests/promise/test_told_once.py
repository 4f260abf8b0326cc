"""An outage, its end and the digest are said once, by two processes that both hear of them and both look."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from datetime import UTC, datetime

import pytest

from bot.demo import acting
from bot.demo.kucoin import Fault
from bot.demo.stage import Stage
from bot.demo.workspace import Person
from tests.promise.axe import Axe, axed

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def noon_now() -> tuple[str, str]:
    """A time zone in which it is about noon, so that no test runs over midnight, and its day of the week."""
    ahead = 12 - datetime.now(UTC).hour
    zone = f"Etc/GMT{-ahead:+d}" if ahead else "UTC"
    # Noon there is on the same day as it is here.
    return zone, DAYS[datetime.now(UTC).weekday()]


def said_to_staff(stage: Stage) -> Counter[str]:
    """How often each thing was said in the staff channel, by what it is about."""
    seen = stage.cast.sue.sees(stage.staff_channel)
    keys = (((message.metadata or {}).get("event_payload") or {}).get("key") for message in seen)
    return Counter(str(key) for key in keys)


async def both(axe: Axe) -> None:
    """Two replicas that start at the same moment, so that both find the same thing due."""
    await asyncio.gather(axe.start(), axe.start())


async def end_all(axe: Axe) -> None:
    while axe.children:
        await axe.kill(0, signal.SIGTERM)


async def clients_meet_it(stage: Stage, count: int) -> list[Person]:
    """They test at the same moment, by both replicas in turn."""
    people = [stage.slack.add_person(f"Client {place}") for place in range(count)]
    await asyncio.gather(*(acting.submits(one, stage.kucoin.issue("general_only")) for one in people))
    await asyncio.gather(*(acting.gets_result(stage, one) for one in people))
    return people


@pytest.mark.postgres
@pytest.mark.timeout(300)
async def test_two_processes_say_an_outage_its_end_and_the_digest_once(postgres_url: str) -> None:
    zone, today = noon_now()
    closed = DAYS[(DAYS.index(today) + 3) % 7]
    async with axed(postgres_url, "http") as axe:
        stage = axe.stage
        stage.settings |= {"time_zone": zone, "business_hours": f"{closed} 09:00-17:00"}
        await both(axe)
        stage.kucoin.faults.add(Fault.DOWN)
        people = await clients_meet_it(stage, 6)
        await stage.slack.until(lambda: said_to_staff(stage)["outage:1"])

        stage.kucoin.faults.clear()
        await clients_meet_it(stage, 2)
        await stage.slack.until(lambda: said_to_staff(stage)["outage:1:over"])
        for one in people:
            assert "Passed" in (await acting.gets_result(stage, one, 2)).text
        await acting.checks_key(stage.cast.ann, stage.kucoin.issue("ip_restricted"))
        assert not [key for key in said_to_staff(stage) if key.startswith("digest")], "today is a day off"

        await end_all(axe)
        stage.settings["business_hours"] = f"{today} 08:00-20:00"
        await both(axe)
        await stage.slack.until(lambda: [k for k in said_to_staff(stage) if k.startswith("digest")])
        await end_all(axe)
        await both(axe)
        await clients_meet_it(stage, 2)

        said = said_to_staff(stage)
    outages = {key: count for key, count in said.items() if key.startswith(("outage", "digest"))}
    assert sorted(key.partition(":20")[0] for key in outages) == ["digest", "outage:1", "outage:1:over"]
    assert set(outages.values()) == {1}
    assert [len(acting.results(one)) for one in people] == [2] * len(people)
