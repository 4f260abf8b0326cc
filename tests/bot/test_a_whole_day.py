"""A whole day at the desk: five clients, three staff, every command, every button, to right numbers.

Once over a websocket with one replica on SQLite, once over signed HTTP with two on PostgreSQL. In
the middle of the day everything is stopped and started again.
"""

from __future__ import annotations

import asyncio
import csv
import re
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from bot.demo import acting
from bot.demo.kucoin import IssuedKey
from bot.demo.stage import Stage, staged
from bot.demo.workspace import ChannelRecord, Dialog, Message, Person
from bot.slack.greeting import INVITATION
from bot.slack.triage import COMMANDS
from tests.bot.slack.desk import (
    FREE,
    acts_of,
    content,
    given_cases,
    hears,
    in_thread,
    is_closed,
    opens_reply,
    private,
    triage,
    with_file,
)

LEFT_FROM_YESTERDAY = 8
ANN, BEN, GUS, EVE, CORA = range(LEFT_FROM_YESTERDAY + 1, LEFT_FROM_YESTERDAY + 6)
"""The numbers of today's cases, by client."""
BUTTONS = {
    *("test_keys", "test_again", "enter_keys_again", "forget_keys", "ask_support", "client_reply"),
    *("case_claim", "case_reply", "case_retest", "case_resolve", "case_show"),
    *("triage_next", "triage_previous"),
}
"""Every button that people can press today; a choice of exchange comes with a second exchange."""


@dataclass
class Day:
    """The stage, and what people keep in mind through the day."""

    stage: Stage
    cora: Person
    replicas: int
    keys: dict[int, IssuedKey]

    async def staff(self, who: str, typed: str, channel: ChannelRecord | None = None) -> str:
        """Somebody of support types `/triage …`; what they read."""
        return (await triage(self.stage, getattr(self.stage.cast, who), typed, channel)).words

    async def card(self, number: int, holding: str = "") -> Message:
        return await acting.card_of(self.stage, number, holding)

    async def restart(self) -> None:
        await self.stage.stop()
        await self.stage.start(replicas=self.replicas)


