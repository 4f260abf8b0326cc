"""What passes, and that nothing less does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.validators.kucoin.stage import (
    CREDENTIALS,
    KEY,
    KuCoin,
    described,
    lines,
    ok,
    state,
)
from validators.diagnosis import Cause, Requirement, State, Verdict
from validators.kucoin.venue import ACCOUNTS, FUTURES_OVERVIEW, OWN_KEY, OWN_KEY_AT_EU


@pytest.mark.parametrize("account", ["spot_margin", "futures"])
async def test_a_right_key_passes_with_nine_proofs(kucoin: KuCoin, account: str) -> None:
    diagnosis = await kucoin.check(account)

    assert diagnosis.verdict is Verdict.PASSED
    assert lines(diagnosis, State.MET) == set(Requirement)
    assert diagnosis.findings == ()


@pytest.mark.parametrize("account", ["spot_margin", "futures"])
async def test_a_right_key_is_asked_about_by_two_reads_and_no_more(kucoin: KuCoin, account: str) -> None:
    diagnosis = await kucoin.check(account)

    probe = ACCOUNTS if account == "spot_margin" else FUTURES_OVERVIEW
    assert len(kucoin.asked(OWN_KEY)) == len(kucoin.asked(probe)) == 1
    assert kucoin.asked(OWN_KEY_AT_EU) == []
    assert len(diagnosis.evidence) == 2


async def test_an_account_that_is_empty_is_healthy(kucoin: KuCoin) -> None:
    kucoin.says(ACCOUNTS, ok([]))

    assert (await kucoin.check()).verdict is Verdict.PASSED


NONE_OF = [
    pytest.param({"ipWhitelist": ""}, (), id="no addresses: empty"),
    pytest.param({"ipWhitelist": None}, (), id="no addresses: null"),
    pytest.param({}, ("ipWhitelist",), id="no addresses: absent"),
    pytest.param({"expiredAt": None}, (), id="no end: null"),
    pytest.param({"expiredAt": ""}, (), id="no end: empty"),
    pytest.param({}, ("expiredAt",), id="no end: absent"),
    pytest.param({"thirdPartyApp": ""}, (), id="no app: empty"),
    pytest.param({"thirdPartyApp": None}, (), id="no app: null"),
    pytest.param({"siteType": None, "region": None, "kycStatus": None}, (), id="site: null"),
    pytest.param({}, ("siteType", "region", "kycStatus", "subName"), id="old answer"),
    pytest.param({"permission": "general"}, (), id="small letters"),
    pytest.param({"permission": " General , "}, (), id="blanks in the list"),
    pytest.param({"somethingNew": {"a": [1]}}, (), id="a field we do not know"),
]


@pytest.mark.parametrize(("changes", "without"), NONE_OF)
async def test_absent_null_and_empty_mean_none(
    kucoin: KuCoin, changes: dict[str, Any], without: tuple[str, ...]
) -> None:
    kucoin.says(OWN_KEY, ok(described(without, **changes)))

    assert (await kucoin.check()).verdict is Verdict.PASSED


async def test_a_key_without_an_end_date_says_so_without_failing(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, ok(described(("expiredAt",))))
    diagnosis = await kucoin.check()

    assert diagnosis.causes == (Cause.END_DATE_NOT_REPORTED,)
    assert state(diagnosis, Requirement.PERMANENT) is State.MET


NOTES = [
    ({"isMaster": False, "subName": "books"}, Cause.SUB_ACCOUNT, {"name": "books"}),
    ({"isMaster": False}, Cause.SUB_ACCOUNT, {}),
    ({"siteType": "australia"}, Cause.OTHER_SITE, {"site": "KuCoin Australia"}),
    ({"siteType": "europe"}, Cause.OTHER_SITE, {"site": "KuCoin EU"}),
    ({"siteType": "atlantis"}, Cause.OTHER_SITE, {"site": "atlantis"}),
    ({"apiVersion": 2}, Cause.OLD_KEY_VERSION, {"version": "2"}),
    ({"apiVersion": 1}, Cause.OLD_KEY_VERSION, {"version": "1"}),
]


@pytest.mark.parametrize(("changes", "note", "details"), NOTES)
async def test_what_does_not_decide_is_told_beside_a_pass(
    kucoin: KuCoin, changes: dict[str, Any], note: Cause, details: dict[str, str]
) -> None:
    kucoin.says(OWN_KEY, ok(described(**changes)))
    diagnosis = await kucoin.check()

    assert diagnosis.verdict is Verdict.PASSED
    assert diagnosis.causes == (note,)
    assert diagnosis.findings[0].details == details


async def test_each_request_leaves_signed_for_its_key(kucoin: KuCoin) -> None:
    await kucoin.check("futures")

    (request,) = kucoin.asked(FUTURES_OVERVIEW)
    assert request.headers["KC-API-KEY"] == KEY
    assert request.headers["KC-API-KEY-VERSION"] == "3"
    assert CREDENTIALS.secret.get_secret_value() not in str(request.headers.raw)
    assert CREDENTIALS.passphrase.get_secret_value() not in str(request.headers.raw)


async def test_evidence_names_the_request_without_its_query(kucoin: KuCoin) -> None:
    diagnosis = await kucoin.check("futures")

    assert {e.request for e in diagnosis.evidence} == {
        "GET api.kucoin.com/api/v1/user/api-key",
        "GET api-futures.kucoin.com/api/v1/account-overview",
    }
    assert {(e.http_status, e.code) for e in diagnosis.evidence} == {(200, "200000")}
