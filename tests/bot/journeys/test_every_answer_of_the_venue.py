"""Whatever KuCoin answers, the client reads the right word, the right reason and the right marks.

The expectations are written from KuCoin's documents and field reports, not from the program.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio

from bot.app import Tempo
from bot.demo import acting
from bot.demo.kucoin import PRESETS, Fault
from bot.demo.stage import Stage, staged

pytestmark = pytest.mark.asyncio(loop_scope="module")

REQUIREMENTS = (
    "Key found at KuCoin",
    "Secret matches",
    "Passphrase matches",
    "General (read) is on",
    "Trade is off",
    "Transfer is off",
    "IP restriction is No",
    "Validity is Permanent",
    "Account data can be read",
)
PASSED, FIX, DOUBT = "Passed", "Needs a fix", "Could not tell"

OUR_REQUEST = (DOUBT, "did not accept the way we asked", "?????????")
REGION = (DOUBT, "does not serve the region that our test is sent from", "?????????")
NOT_UNDERSTOOD = (DOUBT, "an answer that we do not understand", "?????????")
WAIT = (DOUBT, "asks us to wait", "?????????")
TROUBLE = (DOUBT, "has trouble of its own", "?????????")
TOO_SLOW = (DOUBT, "did not answer in time", None)
ACCOUNT_MODE = (DOUBT, "another kind of account", "?????????")
NINE = "✓✓✓✓✓✓✓✓✓"

ANSWERS: dict[str, tuple[str, str, str | None]] = {
    # the key and what was typed
    "400003": (FIX, "KuCoin does not know this API Key", "✗????????"),
    "400004": (FIX, "or the API Secret is wrong", "✓?✗??????"),
    "400005": (FIX, "The API Secret does not fit this key", "✓✗???????"),
    "400006": (FIX, "set IP restriction to No", "✓?????✗??"),
    "400007": (FIX, "General, the permission to read, is off", "✓✓✓✗?????"),
    "400008": (FIX, "an old key", "✓???????✗"),
    "411100": (FIX, "account is frozen", "✓???????✗"),
    "400303": (FIX, "identity verification", "✓???????✗"),
    "not_a_master_user": (FIX, "does not belong to a main account", "✓???????✗"),
    # ours, never the client's
    "400001": OUR_REQUEST,
    "400002": (DOUBT, "Our clock", "?????????"),
    "400009": OUR_REQUEST,
    "400010": (DOUBT, "refused our question about this account", "?????????"),
    "400011": OUR_REQUEST,
    "400012": OUR_REQUEST,
    "400100": OUR_REQUEST,
    "400200": OUR_REQUEST,
    "400201": OUR_REQUEST,
    "400202": OUR_REQUEST,
    "401000": OUR_REQUEST,
    "404000": OUR_REQUEST,
    "415000": OUR_REQUEST,
    "400302": REGION,
    "400301": REGION,
    "400500": REGION,
    "600004": REGION,
    "40010": REGION,
    "101030": ACCOUNT_MODE,
    "112010": ACCOUNT_MODE,
    "116104": ACCOUNT_MODE,
    # the venue and the way to it
    "429000": WAIT,
    "429000_system": WAIT,
    "200002": WAIT,
    "cloudflare_1015": WAIT,
    "cloudfront_403": (DOUBT, "stopped before it reached KuCoin", "?????????"),
    "500000": TROUBLE,
    "230005": TROUBLE,
    "html_502": TROUBLE,
    "maintenance_503": TROUBLE,
    "down": (DOUBT, "could not be reached", "?????????"),
    "disconnect_mid_body": (DOUBT, "could not be reached", "?????????"),
    "slow": TOO_SLOW,
    "trickle": TOO_SLOW,
    "redirect": NOT_UNDERSTOOD,
    "not_json": NOT_UNDERSTOOD,
    "truncated_json": NOT_UNDERSTOOD,
    "empty_body": NOT_UNDERSTOOD,
    "huge_body": NOT_UNDERSTOOD,
    "gzip_bomb": NOT_UNDERSTOOD,
    "deep_nesting": NOT_UNDERSTOOD,
    "nan": NOT_UNDERSTOOD,
    "duplicate_keys": NOT_UNDERSTOOD,
    "wrong_types": NOT_UNDERSTOOD,
    "bad_utf8": NOT_UNDERSTOOD,
    "unknown_code": NOT_UNDERSTOOD,
    "wrong_echo": (DOUBT, "an answer that we do not understand", "✓✓✓✓????✓"),
    # no trouble for us
    "late": (PASSED, "can read your", NINE),
    "clock_skew": (PASSED, "can read your", NINE),
    "cancel_only": (PASSED, "can read your", NINE),
    "futures_needs_permission": (PASSED, "can read your", NINE),
    "refuses_version_2": (PASSED, "can read your", NINE),
    "refuses_version_3": (PASSED, "can read your", NINE),
}

TRADE = (FIX, "which the guide calls Trade", "✓✓✓✓✗✓✓✓✓")
KEYS: dict[str, tuple[str, str, str | None]] = {
    "general_only": (PASSED, "can read your", NINE),
    "empty_account": (PASSED, "can read your", NINE),
    "spot_trading_on": (FIX, "untick Spot Trading, which the guide calls Trade", "✓✓✓✓✗✓✓✓✓"),
    "futures_trading_on": (FIX, "Futures Trading", "✓✓✓✓✗✓✓✓✓"),
    "margin_trading_on": (FIX, "Margin Trading", "✓✓✓✓✗✓✓✓✓"),
    "unified_on": (FIX, "Unified", "✓✓✓✓✗✓✓✓✓"),
    "earn_on": (FIX, "Earn", "✓✓✓✓✗✓✓✓✓"),
    "lead_trading_on": (FIX, "Lead", "✓✓✓✓✗✓✓✓✓"),
    "old_trade_permission": (FIX, "Trade", "✓✓✓✓✗✓✓✓✓"),
    "unknown_permission": (FIX, "Teleport", "✓✓✓✓✗?✓✓✓"),
    "general_missing": (FIX, "General, the permission to read, is off", "✓✓✓✗?????"),
    "withdrawal_on": (FIX, "Withdrawal", "✓✓✓✓✓✗✗✓✓"),
    "withdrawal_on_elsewhere": (FIX, "first untick Withdrawal", "✓?????✗??"),
    "flex_transfers_on": (FIX, "FlexTransfers", "✓✓✓✓✓✗✓✓✓"),
    "everything_wrong": (FIX, "Withdrawal", "✓✓✓✓✗✗✗✗✓"),
    "ip_restricted": (FIX, "set IP restriction to No", "✓?????✗??"),
    "ip_restricted_to_us": (FIX, "set IP restriction to No", "✓✓✓✓✓✓✗✓✓"),
    "expires_in_90_days": (FIX, "Permanent", "✓✓✓✓✓✓✓✗✓"),
    "expired": (FIX, "does not know this API Key", "✗????????"),
    "validity_in_the_past": (FIX, "ran out", "✓✓✓✓✓✓✓✗✓"),
    "third_party_app": (FIX, "CoinTracker", "✓✓✓✓✓✓✗✓✓"),
    "sub_account": (PASSED, "sub-account", NINE),
    "kucoin_eu": (FIX, "KuCoin EU", "✗✓✓✓✓✓✓✓?"),
    "kucoin_australia": (PASSED, "Australia", NINE),
    "frozen": (FIX, "frozen", "✓???????✗"),
    "identity_check_missing": (FIX, "identity verification", "✓???????✗"),
    "old_version_2_key": (PASSED, "old", NINE),
    "no_longer_supported": (FIX, "an old key", "✓???????✗"),
    "legacy_futures_only": (FIX, "old key that only Futures knows", "✗✓✓✓????✓"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def long_play() -> AsyncIterator[Stage]:
    """One stage for the whole table: each row is a client's test on it."""
    brisk = Tempo(pace_s=0.0, sweep_s=0.2, farewell_s=0.3)
    async with staged(tempo=brisk, tests_per_hour=10_000, keys_per_hour=10_000) as opened:
        opened.slack.rate_limits = False
        opened.kucoin.quotas_apply = False
        yield opened


