"""Every table of the program, one row type each; what may be done to them stands elsewhere.

Times are aware UTC datetimes. No column holds a secret in clear: `Submission.sealed` is what
`bot.vault` made of the keys, `key_mark` is a keyed hash. Enums are stored by value as text.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.columns import UtcDateTime, by_value
from validators.diagnosis import Verdict

# Named, so that a later migration can change a constraint on either database.
SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


class CaseState(StrEnum):
    """Where a case stands. All but CLOSED are open."""

    OPEN = "open"
    WAITING = "waiting"
    """On the client: nudged, then closed; the staff's clock stands still."""
    SNOOZED = "snoozed"
    CLOSED = "closed"


class MessageState(StrEnum):
    """How far a message has come. A crash in SENDING leaves it UNKNOWN to the next who looks."""

    PENDING = "pending"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    PARKED = "parked"
    """Slack or the mail server will not take it until somebody mends something; tried again slowly."""
    DROPPED = "dropped"
    """Overtaken: a newer one says the same."""


class Submission(SQLModel, table=True):
    """Keys that a client typed once, sealed, with the moment at which they are forgotten."""

    id: str = Field(primary_key=True, max_length=32)
    team_id: str = Field(max_length=32)
    user_id: str = Field(max_length=32)
    exchange: str = Field(max_length=32)
    account: str = Field(max_length=32)
    masked_key: str = Field(max_length=16)
    key_mark: str = Field(max_length=64, index=True)
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary), repr=False)
    created_at: datetime = Field(sa_type=UtcDateTime)
    purge_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    purged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    purged_because: str | None = Field(default=None, max_length=32)
    dialog_id: str | None = Field(default=None, max_length=255)
    case_number: int | None = Field(default=None, index=True)

    __table_args__ = (Index("ix_submission_person", "team_id", "user_id", "created_at"),)


