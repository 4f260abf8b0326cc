"""The check in a terminal, as a program of its own: what is typed, printed, and returned."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.validators.kucoin.stage import (
    HEALTHY,
    KEY,
    PASSPHRASE,
    SECRET,
    described,
    ok,
    page,
)
from tests.validators.wire import Wire, answer, wire
from validators.kucoin.endpoints import ENDPOINTS
from validators.kucoin.venue import OWN_KEY

TYPED = f"{KEY}\n{SECRET}\n{PASSPHRASE}\n"


class Venue:
    """KuCoin on a real port; `says` changes what one path answers."""

    def __init__(self) -> None:
        self._replies = {read.path: reply for read, reply in HEALTHY.items()}
        self._replies[OWN_KEY.path] = HEALTHY[OWN_KEY]  # and not what KuCoin EU says on the same path
        self.wire: Wire

    def says(self, path: str, reply: httpx.Response) -> None:
        self._replies[path] = reply

    async def speak(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        path = head.split(b" ")[1].split(b"?")[0].decode()
        reply = self._replies[path]
        writer.write(answer(reply.content, status=f"{reply.status_code} Told"))


@pytest.fixture
async def venue() -> AsyncIterator[Venue]:
    told = Venue()
    async with wire(told.speak) as served:
        told.wire = served
        yield told


async def ran(
    venue: Venue | None, *arguments: str, typed: str = TYPED, **environment: str
) -> tuple[int, str, str]:
    """Run ``python -m validators``; gives exit code, output and errors."""
    where = {e.setting: venue.wire.url for e in ENDPOINTS} if venue else {}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-W", "error", "-m", "validators", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | where | environment,
    )
    out, err = await process.communicate(typed.encode())
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_three_lines_are_read_and_a_right_key_passes(venue: Venue) -> None:
    code, out, err = await ran(venue, "kucoin")

    assert code == 0
    assert out.startswith("Passed\n")
    assert out.count("✓") == 9
    assert "Add Exchange" in out
    assert err == ""


async def test_a_key_that_needs_a_fix_is_told_everything(venue: Venue) -> None:
    venue.says(OWN_KEY.path, ok(described(permission="General,Spot", ipWhitelist="1.2.3.4")))
    code, out, _ = await ran(venue, "kucoin")

    assert code == 1
    assert out.startswith("Needs a fix\nThis key can trade with your money.")
    assert "untick Spot Trading, which the guide calls Trade" in out
    assert "✗ IP restriction is No: IP restriction is set on this key. (Guide, Step Four)" in out


async def test_what_cannot_be_told_says_to_run_it_again(venue: Venue) -> None:
    venue.says(OWN_KEY.path, page(403))
    code, out, _ = await ran(venue, "kucoin")

    assert code == 2
    assert out.startswith("Could not tell\n")
    assert "Run this again in a few minutes." in out
    assert "nothing you need to do" not in out


@pytest.mark.parametrize("account", ["futures", "Futures", "FUTURES"])
async def test_an_account_is_chosen_by_its_name_or_label(venue: Venue, account: str) -> None:
    code, out, _ = await ran(venue, "kucoin", "--account", account)

    assert code == 0
    assert "read your Futures account" in out
    assert any(b"/api/v1/account-overview" in request for request in venue.wire.requests)


async def test_an_unknown_account_is_told_which_there_are(venue: Venue) -> None:
    code, _, err = await ran(venue, "kucoin", "--account", "options")

    assert code == 2
    assert "spot_margin (Spot/Margin), futures (Futures)" in err
    assert venue.wire.requests == []


WRONG_SHAPES = [
    ("", "API Key: Please enter the API Key."),
    (f"6705***d3eb\n{SECRET}\n{PASSPHRASE}\n", "API Key: This value is masked."),
    (f"{KEY}\n{SECRET}\n123456\n", "API Passphrase: Six digits are KuCoin's trading password."),
    (f"{KEY[:-1]}\n{SECRET}\n{PASSPHRASE}\n", "API Key: An API Key usually has 24 characters"),
]


@pytest.mark.parametrize(("typed", "told"), WRONG_SHAPES, ids=["nothing", "masked", "six digits", "odd"])
async def test_a_wrong_shape_needs_a_fix_and_costs_no_request(venue: Venue, typed: str, told: str) -> None:
    code, out, _ = await ran(venue, "kucoin", typed=typed)

    assert code == 1
    assert told in out
    assert "Nothing was sent to KuCoin." in out
    assert venue.wire.requests == []


async def test_an_unusual_value_is_tested_where_that_is_asked_for(venue: Venue) -> None:
    odd = KEY[:-1]
    venue.says(OWN_KEY.path, ok(described(apiKey=odd)))
    code, _, _ = await ran(venue, "kucoin", "--as-is", typed=f"{odd}\n{SECRET}\n{PASSPHRASE}\n")

    assert code == 0


async def test_an_unsafe_address_is_refused_by_the_name_of_its_setting() -> None:
    code, _, err = await ran(None, "kucoin", KUCOIN_API_URL="http://api.kucoin.com")

    assert code == 2
    assert "KUCOIN_API_URL must begin with https://" in err


async def test_no_secret_is_printed(venue: Venue) -> None:
    venue.says(OWN_KEY.path, page(200))
    _, out, err = await ran(venue, "kucoin", PYTHONASYNCIODEBUG="1")

    assert "Could not tell" in out
    for part in (KEY, SECRET, PASSPHRASE):
        assert part not in out + err


async def test_an_output_without_our_signs_is_no_crash(venue: Venue) -> None:
    code, out, _ = await ran(venue, "kucoin", PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert code == 0
    assert "\\u2713 Key found at KuCoin" in out


async def test_on_a_terminal_it_asks_and_shows_nothing_that_is_typed(venue: Venue) -> None:
    ours, theirs = os.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "validators", "kucoin"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {e.setting: venue.wire.url for e in ENDPOINTS},
        start_new_session=True,
    )
    os.close(theirs)
    seen = await _talk(ours, ["Futures", KEY, SECRET, PASSPHRASE])
    code = await process.wait()
    os.close(ours)

    assert code == 0, seen
    assert "Account (Spot/Margin or Futures): Futures" in seen
    assert "Passed" in seen
    for part in (KEY, SECRET, PASSPHRASE):
        assert part not in seen


async def _talk(terminal: int, answers: list[str]) -> str:
    """Answer each question that ends in a colon; gives all that was on the screen."""
    loop, seen, left = asyncio.get_running_loop(), "", list(answers)
    while True:
        try:
            seen += (await loop.run_in_executor(None, os.read, terminal, 4096)).decode()
        except OSError:
            return seen
        if left and seen.endswith(": "):
            os.write(terminal, f"{left.pop(0)}\n".encode())


async def test_all_words_are_printed_for_review() -> None:
    code, out, _ = await ran(None, "guide")

    assert code == 0
    for part in ("Step Eight", "IP restriction is set on this key.", "[can_withdraw]", "Staff:", "[empty]"):
        assert part in out
    assert "{" not in out


async def test_an_unknown_word_is_told_which_there_are() -> None:
    code, out, err = await ran(None, "binance")

    assert (code, out) == (2, "")
    assert err == "There is no exchange 'binance'. There are: kucoin.\n"


async def test_to_ask_for_a_key_needs_neither_network_code_nor_the_words_of_a_result() -> None:
    script = (
        "import sys, validators.terminal as terminal; terminal.discover();"
        "print([m for m in ('httpx', 'aiohttp', 'yaml') if m in sys.modules])"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()

    assert out.decode().strip() == "[]"
