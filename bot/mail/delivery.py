"""Hands one e-mail to the mail server, over TLS, within a bounded time.

Whoever calls decides when to try again: `MailTryLater` may pass by itself, `MailRefused` needs a
person. Neither repeats what the server said, because servers quote names and passwords.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import SMTPRecipientsRefused, SMTPResponseException
from pydantic import SecretStr

from bot.columns import now
from bot.mail.message import Mail, as_message

TIMEOUT_S = 20.0
FAREWELL_S = 2.0
PORTS = {"smtp": 587, "smtps": 465}


class MailTrouble(Exception):  # noqa: N818 - two outcomes that a caller tells apart, not errors of ours
    """Not accepted. *why* is fit for a log and for staff: no credential, no address, no server's words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class MailTryLater(MailTrouble):
    """A busy, slow or unreachable server: the same mail may be taken later."""


class MailRefused(MailTrouble):
    """The server will not take this mail, or us, until somebody changes something."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail goes, and how it is protected on the way.

    Attributes:
        implicit_tls: TLS from the first byte (``smtps://``), instead of STARTTLS.
    """

    host: str
    port: int
    implicit_tls: bool
    user: str | None = field(default=None, repr=False)
    password: SecretStr | None = None

    @classmethod
    def parse(cls, url: SecretStr) -> SmtpServer:
        """Read ``smtp://user:password@host:587`` or ``smtps://…``; user and password percent-decoded.

        Raises:
            ValueError: it is no such address; the text says what would be right, without the value.
        """
        try:
            parts = urlsplit(url.get_secret_value())
            port, host = parts.port or PORTS[parts.scheme], parts.hostname or ""
        except (ValueError, KeyError):
            host = ""
        if not host or (parts.username is None) != (parts.password is None):
            raise ValueError(
                "should be smtp://user:password@host:587 or smtps://user:password@host; "
                "write @ : / # % in user and password percent-encoded"
            )
        user = unquote(parts.username) if parts.username else None
        password = SecretStr(unquote(parts.password)) if parts.password else None
        return cls(host, port, parts.scheme == "smtps", user, password)

    @property
    def on_this_machine(self) -> bool:
        """Whether nobody can listen between us and the server."""
        with suppress(ValueError):
            return ip_address(self.host).is_loopback
        return self.host == "localhost"


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
        client = self._client(self._server)
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._enter(client, self._server)
                if mail is not None:
                    await client.send_message(as_message(mail, self._sender, now()))
            await _say_goodbye(client)
        except (aiosmtplib.SMTPException, OSError, ValueError) as trouble:
            # Without the cause: it holds what the server said.
            raise _outcome(trouble) from None
        finally:
            client.close()

    def _client(self, server: SmtpServer) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.implicit_tls,
            start_tls=False,
            timeout=self._timeout_s,
            tls_context=self._tls,
            # On this machine STARTTLS only replaces plain text, and no certificate names loopback.
            validate_certs=server.implicit_tls or not server.on_this_machine,
        )

    async def _enter(self, client: aiosmtplib.SMTP, server: SmtpServer) -> None:
        await client.connect()
        await client.ehlo()
        if not server.implicit_tls:
            await _encrypt(client, server)
        if server.user and server.password:
            await client.login(server.user, server.password.get_secret_value())


async def _encrypt(client: aiosmtplib.SMTP, server: SmtpServer) -> None:
    if client.supports_extension("starttls"):
        await client.starttls()
    elif server.password and not server.on_this_machine:
        raise MailRefused("the mail server offers no STARTTLS, so the password was not sent")


async def _say_goodbye(client: aiosmtplib.SMTP) -> None:
    """The mail is accepted: whatever happens now is no trouble of ours."""
    with suppress(aiosmtplib.SMTPException, OSError):
        async with asyncio.timeout(FAREWELL_S):
            await client.quit()


def _outcome(trouble: Exception) -> MailTrouble:
    match trouble:
        case SMTPRecipientsRefused(recipients=[refused, *_]):
            return _outcome(refused)
        case SMTPResponseException(code=code):
            step = _STEPS.get(type(trouble), "the connection")
            why = f"the mail server answered {code} to {step}"
            return MailRefused(why) if code >= 500 else MailTryLater(why)
        case TimeoutError():
            return MailTryLater("the mail server did not answer in time")
        case OSError() if _untrusted(trouble):
            return MailTryLater("the mail server's certificate is not trusted")
        case OSError():
            return MailTryLater("the mail server cannot be reached, or it hung up")
        case ValueError():
            return MailRefused("an e-mail address, or the name of the mail server, is not valid")
        case _:
            return MailRefused("the mail server lacks what is needed, such as a way to log in")


_STEPS: dict[type[Exception], str] = {
    aiosmtplib.SMTPHeloError: "our greeting",
    aiosmtplib.SMTPAuthenticationError: "the login",
    aiosmtplib.SMTPSenderRefused: "the sender's address",
    aiosmtplib.SMTPRecipientRefused: "the recipient's address",
    aiosmtplib.SMTPDataError: "the text",
}


def _untrusted(trouble: BaseException) -> bool:
    """The library wraps what the TLS handshake said."""
    seen = (trouble, trouble.__cause__)
    return any(isinstance(error, ssl.SSLCertVerificationError) for error in seen)
