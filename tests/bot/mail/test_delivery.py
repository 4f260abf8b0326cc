"""A mail arrives encrypted and whole, or the caller is told whether to try again."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from bot.mail import Mail, Mailer, MailRefused, MailTrouble, MailTryLater
from tests.bot.mail.postbox import PASSWORD, USER, Postbox

Serve = Callable[..., Awaitable[int]]
LOGIN = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@"
MAIL = Mail(
    "Case 7", "Trade is on.", "<p>Trade is on.</p>", "support@hashdata.example", "<case-7.1@keydesk.example>"
)


def mailer(url: str, tls: ssl.SSLContext | None = None, timeout_s: float = 20) -> Mailer:
    return Mailer(SecretStr(url), "keydesk <desk@hashdata.example>", timeout_s, tls)


async def test_a_mail_is_taken_over_starttls_after_logging_in(
    serve: Serve, postbox: Postbox, elsewhere: str, trusting: ssl.SSLContext
) -> None:
    port = await serve("starttls", login=True)

    await mailer(f"smtp://{LOGIN}{elsewhere}:{port}", trusting).send(MAIL)

    assert postbox.encrypted == [True]
    assert postbox.logins == [(USER.encode(), PASSWORD.encode())]
    assert postbox.messages[0]["To"] == "support@hashdata.example"


async def test_a_mail_is_taken_over_tls_from_the_first_byte(
    serve: Serve, postbox: Postbox, elsewhere: str, trusting: ssl.SSLContext
) -> None:
    port = await serve("tls", login=True)

    await mailer(f"smtps://{LOGIN}{elsewhere}:{port}", trusting).send(MAIL)

    assert postbox.encrypted == [True]
    assert postbox.logins == [(USER.encode(), PASSWORD.encode())]


async def test_what_a_server_offers_is_used_without_a_password_too(
    serve: Serve, postbox: Postbox, elsewhere: str, trusting: ssl.SSLContext
) -> None:
    await mailer(f"smtp://{elsewhere}:{await serve('starttls')}", trusting).send(MAIL)

    assert postbox.encrypted == [True]


@pytest.mark.parametrize(("protection", "encrypted"), [("plain", False), ("starttls", True)])
async def test_on_this_machine_no_certificate_is_needed(
    serve: Serve, postbox: Postbox, protection: str, encrypted: bool
) -> None:
    await mailer(f"smtp://localhost:{await serve(protection)}").send(MAIL)

    assert postbox.encrypted == [encrypted]


async def test_on_this_machine_a_password_may_go_without_encryption(serve: Serve, postbox: Postbox) -> None:
    await mailer(f"smtp://{LOGIN}127.0.0.1:{await serve('plain', login=True)}").send(MAIL)

    assert len(postbox.logins) == 1


async def test_a_password_never_leaves_this_machine_without_encryption(
    serve: Serve, postbox: Postbox, elsewhere: str
) -> None:
    port = await serve("plain", login=True)

    with pytest.raises(MailRefused, match="offers no STARTTLS, so the password was not sent"):
        await mailer(f"smtp://{LOGIN}{elsewhere}:{port}").send(MAIL)

    assert (postbox.logins, postbox.messages) == ([], [])


@pytest.mark.parametrize(("scheme", "protection"), [("smtp", "starttls"), ("smtps", "tls")])
async def test_a_server_with_a_false_certificate_gets_nothing(
    serve: Serve, postbox: Postbox, elsewhere: str, scheme: str, protection: str
) -> None:
    port = await serve(protection, login=True)

    with pytest.raises(MailTryLater, match="certificate is not trusted"):
        await mailer(f"{scheme}://{LOGIN}{elsewhere}:{port}").send(MAIL)

    assert (postbox.logins, postbox.messages) == ([], [])


@pytest.mark.parametrize(
    ("step", "answer", "expected", "why"),
    [
        ("MAIL", "451 busy", MailTryLater, "answered 451 to the sender's address"),
        ("MAIL", "553 not yours", MailRefused, "answered 553 to the sender's address"),
        ("RCPT", "450 greylisted", MailTryLater, "answered 450 to the recipient's address"),
        ("RCPT", "550 no such user", MailRefused, "answered 550 to the recipient's address"),
        ("DATA", "452 disk full", MailTryLater, "answered 452 to the text"),
        ("DATA", "554 looks like spam", MailRefused, "answered 554 to the text"),
    ],
)
async def test_the_servers_answer_decides_whether_to_try_again(
    serve: Serve, postbox: Postbox, step: str, answer: str, expected: type[MailTrouble], why: str
) -> None:
    port = await serve("plain")
    postbox.answers[step] = answer

    with pytest.raises(expected, match=why) as trouble:
        await mailer(f"smtp://localhost:{port}").send(MAIL)
    postbox.answers.clear()
    await mailer(f"smtp://localhost:{port}").send(MAIL)

    assert answer[4:] not in trouble.value.why
    assert len(postbox.messages) == 1


async def test_a_wrong_password_is_refused_and_not_repeated(serve: Serve, postbox: Postbox) -> None:
    port = await serve("plain", login=True)
    postbox.answers["AUTH"] = "refused"

    with pytest.raises(MailRefused, match="answered 535 to the login") as trouble:
        await mailer(f"smtp://{LOGIN}localhost:{port}").send(MAIL)

    assert postbox.logins, "nobody logged in, so silence proves nothing"
    assert trouble.value.__cause__ is None
    for part in (USER, PASSWORD, quote(PASSWORD, safe="")):
        assert part not in f"{trouble.value!r} {trouble.value.why}"


async def test_nobody_listening_is_worth_another_try(unused_tcp_port: int) -> None:
    with pytest.raises(MailTryLater, match="cannot be reached"):
        await mailer(f"smtp://localhost:{unused_tcp_port}").send(MAIL)


async def _talk(listen: Serve, *lines: bytes, after_s: float = 0) -> int:
    """A server that says *lines*, one for each line it hears, and then hangs up or stays silent."""

    class Server(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.transport, self.left = transport, list(lines)
            self.data_received(b"")

        def data_received(self, _heard: bytes) -> None:
            asyncio.get_running_loop().call_later(after_s, self.answer)

        def answer(self) -> None:
            said = self.left.pop(0) if self.left else b""
            if said == b"hang up":
                self.transport.abort()
            else:
                self.transport.write(said)

    return await listen(Server)


GREETING = (b"220 hello\r\n", b"250 hello\r\n")
TO_DATA = (*GREETING, b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n")


async def test_a_server_that_knows_no_login_is_told_apart(listen: Serve) -> None:
    port = await _talk(listen, *GREETING)

    with pytest.raises(MailRefused, match="such as a way to log in"):
        await mailer(f"smtp://{LOGIN}localhost:{port}").send(MAIL)


@pytest.mark.parametrize("said", [(), GREETING, TO_DATA], ids=["at once", "after EHLO", "after DATA"])
async def test_a_silent_server_holds_nobody_up(listen: Serve, said: tuple[bytes, ...]) -> None:
    port = await _talk(listen, *said)

    with pytest.raises(MailTryLater, match="did not answer in time"):
        await mailer(f"smtp://localhost:{port}", timeout_s=0.2).send(MAIL)


async def test_a_server_that_is_slow_at_every_step_holds_nobody_up_either(listen: Serve) -> None:
    port = await _talk(listen, *TO_DATA, b"250 accepted\r\n", after_s=0.1)

    with pytest.raises(MailTryLater, match="did not answer in time"):
        await mailer(f"smtp://localhost:{port}", timeout_s=0.3).send(MAIL)


@pytest.mark.parametrize("said", [(), GREETING, TO_DATA], ids=["at once", "after EHLO", "after DATA"])
async def test_a_server_that_hangs_up_is_worth_another_try(listen: Serve, said: tuple[bytes, ...]) -> None:
    port = await _talk(listen, *said, b"hang up")

    with pytest.raises(MailTryLater, match="hung up"):
        await mailer(f"smtp://localhost:{port}").send(MAIL)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"421 too busy\r\n", MailTryLater),
        (b"554 go away\r\n", MailRefused),
        (b"garbage\r\n", MailTryLater),
        (b"\x00\xff\r\n", MailTryLater),
    ],
)
async def test_a_strange_greeting_is_an_outcome(
    listen: Serve, said: bytes, expected: type[MailTrouble]
) -> None:
    port = await _talk(listen, said)

    with pytest.raises(expected):
        await mailer(f"smtp://localhost:{port}").send(MAIL)


@pytest.mark.parametrize("last", [b"hang up", b"garbage\r\n"])
async def test_an_accepted_mail_stays_accepted_whatever_the_goodbye(listen: Serve, last: bytes) -> None:
    port = await _talk(listen, *TO_DATA, b"250 accepted\r\n", last)

    await mailer(f"smtp://localhost:{port}").send(MAIL)


async def test_without_a_server_mail_is_refused() -> None:
    without = Mailer(None, "desk@hashdata.example")

    assert not without.configured
    with pytest.raises(MailRefused, match="SMTP_URL"):
        await without.send(MAIL)
