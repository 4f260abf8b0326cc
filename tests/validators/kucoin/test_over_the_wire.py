"""A whole check over real connections: broken, slow, hostile and endless answers, each in its time."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.validators.kucoin.stage import CREDENTIALS, KEY, KuCoin, described, lines, ok
from tests.validators.wire import Speak, answer, wire
from validators.diagnosis import Cause, Diagnosis, Requirement, State, Verdict
from validators.exchange import Credentials
from validators.http import LIMIT_BYTES, UnreadableBodyError
from validators.kucoin import EXCHANGE
from validators.kucoin.check import BUDGET_S as REAL_BUDGET_S
from validators.kucoin.check import KuCoinChecker, connect
from validators.kucoin.endpoints import ENDPOINTS
from validators.kucoin.venue import ACCOUNTS, OWN_KEY

BUDGET_S = 0.5


@asynccontextmanager
async def checker_at(url: str, budget_s: float = BUDGET_S) -> AsyncIterator[KuCoinChecker]:
    everywhere = {endpoint.setting: url for endpoint in ENDPOINTS}
    async with connect(everywhere, budget_s=budget_s, pauses_s=()) as checker:
        yield checker


async def checked(says: bytes | Speak) -> Diagnosis:
    async with wire(says) as served, checker_at(served.url) as checker:
        return await checker.check(CREDENTIALS, "spot_margin")


def told(value: Any) -> bytes:
    return answer(json.dumps(value).encode())


async def _silent(head: bytes, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def _trickle(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _cut(head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"code":"200000"')
    await writer.drain()
    writer.close()


HOSTILE = [
    pytest.param(_silent, Cause.TOO_SLOW, id="no answer"),
    pytest.param(_trickle, Cause.TOO_SLOW, id="a trickle"),
    pytest.param(_cut, Cause.UNREACHABLE, id="cut off"),
    pytest.param(answer(b'{"code":"200000","data":{"apiK'), Cause.NOT_UNDERSTOOD, id="truncated"),
    pytest.param(answer(b" " * (LIMIT_BYTES + 1)), Cause.NOT_UNDERSTOOD, id="too long"),
    pytest.param(
        answer(b"", "Location: https://example.com/\r\n", "302 Found"), Cause.NOT_UNDERSTOOD, id="redirect"
    ),
    pytest.param(answer(b'{"code":"200000","data":NaN}'), Cause.NOT_UNDERSTOOD, id="NaN"),
    pytest.param(answer(b'{"code":"400003","code":"200000"}'), Cause.NOT_UNDERSTOOD, id="a name twice"),
    pytest.param(answer(b"[" * 90_000), Cause.NOT_UNDERSTOOD, id="deep"),
    pytest.param(answer(b"<html></html>"), Cause.NOT_UNDERSTOOD, id="a page"),
    pytest.param(answer(b"null"), Cause.NOT_UNDERSTOOD, id="null"),
    pytest.param(answer(b""), Cause.NOT_UNDERSTOOD, id="nothing inside"),
    pytest.param(told({"code": "200000"}), Cause.NOT_UNDERSTOOD, id="no data"),
    pytest.param(told({"code": "200000", "data": "x"}), Cause.NOT_UNDERSTOOD, id="wrong types"),
]


@pytest.mark.parametrize(("says", "cause"), HOSTILE)
async def test_whatever_comes_back_ends_in_a_doubt_and_never_in_an_exception(
    says: bytes | Speak, cause: Cause
) -> None:
    diagnosis = await checked(says)

    assert diagnosis.verdict is Verdict.COULD_NOT_TELL
    assert diagnosis.causes == (cause,)
    assert lines(diagnosis, State.UNKNOWN) == set(Requirement)
    assert len(diagnosis.evidence) == 2


async def test_nobody_there_is_a_doubt() -> None:
    async with wire(b"") as gone:
        url = gone.url
    async with checker_at(url) as checker:
        diagnosis = await checker.check(CREDENTIALS, "futures")

    assert diagnosis.causes == (Cause.UNREACHABLE,)


async def test_one_budget_bounds_the_whole_check() -> None:
    assert REAL_BUDGET_S == 8.0
    diagnosis = await checked(_trickle)

    assert diagnosis.took_ms is not None
    assert BUDGET_S * 1000 <= diagnosis.took_ms < 20 * BUDGET_S * 1000


async def test_a_check_that_is_cancelled_leaves_the_checker_whole() -> None:
    async with wire(_silent) as served, checker_at(served.url, 5.0) as checker:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(checker.check(CREDENTIALS, "spot_margin"), 0.1)
        served.says = answer(b"{}")
        diagnosis = await checker.check(CREDENTIALS, "spot_margin")

    assert diagnosis.causes == (Cause.NOT_UNDERSTOOD,)


async def test_a_connection_that_went_stale_is_no_doubt() -> None:
    async with wire(answer(b"{}")) as served, checker_at(served.url, 5.0) as checker:
        await checker.check(CREDENTIALS, "spot_margin")
        served.hang_up()
        diagnosis = await checker.check(CREDENTIALS, "spot_margin")

    assert diagnosis.causes == (Cause.NOT_UNDERSTOOD,)


async def test_only_get_leaves_and_only_to_the_list() -> None:
    async with wire(told({"code": "400003", "msg": ""})) as served, checker_at(served.url) as checker:
        for account in ("spot_margin", "futures"):
            await checker.check(CREDENTIALS, account)
        await checker.reachability()

    asked = {request.split(b"?")[0].split(b" HTTP")[0].decode() for request in served.requests}
    assert asked == {
        "GET /api/v1/timestamp",
        "GET /api/v1/my-ip",
        "GET /api/v1/user/api-key",
        "GET /api/v1/accounts",
        "GET /api/v1/account-overview",
    }


async def test_both_reads_are_on_their_way_before_either_is_answered() -> None:
    both = asyncio.Event()

    async def speak(head: bytes, writer: asyncio.StreamWriter) -> None:
        reads = [request for request in served.requests if b"/timestamp" not in request]
        if len(reads) == 2:
            both.set()
        if b"/timestamp" not in head:
            await both.wait()
        writer.write(answer(b"{}"))

    async with wire(speak) as served, checker_at(served.url, 5.0) as checker:
        diagnosis = await checker.check(CREDENTIALS, "spot_margin")

    assert diagnosis.causes == (Cause.NOT_UNDERSTOOD,)


async def test_many_checks_at_once_each_hear_of_their_own_key() -> None:
    async def speak(head: bytes, writer: asyncio.StreamWriter) -> None:
        key = head.partition(b"kc-api-key: ")[2][:24].decode()
        trades = int(key[-1], 16) % 2
        about = described(apiKey=key, permission="General,Spot" if trades else "General")
        writer.write(told({"code": "200000", "data": about if b"user/api-key" in head else []}))

    keys = [f"6a864380d5eaf900017f3{number:03x}" for number in range(64)]
    async with wire(speak) as served, checker_at(served.url, 20.0) as checker:
        asked = [Credentials.from_dict(CREDENTIALS.to_dict() | {"key": key}) for key in keys]
        verdicts = await asyncio.gather(*(checker.check(one, "spot_margin") for one in asked))

    assert [diagnosis.dangerous for diagnosis in verdicts] == [number % 2 == 1 for number in range(64)]
    assert {diagnosis.verdict for diagnosis in verdicts[::2]} == {Verdict.PASSED}


async def test_a_slow_clock_of_kucoins_does_not_hold_a_check_up() -> None:
    async def speak(head: bytes, writer: asyncio.StreamWriter) -> None:
        if b"/timestamp" in head:
            await asyncio.sleep(60)
        writer.write(answer(b"{}"))

    async with wire(speak) as served, checker_at(served.url, 5.0) as checker:
        diagnosis = await checker.check(CREDENTIALS, "spot_margin")

    assert diagnosis.causes == (Cause.NOT_UNDERSTOOD,)
    assert diagnosis.took_ms is not None
    assert diagnosis.took_ms < 5000


async def test_parts_that_no_header_holds_are_not_sent(kucoin: KuCoin) -> None:
    odd = Credentials.from_dict({"key": "schlüssel\n", "secret": "\ud800", "passphrase": "x"})
    diagnosis = await kucoin.check(credentials=odd)

    assert diagnosis.causes == (Cause.OUR_REQUEST,)
    assert diagnosis.evidence == ()
    assert kucoin.asked(OWN_KEY) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
ENVELOPE = JSON | st.fixed_dictionaries(
    {"code": st.sampled_from(["200000", "400003", "400006", "x"]) | JSON, "msg": JSON, "data": JSON}
)


@settings(max_examples=60)
@given(ENVELOPE, ENVELOPE, st.sampled_from([200, 302, 401, 403, 429, 500]))
async def test_no_json_raises_and_none_but_the_right_passes(own: Any, probe: Any, status: int) -> None:
    kucoin = KuCoin()
    kucoin.says(OWN_KEY, httpx.Response(status, content=json.dumps(own).encode()))
    kucoin.says(ACCOUNTS, httpx.Response(status, content=json.dumps(probe).encode()))
    diagnosis = await kucoin.check()

    assert diagnosis.verdict is not Verdict.PASSED
    assert EXCHANGE.guide.explain(diagnosis).word


SECRETS = CREDENTIALS.to_dict().values()
TROUBLES = [
    ok(described()),
    httpx.Response(401, json={"code": "400004", "msg": "Invalid KC-API-PASSPHRASE"}),
    httpx.Response(200, content=b"<html>"),
    UnreadableBodyError("too long"),
    httpx.ConnectError("refused"),
]


@pytest.mark.parametrize("reply", TROUBLES, ids=range(len(TROUBLES)))
async def test_no_part_of_a_key_is_in_a_diagnosis_or_a_log(
    kucoin: KuCoin, caplog: pytest.LogCaptureFixture, reply: httpx.Response | Exception
) -> None:
    caplog.set_level(logging.DEBUG)
    kucoin.says(OWN_KEY, reply)
    diagnosis = await kucoin.check()

    sent = kucoin.asked(OWN_KEY)[0].headers
    assert sent["KC-API-KEY"] == KEY, "the key was sent, so its absence elsewhere means something"
    shown = repr(diagnosis) + json.dumps(diagnosis.to_json()) + repr(EXCHANGE.guide.explain(diagnosis))
    for part in (*SECRETS, sent["KC-API-SIGN"], sent["KC-API-PASSPHRASE"]):
        assert part not in shown
        assert part not in caplog.text


async def test_no_part_of_a_key_is_in_the_text_of_an_exception() -> None:
    def burst(request: httpx.Request) -> httpx.Response:
        raise RuntimeError("something that nobody foresaw")

    kucoin = KuCoin()
    kucoin.says(OWN_KEY, burst)
    with pytest.raises(ExceptionGroup) as raised:
        await kucoin.check()

    shown = "".join(traceback.format_exception(raised.value))
    assert "nobody foresaw" in shown
    assert not [part for part in SECRETS if part in shown]


async def test_each_host_says_how_it_sees_us(kucoin: KuCoin) -> None:
    seen = await kucoin.reachability()

    assert [r.host for r in seen] == ["api.kucoin.com", "api-futures.kucoin.com", "api.kucoin.eu"]
    assert [r.our_address for r in seen] == ["203.0.113.77", None, None]
    assert all(r.offset_ms is not None and abs(r.offset_ms) < 1000 for r in seen)
    assert [r.trouble for r in seen] == [None] * 3


async def test_a_host_in_trouble_says_so_in_a_sentence() -> None:
    async with wire(answer(b"<html>", status="403 Forbidden")) as served, checker_at(served.url) as checker:
        seen = await checker.reachability()

    assert {r.trouble for r in seen} == {"Our question was stopped before it reached KuCoin."}
    assert {r.offset_ms for r in seen} == {None}


@pytest.mark.parametrize("setting", [endpoint.setting for endpoint in ENDPOINTS])
async def test_an_address_without_https_is_refused_by_its_setting(setting: str) -> None:
    with pytest.raises(ValueError, match=setting):
        async with connect({setting: "http://api.kucoin.com"}):
            pass
