"""A case's or a test's story as plain text: who did what and when, and what each test found. Pure.

The same words stand in the thread of the card; `bot.slack.history` adds Slack's markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.cases import History
from bot.escalation import Reason
from bot.reference import reference_of
from bot.schema import Attempt, Case, CaseEvent, CaseState, Submission
from validators.diagnosis import Diagnosis
from validators.exchange import Exchange

ACTS: Mapping[str, str] = {
    "opened": "opened the case.",
    "attempt": "tested the key: {verdict}.",
    "claimed": "claimed the case.",
    "assigned": "assigned the case to {to}.",
    "released": "released the case.",
    "note": "noted:",
    "reply": "replied to the client:",
    "client_reply": "wrote to support:",
    "asked_support": "asked support for help.",
    "needs_staff": "The case needs people: {reason}",
    "retest_asked": "asked the client for a retest.",
    "retest_run": "ran the test again with the keys that are still held.",
    "resolved": "resolved the case. {reason}",
    "closed": "closed the case: {reason}.",
    "reopened": "reopened the case.",
    "snoozed": "snoozed the case until {until}. {reason}",
    "unsnoozed": "The snooze is over.",
    "nudged": "reminded the client.",
    "reminded": "reminded the team.",
    "shared_key": "The same key was given by {to} too.",
    "not_delivered": "Slack does not deliver our message to the client: {why}. It is tried again.",
    "forgot_keys": "had the keys forgotten, because {because}. They were held {held_ms}.",
}
"""Each act in words: after its actor, or a sentence of its own where it begins with a capital."""

QUOTED = frozenset({"note", "reply", "client_reply"})
"""Acts whose `text` is what somebody wrote."""
CLOSED_BECAUSE = {"passed": "a later test passed", "no_answer": "the client did not answer"}
FORGOTTEN_BECAUSE = {
    "passed": "the test passed",
    "dangerous": "they can do more than read",
    "not_held": "none are held after a verdict",
    "time_over": "their time was over",
    "asked": "the client asked for it",
    "replaced": "the client entered keys again",
    "gave_up": "24 hours brought no answer",
    "broken": "the sealed value did not open",
    "purged": "an operator forgot all keys",
}
CLOCK = "%Y-%m-%d %H:%M:%S UTC"


class Facts(dict[str, str]):
    """What fills the placeholders of `ACTS`; what is not known is left out."""

    def __missing__(self, key: str) -> str:
        return ""


def sentence_of(act: str, actor: str, facts: Mapping[str, str]) -> str:
    """An act as one line, its words as they are handed in."""
    sentence = ACTS.get(act, act.replace("_", " ") + ".")
    said = sentence.format_map(Facts(facts)).strip()
    return said if sentence[0].isupper() else f"{actor} {said}"


def reason_words(because: str) -> str:
    """Why people were called or a case was closed, where it is a word of ours; else as it was typed."""
    try:
        return Reason(because).sentence
    except ValueError:
        return CLOSED_BECAUSE.get(because, because)


def fact_words(name: str, value: object) -> str:
    """What fills a placeholder, as plain words; what somebody typed comes back as it is."""
    if name == "held_ms" and isinstance(value, int):
        return span_words(value / 1000)
    if name == "because":
        return FORGOTTEN_BECAUSE.get(str(value), str(value))
    return reason_words(str(value)) if name == "reason" else str(value).replace("_", " ")


def span_words(seconds: float) -> str:
    """How long keys were held: "1.4 s", "59 min", "24.0 h"."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"


def story(history: History, exchange: Exchange) -> str:
    """The whole case: what it is about, every act, every test. Holds no secret: none is stored.

    Control characters of what people typed are shown as ``\\x1b`` and the like, for a terminal
    obeys them.
    """
    case = history.case
    lines = [*_about(case, exchange), "", "Acts", *map(_act, history.events), "", "Tests"]
    for attempt, submission in history.attempts:
        lines += _test(attempt, submission, exchange)
    return "\n".join(lines) + "\n"


def test_story(submission: Submission, attempts: Sequence[Attempt], exchange: Exchange) -> str:
    """What was tested under one reference, passed or not, and what became of the keys. Holds no secret."""
    account = exchange.account_label(submission.account)
    lines = [
        f"Reference {reference_of(submission.id)}: {exchange.title} {account}",
        f"Client: {submission.user_id} of team {submission.team_id}",
        f"Key: {submission.masked_key}",
        f"Keys: {_fate(submission)}",
        f"Case: {submission.case_number or 'none'}",
        f"Submission: {submission.id} (the log's lines of it hold {reference_of(submission.id)})",
        "",
        "Tests",
    ]
    for attempt in attempts:
        lines += _test(attempt, submission, exchange)
    return "\n".join(lines) + "\n"


def _fate(submission: Submission) -> str:
    given = _clock(submission.created_at)
    if submission.sealed is not None:
        return f"given {given}, held sealed until {_clock(submission.purge_at)}"
    because = FORGOTTEN_BECAUSE.get(submission.purged_because or "", "that is not known")
    return f"given {given}, forgotten {_clock(submission.purged_at)} because {because}"


def _about(case: Case, exchange: Exchange) -> list[str]:
    state = case.state.value
    if case.state is CaseState.CLOSED:
        state += f" ({_plain(reason_words(case.closed_because or 'resolved'))})"
    return [
        f"Case {case.number}: {exchange.title} {exchange.account_label(case.account)}",
        f"Client: {case.user_id} of team {case.team_id}",
        f"State: {state}",
        f"Owner: {case.owner_id or 'nobody'}",
        f"Opened: {_clock(case.opened_at)}",
        f"Needed people: {_clock(case.needs_staff_since)}",
        f"First response: {_clock(case.first_response_at)}",
        f"Closed: {_clock(case.closed_at)}",
    ]


def _act(event: CaseEvent) -> str:
    facts = {name: _plain(fact_words(name, value)) for name, value in event.changes.items() if name != "text"}
    line = f"  {_clock(event.at)}  {sentence_of(event.act, event.actor, facts)}"
    if event.act in QUOTED:
        written = str(event.changes.get("text", "")).split("\n")
        line += "".join(f"\n      | {_plain(part)}" for part in written)
    return line


def _test(attempt: Attempt, submission: Submission, exchange: Exchange) -> list[str]:
    verdict = attempt.verdict.value.replace("_", " ") if attempt.verdict else "not settled"
    lines = [
        f"  {_clock(attempt.settled_at or attempt.asked_at)}  key {submission.masked_key}, "
        f"asked by {attempt.asked_by}: {verdict} "
        f"({reference_of(submission.id)}, attempt {attempt.id})"
    ]
    if attempt.diagnosis is not None:
        explanation = exchange.guide.explain(Diagnosis.from_json(attempt.diagnosis))
        lines += [f"      {advice.headline}" for advice in explanation.advice]
    return lines


def _clock(moment: datetime | None) -> str:
    return f"{moment:{CLOCK}}" if moment else "-"


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
