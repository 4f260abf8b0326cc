"""KuCoin's codes and what each means for the client. What stands in no table is not understood.

Sources, in the column of each row: *docs* = kucoin.com/docs-new, error codes, and its forerunner
Kucoin/kucoin-api-docs; *recorded* = an answer that somebody published; *ccxt* = the exception table
of ccxt 4.5.90; *field* = a public report that nobody could check.
"""

from __future__ import annotations

from typing import NamedTuple

from validators.diagnosis import Cause

SUCCESS = "200000"
OTHER_VERSION = "400009"
"""KuCoin wants another key version in the header (docs)."""


class Meaning(NamedTuple):
    """What one code means.

    Attributes:
        again: Whether asking again at once is worth it.
    """

    cause: Cause
    source: str
    again: bool = False


MEANING_OF_CODE = {
    # the key, and what was typed
    "400003": Meaning(Cause.KEY_NOT_FOUND, "docs; recorded in ccxt#10498, kucoin-api-docs#298"),
    "400004": Meaning(Cause.PASSPHRASE_OR_SECRET_WRONG, "docs; ccxt#11021 and, for a wrong secret, #13252"),
    "400005": Meaning(Cause.SECRET_WRONG, "docs; recorded in kucoin-api-docs#466, ccxt#4685"),
    "400006": Meaning(Cause.IP_RESTRICTED, "docs; recorded in kucoin-api-docs#395"),
    "400007": Meaning(Cause.GENERAL_OFF, "docs; live test of sieblyio/kucoin-api"),
    "400008": Meaning(Cause.OLD_KEY, "docs"),
    # the account
    "411100": Meaning(Cause.ACCOUNT_FROZEN, "docs, kucoin-api-docs and kucoin-futures-api-docs"),
    "400303": Meaning(Cause.IDENTITY_CHECK, "ccxt; ccxt#18608"),
    "400010": Meaning(Cause.ACCOUNT_REFUSED, "docs: UID access denied"),
    "101030": Meaning(Cause.ACCOUNT_MODE, "ccxt: margin trading is not enabled"),
    "112010": Meaning(Cause.ACCOUNT_MODE, "ccxt: not a unified account"),
    "116104": Meaning(Cause.ACCOUNT_MODE, "recorded with HTTP 200 in sieblyio/kucoin-api#143"),
    # where our machine stands
    "400301": Meaning(Cause.REGION_REFUSED, "docs"),
    "400302": Meaning(Cause.REGION_REFUSED, "field: our address is in the U.S."),
    "400500": Meaning(Cause.REGION_REFUSED, "ccxt"),
    "600004": Meaning(Cause.REGION_REFUSED, "ccxt"),
    "40010": Meaning(Cause.REGION_REFUSED, "ccxt"),
    # our request
    "400001": Meaning(Cause.OUR_REQUEST, "docs; recorded in sieblyio/kucoin-api#44"),
    "400002": Meaning(Cause.OUR_CLOCK, "docs; recorded in ccxt#23323"),
    "400009": Meaning(Cause.OUR_REQUEST, "docs: key version"),
    "400011": Meaning(Cause.OUR_REQUEST, "docs: session verification"),
    "400012": Meaning(Cause.OUR_REQUEST, "docs: session verification"),
    "400100": Meaning(Cause.OUR_REQUEST, "docs; rotki: also with HTTP 200"),
    "400200": Meaning(Cause.OUR_REQUEST, "docs: partner headers, which we do not send"),
    "400201": Meaning(Cause.OUR_REQUEST, "docs: partner headers"),
    "400202": Meaning(Cause.OUR_REQUEST, "docs: partner headers"),
    "401000": Meaning(Cause.OUR_REQUEST, "docs: interface withdrawn"),
    "404000": Meaning(Cause.OUR_REQUEST, "docs: no such path"),
    "404": Meaning(Cause.OUR_REQUEST, "recorded: no such path on this host"),
    "415000": Meaning(Cause.OUR_REQUEST, "docs: content type"),
    # the venue
    "429000": Meaning(Cause.RATE_LIMITED, "docs; freqtrade#5700"),
    "200002": Meaning(Cause.RATE_LIMITED, "kucoin-futures-api-docs: blocked for 10 s"),
    "1015": Meaning(Cause.RATE_LIMITED, "Cloudflare's ban; rotki#2841"),
    "230005": Meaning(Cause.VENUE_DOWN, "JKorf/Kucoin.Net: system busy", again=True),
    "500000": Meaning(Cause.VENUE_DOWN, "docs", again=True),
}

WAIT_S_OF_CODE = {"200002": 10.0, "1015": 30.0}
"""How long to stay away where the answer itself does not say."""

MEANING_OF_STATUS = {
    403: Meaning(Cause.BLOCKED_AT_THE_EDGE, "CloudFront's page"),
    429: Meaning(Cause.RATE_LIMITED, "Cloudflare's page"),
    451: Meaning(Cause.REGION_REFUSED, "RFC 7725"),
}
"""For answers without a code. Every 5xx besides is KuCoin being down."""

OVERLOADED_WORDS = "system-level"
"""In the words of 429000: all of KuCoin is busy, not we; docs advise to ask again at once."""

CAUSE_OF_WORDS = (
    # Field. No source gives this answer a code, so its words count beside a code that blames nobody.
    ("not a master user", Cause.NOT_MAIN_ACCOUNT),
)
"""Parts of KuCoin's message, in small letters. Texts changed three times, so codes come first."""

CAUSE_OF_WORDS_WITHOUT_CODE = (
    ("api key does not exist", Cause.KEY_NOT_FOUND),
    ("kc-api-key not exists", Cause.KEY_NOT_FOUND),
    ("kc-api-key does not exist", Cause.KEY_NOT_FOUND),
    ("invalid kc-api-passphrase", Cause.PASSPHRASE_OR_SECRET_WRONG),
    ("invalid kc-api-sign", Cause.SECRET_WRONG),
    ("invalid kc-api-timestamp", Cause.OUR_CLOCK),
    ("invalid request ip", Cause.IP_RESTRICTED),
    ("require more permission", Cause.GENERAL_OFF),
    ("requires more permission", Cause.GENERAL_OFF),
    ("user are frozen", Cause.ACCOUNT_FROZEN),
    ("user is frozen", Cause.ACCOUNT_FROZEN),
    ("currently unavailable in the u.s", Cause.REGION_REFUSED),
    ("due to local laws", Cause.REGION_REFUSED),
    ("identity verification", Cause.IDENTITY_CHECK),
    ("system-level rate limit", Cause.RATE_LIMITED),
)


def cause_of(code: str, words: str) -> Meaning | None:
    """What an answer with this *code* ("" for none) and message means; None if no table has either."""
    meaning = MEANING_OF_CODE.get(code)
    if meaning is None or meaning.cause in (Cause.OUR_REQUEST, Cause.ACCOUNT_REFUSED):
        hints = CAUSE_OF_WORDS if code else CAUSE_OF_WORDS + CAUSE_OF_WORDS_WITHOUT_CODE
        spoken = words.lower()
        said = next((cause for part, cause in hints if part in spoken), None)
        return Meaning(said, "words") if said else meaning
    if meaning.cause is Cause.RATE_LIMITED and OVERLOADED_WORDS in words.lower():
        return meaning._replace(again=True)
    return meaning
