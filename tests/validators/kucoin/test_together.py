"""Two answers laid side by side: what each proves, hides or contradicts."""

from __future__ import annotations

import dataclasses

import httpx
import pytest

from tests.validators.kucoin.stage import (
    KEY,
    NOW_MS,
    KuCoin,
    described,
    lines,
    ok,
    page,
    refused,
    state,
)
from validators.diagnosis import (
    Cause,
    Requirement,
    State,
    Verdict,
)
from validators.kucoin import EXCHANGE
from validators.kucoin.venue import ACCOUNTS, FUTURES_OVERVIEW, OWN_KEY, OWN_KEY_AT_EU

SLOW = httpx.ReadTimeout("slow")
NO_KEY = refused("400003", "The API key does not exist or site mismatch.", 401)
DESCRIBED_LINES = {
    Requirement.TRADE_OFF,
    Requirement.TRANSFER_OFF,
    Requirement.NO_IP_RESTRICTION,
    Requirement.PERMANENT,
}


async def test_a_slow_description_beside_data_leaves_only_its_own_lines_open(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, SLOW)
    diagnosis = await kucoin.check()

    assert diagnosis.verdict is Verdict.COULD_NOT_TELL
    assert diagnosis.causes == (Cause.TOO_SLOW,)
    assert lines(diagnosis, State.MET) == set(Requirement) - DESCRIBED_LINES


async def test_a_danger_is_told_although_the_data_did_not_come(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, ok(described(permission="General,Spot")))
    kucoin.says(ACCOUNTS, SLOW)
    diagnosis = await kucoin.check()

    assert diagnosis.verdict is Verdict.NEEDS_A_FIX
    assert diagnosis.causes == (Cause.CAN_TRADE, Cause.TOO_SLOW)
    assert state(diagnosis, Requirement.DATA_READABLE) is State.UNKNOWN


async def test_a_right_description_alone_does_not_pass(kucoin: KuCoin) -> None:
    kucoin.says(ACCOUNTS, page(502))
    diagnosis = await kucoin.check()

    assert diagnosis.verdict is Verdict.COULD_NOT_TELL
    assert lines(diagnosis, State.UNKNOWN) == {Requirement.DATA_READABLE}


@pytest.mark.parametrize("code", ["400003", "400004", "400005", "400007"])
@pytest.mark.parametrize("denying", [OWN_KEY, ACCOUNTS])
async def test_a_success_proves_more_than_a_refusal_denies(
    kucoin: KuCoin, denying: object, code: str
) -> None:
    kucoin.says(OWN_KEY if denying is OWN_KEY else ACCOUNTS, refused(code))
    diagnosis = await kucoin.check()

    assert diagnosis.verdict is Verdict.COULD_NOT_TELL
    assert diagnosis.causes == (Cause.NOT_UNDERSTOOD,)
    assert {Requirement.KEY_FOUND, Requirement.SECRET_MATCHES} <= lines(diagnosis, State.MET)


async def test_secret_and_passphrase_behind_an_address_gate_are_proven_by_the_other_read(
    kucoin: KuCoin,
) -> None:
    kucoin.says(OWN_KEY, refused("400006", "Invalid request ip", 403))
    diagnosis = await kucoin.check()

    assert diagnosis.causes == (Cause.IP_RESTRICTED,)
    assert {Requirement.SECRET_MATCHES, Requirement.PASSPHRASE_MATCHES} <= lines(diagnosis, State.MET)
    assert state(diagnosis, Requirement.NO_IP_RESTRICTION) is State.BROKEN


async def test_a_refused_address_of_a_key_without_addresses_is_not_held_against_it(kucoin: KuCoin) -> None:
    kucoin.says(ACCOUNTS, refused("400006", "Invalid request ip", 403))
    diagnosis = await kucoin.check()

    assert diagnosis.verdict is Verdict.COULD_NOT_TELL
    assert diagnosis.causes == (Cause.NOT_UNDERSTOOD,)


async def test_a_refused_address_of_a_key_with_addresses_is_one_fault(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, ok(described(ipWhitelist="198.51.100.1")))
    kucoin.says(ACCOUNTS, refused("400006", "Invalid request ip", 403))
    diagnosis = await kucoin.check()

    assert diagnosis.causes == (Cause.IP_RESTRICTED,)
    assert state(diagnosis, Requirement.DATA_READABLE) is State.UNKNOWN


async def test_a_key_without_general_that_is_refused_is_no_riddle(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, ok(described(permission="Spot")))
    kucoin.says(ACCOUNTS, refused("400007"))
    diagnosis = await kucoin.check()

    assert diagnosis.causes == (Cause.CAN_TRADE, Cause.GENERAL_OFF)
    assert state(diagnosis, Requirement.DATA_READABLE) is State.UNKNOWN


async def test_a_frozen_account_is_told_whichever_read_meets_it(kucoin: KuCoin) -> None:
    kucoin.says(ACCOUNTS, refused("411100", "User are frozen", 403))
    diagnosis = await kucoin.check()

    assert diagnosis.causes == (Cause.ACCOUNT_FROZEN,)
    assert lines(diagnosis, State.BROKEN) == {Requirement.DATA_READABLE}


async def test_the_sharper_of_two_refusals_explains_the_other(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, refused("400004"))
    kucoin.says(ACCOUNTS, refused("400005"))
    diagnosis = await kucoin.check()

    assert diagnosis.causes == (Cause.SECRET_WRONG,)
    assert state(diagnosis, Requirement.PASSPHRASE_MATCHES) is State.UNKNOWN


