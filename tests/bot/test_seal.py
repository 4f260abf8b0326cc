"""What is sealed opens at its place with its key, and nowhere else; trouble is told without the value."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from bot import seal
from bot.seal import Place, SealBroken
from tests.bot.rows import CREDENTIALS

PLACE = Place("submission", "row-1", "sealed")
KEY_ID, KEY = seal.read_key(seal.new_key())
OTHER_ID, OTHER = seal.read_key(seal.new_key())
SEALED = seal.seal(CREDENTIALS, PLACE, KEY_ID, KEY)

places = st.builds(Place, st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))


def broken(sealed: bytes, place: Place = PLACE, key: AESGCM = KEY) -> str:
    with pytest.raises(SealBroken) as error:
        seal.unseal(sealed, place, key)
    printed = "".join(traceback.format_exception(error.value))
    assert "SealBroken" in printed
    assert "canary" not in printed
    return str(error.value)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=300)), places)
def test_what_was_sealed_opens_again(parts: dict[str, str], place: Place) -> None:
    assert seal.unseal(seal.seal(parts, place, KEY_ID, KEY), place, KEY) == parts


def test_nothing_of_the_value_can_be_seen() -> None:
    assert not [part for part in CREDENTIALS.values() if part.encode() in SEALED]


def test_two_seals_of_one_value_have_nothing_in_common_but_their_head() -> None:
    again = seal.seal(CREDENTIALS, PLACE, KEY_ID, KEY)
    assert again[:13] == SEALED[:13]
    assert again[13:25] != SEALED[13:25]
    assert again[85:] != SEALED[85:]


def test_the_length_does_not_tell_how_long_a_passphrase_is() -> None:
    lengths = {len(seal.seal({"passphrase": "x" * n}, PLACE, KEY_ID, KEY)) for n in range(7, 33)}
    assert len(lengths) == 1


def test_a_value_that_was_moved_does_not_open() -> None:
    for moved in (Place("submission", "row-2", "sealed"), Place("other", "row-1", "sealed")):
        assert "moved" in broken(SEALED, moved)


@given(places)
def test_no_two_places_look_alike(other: Place) -> None:
    same = other == PLACE
    assert (other.bound() == PLACE.bound()) is same
    assert Place("a", "bc", "d").bound() != Place("ab", "c", "d").bound()


def test_a_moved_value_with_a_forged_digest_does_not_open_either() -> None:
    there = Place("submission", "row-2", "sealed")
    forged = SEALED[:5] + there.digest + SEALED[13:]
    assert "altered" in broken(forged, there)


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_a_changed_byte_is_noticed_wherever_it_is(place: int, change: int) -> None:
    tampered = bytearray(SEALED)
    tampered[place] ^= change
    assert broken(bytes(tampered))


@given(st.integers(0, len(SEALED) - 1))
def test_a_value_that_was_cut_short_does_not_open(length: int) -> None:
    text = broken(SEALED[:length])
    assert ("cut short" in text) == (length < seal.SHORTEST)


@given(st.binary(max_size=400))
def test_whatever_stands_there_is_opened_or_told(anything: bytes) -> None:
    assert broken(anything)


def test_the_wrong_key_is_told() -> None:
    assert "another key" in broken(SEALED, key=OTHER)


def test_wrapping_anew_leaves_what_is_sealed_untouched() -> None:
    fresh = seal.rewrap(SEALED, PLACE, KEY, OTHER_ID, OTHER)
    assert fresh[73:] == SEALED[73:]
    assert seal.key_id_of(fresh) == OTHER_ID
    assert seal.unseal(fresh, PLACE, OTHER) == CREDENTIALS
    assert broken(fresh, key=KEY)


def test_a_printed_key_is_read_again_and_names_itself() -> None:
    printed = seal.new_key()
    key_id, _ = seal.read_key(f" {printed} ")
    assert printed.split(".")[:2] == ["kd1", key_id.hex()]
    assert "," not in printed


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda key: key[:-1], id="end missing"),
        pytest.param(lambda key: key + "A", id="something added"),
        pytest.param(lambda key: "kd2" + key[3:], id="other kind"),
        pytest.param(lambda key: key[:4] + "00000000" + key[12:], id="other id"),
        pytest.param(str.upper, id="upper case"),
    ],
)
def test_a_key_that_was_not_copied_whole_is_no_key(spoil: Callable[[str], str]) -> None:
    with pytest.raises(ValueError, match=r"^no key$"):
        seal.read_key(spoil(seal.new_key()))


@given(st.text(max_size=80))
def test_whatever_is_given_as_a_key_is_read_or_refused_without_echo(text: str) -> None:
    with pytest.raises(ValueError, match=r"^no key$"):
        seal.read_key(text)
