"""Real deliveries with a few of their values replaced by anything: each is answered, and nobody is harmed.

Nearer to the ways of the program than payloads made up from nothing, which the first look turns away.
"""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as some

from bot.demo import acting
from bot.demo.stage import Stage, staged
from tests.bot.journeys.flows import settled
from tests.bot.log_steps import Lines
from tests.bot.slack.desk import FREE, opens_reply, triage
from tests.fuzz.anything import MARK, without_halves

Path = tuple[str | int, ...]
FUZZ = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
GONE = object()


ANSWERED = {200, 400, 404, 503}
"""404 is Bolt's word for what no listener is for; over a socket that is not answered at all. 503 is what
we say where Bolt itself stumbles, such as over a ``callback_id`` that is no text."""


@pytest.fixture
async def stage(lines: Lines) -> AsyncIterator[Stage]:
    """Everything was done once: a test, its buttons, a reply, commands, a message, a Home tab."""
    async with staged(mode="http", **FREE) as opened:
        ann, sue = opened.cast.ann, opened.cast.sue
        await acting.checks_key(ann, opened.kucoin.issue("ip_restricted"))
        card = await acting.card_of(opened, 1)
        await triage(opened, sue, "list all")
        dialog = await opens_reply(card, sue)
        dialog.fill("Message to the client", "Please set IP restriction to No.")
        await dialog.submit()
        await acting.results(ann)[-1].press("Ask support")
        asking = await ann.dialog()
        await asking.until(lambda shown: "Message to support" in shown.labels)
        asking.fill("Message to support", "I did.")
        await asking.submit()
        await ann.direct_message("hello")
        await ann.opens_home()
        await settled(opened)
        opened.slack.rate_limits = False
        yield opened
        await acting.checks_key(opened.cast.ben, opened.kucoin.issue("general_only"))


def paths_in(value: Any, here: Path = ()) -> Iterator[Path]:
    """Where something stands in it, itself apart."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, held in inside:
        yield (*here, name)
        yield from paths_in(held, (*here, name))


def changed(payload: dict[str, Any], path: Path, value: Any) -> None:
    """Put *value* there, or take away what was there; nothing where an earlier change took its place."""
    place: Any = payload
    try:
        for name in path[:-1]:
            place = place[name]
        if value is GONE:
            del place[path[-1]]
        else:
            place[path[-1]] = value
    except (LookupError, TypeError):
        return


def freshened(payload: dict[str, Any]) -> dict[str, Any]:
    """As if it were another, else it is taken for a second delivery of the first."""
    made = copy.deepcopy(payload)
    for name in ("trigger_id", "event_id"):
        if name in made:
            made[name] = uuid.uuid4().hex
    return made


ODD: list[Any] = [GONE, None, True, 0, -1.5, "", "1", "\x00", "<!here>", MARK]
ODD += [[], [MARK], [[{}]], {}, {MARK: MARK}]
ANY_VALUE = some.sampled_from(ODD) | some.text(max_size=20).map(without_halves) | some.integers()
CHANGES = some.lists(some.tuples(some.integers(0, 10_000), ANY_VALUE), min_size=1, max_size=3)
"""Which of the places, counted round and round, and what is to stand there."""


@seed(7)
@FUZZ
@given(which=some.integers(0, 10_000), changes=CHANGES)
async def test_a_real_delivery_with_anything_in_it_is_answered_and_never_echoed(
    stage: Stage, lines: Lines, which: int, changes: list[tuple[int, Any]]
) -> None:
    real = [d for d in stage.slack.deliveries if "fuzzed" not in d.payload]
    sent = real[which % len(real)]
    payload, paths = freshened(sent.payload) | {"fuzzed": True}, list(paths_in(sent.payload))
    for place, value in changes:
        changed(payload, paths[place % len(paths)], value)

    delivery = await stage.slack.deliver(sent.kind, payload)
    await settled(stage)

    assert delivery.status in ANSWERED, (delivery.status, delivery.error, sent.kind, payload)
    assert MARK not in json.dumps(delivery.answer)
    assert MARK not in lines.getvalue()


def test_a_change_changes_what_it_names_and_nothing_else() -> None:
    payload = {"a": [{"b": 1}], "c": 2}

    assert set(paths_in(payload)) == {("a",), ("a", 0), ("a", 0, "b"), ("c",)}
    changed(payload, ("a", 0, "b"), "x")
    changed(payload, ("c",), GONE)
    changed(payload, ("c", "deeper"), 1)
    assert payload == {"a": [{"b": "x"}]}
