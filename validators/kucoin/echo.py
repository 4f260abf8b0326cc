"""KuCoin's words may repeat what it was sent; what is kept of them does not.

Field reports quote messages with the API key in them. A diagnosis is stored, logged by its ids and shown
to staff, so the key stands in it at most as everybody may see it: its first and last four characters.
"""

from __future__ import annotations

from dataclasses import replace
from string import ascii_lowercase, ascii_uppercase

from validators.diagnosis import Diagnosis, Evidence, Finding
from validators.exchange import Credentials

HIDDEN = "***"
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
"""Of keys only these letters have two cases, and none of them changes its length."""
LEAST_PIECE = 8
"""Characters at the end of a text that was cut, of which on they are taken for the beginning of a key."""


def without_echo(diagnosis: Diagnosis, credentials: Credentials) -> Diagnosis:
    """The same diagnosis, in which neither the key nor the secret stands anywhere in clear.

    The passphrase is never sent in clear, and may be a word of any language, so it is not looked for.
    """
    instead = {
        credentials.key.get_secret_value(): credentials.masked_key,
        credentials.secret.get_secret_value(): HIDDEN,
    }
    return replace(
        diagnosis,
        findings=tuple(_finding(finding, instead) for finding in diagnosis.findings),
        evidence=tuple(_evidence(evidence, instead) for evidence in diagnosis.evidence),
    )


def _finding(finding: Finding, instead: dict[str, str]) -> Finding:
    return replace(finding, details={name: _text(said, instead) for name, said in finding.details.items()})


def _evidence(evidence: Evidence, instead: dict[str, str]) -> Evidence:
    code, words = evidence.code, evidence.words
    return replace(
        evidence,
        code=_text(code, instead) if code else code,
        words=_text(words, instead) if words else words,
    )


def _text(text: str, instead: dict[str, str]) -> str:
    for part, shown in instead.items():
        if len(part) < LEAST_PIECE:
            continue
        text = _without_end(_replaced(text, part, shown), part)
    return text


def _replaced(text: str, part: str, shown: str) -> str:
    """*text* with *shown* for *part* in any case.

    By hand: a pattern stays in the memory of `re` for hundreds of others, and a key would with it.
    """
    lowered, sought = text.translate(_LOWER), part.translate(_LOWER)
    pieces, at = [], 0
    while (found := lowered.find(sought, at)) >= 0:
        pieces.append(text[at:found])
        at = found + len(part)
    return shown.join([*pieces, text[at:]])


def _without_end(text: str, part: str) -> str:
    """*text* without the beginning of *part* at its end, where it was cut to size in the midst of it."""
    for length in range(len(part) - 1, LEAST_PIECE - 1, -1):
        if text.lower().endswith(part[:length].lower()):
            return text[:-length] + HIDDEN
    return text
