"""What goes over the wire: readable everywhere, and no name can add to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.mail import Mail, Mailer
from bot.mail.message import as_message
from tests.bot.mail.postbox import Postbox

AT = datetime(2026, 11, 22, 19, 5, tzinfo=UTC)
MAIL = Mail(
    subject="Case 7",
    text="Trade is on.\n",
    html="<p>Trade is on.</p>\n",
    to="support@hashdata.example",
    message_id="<case-7.2@keydesk.example>",
    references=("<case-7.1@keydesk.example>",),
)
HEADERS = [
    *("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References"),
    *("Auto-Submitted", "MIME-Version", "Content-Type"),
]


def wire(mail: Mail, sender: str = "keydesk <desk@hashdata.example>") -> EmailMessage:
    """*mail* as the reader's mail program sees it."""
    message = message_from_bytes(as_message(mail, sender, AT).as_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def bodies(message: EmailMessage) -> tuple[str, str]:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    # On the wire every line ends in CRLF.
    return plain.get_content().replace("\r\n", "\n"), html.get_content().replace("\r\n", "\n")


def test_a_mail_names_its_thread_its_time_and_that_no_person_wrote_it() -> None:
    message = wire(MAIL)

    assert message["Message-ID"] == "<case-7.2@keydesk.example>"
    assert message["In-Reply-To"] == message["References"] == "<case-7.1@keydesk.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == AT


def test_the_first_mail_of_a_thread_answers_nothing() -> None:
    message = wire(replace(MAIL, references=()))

    assert message["In-Reply-To"] is None
    assert message["References"] is None


def test_every_letter_arrives_as_it_was_written() -> None:
    said = "Zoë – 客户 ✗ Trade is on. " * 60 + "\n"

    message = wire(replace(MAIL, subject="Zoë 客户", text=said, html=f"<p>{said}</p>"))

    assert message["Subject"] == "Zoë 客户"
    assert bodies(message) == (said, f"<p>{said}</p>\n")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\0"])
@pytest.mark.parametrize("name", ["subject", "to", "message_id"])
def test_no_line_break_in_a_value_adds_a_header(name: str, end: str) -> None:
    hostile = f"a@example{end}Bcc: thief@example{end}{end}<script>"

    changed: dict[str, Any] = {name: hostile}
    message = wire(replace(MAIL, **changed))

    assert message.keys() == HEADERS
    assert bodies(message) == (MAIL.text, MAIL.html)


@settings(max_examples=100)
@given(text=st.text(max_size=80))
def test_whatever_a_stranger_is_called_the_mail_keeps_its_form(text: str) -> None:
    message = wire(replace(MAIL, subject=text, text=text, html=text))

    assert message.keys() == HEADERS
    assert message["To"] == MAIL.to


def test_half_a_surrogate_pair_does_not_stop_a_mail() -> None:
    assert bodies(wire(replace(MAIL, subject="\ud800", text="a\ud800b\n")))[0] == "a?b\n"


async def test_a_mail_arrives_through_a_server_as_it_was_composed(
    serve: Callable[..., Awaitable[int]], postbox: Postbox
) -> None:
    said = "Zoë – 客户\n.a line that begins with a dot\n"

    await Mailer(SecretStr(f"smtp://localhost:{await serve('plain')}"), "desk@hashdata.example").send(
        replace(MAIL, text=said)
    )

    assert bodies(postbox.messages[0])[0] == said
    assert max(map(len, postbox.raw[0].splitlines())) < 998, "RFC 5322 allows no longer line"