@pytest.mark.parametrize(
    ("mode", "replicas"),
    [("socket", 1), pytest.param("http", 2, marks=pytest.mark.postgres)],
    ids=["websocket, SQLite", "HTTP, two replicas, PostgreSQL"],
)
async def test_a_whole_day(mode: str, replicas: int, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    url = request.getfixturevalue("postgres_url") if replicas > 1 else f"sqlite:///{tmp_path}/day.db"
    async with staged(mode=mode, database_url=url, start=False, **FREE) as stage:
        stage.slack.rate_limits = False  # a day of messages in a few seconds
        cora = stage.slack.add_person("Cora Client")
        stage.general.members.append(cora.user_id)
        await stage.start(replicas=replicas)
        day = Day(stage, cora, replicas, {})
        await given_cases(stage, LEFT_FROM_YESTERDAY)

        await support_opens_the_desk(day)
        await five_clients_test_their_keys(day)
        await pages_are_turned(day)
        await support_shares_out_the_queue(day)
        await day.restart()
        await words_go_there_and_back(day)
        await keys_are_mended(day)
        await the_last_cases_are_closed(day)

        await the_numbers_are_right(day)
        await nobody_saw_what_is_not_theirs(day)
        everything_was_used(day)


# --- morning -------------------------------------------------------------------------------


async def support_opens_the_desk(day: Day) -> None:
    """Sid looks at what is left from yesterday, and Sue invites the clients."""
    assert "Open cases: 8" in await day.staff("sid", "")
    assert "snooze N 2h" in await day.staff("sid", "help")
    for channel in (day.stage.general, day.stage.shared):
        assert "Posted." in await day.staff("sue", "invite", channel)


async def five_clients_test_their_keys(day: Day) -> None:
    """Each gets a verdict in private; four need a fix, and Cora fails with her second account."""
    cast, kucoin = day.stage.cast, day.stage.kucoin
    for number, preset in {
        ANN: "everything_wrong",
        BEN: "ip_restricted",
        GUS: "expires_in_90_days",
        EVE: "frozen",
        CORA: "ip_restricted",
    }.items():
        day.keys[number] = kucoin.issue(preset)
    await keys_by_command(day, cast.ann, ANN)
    await keys_by_command(day, cast.ben, BEN)
    await keys_by_invitation(day, cast.guest, day.stage.general, GUS)
    await keys_by_invitation(day, cast.external, day.stage.shared, EVE)
    await acting.checks_key(day.cora, kucoin.issue())
    await hears(day.stage, day.cora, "Passed: KuCoin Spot/Margin")
    await keys_by_command(day, day.cora, CORA, "Futures")


async def keys_by_command(day: Day, client: Person, number: int, account: str = "Spot/Margin") -> None:
    await acting.checks_key(client, day.keys[number], account)
    await day.card(number)
    await (await client.dialog()).close()


async def keys_by_invitation(day: Day, client: Person, channel: ChannelRecord, number: int) -> None:
    """Guests and people from other companies have no commands."""

    def invitations() -> list[Message]:
        return [message for message in client.sees(channel) if INVITATION in message.words]

    await day.stage.slack.until(invitations)
    await invitations()[0].press("Test an API key")
    await submits(await client.dialog(), day.keys[number])
    await (await acting.sees_result(client)).close()
    await day.card(number)


async def submits(dialog: Dialog, key: IssuedKey, account: str = "Spot/Margin") -> None:
    acting.fills(dialog, key.key, key.secret, key.passphrase, account)
    assert (await dialog.submit()).errors == {}


async def pages_are_turned(day: Day) -> None:
    sam, stage = day.stage.cast.sam, day.stage
    page = await triage(stage, sam, "list all")
    assert "Open cases: 1 to 10 of 13" in page.words
    await page.press("Next 3")
    await stage.slack.until(lambda: "Open cases: 11 to 13 of 13" in page.words)
    await page.press("Show")
    await stage.slack.until(lambda: "*History*" in private(sam, stage.staff_channel)[-1].words)
    await page.press("Previous 10")
    await stage.slack.until(lambda: "Open cases: 1 to 10 of 13" in page.words)


async def support_shares_out_the_queue(day: Day) -> None:
    """Two want one case; cases are given, given back and put off."""
    cast = day.stage.cast
    card = await day.card(ANN)
    await asyncio.gather(card.press("Claim", by=cast.sue), card.press("Claim", by=cast.sue))
    await day.card(ANN, "Owner: @Sue Support")
    assert "@Sue Support already works" in await day.staff("sam", f"claim {ANN}")
    assert "is yours" in await day.staff("sam", f"claim {GUS}")
    assert "now with @Sid Support" in await day.staff("sam", f"assign {EVE} @Sid Support")
    assert "Nobody has" in await day.staff("sid", f"release {EVE}")
    assert "is yours" in await day.staff("sid", f"claim {EVE}")
    assert "sleeps until" in await day.staff("sid", f"snooze {EVE} 2h the client's lawyer looks at it")
    assert f"*Case {GUS}*" in await day.staff("sam", "list mine")


# --- noon ----------------------------------------------------------------------------------


async def words_go_there_and_back(day: Day) -> None:
    """Sue writes by the card, Sam by command; Ann and Gus answer; Gus also asks by himself."""
    cast, stage = day.stage.cast, day.stage
    dialog = await opens_reply(await day.card(ANN), cast.sue)
    dialog.fill("Message to the client", "Please delete that key today.")
    await dialog.submit()
    await answers(await hears(stage, cast.ann, "Please delete that key today."), cast.ann, "Deleted!")
    await in_thread(stage, await day.card(ANN), "Deleted!")

    await (await hears(stage, cast.guest, "Needs a fix")).press("Ask support")
    asking = await cast.guest.dialog()
    asking.fill("Message to support", "What is Permanent?")
    await asking.submit()
    await in_thread(stage, await day.card(GUS), "What is Permanent?")
    assert "on its way" in await day.staff("sam", f"reply {GUS} It is a choice of step Four.")
    await answers(await hears(stage, cast.guest, "It is a choice of step Four."), cast.guest, "Found it")
    await in_thread(stage, await day.card(GUS), "Found it")
    assert "Noted" in await day.staff("sam", f"note {GUS} friendly, new to this")
    assert "friendly, new to this" in await day.staff("sue", f"show {GUS}")


async def answers(message: Message, client: Person, text: str) -> None:
    await message.press("Reply")
    dialog = await client.dialog()
    dialog.fill("Your message", text)
    assert (await dialog.submit()).errors == {}


async def keys_are_mended(day: Day) -> None:
    """Each in another way: tested again, asked for, run by staff, entered again. A pass closes the case."""
    cast, stage, kucoin = day.stage.cast, day.stage, day.stage.kucoin
    kucoin.edit(day.keys[BEN], ip_whitelist=())
    await (await hears(stage, cast.ben, "Needs a fix")).press("Test again")
    await closes(day, BEN)

    await (await day.card(ANN)).press("Ask for retest", by=cast.sue)
    await (await hears(stage, cast.ann, "asks you to test")).press("Test an API key")
    await submits(await cast.ann.dialog(), kucoin.issue())
    await closes(day, ANN)

    kucoin.edit(day.keys[GUS], expires_at=None)
    assert "still held, so the test runs again now" in await day.staff("sam", f"retest {GUS}")
    await closes(day, GUS)

    result = await hears(stage, day.cora, "Needs a fix: KuCoin Futures")
    await result.press("Forget my keys")
    await stage.slack.until(lambda: "as you asked" in result.words)
    await result.press("Enter keys again")
    await submits(await day.cora.dialog(), kucoin.issue(), "Futures")
    await closes(day, CORA)


async def closes(day: Day, number: int) -> None:
    card = await day.card(number, "Closed (a later test passed)")
    assert card.buttons == []
    assert await is_closed(day.stage, number)


# --- evening -------------------------------------------------------------------------------


async def the_last_cases_are_closed(day: Day) -> None:
    """Eve's is closed, opened again by her own words, closed, opened by mistake and closed."""
    cast, stage = day.stage.cast, day.stage
    eve = cast.external
    assert "on its way" in await day.staff("sid", f"reply {EVE} KuCoin has to unfreeze the account.")
    message = await hears(stage, eve, "KuCoin has to unfreeze the account.")
    await (await day.card(EVE)).press("Resolve", by=cast.sid)
    await day.card(EVE, "Closed (resolved)")
    await answers(message, eve, "They did, thank you")
    await in_thread(stage, await day.card(EVE, "Owner: @Sid Support"), "They did, thank you")
    assert "is closed" in await day.staff("sid", f"resolve {EVE} unfrozen by KuCoin")
    assert "is open again" in await day.staff("sue", f"reopen {EVE}")
    assert "is closed" in await day.staff("sue", f"resolve {EVE} unfrozen by KuCoin")
    for number in range(1, LEFT_FROM_YESTERDAY + 1):
        assert "is closed" in await day.staff("sid", f"resolve {number} no news")
    assert await day.staff("sid", "list") == "There is no open case."


async def the_numbers_are_right(day: Day) -> None:
    told = await day.staff("sue", "stats 1")
    assert "10 by 5 clients (5 passed, 5 needed a fix)" in told
    assert "13 opened; 0 open now" in told
    assert re.search(r"Resolution:\* median .*\(13 cases\)", told)
    # Ann and Gus. Eve's case was opened anew by her, and closed without another answer.
    assert re.search(r"First response:\* median .*\(2 cases\)", told)
    assert "nobody has them:* 0" in told
    assert "Guide, Step Four: 3" in told
    assert await day.staff("sue", "export 1") == "13 cases, in a file in your direct messages with me."
    chart, sheet = with_file(day.stage.cast.sue)
    assert content(day.stage, chart).startswith(b"\x89PNG")
    rows = list(csv.DictReader(StringIO(content(day.stage, sheet).decode("utf-8-sig"))))
    assert [int(row["Case"]) for row in rows] == list(range(1, 14))
    assert {row["State"] for row in rows} == {"Closed"}
    assert {row["Tests"] for row in rows[LEFT_FROM_YESTERDAY:]} == {"1", "2"}


async def nobody_saw_what_is_not_theirs(day: Day) -> None:
    """No channel but the desk's heard of a case, no client of another's, and nothing was said twice."""
    cast, stage = day.stage.cast, day.stage
    for place, person in ((stage.general, cast.ben), (stage.shared, cast.external)):
        assert [m.words.count(INVITATION) for m in person.sees(place) if m.by_bot] == [1]
    for client in (cast.ann, cast.ben, cast.guest, cast.external, day.cora):
        others = {cast.ann.name, cast.ben.name, cast.guest.name, cast.external.name, day.cora.name}
        seen = "\n".join(message.words for message in client.direct_messages)
        assert "KuCoin" in seen
        assert not any(name in seen for name in others - {client.name})
        texts = [message.text for message in client.direct_messages if message.by_bot]
        assert len(texts) == len(set(texts))
    acts = await acts_of(stage, ANN)
    assert [acts.count(act) for act in ("claimed", "reply", "client_reply", "retest_asked")] == [1, 1, 1, 1]


def everything_was_used(day: Day) -> None:
    payloads = [delivery.payload for delivery in day.stage.slack.deliveries]
    typed = {
        payload["text"].split()[0] if payload["text"] else "list"
        for payload in payloads
        if payload.get("command") == "/triage"
    }
    pressed = {action["action_id"] for payload in payloads for action in payload.get("actions", ())}

    assert typed == set(COMMANDS)
    assert pressed >= BUTTONS
    assert all(delivery.error is None for delivery in day.stage.slack.deliveries)
