"""Whatever KuCoin repeats of the key, a diagnosis does not hold it: it is stored, and staff read it."""

from __future__ import annotations

import json

import pytest
from pydantic import SecretStr

from tests.validators.kucoin.stage import CREDENTIALS, KEY, SECRET, KuCoin, described, ok, refused
from validators.diagnosis import Diagnosis, Verdict
from validators.exchange import Credentials
from validators.kucoin import EXCHANGE
from validators.kucoin.answers import MAX_WORDS
from validators.kucoin.echo import LEAST_PIECE
from validators.kucoin.venue import ACCOUNTS, OWN_KEY

MASKED = CREDENTIALS.masked_key


@pytest.fixture
def kucoin() -> KuCoin:
    return KuCoin()


def kept(diagnosis: Diagnosis) -> str:
    """All that is stored and told of it."""
    told = repr(EXCHANGE.guide.explain(diagnosis))
    return json.dumps(diagnosis.to_json(), ensure_ascii=False) + told


@pytest.mark.parametrize(
    "words",
    [
        f"Invalid KC-API-KEY: {KEY}",
        f"KC-API-KEY={KEY.upper()} and once more {KEY}",
        f"the signature of {KEY} with {SECRET} is wrong",
    ],
)
async def test_a_key_in_kucoins_words_is_kept_masked(kucoin: KuCoin, words: str) -> None:
    kucoin.says(OWN_KEY, refused("400005", words))

    told = kept(await kucoin.check())

    assert MASKED in told, "the words have to be there"
    assert KEY not in told.lower()
    assert SECRET not in told


@pytest.mark.parametrize("cut_at", [LEAST_PIECE, 12, len(KEY) - 1])
async def test_a_key_that_was_cut_with_the_words_is_not_kept_either(kucoin: KuCoin, cut_at: int) -> None:
    before = "x" * (MAX_WORDS - cut_at - 1) + " "
    kucoin.says(OWN_KEY, refused("400005", before + KEY))

    told = kept(await kucoin.check())

    assert "xxx ***" in told
    assert KEY[:LEAST_PIECE] not in told


async def test_a_key_in_a_code_or_in_the_description_is_kept_masked(kucoin: KuCoin) -> None:
    kucoin.says(ACCOUNTS, refused(f"code-{KEY}"))
    kucoin.says(OWN_KEY, ok(described(permission=f"General,{KEY}", isMaster=False, subName=f"sub {KEY}")))

    told = kept(await kucoin.check())

    assert told.count(MASKED) >= 3
    assert KEY not in told


async def test_words_without_a_key_are_kept_as_they_are(kucoin: KuCoin) -> None:
    words = f"This is not the key {KEY[::-1]}, and 6a86 is no key at all"
    kucoin.says(OWN_KEY, refused("400005", words))

    assert words in kept(await kucoin.check())


async def test_an_odd_and_short_key_changes_no_words(kucoin: KuCoin) -> None:
    """A client may submit an odd value twice; one letter must not black out a whole message."""
    odd = Credentials(SecretStr("e"), CREDENTIALS.secret, CREDENTIALS.passphrase)
    kucoin.says(OWN_KEY, refused("400003", "KC-API-KEY not exists", 401))
    kucoin.says(ACCOUNTS, refused("400003", "KC-API-KEY not exists", 401))

    diagnosis = await kucoin.check(credentials=odd)

    assert "KC-API-KEY not exists" in kept(diagnosis)


async def test_what_passes_passes_all_the_same(kucoin: KuCoin) -> None:
    assert (await kucoin.check()).verdict is Verdict.PASSED
