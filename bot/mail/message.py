"""One e-mail, and its form on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP


@dataclass(frozen=True, slots=True)
class Mail:
    """What is to be sent; plain values, fit to be stored as JSON until it goes out.

    Attributes:
        to: One address.
        message_id: ``<…@…>``; the same whenever this mail is tried again, so that a reader's mail
            program can tell a second copy.
        references: The message ids that this one belongs to, oldest first.
    """

    subject: str
    text: str
    html: str
    to: str
    message_id: str
    references: tuple[str, ...] = ()


def one_line(text: str) -> str:
    """*text* without line breaks and control characters, so that no name can add a header or a line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def as_message(mail: Mail, sender: str, sent_at: datetime) -> EmailMessage:
    """*mail* as RFC 5322 wants it, in plain text and in HTML.

    ``Auto-Submitted`` is RFC 3834's word to other programs not to answer.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = one_line(sender)
    message["To"] = one_line(mail.to)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = sent_at
    message["Message-ID"] = one_line(mail.message_id)
    if mail.references:
        message["In-Reply-To"] = one_line(mail.references[-1])
        message["References"] = one_line(" ".join(mail.references))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_encodable(mail.text))
    message.add_alternative(_encodable(mail.html), subtype="html")
    return message


def _encodable(text: str) -> str:
    """JSON can carry half a surrogate pair, which no mail can."""
    return text.encode("utf-8", "replace").decode()
