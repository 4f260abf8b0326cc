"""The exchanges: does each host answer, what time is it there, where do they take us to be?"""

from __future__ import annotations

from bot.doctor.report import Line, mend, ok, unseen
from bot.settings import Settings
from validators.diagnosis import Cause
from validators.exchange import Exchange, Reachability, discover

AREA = "exchange"
CLOCK_OFF_MS = 2000
"""Half a slow round trip may be taken for an offset. Tests go on whatever it is, for they are signed in
the exchange's time; what suffers are our own limits, deadlines and stamps."""


async def exchange_lines(settings: Settings) -> list[Line]:
    """Each host of each exchange, our clock against theirs, our address and our region."""
    lines: list[Line] = []
    for exchange in discover().values():
        async with exchange.connect(settings.endpoints) as checker:
            seen = await checker.reachability()
        lines += [_host_line(exchange, one) for one in seen]
        lines += [_clock_line(exchange, seen), place_line(exchange, seen)]
    return lines


def _host_line(exchange: Exchange, seen: Reachability) -> Line:
    name = f"{exchange.title} {seen.host}"
    if seen.cause is None:
        return ok(AREA, name, "It answers.")
    return mend(AREA, name, f"{seen.trouble} {exchange.guide.for_staff(seen.cause)}")


def _clock_line(exchange: Exchange, seen: list[Reachability]) -> Line:
    name = f"clock against {exchange.title}"
    offsets = [one.offset_ms for one in seen if one.offset_ms is not None]
    if not offsets:
        return unseen(AREA, name, "no host tells the time")
    worst = max(offsets, key=abs)
    if abs(worst) <= CLOCK_OFF_MS:
        return ok(AREA, name, f"Theirs is {_off(worst)} ours.")
    return mend(
        AREA,
        name,
        f"Theirs is {_off(worst)} ours. Switch the clock's synchronisation on: timedatectl set-ntp true",
    )


def _off(offset_ms: int) -> str:
    size = f"{abs(offset_ms)} ms" if abs(offset_ms) < 1000 else f"{abs(offset_ms) / 1000:.1f} s"
    return f"{size} {'behind' if offset_ms < 0 else 'ahead of'}"


def place_line(exchange: Exchange, seen: list[Reachability]) -> Line:
    """Our address and region as they see them. They name a region only where they refuse it."""
    name = f"our place for {exchange.title}"
    address = next((one.our_address for one in seen if one.our_address), None)
    at = f"Our address is {address}" if address else "Our address is not told"
    if any(one.cause is Cause.REGION_REFUSED for one in seen):
        region = next((f" ({one.our_region})" for one in seen if one.our_region), "")
        advice = exchange.guide.for_staff(Cause.REGION_REFUSED)
        return mend(AREA, name, f"{at}, and its region{region} is refused. {advice}")
    if all(one.offset_ms is None for one in seen):
        return unseen(AREA, name, "no host answers")
    return ok(AREA, name, f"{at}. Its region is not refused.")
