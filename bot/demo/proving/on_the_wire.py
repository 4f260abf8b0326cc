"""Promises about what is sent: to the exchange, to Slack, and what is taken from outside."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import Counter
from urllib.parse import urlencode

import aiohttp

from bot.demo.canary import FORMS
from bot.demo.proving.scene import DANGEROUS, Scene, ensure
from bot.demo.written import everything_written
from bot.key_fate import Forgotten
from validators.http import USER_AGENT, RefusedToSendError, read_only_client

WRITES = ("POST", "PUT", "PATCH", "DELETE")
CALLS_OF_A_CHECK = 3


async def only_reads(scene: Scene) -> str:
    """The transport refuses whatever is no read of a listed address; and nothing else arrived."""
    address = f"{scene.stage.kucoin.url}/api/v1/user/api-key"
    tries = [(method, address) for method in WRITES]
    tries += [("GET", f"{scene.stage.kucoin.url}/api/v1/orders"), ("GET", "https://example.com/")]
    before = len(scene.stage.kucoin.requests)
    async with read_only_client([address]) as client:
        for method, url in tries:
            try:
                await client.request(method, url)
            except RefusedToSendError:
                continue
            ensure(False, f"{method} was sent")
    seen = scene.stage.kucoin.requests
    ensure(len(seen) == before, "a refused request arrived")
    ensure(bool(seen) and {one.method for one in seen} == {"GET"}, "something other than GET arrived")
    refused = f"{', '.join(WRITES)}, another path and another host were refused before they left"
    return f"{refused}; of {len(seen)} requests that arrived all were GET."


async def danger_is_refused(scene: Scene) -> str:
    """Each such key is told, and was forgotten with its verdict; one of an unknown permission too."""
    for preset in DANGEROUS:
        told = scene.told[preset]
        ensure(told.startswith("Needs a fix"), f"a key of the kind {preset} was not refused")
        ensure("because they can do more than read" in told, f"a key of the kind {preset} was kept")
    because = (await scene.given(scene.stage.cast.ann)).purged_because
    ensure(because != Forgotten.DANGEROUS, "a harmless key was taken for a dangerous one")
    return f"Refused and forgotten at once: {', '.join(name.replace('_', ' ') for name in DANGEROUS)}."


async def no_slack(scene: Scene) -> str:
    """Every argument of every call and every answer, in every form."""
    media = [
        one for one in await everything_written(scene.stage, "") if one[0].startswith(("Slack", "answer"))
    ]
    leaks = [line for canary in scene.canaries for line in canary.leaks(media)]
    ensure(not leaks, "; ".join(leaks[:3]))
    written = b"".join(data for _, data in media)
    ensure(b"private_metadata" in written, "no dialog was opened, so silence proves nothing")
    ensure(b"initial_value" not in written, "a field of a dialog was filled in")
    return f"{len(media)} calls and answers searched for {len(scene.canaries)} keys in {len(FORMS)} forms."


async def signatures(scene: Scene) -> str:
    """Unsigned, wrongly signed and old requests are refused; a right one is answered."""
    secret = scene.stage.slack.signing_secret
    now = int(time.time())
    tries = {
        "unsigned": {},
        "signed by another": _signed("another", now),
        "ten minutes old": _signed(secret, now - 600),
        "from the future": _signed(secret, now + 600),
    }
    for how, headers in tries.items():
        ensure(await _status(scene, headers) == 401, f"a request that was {how} was taken")
    ensure(await _status(scene, _signed(secret, now)) == 200, "a rightly signed request was refused")
    return f"Refused: {', '.join(tries)}. Taken: a rightly signed one."


BODY = urlencode({"ssl_check": "1"})


def _signed(secret: str, stamp: int) -> dict[str, str]:
    made = hmac.new(secret.encode(), f"v0:{stamp}:{BODY}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(stamp), "X-Slack-Signature": f"v0={made}"}


async def _status(scene: Scene, headers: dict[str, str]) -> int:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    address = f"http://127.0.0.1:{scene.stage.bot.port}/slack/events"
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, data=BODY, headers=headers | form) as answer,
    ):
        return answer.status


async def honest_failure(scene: Scene) -> str:
    """An exchange that is closed for maintenance leaves the client without any reproach."""
    told = scene.told["maintenance"]
    ensure(told.startswith("Could not tell"), "maintenance of the exchange was counted as something else")
    ensure("✗" not in told, "maintenance of the exchange was counted against the key")
    return "Maintenance was told as “Could not tell”, without a single ✗, and is tried again by itself."


async def modest(scene: Scene) -> str:
    """How many requests one check makes, and how it calls itself."""
    before = len(scene.stage.kucoin.requests)
    await scene.tests(scene.stage.cast.sue, "general_only")
    asked = [one for one in scene.stage.kucoin.requests[before:] if one.key_id is not None]
    ensure(0 < len(asked) <= CALLS_OF_A_CHECK, f"one check made {len(asked)} requests")
    paths = Counter(one.path for one in asked)
    return f"One check: {' and '.join(paths)}. User-Agent: {USER_AGENT}."