class Attempt(SQLModel, table=True):
    """One test that was promised: "Testing…" was said, so exactly one result follows."""

    id: int | None = Field(default=None, primary_key=True)
    submission_id: str = Field(foreign_key="submission.id", max_length=32)
    number: int
    asked_by: str = Field(max_length=16)
    """``client``, ``staff`` or ``keydesk`` (a retry by itself)."""
    asked_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    verdict: Verdict | None = Field(default=None, sa_type=by_value(Verdict))
    diagnosis: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    case_number: int | None = Field(default=None, index=True)

    __table_args__ = (
        UniqueConstraint("submission_id", "number"),
        Index(
            "ix_attempt_unsettled",
            "due_at",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )


class Case(SQLModel, table=True):
    """A client's trouble with one exchange and account, from the first failure to the pass."""

    number: int | None = Field(default=None, primary_key=True)
    team_id: str = Field(max_length=32)
    user_id: str = Field(max_length=32)
    exchange: str = Field(max_length=32)
    account: str = Field(max_length=32)
    state: CaseState = Field(default=CaseState.OPEN, sa_type=by_value(CaseState))
    owner_id: str | None = Field(default=None, max_length=32)
    opened_at: datetime = Field(sa_type=UtcDateTime, index=True)
    failures_in_row: int = 0
    needs_staff_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    needs_staff_because: str | None = Field(default=None, max_length=64)
    first_response_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    closed_because: str | None = Field(default=None, max_length=300)
    waiting_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    snoozed_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    remind_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    remind_stage: int = 0
    nudge_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    close_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    card_channel: str | None = Field(default=None, max_length=32)
    card_ts: str | None = Field(default=None, max_length=32)
    card_version: int = 0
    card_shown: int = 0

    __table_args__ = (
        Index(
            "ix_case_open",
            "team_id",
            "user_id",
            "exchange",
            "account",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("ix_case_state", "state", "opened_at"),
        Index("ix_case_person", "team_id", "user_id", "number"),
    )


class CaseEvent(SQLModel, table=True):
    """One act of a person or of keydesk on a case. Only ever added to: the database refuses the rest."""

    __tablename__: ClassVar[str] = "case_event"

    id: int | None = Field(default=None, primary_key=True)
    case_number: int = Field(foreign_key="case.number", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    actor_team: str | None = Field(default=None, max_length=32)
    actor: str = Field(max_length=32)
    """A Slack user id, or ``keydesk``."""
    act: str = Field(max_length=32)
    changes: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class OutboxMessage(SQLModel, table=True):
    """Something that has to be said exactly once, in order within its conversation.

    Attributes:
        conversation: A Slack channel or user id, or ``mail:…``; one queue each.
        kind: Which delivery sends it: ``post``, ``card`` or ``mail``.
        key: Business key; goes out as message metadata, so that it can be read back.
        payload: What to send, without any secret.
        case_number: The case whose thread it belongs to, where it belongs to one.
    """

    __tablename__: ClassVar[str] = "outbox_message"

    id: int | None = Field(default=None, primary_key=True)
    conversation: str = Field(max_length=64)
    kind: str = Field(max_length=16)
    key: str = Field(max_length=128, unique=True)
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    case_number: int | None = Field(default=None)
    state: MessageState = Field(default=MessageState.PENDING, sa_type=by_value(MessageState))
    attempts: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    channel: str | None = Field(default=None, max_length=32)
    ts: str | None = Field(default=None, max_length=32)
    trouble: str | None = Field(default=None, max_length=128)

    __table_args__ = (
        Index(
            "ix_outbox_undone",
            "conversation",
            "id",
            sqlite_where=text("state NOT IN ('sent', 'dropped')"),
            postgresql_where=text("state NOT IN ('sent', 'dropped')"),
        ),
    )


class OutboxLane(SQLModel, table=True):
    """Who is sending to a conversation just now, and when it last took a message."""

    __tablename__: ClassVar[str] = "outbox_lane"

    conversation: str = Field(primary_key=True, max_length=64)
    leased_by: str | None = Field(default=None, max_length=128)
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)


class InboxEvent(SQLModel, table=True):
    """A delivery of Slack that was seen. `answer` is what we said, so that a second gets the same."""

    __tablename__: ClassVar[str] = "inbox_event"

    key: str = Field(primary_key=True, max_length=255)
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)
    received_by: str = Field(max_length=128)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class Replica(SQLModel, table=True):
    """A running process and until when it is taken for alive."""

    executor_id: str = Field(primary_key=True, max_length=128)
    started_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    takeovers: int = 0


class VenueLimit(SQLModel, table=True):
    """Until when an exchange wants no more requests from us, whichever replica heard it."""

    __tablename__: ClassVar[str] = "venue_limit"

    exchange: str = Field(primary_key=True, max_length=32)
    blocked_until: datetime = Field(sa_type=UtcDateTime)


class OddValue(SQLModel, table=True):
    """A value of an unpromised shape that a client was asked about once (keyed hash)."""

    __tablename__: ClassVar[str] = "odd_value"

    mark: str = Field(primary_key=True, max_length=64)
    seen_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Outage(SQLModel, table=True):
    """Many clients with the same "could not tell": one alarm that counts up, one all-clear.

    Attributes:
        cause: Of the doubt; ``own_error`` where keydesk itself failed.
        opened_at: When the first of its clients met it.
        last_at: When the last test met it.
        probe_at: When one of the tests that wait asks whether it is over.
        ended_because: ``answered`` or ``silent``.
        reruns: How many tests ran again at its end.
    """

    id: int | None = Field(default=None, primary_key=True)
    exchange: str = Field(max_length=32)
    cause: str = Field(max_length=32)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
    probe_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    clients: int = 0
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_because: str | None = Field(default=None, max_length=16)
    reruns: int = 0

    __table_args__ = (
        Index(
            "ix_outage_open",
            "exchange",
            "cause",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class Doubt(SQLModel, table=True):
    """When a client last met a "could not tell", and of which cause: by these an outage is seen."""

    exchange: str = Field(primary_key=True, max_length=32)
    cause: str = Field(primary_key=True, max_length=32)
    account: str = Field(primary_key=True, max_length=32)
    team_id: str = Field(primary_key=True, max_length=32)
    user_id: str = Field(primary_key=True, max_length=32)
    at: datetime = Field(sa_type=UtcDateTime, index=True)


class SealedValue(SQLModel, table=True):
    """A random value of the program itself that must outlive a change of keys (the pepper)."""

    __tablename__: ClassVar[str] = "sealed_value"

    name: str = Field(primary_key=True, max_length=32)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False), repr=False)
