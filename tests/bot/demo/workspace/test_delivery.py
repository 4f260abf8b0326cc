"""How the app is told: three seconds, retries of events only, marks of a retry, signed requests."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.demo.workspace import Delivery, Fault, Person, Shown, Workspace
from tests.bot.demo.workspace.kit import actions, button, home
from tests.bot.demo.workspace.listening import BareSocket, Call, Receiver


def events(slack: Workspace) -> list[Delivery]:
    return [delivery for delivery in slack.deliveries if delivery.kind == "events_api"]


async def test_a_command_arrives_as_a_form(slack: Workspace, receiver: Receiver) -> None:
    ann = slack.add_person("Ann Archer")

    shown = await ann.command("/hello", "a & b")

    (received,) = receiver.received
    assert received.headers["content-type"] == "application/x-www-form-urlencoded"
    assert received.payload["command"] == "/hello"
    assert received.payload["text"] == "a & b"
    assert received.payload["user_id"] == ann.user_id
    assert received.payload["channel_name"] == "directmessage"
    assert received.payload["is_enterprise_install"] == "false"
    assert shown.error is None


async def test_an_interaction_arrives_as_json_in_a_form(slack: Workspace, receiver: Receiver) -> None:
    ann = slack.add_person("Ann Archer")

    await ann.shortcut("anything")

    (received,) = receiver.received
    assert received.raw.startswith("payload=")
    assert received.payload["type"] == "shortcut"
    assert received.payload["callback_id"] == "anything"
    assert "response_url" not in received.payload


async def test_an_event_arrives_as_json(slack: Workspace, receiver: Receiver) -> None:
    ann = slack.add_person("Ann Archer")

    await ann.direct_message("hi")
    await slack.until(lambda: receiver.received)

    (received,) = receiver.received
    assert received.headers["content-type"] == "application/json"
    assert "x-slack-retry-num" not in received.headers
    assert received.payload["event"]["type"] == "message"
    assert received.payload["event"]["channel_type"] == "im"
    assert received.payload["event"]["text"] == "hi"


async def test_each_request_is_signed_with_version_v0(slack: Workspace, receiver: Receiver) -> None:
    await slack.add_person("Ann Archer").command("/hello")

    headers, raw = receiver.received[0].headers, receiver.received[0].raw
    stamp = headers["x-slack-request-timestamp"]
    expected = hmac.new(slack.signing_secret.encode(), f"v0:{stamp}:{raw}".encode(), hashlib.sha256)
    assert headers["x-slack-signature"] == f"v0={expected.hexdigest()}"
    assert abs(time.time() - int(stamp)) < 60


async def test_the_request_url_is_asked_for_its_challenge(slack: Workspace, receiver: Receiver) -> None:
    assert not await slack.verify_events_url()

    async def echo() -> web.Response:
        await asyncio.sleep(0)
        return web.json_response({"challenge": receiver.received[-1].payload["challenge"]})

    receiver.answers.append(echo())
    assert await slack.verify_events_url()


async def test_several_request_urls_take_turns(slack: Workspace) -> None:
    replicas = [Receiver(), Receiver()]
    slack.events_url = [await replica.start() for replica in replicas]
    ann = slack.add_person("Ann Archer")

    for _ in range(4):
        await ann.command("/hello")

    assert [len(replica.received) for replica in replicas] == [2, 2]
    for replica in replicas:
        await replica.stop()


@pytest.mark.parametrize(
    ("status", "word"), [(404, "http_client_error"), (500, "http_service_error"), (302, "http_client_error")]
)
async def test_a_refused_command_is_told_to_the_person(
    slack: Workspace, receiver: Receiver, status: int, word: str
) -> None:
    ann = slack.add_person("Ann Archer")
    receiver.answers.append(web.Response(status=status))

    assert (await ann.command("/hello")).error == word
    assert (await ann.command("/hello")).error is None
    assert len(receiver.received) == 2, "a command is never tried again"


async def test_a_command_that_reaches_nobody_is_told_to_the_person(
    slack: Workspace, receiver: Receiver
) -> None:
    ann = slack.add_person("Ann Archer")
    await receiver.stop()

    assert (await ann.command("/hello")).error == "dispatch_failed"
    slack.events_url = None
    assert (await ann.command("/hello")).error == "dispatch_failed", "no socket is open either"


async def test_three_seconds_without_an_answer_are_shown_to_the_person(
    slack: Workspace, receiver: Receiver
) -> None:
    ann = slack.add_person("Ann Archer")
    receiver.is_silent()

    asked = asyncio.ensure_future(ann.command("/hello"))
    await receiver.arrived.wait()
    slack.clock.advance(2.5)
    await asyncio.sleep(0)
    assert not asked.done()
    slack.clock.advance(0.5)

    assert (await asked).error == "operation_timeout"
    assert slack.deliveries[0].error == "http_timeout"
    assert slack.deliveries[0].acked_after_s is None


async def test_an_event_is_tried_again_at_once_and_after_one_and_five_minutes(
    slack: Workspace, receiver: Receiver
) -> None:
    receiver.answers += [web.Response(status=500) for _ in range(4)]
    await slack.add_person("Ann Archer").direct_message("hi")

    await slack.until(lambda: len(receiver.received) == 2 and slack.clock.sleeping == 1)
    slack.clock.advance(60)
    await slack.until(lambda: len(receiver.received) == 3 and slack.clock.sleeping == 1)
    slack.clock.advance(299)
    assert len(receiver.received) == 3
    slack.clock.advance(1)
    await slack.until(lambda: len(events(slack)) == 4 and events(slack)[-1].done)

    marks = [received.headers.get("x-slack-retry-num") for received in receiver.received]
    reasons = {received.headers.get("x-slack-retry-reason") for received in receiver.received[1:]}
    assert marks == [None, "1", "2", "3"]
    assert reasons == {"http_error"}
    assert len({received.payload["event_id"] for received in receiver.received}) == 1
    assert slack.clock.sleeping == 0, "there is no fourth retry"


async def test_an_event_that_timed_out_says_so_when_it_comes_again(
    slack: Workspace, receiver: Receiver
) -> None:
    receiver.is_silent()
    await slack.add_person("Ann Archer").direct_message("hi")
    await receiver.arrived.wait()

    slack.clock.advance(3)
    await slack.until(lambda: len(receiver.received) == 2)

    assert receiver.received[1].headers["x-slack-retry-reason"] == "http_timeout"


@pytest.mark.parametrize(("headers", "attempts"), [({"x-slack-no-retry": "1"}, 1), ({}, 2)])
async def test_the_app_can_ask_for_no_retry(
    slack: Workspace, receiver: Receiver, headers: dict[str, str], attempts: int
) -> None:
    receiver.answers.append(web.Response(status=500, headers=headers))
    ann = slack.add_person("Ann Archer")

    await ann.direct_message("hi")
    await slack.until(lambda: events(slack) and all(one.done for one in events(slack)))
    assert (await ann.command("/hello")).error is None

    assert len(events(slack)) == attempts


@pytest.mark.parametrize("retry", [True, False])
async def test_a_delivery_can_be_repeated(slack: Workspace, receiver: Receiver, retry: bool) -> None:
    await slack.add_person("Ann Archer").direct_message("hi")
    await slack.until(lambda: slack.deliveries and slack.deliveries[0].done)

    again = await slack.redeliver(slack.deliveries[0], retry=retry)

    first, second = receiver.received
    assert first.payload == second.payload
    assert second.headers.get("x-slack-retry-num") == ("1" if retry else None)
    assert again.attempt == int(retry)


async def test_socket_envelopes_carry_the_attempt(slack: Workspace, wire: BareSocket) -> None:
    await slack.add_person("Ann Archer").direct_message("hi")
    first = await wire.next()
    slack.clock.advance(3)
    second = await wire.next()
    await wire.ack(second)
    await slack.until(lambda: len(events(slack)) == 2 and events(slack)[1].done)

    assert (first["retry_attempt"], first["retry_reason"]) == (0, "")
    assert (second["retry_attempt"], second["retry_reason"]) == (1, "http_timeout")
    assert first["payload"] == second["payload"]
    assert first["envelope_id"] != second["envelope_id"]
    assert [one.error for one in events(slack)] == ["http_timeout", None]


@pytest.mark.parametrize(
    ("act", "kind", "answerable"),
    [
        (lambda ann: ann.command("/hello"), "slash_commands", True),
        (lambda ann: ann.shortcut("hello"), "interactive", False),
        (lambda ann: ann.home.press("Go"), "interactive", False),
    ],
    ids=["command", "shortcut", "press"],
)
async def test_an_envelope_says_what_it_is(
    slack: Workspace, wire: BareSocket, call: Call, act: Any, kind: str, answerable: bool
) -> None:
    ann = slack.add_person("Ann Archer")
    published = await call("views.publish", user_id=ann.user_id, view=home(actions(button("Go"))))
    assert published["ok"]

    asked = asyncio.ensure_future(act(ann))
    envelope = await wire.next()
    await wire.ack(envelope)

    assert (await asked).error is None
    assert envelope["type"] == kind
    assert envelope["accepts_response_payload"] is answerable


async def test_a_late_ack_is_not_taken(slack: Workspace, wire: BareSocket) -> None:
    ann = slack.add_person("Ann Archer")
    asked = asyncio.ensure_future(ann.command("/hello"))
    envelope = await wire.next()
    slack.clock.advance(3)
    shown = await asked

    await wire.ack(envelope, {"text": "too late"})
    again = asyncio.ensure_future(ann.command("/hello"))
    await wire.ack(await wire.next(), {"text": "in time"})

    assert shown.error == "operation_timeout"
    assert (await again).text == "in time"
    assert slack.bad_acks == ["late or unknown envelope_id"]
    assert [message.text for message in ann.direct_messages] == ["in time"]


async def test_a_payload_where_none_is_accepted_is_noted(slack: Workspace, wire: BareSocket) -> None:
    asked = asyncio.ensure_future(slack.add_person("Ann Archer").shortcut("hello"))
    await wire.ack(await wire.next(), {"text": "nobody reads this"})

    assert (await asked).error is None
    assert slack.bad_acks == ["a payload where none is accepted"]


async def test_without_interactivity_nothing_is_sent(slack: Workspace, receiver: Receiver) -> None:
    slack.install({"features": {}, "settings": {"interactivity": {"is_enabled": False}}})
    ann = slack.add_person("Ann Archer")
    message = await ann.says(slack.add_channel("general", members=[ann]), "hello")

    assert (await message.shortcut("hello")).error == "unknown_shortcut"
    assert not receiver.received


@pytest.mark.usefixtures("receiver")
async def test_deliveries_tell_how_long_the_app_took(slack: Workspace) -> None:
    await slack.add_person("Ann Archer").command("/hello")

    (delivery,) = slack.deliveries
    assert delivery.transport == "http"
    assert delivery.status == 200
    assert delivery.acked_after_s is not None
    assert 0 <= delivery.acked_after_s < 3
    assert "hello" not in repr(delivery), "payloads may hold what people typed"


async def test_a_lost_acknowledgement_looks_like_none(slack: Workspace, receiver: Receiver) -> None:
    ann = slack.add_person("Ann Archer")
    slack.faults.add("ack", Fault.DROP_BEFORE_STORE, times=2)

    shown = await ann.command("/hello")
    await ann.direct_message("hi")
    await slack.until(lambda: len(events(slack)) == 2 and events(slack)[1].done)

    assert shown.error == "operation_timeout"
    assert [one.error for one in events(slack)] == ["http_timeout", None]
    assert len(receiver.received) == 3, "the app got them all"


async def test_a_lost_delivery_never_arrives(slack: Workspace, receiver: Receiver) -> None:
    ann = slack.add_person("Ann Archer")
    slack.faults.add("delivery", Fault.DROP_BEFORE_STORE, times=2)

    shown = await ann.command("/hello")
    await ann.direct_message("hi")
    await slack.until(lambda: len(events(slack)) == 2 and events(slack)[1].done)

    assert shown.error == "dispatch_failed"
    (received,) = receiver.received
    assert received.headers["x-slack-retry-reason"] == "connection_failed"


@pytest.mark.parametrize(("skew_s", "error"), [(0, None), (-400, "http_client_error")])
async def test_a_stamp_that_is_off_is_refused_by_bolt(
    slack: Workspace, over_http: AsyncApp, skew_s: int, error: str | None
) -> None:
    assert over_http
    slack.skew_s = skew_s

    assert (await slack.add_person("Ann Archer").command("/hello")).error == error


async def test_too_many_events_an_hour_are_told_once_and_dropped(
    slack: Workspace, receiver: Receiver
) -> None:
    slack.events_per_hour = 2
    ann = slack.add_person("Ann Archer")

    for text in "abcd":
        await ann.direct_message(text)
    await slack.until(lambda: len(receiver.received) == 3)
    slack.clock.advance(3600)
    await ann.direct_message("e")
    await slack.until(lambda: len(receiver.received) == 4)

    told = [one.payload for one in receiver.received]
    assert [one["type"] for one in told].count("app_rate_limited") == 1
    texts = {one["event"]["text"] for one in told if one["type"] == "event_callback"}
    assert texts == {"a", "b", "e"}


async def told(slack: Workspace, person: Person, text: str) -> None:
    """An event, and how it ended."""
    before = len(slack.deliveries)
    await person.direct_message(text)
    await slack.until(lambda: len(slack.deliveries) > before and slack.deliveries[-1].done)


def refusal() -> web.Response:
    return web.Response(status=500, headers={"x-slack-no-retry": "1"})


@pytest.mark.parametrize(
    ("attempts", "acked", "given_up"),
    [(39, 0, False), (40, 0, True), (40, 1, True), (40, 2, False)],
    ids=["too few to judge", "none taken", "too few taken", "just enough taken"],
)
async def test_an_app_that_takes_no_events_is_given_up(
    slack: Workspace, receiver: Receiver, attempts: int, acked: int, given_up: bool
) -> None:
    slack.events_exempt_below = 40
    ann = slack.add_person("Ann Archer")
    receiver.answers += [web.Response() for _ in range(acked)]
    receiver.answers += [refusal() for _ in range(attempts - acked)]
    for number in range(attempts):
        await told(slack, ann, str(number))

    assert slack.events_disabled is given_up
    await ann.direct_message("one more")
    slack.admin.enable_events()
    await ann.direct_message("and again")
    await slack.until(lambda: len(slack.deliveries) == attempts + (1 if given_up else 2))

    texts = {one.payload["event"]["text"] for one in slack.deliveries}
    assert ("one more" in texts, "and again" in texts) == (not given_up, True)


async def test_what_failed_an_hour_ago_is_forgotten(slack: Workspace, receiver: Receiver) -> None:
    slack.events_exempt_below = 2
    ann = slack.add_person("Ann Archer")
    for _ in range(2):
        receiver.answers.append(refusal())
        await told(slack, ann, "refused")
        slack.clock.advance(3600)

    assert not slack.events_disabled


@pytest.mark.parametrize(
    ("error", "act", "sentence"),
    [
        (None, "/hello", ""),
        ("operation_timeout", "/hello", '/hello failed with the error "operation_timeout"'),
        ("unknown_command", "/hello", "/hello is not a valid command."),
        ("invalid_response", "the button", "We had some trouble connecting. Try again?"),
    ],
)
def test_a_failure_is_told_in_slacks_sentence(error: str | None, act: str, sentence: str) -> None:
    assert Shown(error=error, act=act).notice == sentence
