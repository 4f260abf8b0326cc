"""A spoilt answer is spoilt in exactly one way, so that only the reader who looks for it notices."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from bot.demo.kucoin import Fault, KuCoin

if TYPE_CHECKING:
    from tests.bot.demo.kucoin.conftest import Person


def refuse_constants(name: str) -> Any:
    raise ValueError(name)


def refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("twice")
    return dict(pairs)


async def test_a_truncated_answer_is_no_json(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.TRUNCATED_JSON)

    reply = await person.describe(venue.issue())

    assert reply.raw.startswith(b'{"code":"200000"')
    with pytest.raises(json.JSONDecodeError):
        assert reply.body


async def test_an_empty_answer_is_empty(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.EMPTY_BODY)

    reply = await person.describe(venue.issue())

    assert (reply.status, reply.raw) == (200, b"")


async def test_a_huge_answer_would_pass_but_for_its_length(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.HUGE_BODY)
    key = venue.issue()

    reply = await person.describe(key)

    assert len(reply.raw) > 256 * 1024
    assert reply.data["apiKey"] == key.key


async def test_a_bomb_is_small_on_the_way_and_huge_when_unpacked(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.GZIP_BOMB)
    key = venue.issue()
    person.session._auto_decompress = False

    reply = await person.describe(key)

    assert reply.headers["content-encoding"] == "gzip"
    assert len(reply.raw) < 256 * 1024
    reader = zlib.decompressobj(wbits=31)
    unpacked = reader.decompress(reply.raw)
    assert len(unpacked) > 10_000_000
    assert reader.eof
    assert not reader.unused_data
    assert json.loads(unpacked)["data"] == key.description()


async def test_a_nested_answer_is_short_and_deep(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.DEEP_NESTING)

    reply = await person.describe(venue.issue())

    assert len(reply.raw) < 256 * 1024
    assert reply.raw.count(b"[") == reply.raw.count(b"]") == 100_000


async def test_a_number_that_is_none_is_read_by_a_careless_reader_only(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.NAN)

    reply = await person.describe(venue.issue())

    assert reply.data["permission"] == "General"
    with pytest.raises(ValueError, match=r"NaN|Infinity"):
        json.loads(reply.raw, parse_constant=refuse_constants)


async def test_two_things_under_one_name_are_read_by_a_careless_reader_only(
    venue: KuCoin, person: Person
) -> None:
    venue.faults.add(Fault.DUPLICATE_KEYS)

    reply = await person.describe(venue.issue())

    assert reply.raw.startswith(b'{"code":"400003",')
    assert reply.code == "200000"
    with pytest.raises(ValueError, match="twice"):
        json.loads(reply.raw, object_pairs_hook=refuse_twice)


async def test_fields_of_other_kinds_keep_their_names(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.WRONG_TYPES)

    reply = await person.describe(venue.issue())

    assert reply.body["code"] == 200000
    assert reply.data["permission"] == ["General"]
    assert not isinstance(reply.data["apiVersion"], int)


async def test_bytes_that_are_no_text_are_sent(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.BAD_UTF8)

    with pytest.raises(UnicodeDecodeError):
        (await person.describe(venue.issue())).raw.decode()


async def test_another_key_is_described(venue: KuCoin, person: Person) -> None:
    venue.faults.add(Fault.WRONG_ECHO)
    key = venue.issue()

    described = (await person.describe(key)).data

    assert len(described["apiKey"]) == 24
    assert described == key.description() | {"apiKey": described["apiKey"]}
    assert described["apiKey"] != key.key


@pytest.mark.parametrize("fault", [Fault.NAN, Fault.DUPLICATE_KEYS, Fault.WRONG_TYPES, Fault.WRONG_ECHO])
async def test_a_refusal_is_not_turned_into_a_description(
    venue: KuCoin, person: Person, fault: Fault
) -> None:
    venue.faults.add(fault)

    assert (await person.describe(venue.issue("expired"))).code == "400003"
