"""A spreadsheet opens the export as it is, and no cell of it does anything."""

from __future__ import annotations

import csv
import re
from dataclasses import fields, replace
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.schema import CaseState
from bot.stats import ExportRow, export_rows, to_csv
from tests.bot.rows import NOON, later
from tests.bot.stats.past import Past
from validators.diagnosis import Requirement, Verdict

WEEK = timedelta(days=7)
STEPS = {Requirement.TRADE_OFF: "Step Four", Requirement.NO_IP_RESTRICTION: "Step Four"}
ROW = ExportRow(
    case=7,
    state="Closed",
    team="T1",
    client="U1",
    exchange="kucoin",
    account="spot_margin",
    tests=2,
    result="Passed",
    not_met="",
    causes="",
    steps="",
    codes="",
    owner="U9",
    opened=NOON,
    needed_support=None,
    needed_support_because="",
    first_response=later(minutes=5),
    minutes_to_first_response=5,
    closed=later(minutes=90),
    minutes_to_close=90,
    closed_because="passed",
)
TITLES = (
    "Case,State,Team,Client,Exchange,Account,Tests,Result,Not met,Causes,Steps,Codes,Owner,Opened (UTC),"
    "Needed support (UTC),Needed support because,First response (UTC),Minutes to first response,"
    "Closed (UTC),Minutes to close,Closed because"
)


def read(sheet: str) -> list[list[str]]:
    """The cells as a spreadsheet sees them, without the titles."""
    return list(csv.reader(StringIO(sheet.removeprefix("\ufeff"), newline="")))[1:]


async def test_a_case_is_a_row_with_how_its_last_test_ended(past: Past) -> None:
    case = await past.case(
        needs_staff_since=later(minutes=1), needs_staff_because="second_failure", owner_id="U9"
    )
    await past.test(NOON, [Requirement.PERMANENT], case=case)
    await past.test(
        later(minutes=1), [Requirement.TRADE_OFF, Requirement.NO_IP_RESTRICTION], case=case, code="200000"
    )
    await past.test(later(minutes=2), settled=False, case=case)

    (row,) = await export_rows(past.session, NOON, STEPS)

    assert (row.case, row.state, row.tests, row.result) == (case.number, "Open", 3, "Needs a fix")
    assert (row.not_met, row.causes) == ("Trade is off; IP restriction is No", "Can trade; Ip restricted")
    assert (row.steps, row.codes) == ("Step Four", "200000")
    assert (row.owner, row.client, row.needed_support_because) == ("U9", case.user_id, "Second failure")


async def test_times_are_told_in_minutes(past: Past) -> None:
    await past.case(
        needs_staff_since=later(minutes=10), first_response_at=later(minutes=25), closed_at=later(hours=2)
    )

    (row,) = await export_rows(past.session, NOON)

    assert (row.minutes_to_first_response, row.minutes_to_close) == (15, 120)


async def test_a_case_without_a_settled_test_is_exported_too(past: Past) -> None:
    case = await past.case()
    await past.test(case=case, settled=False)
    await past.test(case=await past.case(), verdict=Verdict.COULD_NOT_TELL)

    rows = await export_rows(past.session, NOON)

    assert [(row.tests, row.result) for row in rows] == [(1, ""), (1, "Could not tell")]


async def test_what_was_open_at_some_time_of_the_period_is_exported(past: Past) -> None:
    await past.case(NOON - 3 * WEEK, closed_at=NOON - 2 * WEEK)
    lately = await past.case(NOON - 3 * WEEK, closed_at=NOON)
    waiting = await past.case(NOON - 3 * WEEK, state=CaseState.WAITING)

    rows = await export_rows(past.session, NOON - WEEK)

    assert [row.case for row in rows] == [lately.number, waiting.number]


def test_the_file_is_what_spreadsheets_want() -> None:
    sheet = to_csv([ROW])

    assert sheet.startswith("\ufeff")
    assert sheet.endswith("\r\n")
    assert sheet.count("\n") == sheet.count("\r\n") == 2
    assert sheet.splitlines()[0].removeprefix("\ufeff").replace('"', "") == TITLES
    assert read(sheet)[0][13:] == [
        *("2026-03-02 12:00:00", "", "", "2026-03-02 12:05:00", "5"),
        *("2026-03-02 13:30:00", "90", "passed"),
    ]


def test_numbers_are_numbers_and_text_is_quoted() -> None:
    assert to_csv([ROW]).splitlines()[1].startswith('7,"Closed","T1","U1","kucoin","spot_margin",2,"Passed"')


def test_without_cases_there_are_titles() -> None:
    assert read(to_csv([])) == []
    assert "Case" in to_csv([])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
@pytest.mark.parametrize("name", ["closed_because", "codes", "owner", "client", "account"])
def test_no_cell_is_a_formula(start: str, name: str) -> None:
    changed: dict[str, Any] = {name: f'{start}HYPERLINK("http://evil.example","open")'}

    (cells,) = read(to_csv([replace(ROW, **changed)]))

    place = [field.name for field in fields(ExportRow)].index(name)
    assert cells[place] == "'" + changed[name]


@pytest.mark.parametrize("blank", [" ", "\t", "\r", "\n", "\u00a0", "\0"])
def test_no_blank_hides_a_formula(blank: str) -> None:
    (cells,) = read(to_csv([replace(ROW, closed_because=f"{blank}=1+1")]))

    assert cells[-1] == "'=1+1"


@pytest.mark.parametrize("separator", [";", "\t", "|", ",", "\n", "\r\n"])
def test_where_spreadsheets_split_elsewhere_no_cell_is_a_formula_either(separator: str) -> None:
    sheet = to_csv([replace(ROW, closed_because=f"harmless{separator} =1+1{separator}=2")])

    cells = re.split(r"[;\t|,\r\n]", sheet)

    assert any("harmless" in cell for cell in cells)
    assert not [cell for cell in cells if cell.strip(' "').startswith("=")]


@pytest.mark.parametrize("text", ['say "no"', "a,b", "two\r\nlines", "Zoë 客户", "'quoted'", "x" * 40_000])
def test_what_was_written_is_what_is_read(text: str) -> None:
    (cells,) = read(to_csv([replace(ROW, closed_because=text)]))

    assert cells[-1] == text


@settings(max_examples=100)
@given(text=st.text(max_size=60))
def test_whatever_a_person_wrote_stays_in_its_cell_and_is_no_formula(text: str) -> None:
    rows = read(to_csv([replace(ROW, closed_because=text)] * 2))

    assert [len(cells) for cells in rows] == [len(fields(ExportRow))] * 2
    assert rows[0] == rows[1]
    assert not rows[0][-1].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
