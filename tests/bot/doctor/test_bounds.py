"""Neither a hang nor a fault of the doctor's own in one place keeps it from looking at the others."""

from __future__ import annotations

from typing import Any

import pytest

from bot import doctor
from bot.demo.stage import Stage
from bot.demo.workspace.faults import Fault
from tests.bot.doctor.conftest import Examine
from tests.bot.doctor.findings import named, to_mend


async def test_a_slack_that_hangs_is_left_after_a_while(
    stage: Stage, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "AREA_S", 0.3)
    stage.slack.faults.add("auth.test", Fault.SLOW, times=None)

    report = await examine()

    assert to_mend(report)["answer"].startswith("No answer within 0.3 s.")
    assert named(report, "our place for KuCoin").state == "ok"


async def test_a_fault_of_its_own_is_told_by_its_class_alone(
    examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("canary-text")

    monkeypatch.setattr(doctor.venues, "exchange_lines", broken)

    report = await examine()

    assert to_mend(report) == {
        "doctor": "The doctor itself failed here (RuntimeError). Tell keydesk's maintainers."
    }