async def test_a_key_that_only_futures_knows_is_to_be_made_anew(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, NO_KEY)
    diagnosis = await kucoin.check("futures")

    assert diagnosis.causes == (Cause.LEGACY_FUTURES_KEY,)
    assert state(diagnosis, Requirement.DATA_READABLE) is State.MET
    assert lines(diagnosis, State.UNKNOWN) == DESCRIBED_LINES
    assert kucoin.asked(OWN_KEY_AT_EU) == []


async def test_a_riddle_from_futures_makes_no_old_futures_key(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, NO_KEY)
    kucoin.says(FUTURES_OVERVIEW, ok("nothing that we know"))

    assert (await kucoin.check("futures")).causes == (Cause.KEY_NOT_FOUND, Cause.NOT_UNDERSTOOD)


async def test_an_old_futures_key_with_a_wrong_passphrase_has_two_faults(kucoin: KuCoin) -> None:
    kucoin.says(OWN_KEY, NO_KEY)
    kucoin.says(FUTURES_OVERVIEW, refused("400004"))

    causes = (await kucoin.check("futures")).causes
    assert causes == (Cause.LEGACY_FUTURES_KEY, Cause.PASSPHRASE_OR_SECRET_WRONG)


@pytest.mark.parametrize(("version", "cause"), [(2, Cause.OLD_KEY), (3, Cause.NOT_UNDERSTOOD)])
async def test_a_spot_key_that_futures_does_not_know_is_old_or_a_riddle(
    kucoin: KuCoin, version: int, cause: Cause
) -> None:
    kucoin.says(OWN_KEY, ok(described(apiVersion=version)))
    kucoin.says(FUTURES_OVERVIEW, NO_KEY)
    diagnosis = await kucoin.check("futures")

    assert diagnosis.causes[0] is cause
    assert diagnosis.verdict is not Verdict.PASSED


@pytest.mark.parametrize("account", ["spot_margin", "futures"])
async def test_a_key_of_kucoin_eu_is_found_there(kucoin: KuCoin, account: str) -> None:
    for read in (OWN_KEY, ACCOUNTS, FUTURES_OVERVIEW):
        kucoin.says(read, NO_KEY)
    kucoin.says(OWN_KEY_AT_EU, ok(described(siteType="europe")))
    diagnosis = await kucoin.check(account)

    assert diagnosis.causes == (Cause.KEY_OF_OTHER_SITE,)
    assert state(diagnosis, Requirement.TRADE_OFF) is State.MET
    assert state(diagnosis, Requirement.DATA_READABLE) is State.UNKNOWN
    assert "KuCoin EU" in EXCHANGE.guide.explain(diagnosis).advice[0].headline


async def test_a_key_of_kucoin_eu_that_can_trade_is_told_so_first(kucoin: KuCoin) -> None:
    for read in (OWN_KEY, ACCOUNTS):
        kucoin.says(read, NO_KEY)
    kucoin.says(OWN_KEY_AT_EU, ok(described(permission="General,Spot")))

    assert (await kucoin.check()).causes == (Cause.CAN_TRADE, Cause.KEY_OF_OTHER_SITE)


async def test_a_key_of_kucoin_eu_with_a_wrong_passphrase_is_still_found(kucoin: KuCoin) -> None:
    for read in (OWN_KEY, ACCOUNTS):
        kucoin.says(read, NO_KEY)
    kucoin.says(OWN_KEY_AT_EU, refused("400004"))

    causes = (await kucoin.check()).causes
    assert causes == (Cause.KEY_OF_OTHER_SITE, Cause.PASSPHRASE_OR_SECRET_WRONG)


NO_PROOF = [NO_KEY, page(502), refused("400002"), page(403), ok(described(apiKey="another")), ok(None)]


@pytest.mark.parametrize("eu", NO_PROOF, ids=range(len(NO_PROOF)))
async def test_a_key_that_nobody_knows_is_not_found(kucoin: KuCoin, eu: httpx.Response) -> None:
    for read in (OWN_KEY, ACCOUNTS):
        kucoin.says(read, NO_KEY)
    kucoin.says(OWN_KEY_AT_EU, eu)

    assert (await kucoin.check()).causes == (Cause.KEY_NOT_FOUND,)


async def test_a_key_old_enough_to_have_run_out_is_told_when_it_was_made(kucoin: KuCoin) -> None:
    for read in (OWN_KEY, ACCOUNTS):
        kucoin.says(read, NO_KEY)
    told = EXCHANGE.guide.explain(await kucoin.check())

    assert any("made on 20 August 2026, 94 days ago" in sentence for sentence in told.advice[0].do)
    assert any("limited to 90 days or less" in sentence for sentence in told.advice[0].do)


async def test_a_young_key_gets_no_guess_about_its_age(kucoin: KuCoin) -> None:
    for read in (OWN_KEY, ACCOUNTS):
        kucoin.says(read, NO_KEY)
    young = f"{NOW_MS // 1000 - 86_400:08x}{KEY[8:]}"
    credentials = dataclasses.replace(
        EXCHANGE.check_shape({"key": young, "secret": "", "passphrase": ""})[0],
    )
    diagnosis = await kucoin.check(credentials=credentials)

    assert diagnosis.findings[0].details == {}
    assert "made on" not in str(EXCHANGE.guide.explain(diagnosis).advice)
