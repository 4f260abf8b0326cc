"""Answers in KuCoin's shapes, and the table of its codes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out.

    Attributes:
        code: The code inside the body; None where the body holds none.
    """

    http_status: int
    body: bytes
    code: str | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    def with_headers(self, **headers: str) -> Answer:
        """The same with more headers; underscores stand for dashes."""
        return replace(
            self, headers=self.headers | {name.replace("_", "-"): text for name, text in headers.items()}
        )


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One error of KuCoin.

    Attributes:
        code: As in the body. It may differ from the row's name where one code has two meanings.
        http_status: As seen, or a guess where `status_seen` is False: no source tells it.
        words: The newest text; ``{ip}`` is the caller's address.
        older: Texts of former years, which may still be met.
        of_keys: Only requests that carry a key get it.
    """

    code: str
    http_status: int
    words: str
    older: tuple[str, ...] = ()
    status_seen: bool = True
    of_keys: bool = True


_HEADERS = "KC-API-KEY, KC-API-SIGN, KC-API-TIMESTAMP, KC-API-PASSPHRASE"
_US = (
    "Our services are currently unavailable in the U.S. To ensure a seamless experience, please access the"
    " platform from a non-restricted country/region using a supported IP address. For more details, please"
    " refer to our Terms of Use. (current ip: {ip} and current area: US)"
)
_KYC = (
    "To enjoy the full range of our products and services, we kindly request you complete the identity"
    " verification process."
)


def _row(code: str, http_status: int, words: str, *older: str) -> CodeRow:
    return CodeRow(code, http_status, words, older)


def _guessed(code: str, http_status: int, words: str, *older: str, of_keys: bool = True) -> CodeRow:
    return CodeRow(code, http_status, words, older, status_seen=False, of_keys=of_keys)


# KuCoin docs, error codes (docs-new); older texts from KuCoin/kucoin-api-docs and kucoin-futures-api-docs,
# from ccxt's table of exceptions and from issues of ccxt and sieblyio/kucoin-api. Rows without a code in
# any source carry 900000, which KuCoin does not use.
ROWS: dict[str, CodeRow] = {
    "400001": _row("400001", 400, f"Please check the header of your request for {_HEADERS}"),
    "400002": _row("400002", 400, "Invalid KC-API-TIMESTAMP.", "Invalid KC-API-TIMESTAMP"),
    "400003": _row(
        "400003",
        401,
        "The API key does not exist or site mismatch.",
        "KC-API-KEY not exists",
        "KC-API-KEY does not exist.",
    ),
    "400004": _row("400004", 401, "Invalid KC-API-PASSPHRASE"),
    "400005": _row("400005", 401, "Invalid KC-API-SIGN"),
    "400006": _row(
        "400006",
        403,
        "Invalid request ip, the current clientIp is:{ip}",
        "Invalid request ip",
        "Invalid request IP, the current client IP is: {ip}.",
    ),
    "400007": _row(
        "400007",
        403,
        "Access denied, require more permission.",
        "Access denied, requires more permission",
    ),
    "400008": _guessed(
        "400008",
        400,
        "V1 & V2 API keys are no longer supported by this API. Please create a V3 API key.",
    ),
    "400009": _guessed("400009", 400, "Invalid KC-API-KEY-VERSION."),
    "400010": _guessed("400010", 403, "UID access denied, requires more permission."),
    "400011": _guessed("400011", 401, "Session verification failed."),
    "400012": _guessed("400012", 401, "Session verification is required."),
    "400100": _row("400100", 400, "Parameter Error"),
    "400200": _guessed("400200", 400, "Unknown partner"),
    "400201": _guessed("400201", 401, "Invalid KC-API-PARTNER-SIGN"),
    "400202": _guessed("400202", 403, "Invalid request IP"),
    "411100": _guessed(
        "411100", 403, "User are frozen", "User is frozen -- Please contact us via support center"
    ),
    "400301": _guessed(
        "400301",
        403,
        "Operation restricted due to local laws, regulations, or policies.",
        of_keys=False,
    ),
    "400302": _guessed("400302", 403, _US, of_keys=False),
    "400303": _guessed("400303", 403, _KYC),
    "400500": _guessed("400500", 403, "Your located country/region is currently not supported."),
    "600004": _guessed("600004", 403, "Unfortunately, trading is currently unavailable in your location."),
    "40010": _guessed("40010", 403, "Unavailable to place orders. Your identity information/IP/phone number"),
    "401000": _guessed("401000", 400, "The interface has been deprecated"),
    "404000": _row("404000", 404, "URL Not Found"),
    "415000": _row("415000", 415, "Unsupported Media Type"),
    "101030": _guessed("101030", 400, "You haven't yet enabled the margin trading"),
    "112010": _guessed("112010", 400, "Invalid Unified Account user."),
    "116104": _row("116104", 200, "User not found."),
    "not_a_master_user": _guessed("900000", 400, "This user is not a master user"),
    "429000": CodeRow("429000", 429, "Too Many Requests", of_keys=False),
    "429000_system": CodeRow(
        "429000", 429, "Too many requests. System-level rate limit exceeded.", of_keys=False
    ),
    "200002": _guessed("200002", 429, "Too many requests in a short period of time", of_keys=False),
    "230005": _guessed("230005", 500, "System busy, please try again later.", of_keys=False),
    "500000": CodeRow("500000", 500, "Internal Server Error", of_keys=False),
    "unknown_code": _guessed("900001", 400, "Cosmic rays. Please ask the moon.", of_keys=False),
}


def packed(document: Any) -> bytes:
    """JSON without blanks, as KuCoin writes it."""
    return json.dumps(document, separators=(",", ":")).encode()


def success(data: Any) -> Answer:
    """What KuCoin says when all is well; success is the code, not the HTTP status."""
    return Answer(200, packed({"code": "200000", "data": data}), "200000")


def refusal(
    row: CodeRow, caller_ip: str, *, http_status: int | None = None, words: str | None = None
) -> Answer:
    """An error in KuCoin's shape; the header repeats the code (sieblyio/kucoin-api, issue 44)."""
    text = (words or row.words).replace("{ip}", caller_ip)
    body = packed({"code": row.code, "msg": text})
    answer = Answer(http_status or row.http_status, body, row.code)
    return answer.with_headers(x_result_biz_code=row.code)


def not_found() -> Answer:
    """The other shape of an error, for an address that does not exist."""
    body = {"code": "404", "msg": "Not Found", "retry": False, "success": False}
    return Answer(404, packed(body), "404")
