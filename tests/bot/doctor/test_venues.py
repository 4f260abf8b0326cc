"""The doctor tells how each host of an exchange sees us: reachable, in time, from a region it serves."""

from __future__ import annotations

import pytest

from bot.demo.kucoin.endpoints import Host
from bot.demo.kucoin.faults import Fault
from bot.demo.stage import Stage
from bot.doctor.report import State
from bot.doctor.venues import place_line
from tests.bot.doctor.conftest import Examine
from tests.bot.doctor.findings import named, to_mend, unseen
from validators.diagnosis import Cause
from validators.exchange import Reachability, discover

CLOCK, PLACE = "clock against KuCoin", "our place for KuCoin"


async def test_address_clock_and_hosts_are_told(stage: Stage, examine: Examine) -> None:
    stage.kucoin.caller_ip = "203.0.113.9"

    report = await examine()

    assert named(report, PLACE).says == "Our address is 203.0.113.9. Its region is not refused."
    assert " ours." in named(report, CLOCK).says
    hosts = [line.name for line in report.lines if line.name.startswith("KuCoin ")]
    assert len(hosts) == len(Host)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault.DOWN, "could not be reached"),
        (Fault.HTML_502, "KuCoin"),
        (Fault.CLOUDFRONT_403, "stopped before it reached KuCoin"),
        (Fault.RATE_LIMITED, "KuCoin"),
        (Fault.NOT_JSON, "KuCoin"),
    ],
)
async def test_each_host_in_trouble_is_named_with_what_to_do(
    stage: Stage, examine: Examine, fault: Fault, says: str
) -> None:
    stage.kucoin.faults.add(fault)
    report = await examine()

    mending = {name: what for name, what in to_mend(report).items() if name.startswith("KuCoin ")}
    assert len(mending) == len(Host)
    assert all(says in what for what in mending.values())
    assert unseen(report) >= {CLOCK}

    stage.kucoin.faults.clear()
    assert (await examine()).healthy


async def test_one_host_in_trouble_does_not_stand_for_all(stage: Stage, examine: Examine) -> None:
    stage.kucoin.faults.add(Fault.DOWN, host=Host.FUTURES)

    report = await examine()

    address = stage.kucoin.futures_url.removeprefix("http://")
    assert set(to_mend(report)) == {f"KuCoin {address}"}
    assert unseen(report) == set()


async def test_a_region_that_is_refused_is_told_with_our_address(stage: Stage, examine: Examine) -> None:
    stage.kucoin.caller_ip = "203.0.113.9"
    stage.kucoin.faults.add(Fault.REGION_US)

    says = to_mend(await examine())[PLACE]

    assert says.startswith("Our address is 203.0.113.9, and its region (US) is refused. ")
    assert "to a region that KuCoin serves" in says


def test_a_region_that_is_refused_without_a_word_of_where_we_are() -> None:
    refused = Reachability("api.example", cause=Cause.REGION_REFUSED)

    line = place_line(discover()["kucoin"], [refused])

    assert line.state is State.MEND
    assert line.says.startswith("Our address is not told, and its region is refused. ")


async def test_a_clock_that_is_off(stage: Stage, examine: Examine) -> None:
    stage.kucoin.faults.add(Fault.CLOCK_SKEW)

    says = to_mend(await examine())[CLOCK]

    assert "timedatectl set-ntp true" in says
    assert says.startswith(("Theirs is 60.", "Theirs is 59."))
