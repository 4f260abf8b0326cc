"""Takes e-mails about cases out of the outbox to the mail server.

The words are made when a mail is sent, from the rows as they are then. A mail server has no way to
ask whether a mail arrived, so after a crash in between a mail may go out twice; both copies bear
the same ``Message-ID``, by which mail programs show them as one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.columns import now
from bot.log import get_logger
from bot.mail import CaseMail, Mail, Mailer, MailRefused, MailTryLater, SmtpServer, compose_case_mail
from bot.outbox import Overtaken, Parked, Sent, TryLater
from bot.schema import Attempt, Case, CaseState, MessageState, OutboxMessage, Submission
from bot.settings import Settings
from bot.slack.case_words import reason_of
from bot.slack.kit import Kit
from bot.slack.reach import NO_ANSWER
from validators.diagnosis import Diagnosis
from validators.guide import Explanation

log = get_logger(__name__)

MAIL_TIMEOUT_S = 11.0
LINK_TIMEOUT_S = 2.0
"""Together well below what the outbox gives one message, so that a slow server is told as such."""
CARD_PATIENCE = timedelta(seconds=60)
CARD_LOOK_S = 1.0
RETRY_S, RETRY_MAX_S = 15.0, 600.0

UNREACHABLE = "Slack does not let keydesk write to the staff channel ({why}), so this comes by e-mail alone."
UNCLAIMED = "Nobody has claimed this case since it was called for."


def mailer_of(settings: Settings) -> Mailer:
    """The mail server of the settings; says once, in the log, where there is none."""
    if settings.smtp_url is None:
        log.warning("no_email_will_be_sent", why="SMTP_URL is not set")
    sender = sender_of(settings.smtp_url, settings.support_email)
    return Mailer(settings.smtp_url, sender, timeout_s=MAIL_TIMEOUT_S)


def sender_of(smtp_url: SecretStr | None, support_email: str) -> str:
    """The address that logs in to the mail server, where it is one; else support's own."""
    user = SmtpServer.parse(smtp_url).user if smtp_url else None
    return user if user and "@" in user else support_email


def host_of(settings: Settings) -> str:
    """Whose mail it is: the domain of the sender."""
    return sender_of(settings.smtp_url, settings.support_email).rpartition("@")[2]


async def hand_over(mailer: Mailer, mail: Mail, message: OutboxMessage) -> None:
    """Send *mail*; what keeps it becomes one of the outbox's words.

    Raises:
        TryLater, Parked
    """
    try:
        await mailer.send(mail)
    except MailTryLater as later:
        raise TryLater(_pause_s(now() - message.created_at), later.why) from None
    except MailRefused as refused:
        raise Parked(refused.why) from None


