"""One conversation with a mail server, encrypted where it must be. Imported when the first mail is sent."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from email.message import EmailMessage

import aiosmtplib
from aiosmtplib import SMTPRecipientsRefused, SMTPResponseException

from bot.mail.server import NOT_VALID, MailRefused, MailTrouble, MailTryLater, SmtpServer

FAREWELL_S = 2.0


async def visit(
    server: SmtpServer, message: EmailMessage | None, timeout_s: float, tls: ssl.SSLContext | None
) -> None:
    """Connect, encrypt, log in, and hand over *message* where there is one.

    Args:
        timeout_s: For all of it.
        tls: Instead of the system's certificates.

    Raises:
        MailTryLater, MailRefused: it was not, or would not have been, accepted.
    """
    client = _client(server, timeout_s, tls)
    try:
        async with asyncio.timeout(timeout_s):
            await _enter(client, server)
            if message is not None:
                await client.send_message(message)
        await _say_goodbye(client)
    except (aiosmtplib.SMTPException, OSError, ValueError) as trouble:
        # Without the cause: it holds what the server said.
        raise _outcome(trouble) from None
    finally:
        client.close()


def _client(server: SmtpServer, timeout_s: float, tls: ssl.SSLContext | None) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.implicit_tls,
        start_tls=False,
        timeout=timeout_s,
        tls_context=tls,
        # On this machine STARTTLS only replaces plain text, and no certificate names loopback.
        validate_certs=server.implicit_tls or not server.on_this_machine,
    )


async def _enter(client: aiosmtplib.SMTP, server: SmtpServer) -> None:
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
            return MailRefused(NOT_VALID)
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
