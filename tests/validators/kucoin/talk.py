"""Thousands of things that people write at work, and thousands of ways to paste a key. Made from a seed."""

from __future__ import annotations

import random
import string
import uuid
from collections.abc import Callable, Mapping

Maker = Callable[[random.Random], str]

SUBJECTS = ["The deploy", "Our client", "The report", "Ann", "The API", "This key", "The guide", "My laptop"]
VERBS = ["needs", "has lost", "shows", "cannot find", "waits for", "asked about", "explains", "broke"]
OBJECTS = [
    "the passphrase",
    "an API key",
    "a secret",
    "Step Four",
    "the invoice of March",
    "an IP restriction",
    "the dashboard",
    "two more days",
    "a new password policy",
    "https://docs.example.com/guide#step-four",
]
ENDS = [".", "?", "!", " :tada:", ", can you look?", " (see above).", "…", "\nThanks!"]
WORDS = ["commit", "build", "trace", "span", "request", "job", "order", "session", "image", "layer", "etag"]
SITES = ["trello.com/c", "app.example.com/orders", "notion.so/page", "miro.com/board", "example.com/t"]


def _hex(chance: random.Random, digits: int) -> str:
    return "".join(chance.choice("0123456789abcdef") for _ in range(digits))


def _uuid(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def _object_id(chance: random.Random) -> str:
    """As MongoDB, and KuCoin, make them: a birthday between 2019 and 2026, then chance."""
    return f"{chance.randint(1_546_300_800, 1_767_225_600):08x}{_hex(chance, 16)}"


def _sentence(chance: random.Random) -> str:
    return f"{chance.choice(SUBJECTS)} {chance.choice(VERBS)} {chance.choice(OBJECTS)}{chance.choice(ENDS)}"


def prose(chance: random.Random) -> str:
    return " ".join(_sentence(chance) for _ in range(chance.randint(1, 6)))


def code(chance: random.Random) -> str:
    name = "".join(chance.choice(string.ascii_lowercase) for _ in range(8))
    lines = [
        f"{name.upper()} = {chance.randint(0, 10**9)}",
        f'{name} = "{_uuid(chance)}"',
        f"def {name}(key, value): return hashlib.sha256(key).hexdigest()[:24]",
        f"- uses: actions/checkout@{_hex(chance, 40)}",
        f"color: #{_hex(chance, 6)};  --shadow: 0x{_hex(chance, 8)}",
        f'"integrity": "sha512-{_hex(chance, 86)}=="',
        f"assert {name} == 0x{_hex(chance, 24)}",
    ]
    return "```" + "\n".join(chance.sample(lines, 4)) + "```"


def hashes(chance: random.Random) -> str:
    digits = chance.choice([7, 8, 12, 32, 40, 64, 128])
    return (
        f"{chance.choice(WORDS)} {_hex(chance, digits)} {chance.choice(VERBS)} {chance.choice(OBJECTS[2:])}"
    )


def uuids(chance: random.Random) -> str:
    return f"{chance.choice(WORDS)} {_uuid(chance)} and {_uuid(chance).upper()} {_end(chance)}"


def _end(chance: random.Random) -> str:
    return chance.choice(["failed", "are done", "wait since noon", "belong together"])


def urls(chance: random.Random) -> str:
    what = chance.choice([_object_id(chance), _uuid(chance), _hex(chance, 32)])
    address = f"https://{chance.choice(SITES)}/{what}?ref={_uuid(chance)}"
    return f"<{address}|{chance.choice(WORDS)}> {prose(chance)}"


def numbers(chance: random.Random) -> str:
    digits = "".join(chance.choice(string.digits) for _ in range(chance.choice([9, 12, 16, 20, 24, 26])))
    money = f"{chance.randint(1, 999)}.{chance.randint(0, 99):02}"
    return f"{chance.choice(WORDS)} {digits}, {money} USDT, +44 20 7946 {chance.randint(1000, 9999)}"


def logs(chance: random.Random) -> str:
    return (
        f"2026-11-{chance.randint(1, 28):02}T12:00:00Z INFO request_id={_uuid(chance)} "
        f"trace={_hex(chance, 32)} span={_hex(chance, 16)} took {chance.randint(1, 900)} ms"
    )


ORDINARY: Mapping[str, Maker] = {
    "prose": prose,
    "code": code,
    "hashes": hashes,
    "UUIDs": uuids,
    "URLs with ids": urls,
    "numbers": numbers,
    "log lines": logs,
}


def pair(chance: random.Random) -> str:
    opening, between = chance.choice(["", "here: ", "hi!\n"]), chance.choice([" ", "\n", " / "])
    return f"{opening}{_object_id(chance)}{between}{_uuid(chance)}"


def lone_key(chance: random.Random) -> str:
    # Its last digits hold a letter in all but one of 2,000 keys; only such are searched for.
    return f"{prose(chance)} {_object_id(chance)[:-1]}e {prose(chance)}"


def named_secret(chance: random.Random) -> str:
    return f"{chance.choice(['secret', 'API Secret', 'my secret is', 'api-key secret ='])}: {_uuid(chance)}"


def whole_form(chance: random.Random) -> str:
    return f"API Key: {_object_id(chance)}\nAPI Secret: {_uuid(chance)}\nAPI {told_passphrase(chance)}"


def told_passphrase(chance: random.Random) -> str:
    return f"passphrase: Horse{chance.randint(100, 9999)}"


PASTED: Mapping[str, Maker] = {
    "key and secret": pair,
    "a lone key": lone_key,
    "a secret, named": named_secret,
    "the whole form": whole_form,
    "a passphrase, named": told_passphrase,
}


def samples(maker: Maker, count: int, seed: int = 20261122) -> list[str]:
    chance = random.Random(seed)
    return [maker(chance) for _ in range(count)]
