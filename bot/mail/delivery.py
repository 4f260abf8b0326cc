"""Hands one e-mail to the mail server, over TLS, within a bounded time.

Whoever calls decides when to try again: `MailTryLater` may pass by itself, `MailRefused` needs a person.
"""

from __future__ import annotations

import ssl

from pydantic import SecretStr

from bot.columns import now
from bot.mail.message import Mail, as_message
from bot.mail.server import NOT_VALID, MailRefused, SmtpServer

TIMEOUT_S = 20.0


class Mailer:
    """Sends mail through one server. Without one, every mail is refused.

    Args:
        sender: The address, with or without a name, that mail comes from.
        timeout_s: For one mail from connecting to acceptance.
        tls: Instead of the system's certificates.
    """

    def __init__(
        self,
        smtp_url: SecretStr | None,
        sender: str,
        timeout_s: float = TIMEOUT_S,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._server = None if smtp_url is None else SmtpServer.parse(smtp_url)
        self._sender = sender
        self._timeout_s = timeout_s
        self._tls = tls

    @property
    def configured(self) -> bool:
        """Whether there is a server to send through."""
        return self._server is not None

    async def send(self, mail: Mail) -> None:
        """Return once the server has accepted *mail*.

        A server that dies between accepting and saying so makes this a `MailTryLater`; the second
        copy bears the same ``Message-ID``.

        Raises:
            MailTryLater, MailRefused: it was not accepted.
        """
        await self._visit(mail)

    async def look(self) -> None:
        """Connect, encrypt and log in as for a mail, and send none.

        Raises:
            MailTryLater, MailRefused: a mail would not have been accepted.
        """
        await self._visit(None)

    async def _visit(self, mail: Mail | None) -> None:
        if self._server is None:
            raise MailRefused("no mail server is set (SMTP_URL)")
        # Most who run keydesk without mail need none of it, and the start is faster.
        from bot.mail.visit import visit

        try:
            message = None if mail is None else as_message(mail, self._sender, now())
        except ValueError:
            raise MailRefused(NOT_VALID) from None
        await visit(self._server, message, self._timeout_s, self._tls)
