"""Every flow of the product that a key can take, each with a marked one; what they return is searched for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta

from sqlmodel import col, update

from bot.columns import now
from bot.demo import acting
from bot.demo.canary import Canary, marked
from bot.demo.kucoin import Fault
from bot.demo.stage import Stage
from bot.demo.workspace import Person
from bot.demo.workspace.faults import Fault as SlackFault
from bot.schema import Attempt
from tests.bot.slack.desk import opens_reply, triage

Flow = Callable[[Stage], Awaitable[list[Canary]]]
FAULTS = (Fault.NOT_JSON, Fault.INTERNAL_500, Fault.UNKNOWN_CODE, Fault.DISCONNECT_MID_BODY)
PRESETS = (
    "ip_restricted",
    "spot_trading_on",
    "withdrawal_on",
    "unknown_permission",
    "everything_wrong",
    "general_missing",
    "expires_in_90_days",
    "expired",
    "third_party_app",
    "frozen",
)


async def submits(person: Person, canary: Canary, account: str = "Spot/Margin") -> dict[str, str]:
    """Type marked credentials into the dialog; the errors at its fields."""
    dialog = await acting.opens_dialog(person)
    acting.fills(dialog, canary.key, canary.secret, canary.passphrase, account)
    errors = (await dialog.submit()).errors
    if errors:
        await dialog.close()
    return errors


async def sees_through(stage: Stage, canary: Canary, account: str = "Spot/Margin") -> None:
    """See a test through to its result, in the dialog and as a message."""
    ann = stage.cast.ann
    before = len(acting.results(ann))
    assert await submits(ann, canary, account) == {}
    await acting.gets_result(stage, ann, before + 1)
    await (await acting.sees_result(ann)).close()


async def passes(stage: Stage) -> list[Canary]:
    canaries = []
    for account in ("Spot/Margin", "Futures"):
        _, canary = marked(stage.kucoin)
        await sees_through(stage, canary, account)
        canaries.append(canary)
    return canaries


async def fails(stage: Stage) -> list[Canary]:
    canaries = []
    for preset in PRESETS:
        _, canary = marked(stage.kucoin, preset)
        await sees_through(stage, canary)
        canaries.append(canary)
    return canaries


async def is_wrong_in_each_part(stage: Stage) -> list[Canary]:
    """An unknown key, another's secret, another passphrase: each is answered by its own code."""
    key, canary = marked(stage.kucoin)
    other = Canary.made()
    mixed = [
        other,
        Canary(key.key, other.secret, canary.passphrase),
        Canary(key.key, canary.secret, other.passphrase),
    ]
    for one in mixed:
        await sees_through(stage, one)
    return [canary, *mixed]


async def meets_faults_of_the_venue(stage: Stage) -> list[Canary]:
    canaries = []
    for fault in FAULTS:
        _, canary = marked(stage.kucoin)
        stage.kucoin.faults.add(fault)
        await sees_through(stage, canary)
        stage.kucoin.faults.clear()
        canaries.append(canary)
    return canaries


async def is_repeated_in_the_venues_words(stage: Stage) -> list[Canary]:
    """Whoever refuses it says which key it was, in full."""
    canaries = []
    for fault in (Fault.UNKNOWN_CODE, Fault.HEADER_MISSING, Fault.IDENTITY_CHECK):
        _, canary = marked(stage.kucoin)
        stage.kucoin.faults.add(fault, words=f"KC-API-KEY {canary.key}: refused, with {canary.secret}")
        await sees_through(stage, canary)
        stage.kucoin.faults.clear()
        canaries.append(canary)
    return canaries


async def is_tried_again_by_itself(stage: Stage) -> list[Canary]:
    _, canary = marked(stage.kucoin)
    stage.kucoin.faults.add(Fault.MAINTENANCE_503)
    await sees_through(stage, canary)
    stage.kucoin.faults.clear()
    await due_now(stage)
    await acting.gets_result(stage, stage.cast.ann, len(acting.results(stage.cast.ann)) + 1)
    return [canary]


async def due_now(stage: Stage) -> None:
    """What waits for another try is tried at the next look."""
    async with stage.bot.app.db.writing() as session:
        waiting = update(Attempt).where(col(Attempt.settled_at).is_(None))
        await session.exec(waiting.values(due_at=now() - timedelta(seconds=1)))


async def is_misshapen(stage: Stage) -> list[Canary]:
    """Told at its field: swapped, doubled, too long, with a label, in Greek letters."""
    made = Canary.made()
    wrong = [
        Canary(made.secret, made.key, made.passphrase),
        Canary(made.key, made.key, made.passphrase),
        Canary(made.key, made.secret, made.passphrase + "x" * 20),
        Canary(f"API Key: {made.key}", made.secret, made.passphrase),
        Canary(made.key, made.secret, made.secret),
        Canary(made.key, made.secret + "\u03b1", made.passphrase),
    ]
    for one in wrong:
        assert await submits(stage.cast.ann, one)
    return [made]


