"""Whatever an app sends, the workspace answers as Slack would: with a refusal, never with a crash."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.workspace.answers import apply_submission, command_answer, use_response_url
from bot.demo.workspace.core import Core
from bot.demo.workspace.method import METHODS
from bot.demo.workspace.problems import SlackError
from bot.demo.workspace.records import ChannelRecord, MessageRecord, PersonKind
from bot.demo.workspace.triggers import ResponseUrl
from bot.demo.workspace.web_api import Incoming, WebApi
from tests.bot.demo.workspace.kit import home, modal, section, text_input

WORDS = ["", "C0ONE", "U0ANN", "S0ONE", "1.000001", "modal", "home", "section", "x" * 200, "-1", "1"]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS)
KEYS = st.sampled_from(
    ["type", "text", "blocks", "block_id", "elements", "id", "event_type", "title", "errors"]
)
ANYTHING = st.recursive(
    LEAVES | st.sampled_from([modal(), home(), section("x"), text_input("L"), modal(text_input("L"))]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def _core() -> Core:
    core = Core()
    core.rates.enforced = False
    world = core.world
    ann = world.add_user("Ann Archer", PersonKind.MEMBER, world.team, "U0ANN")
    channel = world.add_channel(ChannelRecord("C0ONE", "one", members=[ann.user_id, world.bot.user_id]))
    channel.messages.append(
        MessageRecord("1.000001", world.bot.user_id, ann.team_id, "x", bot_id=world.bot_id)
    )
    return core


@pytest.mark.parametrize("method", sorted(METHODS))
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_a_method_takes_anything(method: str, data: st.DataObject) -> None:
    core = _core()
    known = sorted(METHODS[method].allowed) or ["nothing"]
    arguments = data.draw(st.dictionaries(st.sampled_from(known), ANYTHING))
    for name in METHODS[method].required:
        arguments.setdefault(name, data.draw(ANYTHING))

    caller = METHODS[method].caller
    try:
        answer = WebApi(core)._run(Incoming(method, arguments, caller))
    except SlackError as problem:
        answer = problem.answer()
        assert answer["ok"] is False

    assert isinstance(answer, dict)


@given(ANYTHING)
@settings(max_examples=100, deadline=None)
def test_a_submission_may_be_answered_with_anything(body: Any) -> None:
    core = _core()
    ann = core.world.users["U0ANN"]
    view = core.stacks.open(ann, modal(text_input("Name")))

    assert apply_submission(core, ann, view, body) in {None, "invalid_response", "duplicate_external_id"}
    assert view.closed or ann.stack


@given(ANYTHING)
@settings(max_examples=100, deadline=None)
def test_a_command_may_be_answered_with_anything(body: Any) -> None:
    core = _core()

    message, error = command_answer(core, core.world.users["U0ANN"], core.world.channels["C0ONE"], body)

    assert (message is None) or (error is None)


@given(st.dictionaries(st.sampled_from(["text", "blocks", "replace_original", "delete_original"]), ANYTHING))
@settings(max_examples=100, deadline=None)
def test_a_response_address_takes_anything(content: dict[str, Any]) -> None:
    core = _core()
    url = ResponseUrl("U0ANN", "C0ONE", "1.000001", due=0)
    told = None

    try:
        use_response_url(core, url, content)
    except SlackError as problem:
        told = problem.code

    assert told in {None, "invalid_payload"}
