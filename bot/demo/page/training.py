"""Every message on show: each answer of an exchange's guide, as a client and as support would see it.

Read anew whenever the file is saved, so that whoever owns the words sees them while editing.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.columns import now
from bot.demo.page.examples import diagnosis_of, passed
from bot.schema import Attempt, Case, Submission
from bot.slack.card import Card, shown_blocks
from bot.slack.greeting import GREETING, KEY_SEEN, greeting_message, invitation_blocks, key_seen_blocks
from bot.slack.result import Result, result_blocks, result_text
from validators.diagnosis import KIND_OF, Cause, Diagnosis, Kind, Verdict
from validators.exchange import Exchange, discover
from validators.guide import GuideError, load

Json = dict[str, Any]

GROUPS = {
    Kind.DANGER: "The key can do more than read",
    Kind.FAULT: "Something that the client can put right",
    Kind.DOUBT: "Could not tell",
    Kind.NOTE: "Worth saying besides",
}
CLIENT, CASE_NUMBER, MASKED = "U0CLIENT", 7, "6705…d3eb"


@dataclass(frozen=True, slots=True)
class _Names:
    """What a card is told with."""

    exchange: Exchange
    at: datetime
    team_id: str = "T0"

    def exchange_of(self, slug: str) -> Exchange:
        return self.exchange


class Training:
    """The words of one exchange, as they stand in its file now.

    Attributes:
        file: The guide that is read.
    """

    def __init__(self, exchange: Exchange | None = None, file: Path | None = None) -> None:
        self._exchange = exchange or next(iter(discover().values()))
        self.file = file or _guide_of(self._exchange)
        self._seen = self._stamp()
        self._at = now()

    def changed(self) -> bool:
        """Whether the file was saved since this was last asked."""
        before, self._seen = self._seen, self._stamp()
        return before != self._seen

    def told(self) -> Json:
        """Everything on show; or the slip, with its line."""
        about = {"file": f"validators/{self._exchange.slug}/{self.file.name}"}
        try:
            guide = load(self.file, details=self._exchange.guide.details)
        except GuideError as slip:
            return about | {"slip": str(slip), "groups": []}
        names = _Names(replace(self._exchange, title=guide.title, read_guide=lambda: guide), self._at)
        groups = list(_Shown(names, _lines(self.file)).groups())
        return about | {"slip": "", "groups": groups, "names": {"users": {CLIENT: "the client"}}}

    def _stamp(self) -> tuple[int, int]:
        try:
            about = self.file.stat()
        except OSError:
            return (0, 0)
        return (about.st_mtime_ns, about.st_size)


@dataclass(frozen=True, slots=True)
class _Shown:
    names: _Names
    lines: dict[str, int]

    def groups(self) -> Iterator[Json]:
        whole = passed(self.names.exchange)
        yield {"title": "The key passes", "items": [self._item("passed", "Nothing is wrong", whole)]}
        for kind, title in GROUPS.items():
            causes = [c for c in self.names.exchange.guide.words.answers if KIND_OF[c] is kind]
            yield {"title": title, "items": [self._of_cause(cause) for cause in causes]}
        yield {"title": "At a field of the dialog", "items": list(self._fields())}
        yield {"title": "Besides", "items": list(_besides())}

    def _of_cause(self, cause: Cause) -> Json:
        diagnosis = diagnosis_of(self.names.exchange, cause)
        told = self.names.exchange.guide.explain(diagnosis)
        headlines = [advice.headline for advice in told.advice]
        headlines += told.notes or (line.note for line in told.checklist if line.note)
        return self._item(cause.value, headlines[0], diagnosis)

    def _item(self, slug: str, title: str, diagnosis: Diagnosis) -> Json:
        result = _result(self.names, diagnosis)
        card = _card(self.names, result)
        return {
            "slug": slug,
            "title": title,
            "line": self.lines.get(slug),
            "client": result_blocks(result),
            "text": result_text(result),
            "staff": card if diagnosis.verdict is not Verdict.PASSED else None,
        }

    def _fields(self) -> Iterator[Json]:
        label = self.names.exchange.fields[-1].label
        for rule, sentence in self.names.exchange.guide.words.shapes.items():
            words = sentence.replace("{label}", label)
            about = {"slug": rule, "title": rule.replace("_", " "), "line": self.lines.get(rule)}
            yield about | {"sentence": words}


def _result(names: _Names, diagnosis: Diagnosis) -> Result:
    """A settled test with this diagnosis, as the rows would have it."""
    exchange, at = names.exchange, names.at
    held = diagnosis.verdict is not Verdict.PASSED and not diagnosis.dangerous
    doubt = diagnosis.verdict is Verdict.COULD_NOT_TELL
    submission = Submission(
        id="0" * 32,
        team_id="T0",
        user_id=CLIENT,
        exchange=exchange.slug,
        account=diagnosis.account,
        masked_key=MASKED,
        key_mark="",
        sealed=b"-" if held else None,
        created_at=at,
        purge_at=at + timedelta(hours=24 if doubt else 1) if held else None,
        purged_at=None if held else at + timedelta(seconds=1),
        purged_because=None if held else ("dangerous" if diagnosis.dangerous else "passed"),
    )
    attempt = Attempt(
        id=1,
        submission_id=submission.id,
        number=1,
        asked_by="client",
        asked_at=at,
        due_at=at,
        settled_at=at,
        verdict=diagnosis.verdict,
        diagnosis=diagnosis.to_json(),
    )
    return Result(exchange, attempt, submission, at + timedelta(minutes=1) if doubt else None)


def _card(names: _Names, result: Result) -> list[Json]:
    case = Case(
        number=CASE_NUMBER,
        team_id=names.team_id,
        user_id=CLIENT,
        exchange=result.exchange.slug,
        account=result.submission.account,
        opened_at=names.at,
        failures_in_row=int(result.attempt.verdict is Verdict.NEEDS_A_FIX),
    )
    return shown_blocks(names, Card(case, result.attempt, result.submission, 1))


def _besides() -> Iterator[Json]:
    """What is said without a test."""
    for slug, title, shown, text in (
        ("greeting", "The answer to a direct message", greeting_message(CLIENT).blocks, GREETING),
        ("key_seen", "A key was sent as a message", key_seen_blocks(), KEY_SEEN),
        ("invitation", "The invitation into a channel", invitation_blocks(), ""),
    ):
        yield {"slug": slug, "title": title, "client": shown, "text": text}


def _guide_of(exchange: Exchange) -> Path:
    module = importlib.import_module(f"validators.{exchange.slug}")
    return Path(str(module.__file__)).with_name("guide.yml")


def _lines(file: Path) -> dict[str, int]:
    """Name of an entry → the line it stands on; of two the later, which is the answer and not its step."""
    text = file.read_text("utf-8").splitlines()
    found = ((re.match(r"  ([a-z_]+):", line), number) for number, line in enumerate(text, start=1))
    return {match[1]: number for match, number in found if match}
