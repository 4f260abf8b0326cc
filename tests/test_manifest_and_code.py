"""The manifest and the code hold each other: nothing is granted in vain, nothing is used ungranted.

What the code listens to is read from Bolt, after everything was registered with it. Which Web API
methods it calls is read from its syntax tree: every mention of a method of slack_sdk's client counts,
called or handed on, and so does every string that is a method's name.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace.scopes import SCOPE_OF_EVENT, SCOPE_OF_FEATURE, event_type, scopes_of
from bot.slack.conversations import listen
from bot.slack.edge import Edge
from bot.slack.kit import Kit
from bot.slack.preflight import NEEDED_SCOPES

ROOT = Path(__file__).parents[1]
BOT = ROOT / "bot"

METHOD = re.compile(r"[a-z]+(\.[a-zA-Z0-9]+)+")

COMING_COMMANDS: set[str] = set()
COMING_SCOPES: set[str] = set()
"""Announced before they are answered and used. As soon as one is, a test says so, and it leaves this list."""

KINDS: dict[str, tuple[str, ...]] = {
    "conversations.open": ("im",),
    "conversations.history": ("im", "private", "public"),
    "conversations.replies": ("im", "private", "public"),
    "conversations.info": ("private", "public"),
    "conversations.members": ("private", "public"),
}
"""With which kinds of conversation each method is used: direct messages with clients, and the staff
channel, which may be private or public. Group messages are none of ours."""


@pytest.fixture(scope="module")
def manifest() -> Any:
    return yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))


# What the code listens to


class NotingApp(AsyncApp):
    """Bolt itself, which also notes under which name each listener was registered."""

    def __init__(self) -> None:
        super().__init__(client=AsyncWebClient(token="xoxb-not-used"), request_verification_enabled=False)
        self.noted: dict[str, set[Any]] = defaultdict(set)

    def command(self, command: Any, *args: Any, **more: Any) -> Any:
        self.noted["command"].add(command)
        return super().command(command, *args, **more)

    def shortcut(self, constraints: Any, *args: Any, **more: Any) -> Any:
        self.noted["shortcut"].add(constraints)
        return super().shortcut(constraints, *args, **more)

    def event(self, event: Any, *args: Any, **more: Any) -> Any:
        self.noted["event"].add(event)
        return super().event(event, *args, **more)

    def action(self, constraints: Any, *args: Any, **more: Any) -> Any:
        self.noted["action"].add(constraints)
        return super().action(constraints, *args, **more)

    def view(self, constraints: Any, *args: Any, **more: Any) -> Any:
        self.noted["view"].add(constraints)
        return super().view(constraints, *args, **more)

    def options(self, constraints: Any, *args: Any, **more: Any) -> Any:
        self.noted["options"].add(constraints)
        return super().options(constraints, *args, **more)


@pytest.fixture(scope="module")
def app() -> NotingApp:
    """Everything registered, as the program does it. No listener runs, so none needs its kit."""
    client = AsyncWebClient(token="xoxb-not-used")
    edge = Edge(cast("Kit", None), client)
    noting = NotingApp()
    edge.app = noting
    listen(edge)
    return noting


def test_no_listener_escapes_the_comparison(app: NotingApp) -> None:
    """Each was registered under a name that was noted: none came by a way that is not watched."""
    assert app.noted["command"], "nothing was registered, so nothing was compared"
    assert len(app._async_listeners) == sum(len(names) for names in app.noted.values())


def test_every_command_is_announced_and_answered(manifest: Any, app: NotingApp) -> None:
    announced = {one["command"] for one in manifest["features"]["slash_commands"]}

    assert announced >= COMING_COMMANDS
    assert app.noted["command"] == announced - COMING_COMMANDS


def test_every_shortcut_is_announced_and_answered(manifest: Any, app: NotingApp) -> None:
    announced = {one["callback_id"] for one in manifest["features"]["shortcuts"]}

    assert app.noted["shortcut"] == announced


def test_every_event_is_subscribed_to_and_heard(manifest: Any, app: NotingApp) -> None:
    subscribed = manifest["settings"]["event_subscriptions"]["bot_events"]

    assert app.noted["event"] == {event_type(event) for event in subscribed}


def test_buttons_and_dialogs_are_switched_on(manifest: Any, app: NotingApp) -> None:
    assert app.noted["action"]
    assert app.noted["view"]
    assert manifest["settings"]["interactivity"]["is_enabled"] is True


# Which methods the code calls


def methods_of_client() -> dict[str, frozenset[str]]:
    """Name of a coroutine of slack_sdk's client → the Web API methods that it calls."""
    tree = ast.parse(inspect.getsource(AsyncWebClient).expandtabs())
    made = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)}
    return {name: frozenset(_reached(name, made)) for name in made if not name.startswith("_")}


def _reached(name: str, made: dict[str, ast.AsyncFunctionDef]) -> Iterator[str]:
    for node in ast.walk(made[name]):
        if not isinstance(node, ast.Attribute):
            continue
        if node.attr != name and node.attr in made:
            yield from _reached(node.attr, made)
    yield from filter(METHOD.fullmatch, strings_in(made[name]))


