"""The address of a mail server is read, or it is told what would be right."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from pydantic import SecretStr

from bot.mail import SmtpServer
from tests.bot.mail.postbox import PASSWORD, USER

LOGIN = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 587, implicit_tls=False)),
        ("smtps://mail.example", SmtpServer("mail.example", 465, implicit_tls=True)),
        ("smtp://[::1]:2525", SmtpServer("::1", 2525, implicit_tls=False)),
        (f"smtp://{LOGIN}mail.example:25", SmtpServer("mail.example", 25, False, USER, SecretStr(PASSWORD))),
    ],
)
def test_the_address_of_a_server_is_read(url: str, server: SmtpServer) -> None:
    assert SmtpServer.parse(SecretStr(url)) == server


def test_a_server_does_not_show_its_login() -> None:
    shown = repr(SmtpServer.parse(SecretStr(f"smtp://{LOGIN}mail.example")))

    assert "mail.example" in shown
    assert USER not in shown
    assert PASSWORD not in shown


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://u:half#open@mail.example",
        "smtp://user@h",
    ],
)
def test_a_wrong_address_is_told_what_would_be_right(url: str) -> None:
    with pytest.raises(ValueError, match=r"should be smtp://user:password@host:587") as refused:
        SmtpServer.parse(SecretStr(url))

    assert "half" not in str(refused.value)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("127.0.0.9", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("localhost.example", False),
    ],
)
def test_this_machine_is_known_by_its_address(host: str, here: bool) -> None:
    assert SmtpServer(host, 25, implicit_tls=False).on_this_machine is here
