"""A case in a few words, the same on its card, in a list, on the Home tab and in an answer."""

from __future__ import annotations

from typing import Protocol

from bot.columns import now
from bot.escalation import Reason
from bot.schema import Case, CaseState
from bot.slack.blocks import escape, literal, when
from validators.exchange import Exchange


class Names(Protocol):
    """What a case is told with: a `Kit` has it, and so has whoever only shows the words."""

    @property
    def team_id(self) -> str:
        """Our own workspace."""
        ...

    def exchange_of(self, slug: str) -> Exchange:
        """The exchange of a stored slug."""
        ...


STATE_WORDS = {
    CaseState.OPEN: "Open",
    CaseState.WAITING: "Waiting for the client",
    CaseState.SNOOZED: "Snoozed",
    CaseState.CLOSED: "Closed",
}
CLOSED_WORDS = {"passed": "a later test passed", "no_answer": "no answer from the client"}


def subject_of(kit: Names, case: Case) -> str:
    """What was tested, such as "KuCoin Spot/Margin"."""
    exchange = kit.exchange_of(case.exchange)
    return f"{exchange.title} {exchange.account_label(case.account)}"


def client_of(kit: Names, case: Case) -> str:
    """The client as a mention, which reads as a name and pings nobody outside the conversation."""
    elsewhere = "" if case.team_id == kit.team_id else " (another company, by Slack Connect)"
    return f"<@{escape(case.user_id)}>{elsewhere}"


def standing_of(case: Case) -> str:
    """Owner, state and age; and why people are needed, where they are."""
    parts = [
        owner_of(case),
        f"State: {state_of(case)}",
        f"open since {when(case.opened_at)} ({age_of(case)})",
    ]
    if case.needs_staff_since is not None and case.state is not CaseState.CLOSED:
        parts.append(f"Needs people: {escape(reason_of(case))}")
    return " · ".join(parts)


def owner_of(case: Case) -> str:
    return f"Owner: <@{escape(case.owner_id)}>" if case.owner_id else "Owner: nobody yet"


def state_of(case: Case) -> str:
    """The state, with why it is closed or until when it sleeps."""
    words = STATE_WORDS[case.state]
    if case.state is CaseState.CLOSED:
        because = case.closed_because or "resolved"
        return f"{words} ({literal(CLOSED_WORDS.get(because, because))})"
    if case.state is CaseState.SNOOZED and case.snoozed_until:
        return f"{words} until {when(case.snoozed_until)}"
    return words


def reason_of(case: Case) -> str:
    """Why people are needed, one sentence."""
    try:
        return Reason(case.needs_staff_because or "").sentence
    except ValueError:
        return case.needs_staff_because or ""


def age_of(case: Case) -> str:
    """How long it is or was open: "7 min old", "3 h old", "4 days old"."""
    hours = ((case.closed_at or now()) - case.opened_at).total_seconds() / 3600
    if hours < 1:
        return f"{hours * 60:.0f} min old"
    return f"{hours:.0f} h old" if hours < 48 else f"{hours / 24:.0f} days old"