async def is_odd_and_submitted_twice(stage: Stage) -> list[Canary]:
    odd = Canary("CANARY-" + Canary.made().key, Canary.made().secret + "-odd", Canary.made().passphrase)
    dialog = await acting.opens_dialog(stage.cast.ann)
    acting.fills(dialog, odd.key, odd.secret, odd.passphrase)
    assert set((await dialog.submit()).errors) == {"API Key", "API Secret"}
    assert (await dialog.submit()).errors == {}
    await (await acting.sees_result(stage.cast.ann)).close()
    return [odd]


async def is_tested_again_and_forgotten(stage: Stage) -> list[Canary]:
    ann = stage.cast.ann
    _, canary = marked(stage.kucoin, "ip_restricted")
    await sees_through(stage, canary)
    count = len(acting.results(ann))
    await acting.results(ann)[-1].press("Test again")
    await acting.gets_result(stage, ann, count + 1)
    await (await acting.sees_result(ann)).press("Forget my keys")
    await stage.slack.until(lambda: "as you asked" in acting.results(ann)[-1].words)
    await (await ann.dialog()).close()
    return [canary]


async def is_pasted_wherever_a_client_can_type(stage: Stage) -> list[Canary]:
    ann, typed = stage.cast.ann, Canary.made()
    text = f"key {typed.key} secret {typed.secret} passphrase: {typed.passphrase}"
    await ann.command("/test-keys", text, channel=stage.general)
    await (await ann.dialog()).close()
    before = len(ann.direct_messages)
    await ann.direct_message(text)
    await stage.slack.until(lambda: any(m.by_bot for m in ann.direct_messages[before:]))
    await ann.command("/triage", f"reply 1 {text}", channel=stage.general)
    _, held = marked(stage.kucoin, "ip_restricted")
    await sees_through(stage, held)
    await _asks_support(stage, ann, text)
    return [typed, held]


async def _asks_support(stage: Stage, ann: Person, text: str) -> None:
    await acting.results(ann)[-1].press("Ask support")
    dialog = await ann.dialog()
    await dialog.until(lambda shown: "Message to support" in shown.labels)
    dialog.fill("Message to support", text)
    assert "looks like an API key" in (await dialog.submit()).errors["Message to support"]
    await dialog.close()


async def is_pasted_wherever_staff_and_client_talk(stage: Stage) -> list[Canary]:
    ann, sue, typed = stage.cast.ann, stage.cast.sue, Canary.made()
    text = f"key {typed.key} secret {typed.secret}"
    _, held = marked(stage.kucoin, "ip_restricted")
    await sees_through(stage, held)
    await stage.slack.until(lambda: acting.cards(stage))
    card = acting.cards(stage)[-1]
    number = card.text.split(":")[0].removeprefix("Case ")
    for words in (f"note {number} {text}", f"reply {number} {text}", f"resolve {number} {text}"):
        assert "looks like an API key" in (await triage(stage, sue, words)).text
    dialog = await opens_reply(card, sue)
    dialog.fill("Message to the client", text)
    assert (await dialog.submit()).errors
    dialog.fill("Message to the client", "Please set IP restriction to No.")
    await dialog.submit()
    await _answers(stage, ann, text)
    return [typed, held]


async def _answers(stage: Stage, ann: Person, text: str) -> None:
    await stage.slack.until(lambda: any("Reply" in m.buttons for m in ann.direct_messages))
    await [m for m in ann.direct_messages if "Reply" in m.buttons][-1].press("Reply")
    dialog = await ann.dialog()
    dialog.fill("Your message", text)
    assert (await dialog.submit()).errors
    await dialog.close()


async def is_replayed(stage: Stage) -> list[Canary]:
    """The same submission delivered twice, with and without the marks of a retry."""
    _, canary = marked(stage.kucoin, "ip_restricted")
    await sees_through(stage, canary)
    submitted = [d for d in stage.slack.deliveries if d.payload.get("type") == "view_submission"][-1]
    for retry in (True, False):
        await stage.slack.redeliver(submitted, retry)
    return [canary]


async def is_lost_by_slack(stage: Stage) -> list[Canary]:
    """Slack refuses our dialog and our messages for a while."""
    _, canary = marked(stage.kucoin, "ip_restricted")
    stage.slack.faults.add("views.update", SlackFault.INTERNAL_ERROR, times=3)
    stage.slack.faults.add("chat.postMessage", SlackFault.STORE_THEN_DROP)
    with suppress(TimeoutError):
        await submits(stage.cast.ann, canary)
        await acting.gets_result(stage, stage.cast.ann, 1)
    return [canary]


FLOWS: Mapping[str, Flow] = {
    flow.__name__: flow
    for flow in (
        passes,
        fails,
        is_wrong_in_each_part,
        meets_faults_of_the_venue,
        is_repeated_in_the_venues_words,
        is_tried_again_by_itself,
        is_misshapen,
        is_odd_and_submitted_twice,
        is_tested_again_and_forgotten,
        is_pasted_wherever_a_client_can_type,
        is_pasted_wherever_staff_and_client_talk,
        is_replayed,
        is_lost_by_slack,
    )
}


async def settled(stage: Stage) -> None:
    """Wait until everything is said that can be said now."""
    for bot in stage.bots:
        await bot.app.kit.underway.drained(5)
        await bot.app.outbox.drained(5)
    await asyncio.sleep(0)
