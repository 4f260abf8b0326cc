"""The gates that a signed request goes through, in KuCoin's order: the first that is shut answers.

Headers, timestamp, key, passphrase, signature, address, account, permission. Sources: error codes in
KuCoin's docs; a stale timestamp with an invented key gave 400002, and a wrong secret 400004 (ccxt, issue
13252), which fixes the order of the first five. Where the address stands among them no source says.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.demo.kucoin.endpoints import Call, Endpoint, Host
from bot.demo.kucoin.faults import Fault
from bot.demo.kucoin.signing import same, signed

TOLERANCE_MS = 5000
REQUIRED_HEADERS = ("KC-API-KEY", "KC-API-SIGN", "KC-API-TIMESTAMP", "KC-API-PASSPHRASE")
# Australia has no hosts of its own: sieblyio/kucoin-api and JKorf/Kucoin.Net use the global ones.
SITES_OF_HOST = {
    Host.SPOT: {"global", "australia"},
    Host.FUTURES: {"global", "australia"},
    Host.EU: {"europe"},
}

Gate = Callable[[Call, Endpoint], str | None]


def refused_with(call: Call, endpoint: Endpoint) -> str | None:
    """The code of the first shut gate, or None for a request that may pass."""
    for gate in _GATES:
        if code := gate(call, endpoint):
            return code
    return None


def _headers(call: Call, endpoint: Endpoint) -> str | None:
    return None if all(call.headers.get(name) for name in REQUIRED_HEADERS) else "400001"


def _timestamp(call: Call, endpoint: Endpoint) -> str | None:
    sent = call.headers["KC-API-TIMESTAMP"]
    if not (sent.isascii() and sent.isdigit() and len(sent) < 20):
        return "400002"
    return "400002" if abs(int(sent) - call.now_s * 1000) > TOLERANCE_MS else None


def _version(call: Call, endpoint: Endpoint) -> str | None:
    version = call.headers.get("KC-API-KEY-VERSION", "1")
    refused = {
        "2": Fault.REFUSES_VERSION_2 in call.struck,
        "3": Fault.REFUSES_VERSION_3 in call.struck,
    }
    return "400009" if refused.get(version, version != "1") else None


def _key(call: Call, endpoint: Endpoint) -> str | None:
    if call.key is None or call.key.has_expired(call.now_s):
        return "400003"
    terms = call.key.terms
    wrong_host = terms.site not in SITES_OF_HOST[call.host]
    return "400003" if wrong_host or (terms.futures_only and call.host is not Host.FUTURES) else None


def _passphrase(call: Call, endpoint: Endpoint) -> str | None:
    assert call.key is not None  # noqa: S101 - the gate before has seen to it
    # Version 1 sent the passphrase in clear, which KuCoin no longer takes (futures docs, upcoming changes).
    clear = call.headers.get("KC-API-KEY-VERSION", "1") == "1"
    right = same(call.headers["KC-API-PASSPHRASE"], call.key.passphrase_sign)
    return "400004" if clear or not right else None


def _signature(call: Call, endpoint: Endpoint) -> str | None:
    assert call.key is not None  # noqa: S101 - a gate before has seen to it
    text = f"{call.headers['KC-API-TIMESTAMP']}{call.method}{call.target}"
    return None if same(call.headers["KC-API-SIGN"], signed(call.key.secret, text)) else "400005"


def _old_key(call: Call, endpoint: Endpoint) -> str | None:
    return "400008" if call.key and call.key.terms.no_longer_supported else None


def _address(call: Call, endpoint: Endpoint) -> str | None:
    listed = call.key.terms.ip_whitelist if call.key else ()
    return "400006" if listed and call.caller_ip not in listed else None


def _account(call: Call, endpoint: Endpoint) -> str | None:
    if call.key and call.key.terms.frozen:
        return "411100"
    return "400303" if call.key and call.key.terms.kyc_missing else None


def _permission(call: Call, endpoint: Endpoint) -> str | None:
    needed = {endpoint.permission}
    if Fault.FUTURES_NEEDS_PERMISSION in call.struck and call.path == "/api/v1/account-overview":
        needed.add("Futures")
    return None if call.key and needed <= call.key.terms.permissions else "400007"


_GATES: tuple[Gate, ...] = (
    _headers,
    _timestamp,
    _version,
    _key,
    _passphrase,
    _signature,
    _old_key,
    _address,
    _account,
    _permission,
)
