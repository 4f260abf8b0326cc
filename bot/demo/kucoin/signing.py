"""KuCoin's signatures: base64 of HMAC-SHA256, the secret taken as text."""

from __future__ import annotations

import base64
import hashlib
import hmac


def signed(secret: str, text: str) -> str:
    """What belongs in KC-API-SIGN, and with the passphrase as text in KC-API-PASSPHRASE.

    Source: KuCoin docs, authentication. The secret looks like a UUID and is not decoded.
    """
    digest = hmac.new(secret.encode(), text.encode("utf-8", "surrogateescape"), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def same(sent: str, right: str) -> bool:
    """Whether two header values are equal, whatever bytes a stranger sent."""
    return hmac.compare_digest(sent.encode("utf-8", "surrogateescape"), right.encode())
