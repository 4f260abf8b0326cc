"""Where mail goes, and the two ways in which it may not be taken.

Neither repeats what the server said, because servers quote names and passwords.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

PORTS = {"smtp": 587, "smtps": 465}
NOT_VALID = "an e-mail address, or the name of the mail server, is not valid"


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
