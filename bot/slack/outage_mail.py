"""The alarm of an outage as an e-mail, for when Slack does not let us into the staff channel.

Within an outage no case calls people by itself, so without this nobody would hear of it.
"""

from __future__ import annotations

from html import escape

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.log import get_logger
from bot.mail import Mail, Mailer
from bot.outbox import Overtaken, Sent
from bot.schema import Outage, OutboxMessage
from bot.slack.case_mail import UNREACHABLE, hand_over, host_of
from bot.slack.kit import Kit
from bot.slack.outage_words import NOBODYS_FAULT, clients_of, words_of

log = get_logger(__name__)


class OutageMailDelivery:
    """Sends mails of the kind ``outage_mail`` in conversations ``mail:outage-N``."""

    def __init__(self, kit: Kit, mailer: Mailer) -> None:
        self._kit, self._mailer = kit, mailer

    async def send(self, message: OutboxMessage) -> Sent:
        """Compose from the row as it is now, and hand the mail to the server.

        Raises:
            TryLater, Parked, Overtaken: as for the mail of a case.
        """
        outage = message.payload["outage"]
        if not self._mailer.configured:
            log.info("email_not_sent", outage=outage, why="SMTP_URL is not set")
            raise Overtaken("no mail server")
        async with self._kit.db.reading() as session:
            mail = await self._composed(session, message)
        await hand_over(self._mailer, mail, message)
        return Sent("mail", f"outage-{outage}")

    async def find(self, message: OutboxMessage) -> Sent | None:
        """None: no mail server can be asked. A second copy bears the same ``Message-ID``."""
        return None

    async def withdraw(self, message: OutboxMessage, kept: Sent) -> int:
        """0: what a mail server has taken cannot be taken back."""
        return 0

    async def _composed(self, session: AsyncSession, message: OutboxMessage) -> Mail:
        outage = await session.get_one(Outage, int(message.payload["outage"]))
        if outage.ended_at is not None:
            raise Overtaken("it is over")
        title = self._kit.exchange_of(outage.exchange).title
        sentences = [
            f"{title}: “Could not tell” for many. {words_of(self._kit, outage)}",
            f"{clients_of(outage)} since {outage.opened_at:%Y-%m-%d %H:%M} UTC.",
            NOBODYS_FAULT,
            UNREACHABLE.format(why=message.payload["code"]),
        ]
        moment = int(outage.opened_at.timestamp())
        return Mail(
            subject=f"{title}: “Could not tell” for many clients",
            text="\n\n".join(sentences) + "\n",
            html="".join(f"<p>{escape(sentence)}</p>" for sentence in sentences),
            to=self._kit.settings.support_email,
            message_id=f"<outage-{outage.id}.{moment}@keydesk.{host_of(self._kit.settings)}>",
        )
