"""Whatever the exchange answers: a diagnosis within its time, never a pass by accident, no key in it."""

from __future__ import annotations

import json
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.fuzz.anything import BODY, JSON, without_halves
from tests.validators.kucoin.stage import KEY, PASSPHRASE, SECRET, KuCoin, described, ok
from validators.diagnosis import Diagnosis, Verdict
from validators.kucoin import EXCHANGE
from validators.kucoin.venue import ACCOUNTS, OWN_KEY

FUZZ = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
STATUS = some.sampled_from([200, 200, 200, 201, 204, 301, 400, 401, 403, 404, 429, 500, 503, 599])
FIELDS = list(described())


def assert_told(diagnosis: Diagnosis) -> None:
    """It can be stored, told to a client, and holds nothing of the key but what we may show."""
    stored = json.dumps(diagnosis.to_json())
    assert Diagnosis.from_json(json.loads(stored)) == diagnosis
    words = repr(EXCHANGE.guide.explain(diagnosis)) + stored
    assert [part for part in (KEY, SECRET, PASSPHRASE) if part in words] == []


@FUZZ
@given(body=BODY, status=STATUS, where=some.sampled_from([OWN_KEY, ACCOUNTS]))
async def test_any_body_ends_in_a_diagnosis(kucoin: KuCoin, body: bytes, status: int, where: Any) -> None:
    kucoin.says(where, httpx.Response(status, content=body))

    diagnosis = await kucoin.check()

    assert_told(diagnosis)
    assert diagnosis.verdict is not Verdict.PASSED


@FUZZ
@given(answer=JSON, status=STATUS)
async def test_any_json_ends_in_a_diagnosis(kucoin: KuCoin, answer: Any, status: int) -> None:
    kucoin.says(OWN_KEY, httpx.Response(status, content=json.dumps(without_halves(answer)).encode()))

    diagnosis = await kucoin.check()

    assert_told(diagnosis)
    assert diagnosis.verdict is not Verdict.PASSED


@FUZZ
@given(changes=some.dictionaries(some.sampled_from(FIELDS), JSON, min_size=1, max_size=4))
async def test_any_description_of_a_key_ends_in_a_diagnosis(kucoin: KuCoin, changes: dict[str, Any]) -> None:
    told = without_halves(described(**changes))
    kucoin.says(OWN_KEY, httpx.Response(200, content=json.dumps({"code": "200000", "data": told}).encode()))

    diagnosis = await kucoin.check()

    assert_told(diagnosis)
    if "permission" in changes and changes["permission"] != "General":
        assert diagnosis.verdict is not Verdict.PASSED


@FUZZ
@given(code=some.text(max_size=80), words=some.text(max_size=2000), status=STATUS)
async def test_any_code_and_message_end_in_a_diagnosis(
    kucoin: KuCoin, code: str, words: str, status: int
) -> None:
    body = json.dumps({"code": without_halves(code), "msg": f"{KEY} {without_halves(words)}"}).encode()
    kucoin.says(ACCOUNTS, httpx.Response(status, content=body))

    diagnosis = await kucoin.check()

    assert_told(diagnosis)
    assert EXCHANGE.guide.explain(diagnosis).word


async def test_the_scripted_venue_passes_a_right_key(kucoin: KuCoin) -> None:
    """Else "not passed" above would prove nothing."""
    kucoin.says(OWN_KEY, ok(described()))

    assert (await kucoin.check()).verdict is Verdict.PASSED
