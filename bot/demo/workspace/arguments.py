"""Reads a Web API call: form, JSON or query; its token; what it may and must carry."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from bot.demo.workspace.core import Core
from bot.demo.workspace.method import Method
from bot.demo.workspace.problems import SlackError
from bot.demo.workspace.records import Payload

#: Arguments that are JSON in a form (Slack docs, Web API, POST bodies).
AS_JSON = frozenset({"blocks", "attachments", "metadata", "view", "files", "message"})


async def read(request: web.Request) -> Payload:
    """All arguments, JSON in forms already read.

    Raises:
        SlackError: invalid_form_data, json_not_object, invalid_json.
    """
    arguments: Payload = dict(request.query)
    if request.content_type == "application/json":
        arguments |= await _json_body(request)
    elif request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        arguments |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return {name: _opened(name, value) for name, value in arguments.items()}


async def _json_body(request: web.Request) -> Payload:
    text = await request.text()
    if not text:
        return {}
    try:
        body = json.loads(text)
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(body, dict):
        raise SlackError("json_not_object")
    return body


def _opened(name: str, value: Any) -> Any:
    if name not in AS_JSON or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise SlackError("invalid_arguments", [f"[ERROR] {name} must be valid JSON"]) from None


def take_token(request: web.Request, arguments: Payload) -> str:
    """The token from the header, or from the arguments, where it is then taken out."""
    from_arguments = str(arguments.pop("token", "") or "")
    _scheme, _, from_header = request.headers.get("Authorization", "").partition(" ")
    return from_header.strip() or from_arguments


def token_kind(core: Core, token: str) -> str:
    """Whose token it is: "bot", "app", "none" or "unknown"."""
    if not token:
        return "none"
    return {core.tokens.bot: "bot", core.tokens.app: "app"}.get(token, "unknown")


def check_token(core: Core, kind: str, method: Method) -> None:
    """Refuse the wrong token.

    Raises:
        SlackError: not_authed, invalid_auth, token_revoked or not_allowed_token_type.
    """
    if method.caller == "none":
        return
    if kind == "none":
        raise SlackError("not_authed")
    if kind == "unknown":
        raise SlackError("invalid_auth")
    if core.tokens.revoked:
        raise SlackError("token_revoked")
    if kind != method.caller:
        raise SlackError("not_allowed_token_type")


def check_names(method: Method, arguments: Payload) -> None:
    """Refuse what the method does not know, or misses.

    A client made with a `team_id` sends it with every call (slack_sdk), so it is taken everywhere.

    Raises:
        SlackError: invalid_arguments, a sentence for each.
    """
    if "team_id" not in method.allowed:
        arguments.pop("team_id", None)
    unknown = [f"[ERROR] unknown argument: {name}" for name in arguments if name not in method.allowed]
    absent = [name for name in method.required if arguments.get(name) in (None, "")]
    missing = [f"[ERROR] missing required field: {name}" for name in absent]
    if unknown or missing:
        raise SlackError("invalid_arguments", unknown + missing)
