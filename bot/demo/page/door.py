"""Who may come in: only the browser of whoever started the page, and only this page.

A page of another site could reach a port of this machine: by a form or an image (so a cookie with
SameSite=Strict is asked for, and JSON), or by a name that it lets point here (so the Host is checked).
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
LOCKED = (
    "This page belongs to whoever started it. Open the address that `keydesk demo` printed, "
    "with everything behind the question mark.\n"
)


class Door:
    """Lets in who knows the token, and remembers them by a cookie."""

    def __init__(self, token: str) -> None:
        self._token = token
        self.port = 0

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://127.0.0.1:{self.port}/?token={self._token}"

    @property
    def cookie(self) -> str:
        """Its name; cookies of one host are shared by all ports."""
        return f"demo-{self.port}"

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """What stands before every route."""
        refused = self._refusal(request)
        return refused if refused is not None else await handler(request)

    async def add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """For `Application.on_response_prepare`: errors and streams have them too."""
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)

    def _refusal(self, request: web.Request) -> web.Response | None:
        own = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        if request.host not in own:
            return web.Response(status=421, text="This page answers to its own address only.\n")
        origin = request.headers.get("Origin")
        if origin is not None and origin.removeprefix("http://") not in own:
            return web.Response(status=403, text=LOCKED)
        if request.path == "/" and self._knows(request.query.get("token", "")):
            return self._let_in()
        if not self._knows(request.cookies.get(self.cookie, "")):
            return web.Response(status=403, text=LOCKED)
        if request.method == "POST" and request.content_type != "application/json":
            return web.Response(status=415, text="JSON only.\n")
        return None

    def _knows(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())

    def _let_in(self) -> web.Response:
        """Into the page, with the token out of the address bar."""
        response = web.Response(status=303, headers={"Location": "/"})
        response.set_cookie(self.cookie, self._token, httponly=True, samesite="Strict", path="/")
        return response


def lasting_token(folder: Path | None = None) -> str:
    """The token of this person on this machine, so that an open page goes on after a restart."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    file = (folder or cache / "keydesk") / "demo-token"
    try:
        kept = file.read_text("ascii").strip()
        if len(kept) >= 32:
            return kept
    except (OSError, ValueError):
        kept = ""
    made = secrets.token_urlsafe(32)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        file.write_text(made, "ascii")
    except OSError:
        pass  # It then lasts as long as this run, which is enough.
    return made