async def _reads(stage: Stage, preset: str, account: str = "Futures") -> str:
    """What the client reads of a test of a fresh key, in the dialog; which is then closed."""
    ann = stage.cast.ann
    await acting.submits(ann, stage.kucoin.issue(preset), account)
    dialog = await ann.dialog()
    await dialog.until(lambda shown: any(word in shown.words for word in acting.RESULT_WORDS), timeout=30)
    words = dialog.words
    with suppress(AssertionError, ValueError):
        await dialog.close(all_of_them=True)
    return words


def _marks(words: str) -> str:
    lines = words.splitlines()
    return "".join(
        next((line[0] for line in lines if line[2:].startswith(requirement)), "-")
        for requirement in REQUIREMENTS
    )


async def test_every_fault_of_the_venue_has_a_row() -> None:
    assert {fault.value for fault in Fault} == set(ANSWERS)
    assert set(PRESETS) == set(KEYS)


@pytest.mark.parametrize("slug", ANSWERS)
async def test_the_client_reads_the_right_word_for(long_play: Stage, slug: str) -> None:
    word, phrase, marks = ANSWERS[slug]
    long_play.kucoin.faults.clear()
    await _forget_limits(long_play)
    long_play.kucoin.faults.add(Fault.code(slug))

    words = await _reads(long_play, "general_only")

    long_play.kucoin.faults.clear()
    assert f"{word}: KuCoin Futures" in words
    assert phrase in words
    if marks is not None:
        assert _marks(words) == marks
    if word == DOUBT:
        assert "✗" not in words
        assert "try again by ourselves" in words


@pytest.mark.parametrize("preset", KEYS)
async def test_the_client_reads_what_is_wrong_with_a_key_that_is(long_play: Stage, preset: str) -> None:
    word, phrase, marks = KEYS[preset]
    long_play.kucoin.faults.clear()
    await _forget_limits(long_play)

    words = await _reads(long_play, preset)

    assert f"{word}: KuCoin Futures" in words
    assert phrase in words
    assert _marks(words) == marks
    if word == FIX:
        assert "Guide, Step" in words or "support" in words


async def _forget_limits(stage: Stage) -> None:
    """What the venue asked for in an earlier row holds for that row only."""
    from sqlmodel import delete

    from bot.schema import VenueLimit

    async with stage.bot.app.db.writing() as session:
        await session.exec(delete(VenueLimit))
