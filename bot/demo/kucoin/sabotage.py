"""How each fault is done: an answer instead of the honest one, or a spoilt one."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from functools import cache

from bot.demo.kucoin.answers import ROWS, Answer, packed, refusal
from bot.demo.kucoin.endpoints import Call
from bot.demo.kucoin.faults import Fault, Trouble

HUGE_BYTES = 300_000
BOMB_BYTES = 20_000_000
GZIP_WBITS = 31
NESTED = 100_000
WAIT_AS_TOLD_MS = 4000


def instead_of_an_answer(troubles: list[Trouble], call: Call) -> Answer | None:
    """What the first fault that needs no honest answer says; None where no such fault strikes."""
    for trouble in troubles:
        if trouble.fault in _INSTEAD:
            answer = _INSTEAD[trouble.fault](call)
            if answer is not None:
                return answer
        elif trouble.fault.value in ROWS:
            return _row(trouble, call)
    return None


def spoilt(troubles: list[Trouble], answer: Answer) -> Answer:
    """The answer after every fault that spoils answers."""
    for trouble in troubles:
        if trouble.fault in _SPOIL and (answer.code == "200000" or trouble.fault not in _OF_SUCCESS):
            answer = _SPOIL[trouble.fault](answer)
    return answer


def cloudfront_403() -> Answer:
    """What CloudFront says to a GET with a body, among others; its text as CloudFront's pages have it."""
    words = "The request could not be satisfied."
    head, told = f"<TITLE>ERROR: {words}</TITLE>", f"<H1>403 ERROR</H1><H2>{words}</H2>"
    page = f"<HTML><HEAD>{head}</HEAD><BODY>{told}</BODY></HTML>"
    return Answer(403, page.encode(), content_type="text/html", headers={"x-cache": "Error from cloudfront"})


def _row(trouble: Trouble, call: Call) -> Answer:
    row = ROWS[trouble.fault.value]
    answer = refusal(row, call.caller_ip, http_status=trouble.http_status, words=trouble.words)
    if trouble.fault is Fault.RATE_LIMITED:
        told = {"limit": "2000", "remaining": "0", "reset": str(WAIT_AS_TOLD_MS)}
        return answer.with_headers(**{f"gw_ratelimit_{name}": text for name, text in told.items()})
    return answer


def _cloudflare_1015(call: Call) -> Answer:
    page = (
        "<!doctype html><html><head><title>Access denied | api.kucoin.com used Cloudflare to restrict access"
        "</title></head><body><h1>Error 1015</h1><h2>You are being rate limited</h2></body></html>"
    )
    return Answer(429, page.encode(), content_type="text/html", headers={"retry-after": "30"})


def _cloudfront_403(call: Call) -> Answer:
    return cloudfront_403()


def _html_502(call: Call) -> Answer:
    page = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
    return Answer(502, page, content_type="text/html")


def _maintenance(call: Call) -> Answer | None:
    if call.path == "/api/v1/status":
        return None
    return Answer(503, b"Service Temporarily Unavailable", content_type="text/plain")


def _redirect(call: Call) -> Answer:
    return Answer(302, b"", headers={"location": "/redirected"})


def _not_json(call: Call) -> Answer:
    page = b"<!doctype html><title>KuCoin</title><p>We are updating our website.</p>"
    return Answer(200, page, content_type="text/html")


def _empty(call: Call) -> Answer:
    return Answer(200, b"")


def _deep(call: Call) -> Answer:
    return Answer(200, b'{"code":"200000","data":' + b"[" * NESTED + b"]" * NESTED + b"}", "200000")


_INSTEAD: dict[Fault, Callable[[Call], Answer | None]] = {
    Fault.CLOUDFLARE_1015: _cloudflare_1015,
    Fault.CLOUDFRONT_403: _cloudfront_403,
    Fault.HTML_502: _html_502,
    Fault.MAINTENANCE_503: _maintenance,
    Fault.REDIRECT: _redirect,
    Fault.NOT_JSON: _not_json,
    Fault.EMPTY_BODY: _empty,
    Fault.DEEP_NESTING: _deep,
}


def _with_body(answer: Answer, body: bytes, **headers: str) -> Answer:
    return Answer(answer.http_status, body, answer.code, answer.content_type, answer.headers).with_headers(
        **headers
    )


def _truncated(answer: Answer) -> Answer:
    return _with_body(answer, answer.body[: len(answer.body) * 2 // 3])


def _huge(answer: Answer) -> Answer:
    # Blanks after a document are still JSON: only a bound on bytes refuses it.
    return _with_body(answer, answer.body + b" " * HUGE_BYTES)


def _bomb(answer: Answer) -> Answer:
    return _with_body(answer, _packer()(answer.body), content_encoding="gzip")


@cache
def _packer() -> Callable[[bytes], bytes]:
    """Packs a body behind millions of blanks, which are packed only once.

    It makes one stream: most readers stop after the first and would miss a second.
    """
    primed = zlib.compressobj(wbits=GZIP_WBITS)
    blanks = primed.compress(b" " * BOMB_BYTES)

    def pack(body: bytes) -> bytes:
        rest = primed.copy()
        return blanks + rest.compress(body) + rest.flush()

    return pack


def _nan(answer: Answer) -> Answer:
    return _with_body(answer, _inside(answer, b'"createdAt":NaN,"balance":Infinity'))


def _duplicated(answer: Answer) -> Answer:
    body = _inside(answer, b'"permission":"General","permission":"General,Transfer"')
    return _with_body(answer, b'{"code":"400003",' + body[1:])


def _inside(answer: Answer, pairs: bytes) -> bytes:
    """The body with more pairs in its ``data``, whatever was there before."""
    data = json.loads(answer.body).get("data")
    told = packed(data)[1:-1] if isinstance(data, dict) else b""
    return b'{"code":"200000","data":{' + (told + b"," if told else b"") + pairs + b"}}"


def _of_wrong_types(answer: Answer) -> Answer:
    body = json.loads(answer.body)
    wrong = {"code": 200000, "data": _wrong(body.get("data"))}
    return _with_body(answer, packed(wrong))


def _wrong(data: object) -> object:
    if not isinstance(data, dict):
        return {"is": str(data)}
    odd = {
        "permission": ["General"],
        "apiVersion": "three",
        "isMaster": "yes",
        "ipWhitelist": 7,
        "expiredAt": {},
    }
    return data | odd | {"expiredAt": {}}


def _no_text(answer: Answer) -> Answer:
    return _with_body(answer, answer.body.replace(b'"code"', b'"\xff\xfe":1,"code"', 1))


def _of_another_key(answer: Answer) -> Answer:
    body = json.loads(answer.body)
    if not (isinstance(body.get("data"), dict) and "apiKey" in body["data"]):
        return answer
    body["data"]["apiKey"] = body["data"]["apiKey"][::-1]
    return _with_body(answer, packed(body))


_SPOIL: dict[Fault, Callable[[Answer], Answer]] = {
    Fault.TRUNCATED_JSON: _truncated,
    Fault.HUGE_BODY: _huge,
    Fault.GZIP_BOMB: _bomb,
    Fault.NAN: _nan,
    Fault.DUPLICATE_KEYS: _duplicated,
    Fault.WRONG_TYPES: _of_wrong_types,
    Fault.BAD_UTF8: _no_text,
    Fault.WRONG_ECHO: _of_another_key,
}
# These rewrite the description itself; an error has none.
_OF_SUCCESS = {Fault.NAN, Fault.DUPLICATE_KEYS, Fault.WRONG_TYPES, Fault.WRONG_ECHO}
