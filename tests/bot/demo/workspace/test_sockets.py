"""Socket Mode: tickets that work once and soon, ten sockets, every way to be disconnected."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.demo.workspace import Fault, Workspace
from tests.bot.demo.workspace.listening import BareSocket, Call


async def test_slack_says_hello(slack: Workspace, wire: BareSocket) -> None:
    assert wire.hello["type"] == "hello"
    assert wire.hello["num_connections"] == 1
    assert wire.hello["connection_info"] == {"app_id": slack.app_id}
    assert slack.sockets == 1


async def test_a_ticket_works_once(slack: Workspace, session: aiohttp.ClientSession, call: Call) -> None:
    first, second = BareSocket(slack, session, call), BareSocket(slack, session, call)
    url = await first.url()
    await first.connect(url)

    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await second.connect(url)

    assert refused.value.status == 408
    await first.close()


@pytest.mark.parametrize(("age_s", "works"), [(29, True), (31, False)])
async def test_a_ticket_goes_stale(
    slack: Workspace, session: aiohttp.ClientSession, call: Call, age_s: int, works: bool
) -> None:
    socket = BareSocket(slack, session, call)
    url = await socket.url()
    slack.clock.advance(age_s)

    if works:
        assert (await socket.connect(url)).hello["type"] == "hello"
        await socket.close()
    else:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await socket.connect(url)


@pytest.mark.parametrize(("kind", "error"), [("bot", "not_allowed_token_type"), ("none", "invalid_auth")])
async def test_only_the_app_token_opens_sockets(slack: Workspace, call: Call, kind: str, error: str) -> None:
    token = slack.bot_token if kind == "bot" else "xapp-wrong"

    assert (await call("apps.connections.open", token=token))["error"] == error


async def test_the_eleventh_socket_is_turned_away(
    slack: Workspace, session: aiohttp.ClientSession, call: Call
) -> None:
    sockets = [await BareSocket(slack, session, call).connect() for _ in range(11)]

    assert [socket.hello["type"] for socket in sockets] == ["hello"] * 10 + ["disconnect"]
    assert sockets[10].hello["reason"] == "too_many_websockets"
    assert slack.sockets == 10
    for socket in sockets:
        await socket.close()


async def test_any_socket_may_acknowledge(
    slack: Workspace, wire: BareSocket, session: aiohttp.ClientSession, call: Call
) -> None:
    other = await BareSocket(slack, session, call).connect()
    ann = slack.add_person("Ann Archer")

    for mine, theirs in ((other, wire), (wire, other)):
        asked = asyncio.ensure_future(ann.command("/hello"))
        await theirs.ack(await mine.next(), {"text": "by the other"})
        assert (await asked).text == "by the other"
    await other.close()


@pytest.mark.parametrize("reason", ["refresh_requested", "link_disabled", "too_many_websockets"])
async def test_slack_says_why_it_disconnects(slack: Workspace, wire: BareSocket, reason: str) -> None:
    slack.disconnect_sockets(reason)

    assert (await wire.next())["reason"] == reason
    await slack.until(lambda: slack.sockets == 0)


async def test_a_warning_comes_ten_seconds_ahead(slack: Workspace, wire: BareSocket) -> None:
    slack.disconnect_sockets("warning")

    assert (await wire.next())["reason"] == "warning"
    assert slack.sockets == 1
    await slack.until(lambda: slack.clock.sleeping)
    slack.clock.advance(10)
    assert (await wire.next())["reason"] == "refresh_requested"


async def test_a_socket_can_be_cut_without_a_word(slack: Workspace, wire: BareSocket) -> None:
    slack.disconnect_sockets("abrupt")

    assert slack.sockets == 0
    assert wire.socket is not None
    assert (await wire.socket.receive(timeout=5)).type in {
        aiohttp.WSMsgType.CLOSED,
        aiohttp.WSMsgType.ERROR,
        aiohttp.WSMsgType.CLOSE,
    }


async def test_socket_mode_switched_off_gives_no_more_tickets(slack: Workspace, call: Call) -> None:
    slack.install({"settings": {"socket_mode_enabled": False}})

    answer = await call("apps.connections.open", token=slack.app_token)

    assert answer["error"] == "socket_mode_not_enabled"


@pytest.mark.usefixtures("over_socket")
@pytest.mark.parametrize("reason", ["refresh_requested", "too_many_websockets"])
async def test_the_sdk_comes_back_after_a_disconnect(slack: Workspace, reason: str) -> None:
    ann = slack.add_person("Ann Archer")
    tickets = len([one for one in slack.calls if one.method == "apps.connections.open"])

    slack.disconnect_sockets(reason)
    await slack.until(lambda: len(_tickets(slack)) == tickets + 1 and slack.sockets == 1)
    shown = await ann.command("/hello")

    assert shown.error is None
    assert (await ann.dialog()).title == "Order a cake"


def _tickets(slack: Workspace) -> list[str]:
    return [one.method for one in slack.calls if one.method == "apps.connections.open"]


@pytest.mark.parametrize(
    ("fault", "status"), [(Fault.HTTP_500, 500), (Fault.HTTP_503, 503), (Fault.DROP_BEFORE_STORE, None)]
)
async def test_a_handshake_can_fail(
    slack: Workspace, session: aiohttp.ClientSession, call: Call, fault: Fault, status: int | None
) -> None:
    socket = BareSocket(slack, session, call)
    url = await socket.url()
    planned = slack.faults.add("socket", fault, times=None)

    with pytest.raises(aiohttp.ClientError) as failed:
        await socket.connect(url)

    assert getattr(failed.value, "status", None) == status
    slack.faults.remove(planned)
    assert (await socket.connect(url)).hello["type"] == "hello", "the ticket was not used up"
    await socket.close()


async def test_a_handshake_may_never_be_answered(
    slack: Workspace, session: aiohttp.ClientSession, call: Call
) -> None:
    slack.faults.add("socket", Fault.SLOW)
    socket = BareSocket(slack, session, call)
    url = await socket.url()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await socket.connect(url)

    assert slack.sockets == 0
    assert (await socket.connect(url)).hello["num_connections"] == 1
    await socket.close()


async def test_the_address_of_sockets_can_fail(slack: Workspace, call: Call) -> None:
    slack.faults.add("connections", Fault.INTERNAL_ERROR)

    first = await call("apps.connections.open", token=slack.app_token)
    second = await call("apps.connections.open", token=slack.app_token)

    assert first["error"] == "internal_error"
    assert second["url"].startswith("ws://127.0.0.1:")


async def test_pings_are_answered_until_the_workspace_is_mute(slack: Workspace, wire: BareSocket) -> None:
    assert wire.socket is not None
    wire.socket._autoping = False
    await wire.socket.ping(b"there?")
    pong = await wire.socket.receive(timeout=5)
    slack.mute_pongs = True
    await wire.socket.ping(b"there?")
    slack.disconnect_sockets("refresh_requested")
    after = await wire.socket.receive(timeout=5)

    assert pong.type is aiohttp.WSMsgType.PONG
    assert pong.data == b"there?"
    assert after.type is aiohttp.WSMsgType.TEXT, "no pong came before the goodbye"


async def test_an_app_may_say_nonsense(slack: Workspace, wire: BareSocket) -> None:
    assert wire.socket is not None
    for nonsense in ("no json", "[]", "{}"):
        await wire.socket.send_str(nonsense)
    asked = asyncio.ensure_future(slack.add_person("Ann Archer").command("/hello"))
    await wire.ack(await wire.next())

    assert (await asked).error is None
    assert slack.bad_acks == ["no envelope_id"] * 3


async def test_two_sockets_of_one_app_take_turns(slack: Workspace, over_socket: AsyncApp) -> None:
    second = AsyncSocketModeHandler(over_socket, slack.app_token)
    await second.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt does not say
    await slack.until(lambda: slack.sockets == 2)
    people = [slack.add_person(f"Person {number}") for number in range(6)]

    shown = await asyncio.gather(*(person.command("/hello") for person in people))
    await second.close_async()  # type: ignore[no-untyped-call]  # slack_bolt does not say

    assert [one.error for one in shown] == [None] * 6
    assert all(person.dialogs for person in people)


@pytest.mark.parametrize(("asked", "lives_s"), [("", 18_060), ("&debug_reconnects=true", 360)])
async def test_a_socket_says_how_long_it_lives(wire: BareSocket, asked: str, lives_s: int) -> None:
    await wire.close()

    await wire.connect(await wire.url() + asked)

    assert wire.hello["debug_info"]["approximate_connection_time"] == lives_s


async def test_a_short_socket_is_refreshed_after_a_warning(slack: Workspace, wire: BareSocket) -> None:
    await wire.close()
    await slack.until(lambda: slack.sockets == 0)
    await wire.connect(await wire.url() + "&debug_reconnects=true")

    slack.clock.advance(349)
    await slack.until(lambda: slack.clock.sleeping)
    assert slack.sockets == 1
    slack.clock.advance(1)
    warned = await wire.next()
    await slack.until(lambda: slack.clock.sleeping)
    slack.clock.advance(10)

    assert (warned["type"], warned["reason"]) == ("disconnect", "warning")
    assert (await wire.next())["reason"] == "refresh_requested"
    await slack.until(lambda: slack.sockets == 0)