def strings_in(tree: ast.AST) -> Iterator[str]:
    """Every string constant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def methods_in(source: str, client: dict[str, frozenset[str]]) -> set[str]:
    """The Web API methods that a module can call.

    Raises:
        LookupError: it calls a method whose name is not written down there.
    """
    tree = ast.parse(source)
    known = frozenset[str]().union(*client.values())
    found = {text for text in strings_in(tree) if text in known}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            found |= client.get(node.attr, frozenset())
        if isinstance(node, ast.Call) and (name := named_in(node)) is not None:
            found |= client.get(name, {name})
    return found


def named_in(call: ast.Call) -> str | None:
    """The method that `api_call(…)` or `getattr(client, …)` names; None for any other call."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "api_call":
        named = call.args[:1]
    elif ast.unparse(call.func) == "getattr" and "client" in ast.unparse(call.args[0]):
        named = call.args[1:2]
    else:
        return None
    if not (named and isinstance(named[0], ast.Constant)):
        raise LookupError(f"line {call.lineno} calls a method that cannot be known")
    return str(named[0].value)


@pytest.fixture(scope="module")
def client() -> dict[str, frozenset[str]]:
    return methods_of_client()


@pytest.fixture(scope="module")
def called(client: dict[str, frozenset[str]]) -> dict[str, set[str]]:
    """Web API method → the modules that call it. The workspace of the demo is Slack, not a caller."""
    callers: dict[str, set[str]] = defaultdict(set)
    for path in sorted(BOT.rglob("*.py")):
        if "demo" in path.relative_to(BOT).parts:
            continue
        for method in methods_in(path.read_text(encoding="utf-8"), client):
            callers[method].add(str(path.relative_to(ROOT)))
    return callers


def needed_by(method: str) -> list[frozenset[str]]:
    """For each kind of conversation that a method is used with, the scopes of which one must be granted."""
    if len(scopes_of(method)) < 2:
        return [scopes_of(method)]
    assert method in KINDS, f"{method}: which kinds of conversation is it used with? Say so in KINDS."
    return [scopes_of(method, kind) for kind in KINDS[method]]


def test_the_client_is_understood(client: dict[str, frozenset[str]]) -> None:
    assert client["chat_postMessage"] == {"chat.postMessage"}
    assert client["usergroups_users_list"] == {"usergroups.users.list"}
    assert client["files_upload_v2"] >= {"files.getUploadURLExternal", "files.completeUploadExternal"}


@pytest.mark.parametrize(
    ("source", "methods"),
    [
        ("await self._client.chat_postMessage(channel=c)", {"chat.postMessage"}),
        ("await called(post.conversations_replies, arguments)", {"conversations.replies"}),
        ("await client.api_call('users.info', params={})", {"users.info"}),
        ("METHOD = 'views.open'", {"views.open"}),
        ("getattr(self.client, 'views_open')", {"views.open"}),
        ("'say hello to views.open'; chat_postMessage = 1", set()),
    ],
)
def test_a_method_is_found_however_it_is_mentioned(
    client: dict[str, frozenset[str]], source: str, methods: set[str]
) -> None:
    assert methods_in(source, client) == methods


@pytest.mark.parametrize(
    "source",
    ["client.api_call(name)", "client.api_call(f'chat.{x}')", "client.api_call()", "getattr(client, name)"],
)
def test_a_method_whose_name_cannot_be_known_is_not_passed_over(
    client: dict[str, frozenset[str]], source: str
) -> None:
    with pytest.raises(LookupError, match="line 1"):
        methods_in(source, client)


def test_every_method_that_is_called_has_its_scope(manifest: Any, called: dict[str, set[str]]) -> None:
    assert "chat.postMessage" in called, "no call was found, so nothing was compared"
    granted = set(manifest["oauth_config"]["scopes"]["bot"])
    app_token = {"apps.connections.open"}
    missing = {
        method: [sorted(choice) for choice in needed_by(method) if choice and not choice & granted]
        for method in called.keys() - app_token
    }

    assert {method: lacking for method, lacking in missing.items() if lacking} == {}


def test_every_event_that_is_subscribed_to_has_its_scope(manifest: Any) -> None:
    granted = set(manifest["oauth_config"]["scopes"]["bot"])
    events = manifest["settings"]["event_subscriptions"]["bot_events"]

    let_through = {event for event in events if not SCOPE_OF_EVENT[event] or SCOPE_OF_EVENT[event] & granted}
    assert let_through == set(events)


def test_no_scope_is_granted_in_vain(manifest: Any, called: dict[str, set[str]]) -> None:
    features = {scope for feature, scope in SCOPE_OF_FEATURE.items() if manifest["features"].get(feature)}
    methods = {scope for method in called for choice in needed_by(method) for scope in choice}
    events = {
        scope
        for event in manifest["settings"]["event_subscriptions"]["bot_events"]
        if len(SCOPE_OF_EVENT[event]) == 1
        for scope in SCOPE_OF_EVENT[event]
    }

    assert set(manifest["oauth_config"]["scopes"]["bot"]) - features - methods - events == COMING_SCOPES


def test_what_the_start_insists_on_is_never_optional(manifest: Any) -> None:
    scopes = manifest["oauth_config"]["scopes"]

    assert NEEDED_SCOPES.keys() <= set(scopes["bot"]) - set(scopes["bot_optional"])
