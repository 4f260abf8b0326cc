"""Every case as one row of a spreadsheet that opens without a question and runs nothing."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from io import StringIO

from sqlalchemy import func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.schema import Attempt, Case, CaseState
from bot.stats.numbers import WORDS
from validators.diagnosis import Diagnosis, Requirement, State

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for the letters of the machine's own country."""

# OWASP, "CSV Injection": a cell that begins so is a formula to some spreadsheet. Spreadsheets of some
# countries split at semicolons, so what follows a separator may come to begin a cell.
FORMULA = re.compile(r"(^|[,;|\t\r\n])(\s*)(?=[=+@＝＋－＠-])")
MOMENTS = {"opened", "needed_support", "first_response", "closed"}


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One case. Times are UTC, spans are minutes; what is not known is empty.

    Attributes:
        result: How the last test ended.
        not_met, causes, steps, codes: Of the last test; several are joined by "; ".
    """

    case: int
    state: str
    team: str
    client: str
    exchange: str
    account: str
    tests: int
    result: str
    not_met: str
    causes: str
    steps: str
    codes: str
    owner: str
    opened: datetime
    needed_support: datetime | None
    needed_support_because: str
    first_response: datetime | None
    minutes_to_first_response: int | None
    closed: datetime | None
    minutes_to_close: int | None
    closed_because: str


async def export_rows(
    session: AsyncSession, since: datetime, steps: Mapping[Requirement, str] | None = None
) -> list[ExportRow]:
    """Every case that was open at some time since *since*, by number. Only reads.

    Args:
        steps: The step of the guide that each requirement belongs to, in words.
    """
    of_case = aliased(Attempt)
    mine = col(of_case.case_number) == Case.number
    tests = select(func.count()).select_from(of_case).where(mine).scalar_subquery()
    settled = select(func.max(of_case.id)).where(mine, col(of_case.settled_at).is_not(None))
    last = settled.scalar_subquery()
    found = await session.exec(
        select(Case, tests, Attempt)
        .outerjoin(Attempt, col(Attempt.id) == last)
        .where(or_(col(Case.state) != CaseState.CLOSED, col(Case.closed_at) >= since))
        .order_by(col(Case.number))
    )
    return [_row(case, number, attempt, steps or {}) for case, number, attempt in found]


def to_csv(rows: Iterable[ExportRow]) -> str:
    """The rows under their titles, as RFC 4180 and spreadsheets want them: encode it as UTF-8."""
    sheet = StringIO(newline="")
    writer = csv.writer(sheet, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    sheet.write(BYTE_ORDER_MARK)
    writer.writerow(_title(field.name) for field in fields(ExportRow))
    for row in rows:
        writer.writerow(_cell(value) for value in astuple(row))
    return sheet.getvalue()


def _row(
    case: Case,
    tests: int,
    last: Attempt | None,
    steps: Mapping[Requirement, str],
) -> ExportRow:
    found = Diagnosis.from_json(last.diagnosis) if last and last.diagnosis else None
    broken = [s.requirement for s in found.standings if s.state is State.BROKEN] if found else []
    return ExportRow(
        case=case.number or 0,
        state=_words(case.state),
        team=case.team_id,
        client=case.user_id,
        exchange=case.exchange,
        account=case.account,
        tests=tests,
        result=_words(last.verdict or "") if last else "",
        not_met=_joined(WORDS[requirement] for requirement in broken),
        causes=_joined(_words(cause) for cause in (found.causes if found else ())),
        steps=_joined(steps.get(requirement, "") for requirement in broken),
        codes=_joined(answer.code or "" for answer in (found.evidence if found else ())),
        owner=case.owner_id or "",
        opened=case.opened_at,
        needed_support=case.needs_staff_since,
        needed_support_because=_words(case.needs_staff_because or ""),
        first_response=case.first_response_at,
        minutes_to_first_response=_minutes(case.needs_staff_since or case.opened_at, case.first_response_at),
        closed=case.closed_at,
        minutes_to_close=_minutes(case.opened_at, case.closed_at),
        closed_because=case.closed_because or "",
    )


def _words(value: str) -> str:
    return value.replace("_", " ").capitalize()


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(part for part in parts if part))


def _minutes(began: datetime, ended: datetime | None) -> int | None:
    return None if ended is None else round((ended - began).total_seconds() / 60)


def _title(name: str) -> str:
    return f"{_words(name)} (UTC)" if name in MOMENTS else _words(name)


def _cell(value: object) -> str | int:
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    text = "" if value is None else str(value).replace("\0", "").strip()
    return FORMULA.sub(r"\1\2'", text)
