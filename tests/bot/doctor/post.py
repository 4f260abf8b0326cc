"""A mail server on this machine that asks for a login, for the doctor to knock at."""

from __future__ import annotations

import asyncio
import warnings
from contextlib import AsyncExitStack
from urllib.parse import quote

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Post:
    """One server; *letters* are what it took."""

    user, password = "desk@hashdata.example", "p@ss/w:rd"

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._takes = True
        self.letters: list[Envelope] = []

    async def opened(self, *, login: bool = True) -> str:
        """Listen; its address as `SMTP_URL` wants it. *login* is whether ours is taken."""
        self._takes = login
        loop = asyncio.get_running_loop()
        server = await self._stack.enter_async_context(
            await loop.create_server(self._protocol, "127.0.0.1", 0)
        )
        port = server.sockets[0].getsockname()[1]
        return f"smtp://{quote(self.user, safe='')}:{quote(self.password, safe='')}@127.0.0.1:{port}"

    def _protocol(self) -> SMTP:
        with warnings.catch_warnings():
            # It warns of a login without TLS, which is only taken on this machine itself.
            warnings.simplefilter("ignore")
            return SMTP(self, authenticator=self._login, auth_required=True, auth_require_tls=False)

    def _login(self, _: SMTP, __: Session, ___: Envelope, ____: str, given: LoginPassword) -> AuthResult:
        known = (given.login, given.password) == (self.user.encode(), self.password.encode())
        return AuthResult(success=known and self._takes, handled=False)

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.letters.append(envelope)
        return "250 OK"
