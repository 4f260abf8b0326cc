"""Second trips: only where an answer asks for one, never more than one extra each."""

from __future__ import annotations

import httpx
import pytest

from tests.validators.kucoin.stage import HEALTHY, NOW_MS, KuCoin, Reply, ok, page, refused, state
from validators.diagnosis import Cause, Requirement, State, Verdict
from validators.http import UnreadableBodyError
from validators.kucoin.venue import (
    ACCOUNTS,
    FUTURES_HISTORY,
    FUTURES_OVERVIEW,
    OWN_KEY,
    TIMES,
)

MINUTE_MS = 60_000


def only_at(now_ms: int, healthy: httpx.Response) -> Reply:
    """KuCoin's clock: refuses what is signed 5 s off."""

    def reply(request: httpx.Request) -> httpx.Response:
        off = abs(int(request.headers["KC-API-TIMESTAMP"]) - now_ms)
        return healthy if off < 5000 else refused("400002", "Invalid KC-API-TIMESTAMP.")

    return reply


async def test_a_wrong_clock_of_ours_is_set_by_kucoins_and_asked_once_more(kucoin: KuCoin) -> None:
    for read in (OWN_KEY, ACCOUNTS):
        kucoin.says(read, only_at(NOW_MS + MINUTE_MS, HEALTHY[read]))
    kucoin.says(TIMES[0], ok(NOW_MS + MINUTE_MS))
    diagnosis = await kucoin.check()

    assert diagnosis.verdict is Verdict.PASSED
    assert len(kucoin.asked(OWN_KEY)) <= 2
    assert len(kucoin.asked(TIMES[0])) <= 2


async def test_a_clock_that_cannot_be_set_is_ours_to_mend(kucoin: KuCoin) -> None:
    for read in (OWN_KEY, ACCOUNTS):
        kucoin.says(read, refused("400002", "Invalid KC-API-TIMESTAMP."))
    diagnosis = await kucoin.check()

    assert diagnosis.verdict is Verdict.COULD_NOT_TELL
    assert diagnosis.causes == (Cause.OUR_CLOCK,)
    assert len(kucoin.asked(OWN_KEY)) == 2


async def test_a_time_that_nobody_understands_leaves_the_clock_alone(kucoin: KuCoin) -> None:
    kucoin.says(TIMES[0], ok("noon"))
    for read in (OWN_KEY, ACCOUNTS):
        kucoin.says(read, refused("400002", "Invalid KC-API-TIMESTAMP."))

    assert (await kucoin.check()).causes == (Cause.OUR_CLOCK,)
    assert len(kucoin.asked(OWN_KEY)) == 1


async def test_another_key_version_is_tried_once(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, refused("400009", "Invalid KC-API-KEY-VERSION."))
    diagnosis = await kucoin.check()

    versions = [request.headers["KC-API-KEY-VERSION"] for request in kucoin.asked(OWN_KEY)]
    assert versions == ["3", "2"]
    assert diagnosis.causes == (Cause.OUR_REQUEST,)


async def test_a_key_that_wants_version_2_passes_with_it(kucoin: KuCoin) -> None:
    for read in (OWN_KEY, ACCOUNTS):
        kucoin.says(read, refused("400009", "Invalid KC-API-KEY-VERSION."), HEALTHY[read])

    assert (await kucoin.check()).verdict is Verdict.PASSED


async def test_a_futures_overview_that_wants_more_than_general_is_asked_another_way(kucoin: KuCoin) -> None:
    kucoin.says(FUTURES_OVERVIEW, refused("400007", "Access denied, require more permission.", 403))
    diagnosis = await kucoin.check("futures")

    assert diagnosis.verdict is Verdict.PASSED
    assert len(kucoin.asked(FUTURES_HISTORY)) == 1


async def test_only_where_both_futures_reads_want_more_general_is_missing(kucoin: KuCoin) -> None:
    for read in (OWN_KEY, FUTURES_OVERVIEW, FUTURES_HISTORY):
        kucoin.says(read, refused("400007", "Access denied, require more permission.", 403))
    diagnosis = await kucoin.check("futures")

    assert diagnosis.causes == (Cause.GENERAL_OFF,)


async def test_general_is_not_called_missing_where_kucoin_says_that_it_is_on(kucoin: KuCoin) -> None:
    for read in (FUTURES_OVERVIEW, FUTURES_HISTORY):
        kucoin.says(read, refused("400007", "Access denied, require more permission.", 403))
    diagnosis = await kucoin.check("futures")

    assert diagnosis.verdict is Verdict.COULD_NOT_TELL
    assert state(diagnosis, Requirement.GENERAL_ON) is State.MET


async def test_an_address_that_is_refused_once_in_passing_is_asked_again(kucoin: KuCoin) -> None:
    kucoin.says(ACCOUNTS, refused("400006", "Invalid request ip", 403), HEALTHY[ACCOUNTS])

    assert (await kucoin.check()).verdict is Verdict.PASSED


PASSING_TROUBLE = [
    pytest.param(page(502), id="bad gateway"),
    pytest.param(page(503), id="maintenance"),
    pytest.param(refused("500000", "Internal Server Error", 500), id="500000"),
    pytest.param(refused("230005", "System busy", 200), id="230005"),
    pytest.param(refused("429000", "Too many requests. System-level rate limit exceeded.", 429), id="system"),
    pytest.param(httpx.ConnectError("refused"), id="no connection"),
    pytest.param(httpx.RemoteProtocolError("reset"), id="cut off"),
]


@pytest.mark.parametrize("trouble", PASSING_TROUBLE)
async def test_trouble_of_kucoins_own_is_tried_again_at_once(
    kucoin: KuCoin, trouble: httpx.Response | Exception
) -> None:
    for read in (OWN_KEY, ACCOUNTS):
        kucoin.says(read, trouble, trouble, HEALTHY[read])
    diagnosis = await kucoin.check()

    assert diagnosis.verdict is Verdict.PASSED
    assert len(diagnosis.evidence) == 6


@pytest.mark.parametrize("trouble", PASSING_TROUBLE)
async def test_trouble_that_lasts_is_given_up_after_three_attempts(
    kucoin: KuCoin, trouble: httpx.Response | Exception
) -> None:
    kucoin.says(OWN_KEY, trouble)

    assert (await kucoin.check()).verdict is Verdict.COULD_NOT_TELL
    assert len(kucoin.asked(OWN_KEY)) == 3


NOT_AGAIN: list[httpx.Response | Exception] = [
    refused("429000", "Too Many Requests", 429),
    refused("200002", "Too many requests in a short period"),
    page(429),
    page(403),
    refused("400004"),
    refused("400302", "unavailable in the U.S."),
    UnreadableBodyError("too long"),
    httpx.ReadTimeout("slow"),
]


@pytest.mark.parametrize("reply", NOT_AGAIN, ids=range(len(NOT_AGAIN)))
async def test_a_refusal_a_limit_of_ours_or_a_riddle_is_not_asked_again_at_once(
    kucoin: KuCoin, reply: httpx.Response | Exception
) -> None:
    kucoin.says(OWN_KEY, reply)
    await kucoin.check()

    assert len(kucoin.asked(OWN_KEY)) == 1