class MailDelivery:
    """Sends mails of the kind ``mail`` in conversations ``mail:case-N``.

    Args:
        slack: A client that never tries again by itself; asked only for the link to the card.
    """

    def __init__(self, kit: Kit, mailer: Mailer, slack: AsyncWebClient) -> None:
        self._kit, self._mailer, self._slack = kit, mailer, slack
        self._host = host_of(kit.settings)

    async def send(self, message: OutboxMessage) -> Sent:
        """Compose from the rows as they are now, and hand the mail to the server.

        Raises:
            TryLater: the card is not there yet, or the server is busy, slow or away.
            Parked: the server will not take it until somebody changes something.
            Overtaken: there is no server, or nobody needs the mail any more.
        """
        if not self._mailer.configured:
            log.info("email_not_sent", case=message.case_number, why="SMTP_URL is not set")
            raise Overtaken("no mail server")
        async with self._kit.db.reading() as session:
            told = await self._read(session, message)
        # No session is open while Slack and the mail server are waited for.
        mail = self._composed(told, await self._link(told))
        await hand_over(self._mailer, mail, message)
        return Sent("mail", f"case-{told.case.number}.{told.part}")

    async def find(self, message: OutboxMessage) -> Sent | None:
        """None: no mail server can be asked. A second copy bears the same ``Message-ID``."""
        return None

    async def withdraw(self, message: OutboxMessage, kept: Sent) -> int:
        """0: what a mail server has taken cannot be taken back."""
        return 0

    async def _read(self, session: AsyncSession, message: OutboxMessage) -> _Told:
        case = await session.get_one(Case, message.case_number)
        _still_needed(case, message)
        tests = await _diagnoses(session, case)
        explanation = None
        if tests and tests[0] is not None:
            explanation = self._kit.exchange_of(case.exchange).guide.explain(
                Diagnosis.from_json(dict(tests[0]))
            )
        kept_away = await _kept_from_slack(session, self._kit.settings.staff_channel)
        return _Told(message, case, await _part(session, message), len(tests), explanation, kept_away)

    async def _link(self, told: _Told) -> str | None:
        """To the card. A card that is still on its way is waited for, but not for long."""
        case = told.case
        if case.card_channel is None or case.card_ts is None:
            if told.kept_away is None and now() - told.message.created_at < CARD_PATIENCE:
                raise TryLater(CARD_LOOK_S, "the card is not posted yet")
            return None
        with suppress(SlackApiError, *NO_ANSWER):
            async with asyncio.timeout(LINK_TIMEOUT_S):
                answer = await self._slack.chat_getPermalink(
                    channel=case.card_channel, message_ts=case.card_ts
                )
            return str(answer["permalink"])
        return None

    def _composed(self, told: _Told, link: str | None) -> Mail:
        case = told.case
        exchange = self._kit.exchange_of(case.exchange)
        said = CaseMail(
            number=case.number or 0,
            opened_at=case.opened_at,
            exchange=exchange.title,
            account=exchange.account_label(case.account),
            verdict=told.explanation.word if told.explanation else "Could not tell",
            reason=_reason(told),
            findings=_findings(told.explanation),
            attempts=told.tests,
            # Who it is stands on the card; without one, support must find the client by this.
            client_name=None if link else f"Slack member {case.user_id}",
            card_link=link,
        )
        return compose_case_mail(said, self._kit.settings.support_email, self._host, told.part)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the rows say.

    Attributes:
        part: Counts the mails of the case.
        kept_away: Slack's word for why the staff channel takes nothing; None where it does.
    """

    message: OutboxMessage
    case: Case
    part: int
    tests: int
    explanation: Explanation | None
    kept_away: str | None


async def _diagnoses(session: AsyncSession, case: Case) -> Sequence[Mapping[str, Any] | None]:
    """Of each test of the case, newest first."""
    tests = (
        select(Attempt.diagnosis)
        .join(Submission, col(Submission.id) == col(Attempt.submission_id))
        .where(
            or_(col(Attempt.case_number) == case.number, col(Submission.case_number) == case.number),
            col(Attempt.settled_at).is_not(None),
        )
    )
    return (await session.exec(tests.order_by(col(Attempt.id).desc()))).all()


async def _kept_from_slack(session: AsyncSession, staff_channel: str) -> str | None:
    """Slack's word for why the staff channel takes nothing; None where it does."""
    parked = select(OutboxMessage.trouble).where(
        OutboxMessage.conversation == staff_channel, OutboxMessage.state == MessageState.PARKED
    )
    return (await session.exec(parked.limit(1))).first()


async def _part(session: AsyncSession, message: OutboxMessage) -> int:
    """Counts the mails of the case; those before this one stand for good, for a lane keeps its order."""
    mails = select(func.count()).where(
        OutboxMessage.kind == message.kind,
        OutboxMessage.case_number == message.case_number,
        OutboxMessage.state != MessageState.DROPPED,
        col(OutboxMessage.id) < message.id,
    )
    return (await session.exec(mails)).one() + 1


def _still_needed(case: Case, message: OutboxMessage) -> None:
    reminds = message.payload.get("stage") == "reminder"
    if case.state is CaseState.CLOSED or (reminds and case.owner_id is not None):
        raise Overtaken("the case was taken or closed meanwhile")


def _reason(told: _Told) -> str:
    payload = told.message.payload
    why = told.kept_away or payload.get("code")
    sentences = [
        UNCLAIMED if payload.get("stage") == "reminder" else "",
        reason_of(told.case),
        UNREACHABLE.format(why=why) if why else "",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _findings(explanation: Explanation | None) -> tuple[str, ...]:
    if explanation is None:
        return ()
    return tuple(
        f"{advice.headline} ({advice.step})" if advice.step else advice.headline
        for advice in explanation.advice
    )


def _pause_s(age: timedelta) -> float:
    """Twice as long each time: as long again as it has waited already."""
    return min(RETRY_MAX_S, max(RETRY_S, age.total_seconds()))
