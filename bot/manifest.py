"""The Slack app's manifest and its variants, all made of ``manifest.yml``, comments and reasons kept.

As it stands: Socket Mode, and no message of a channel is ever heard. Over HTTP Slack wants an address
for commands, shortcuts, dialogs and events. With the leak guard the app also hears what is written in
channels that it was invited to, for which it needs the history scopes for good.
"""

from __future__ import annotations

import re
from pathlib import Path

MANIFEST = Path(__file__).parents[1] / "manifest.yml"
DELIVERIES = "/slack/events"
ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]+)?(?P<path>/[A-Za-z0-9/._~-]*)?")
HEAD = re.compile(r"\A(?:#.*\n)+")
HTTP_HEAD = """\
# The Slack app "Keydesk", over HTTP{guarded}: api.slack.com/apps → Create New App → From a manifest →
# paste this. Then: Basic Information → Signing Secret (it is SLACK_SIGNING_SECRET); Install App → Bot User
# OAuth Token (it is SLACK_BOT_TOKEN). Set no SLACK_APP_TOKEN. Made by `keydesk manifest`.
"""
SOCKET_HEAD = """\
# The Slack app "Keydesk", in Socket Mode{guarded}: api.slack.com/apps → Create New App → From a manifest →
# paste this. Then: Basic Information → App-Level Tokens → one with the scope connections:write (it is
# SLACK_APP_TOKEN); Install App → Bot User OAuth Token (it is SLACK_BOT_TOKEN). Made by `keydesk manifest`.
"""
GUARDED = ", with the leak guard"
GUARD_EVENTS = """\
      - message.channels # the leak guard: warns whoever writes a key into a public channel the app is in
      - message.groups # the same in a private channel
"""
GUARD_REASON = "the leak guard hears what is written in public channels the app is in"
GROUPS_REASON = (
    "finds a card again in the private staff channel; and the leak guard hears private channels the app is in"
)


def manifest_text(http_url: str | None = None, *, leak_guard: bool = False) -> str:
    """The manifest to paste.

    Args:
        http_url: Where Slack reaches us, such as ``https://keydesk.example.com``; None is Socket Mode.
        leak_guard: Whether messages in channels are heard, to warn whoever writes a key there.

    Raises:
        ValueError: the address is none that Slack takes.
    """
    text = MANIFEST.read_text(encoding="utf-8")
    if http_url is None and not leak_guard:
        return text
    if leak_guard:
        text = _guarded(text)
    if http_url is not None:
        text = _over_http(text, _deliveries(http_url))
    head = HTTP_HEAD if http_url else SOCKET_HEAD
    return HEAD.sub(head.format(guarded=GUARDED if leak_guard else ""), text, count=1)


def _deliveries(url: str) -> str:
    """Slack takes https alone; without a path it is the one that we listen at."""
    match = ADDRESS.fullmatch(url.strip())
    if match is None:
        raise ValueError("The address should begin with https:// and have neither a query nor blanks.")
    has_path = (match["path"] or "/") != "/"
    return url.strip() if has_path else url.strip().rstrip("/") + DELIVERIES


def _guarded(text: str) -> str:
    """With the events that the guard hears, and their scopes no longer optional."""
    text = _replaced(text, r"(      - message\.im #.*\n)", rf"\1{GUARD_EVENTS}")
    text = _replaced(text, r"      - channels:history # needed only where.*\n", "")
    text = _replaced(text, r"(      - channels:history # ).*", rf"\g<1>{GUARD_REASON}")
    return _replaced(text, r"(      - groups:history # ).*", rf"\g<1>{GROUPS_REASON}")


def _over_http(text: str, url: str) -> str:
    """With the address wherever Slack asks for one, and without sockets."""
    text = _replaced(text, r"(    - command: \S+\n)", rf"\1      url: {url}\n", count=2)
    text = _replaced(text, r"(  event_subscriptions:\n)", rf"\1    request_url: {url}\n")
    text = _replaced(text, r"(  interactivity:\n    is_enabled: true.*\n)", rf"\1    request_url: {url}\n")
    return _replaced(text, r"socket_mode_enabled: true", "socket_mode_enabled: false")


def _replaced(text: str, pattern: str, by: str, count: int = 1) -> str:
    """*text* with what must be there *count* times replaced.

    Raises:
        LookupError: ``manifest.yml`` has changed its shape; a test says so before anybody is told.
    """
    changed, times = re.subn(pattern, by, text)
    if times != count:
        raise LookupError(f"manifest.yml: {pattern} is there {times} times, not {count}")
    return changed
