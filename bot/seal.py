"""The sealed envelope: AES-256-GCM with a data key per value, which a master key wraps. Pure.

Layout: version (1 byte) · id of the wrapping key (4) · digest of the place (8) · nonce (12) ·
wrapped data key (48) · nonce (12) · ciphertext with its tag. The place (table, row, column) and
the version are bound to both parts as associated data, the wrapping key's id to the outer one, so
that what is altered, or moved elsewhere, does not open. Padded, so that its length tells nothing.
Random 96-bit nonces are safe here: each data key encrypts once, and a master key wraps far fewer
than 2**32 of them (NIST SP 800-38D, section 8.3).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
KEY_PREFIX = "kd1"
NONCE_BYTES = 12
_PLACE = slice(5, 13)
_WRAP_NONCE = slice(13, 25)
_WRAPPED = slice(25, 73)
_NONCE = slice(73, 85)
_CIPHERTEXT = slice(85, None)
SHORTEST = 85 + 16
PADDED_TO_BYTES = 256


class SealBroken(Exception):  # noqa: N818 - it says what is broken.
    """A sealed value does not open. Says why, without the value."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value belongs, such as ``submission``, the row's id, ``sealed``."""

    table: str
    row_id: str
    column: str

    def bound(self, *more: bytes) -> bytes:
        """Every part with its length before it, so that no two places look alike."""
        parts = [VERSION, *(p.encode() for p in (self.table, self.row_id, self.column)), *more]
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.bound()).digest()[:8]


def new_key() -> str:
    """A fresh master key, printable, with its id: ``kd1.1a2b3c4d.…``."""
    raw = AESGCM.generate_key(256)
    return f"{KEY_PREFIX}.{_id_of(raw).hex()}.{base64.urlsafe_b64encode(raw).decode().rstrip('=')}"


def read_key(text: str) -> tuple[bytes, AESGCM]:
    """The id of a printed key, and the key itself.

    Raises:
        ValueError: `new_key` did not make it, or it was not copied whole. Says no more.
    """
    prefix, _, rest = text.strip().partition(".")
    key_id, _, encoded = rest.partition(".")
    try:
        raw = base64.b64decode(encoded + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if prefix != KEY_PREFIX or len(raw) != 32 or _id_of(raw).hex() != key_id:
        raise ValueError("no key")
    return _id_of(raw), AESGCM(raw)


def _id_of(raw: bytes) -> bytes:
    return hashlib.sha256(b"keydesk key id" + raw).digest()[:4]


def seal(parts: Mapping[str, str], place: Place, key_id: bytes, key: AESGCM) -> bytes:
    """Seal *parts* so that they open at *place* only."""
    plain = json.dumps(dict(parts), ensure_ascii=False).encode()
    padded = plain.ljust(-(-len(plain) // PADDED_TO_BYTES) * PADDED_TO_BYTES)
    data_key, nonce = AESGCM.generate_key(256), os.urandom(NONCE_BYTES)
    inner = nonce + AESGCM(data_key).encrypt(nonce, padded, place.bound())
    return _wrap(data_key, place, key_id, key) + inner


def key_id_of(sealed: bytes) -> bytes:
    """The id of the key that *sealed* was wrapped with.

    Raises:
        SealBroken: it is cut short, or of a version that is unknown here.
    """
    if len(sealed) < SHORTEST:
        raise SealBroken("the sealed value is cut short")
    if sealed[:1] != VERSION:
        raise SealBroken("the sealed value is of a version that is unknown here")
    return sealed[1:5]


def unseal(sealed: bytes, place: Place, key: AESGCM) -> dict[str, str]:
    """Open what `seal` made for *place*.

    Raises:
        SealBroken: it was altered or moved, or another key wrapped it.
    """
    data_key = _unwrap(sealed, place, key)
    try:
        padded = AESGCM(data_key).decrypt(sealed[_NONCE], sealed[_CIPHERTEXT], place.bound())
    except InvalidTag:
        raise SealBroken("the sealed value was altered") from None
    parts: dict[str, str] = json.loads(padded)
    return parts


def rewrap(sealed: bytes, place: Place, old: AESGCM, key_id: bytes, key: AESGCM) -> bytes:
    """The same value, wrapped by another key. What is sealed is not opened for it.

    Raises:
        SealBroken: as `unseal`, as far as the wrapping goes.
    """
    return _wrap(_unwrap(sealed, place, old), place, key_id, key) + sealed[_NONCE.start :]


def _wrap(data_key: bytes, place: Place, key_id: bytes, key: AESGCM) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    wrapped = key.encrypt(nonce, data_key, place.bound(key_id))
    return VERSION + key_id + place.digest + nonce + wrapped


def _unwrap(sealed: bytes, place: Place, key: AESGCM) -> bytes:
    key_id = key_id_of(sealed)
    if sealed[_PLACE] != place.digest:
        raise SealBroken("the sealed value was moved here from another place, or altered")
    try:
        return key.decrypt(sealed[_WRAP_NONCE], sealed[_WRAPPED], place.bound(key_id))
    except InvalidTag:
        raise SealBroken("the sealed value was altered, or another key sealed it") from None
