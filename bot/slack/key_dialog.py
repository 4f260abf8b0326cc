"""The private dialog: opened at once, shapes judged at once, "Testing…", then the result.

Slack has no masked field, and nothing a client types here is ever put back into a view: the
dialog that follows has other blocks, so that Slack does not keep the values on screen.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.columns import now
from bot.limits import TooManyKeys, TooManyTests
from bot.log import get_logger
from bot.schema import OddValue
from bot.slack.blocks import Block, context, escape, modal, plain, section, text_input
from bot.slack.kit import Gesture, Kit
from bot.slack.reach import NO_ANSWER, insisted, word_of
from bot.slack.result import TITLE, read_result, result_view
from validators.exchange import Credentials, Exchange, ShapeFault

log = get_logger(__name__)

CALLBACK_ID = "test_keys"
NOT_OPENED = "Slack was slow. If no dialog is open now, please press “Test an API key” again."
SHOW_WITHIN_S = 6.0
"""An ``external_id`` resolves only once Slack has applied our answer; measured: 2 tries."""


# --- opening -------------------------------------------------------------------------------


async def open_dialog(kit: Kit, gesture: Gesture) -> None:
    """Open the dialog before anything else: the trigger lives 3 seconds and works once."""
    opened = await gesture.open_dialog(key_view(kit, chosen_exchange(kit)))
    await gesture.ack()
    if not opened:
        await gesture.tell(NOT_OPENED)


async def exchange_chosen(kit: Kit, gesture: Gesture) -> None:
    """Show the fields of the exchange that was chosen."""
    chosen = (gesture.action.get("selected_option") or {}).get("value", "")
    await gesture.ack()
    if chosen in kit.exchanges:
        await gesture.open_dialog(key_view(kit, kit.exchange_of(chosen)))


def chosen_exchange(kit: Kit, slug: str = "") -> Exchange:
    """The exchange of that slug, else the first."""
    return kit.exchanges.get(slug) or next(iter(kit.exchanges.values()))


def key_view(kit: Kit, exchange: Exchange) -> Block:
    """The dialog for one exchange. "Exchange" comes first once there is more than one."""
    blocks = [section(_invitation(exchange))]
    if len(kit.exchanges) > 1:
        blocks.append(_exchange_choice(kit, exchange))
    blocks.append(_account_choice(exchange))
    blocks += [text_input(field.label, field.name, hint=field.hint) for field in exchange.fields]
    blocks.append(context(_promise(kit)))
    return modal(
        TITLE,
        blocks,
        submit="Test Keys",
        close="Cancel",
        callback_id=CALLBACK_ID,
        private_metadata=json.dumps({"exchange": exchange.slug, "form": uuid.uuid4().hex}),
    )


def testing_view(dialog_id: str) -> Block:
    """What stands there until the result does. Closing it loses nothing."""
    return modal(
        TITLE,
        [
            section("*Testing…*\nThis takes a few seconds."),
            context("You can close this. The result also comes to you as a direct message."),
        ],
        close="Close",
        external_id=dialog_id,
    )


def _invitation(exchange: Exchange) -> str:
    return (
        f"Make a read-only key as <{exchange.guide.url}|the {escape(exchange.title)} guide> shows, then "
        "enter it here. We test it, only by reading, and tell you everything there is to fix."
    )


def _promise(kit: Kit) -> str:
    hours = kit.settings.secret_ttl.total_seconds() / 3600
    longer = f", and up to {hours:g} h longer where something is to be fixed" if hours > 0 else ""
    return (
        "Only you see this dialog, but Slack shows what you type: nothing hides it on your screen. "
        f"Your keys are used for this test alone. We keep them sealed until the result{longer}, or up to "
        "24 h while the exchange gives no clear answer. Then we forget them. Our staff never see them."
    )


def _account_choice(exchange: Exchange) -> Block:
    options = [{"text": plain(a.label), "value": a.slug} for a in exchange.accounts]
    element = {"type": "radio_buttons", "action_id": "account", "options": options}
    return {
        "type": "input",
        "block_id": "account",
        "label": plain("Account"),
        "element": element | {"initial_option": options[0]},
    }


def _exchange_choice(kit: Kit, chosen: Exchange) -> Block:
    options = [{"text": plain(e.title), "value": e.slug} for e in kit.exchanges.values()]
    initial = next(option for option in options if option["value"] == chosen.slug)
    return {
        "type": "input",
        "block_id": "exchange",
        "dispatch_action": True,
        "label": plain("Exchange"),
        "element": {
            "type": "static_select",
            "action_id": "exchange",
            "options": options,
            "initial_option": initial,
        },
    }


# --- submitting ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entered:
    """What was typed, wrapped; and what its shape already says."""

    exchange: Exchange
    form: str
    account: str
    credentials: Credentials
    faults: list[ShapeFault]


async def submitted(kit: Kit, gesture: Gesture) -> None:
    """Judge the shape; then seal, promise, say "Testing…" and start. Nothing raises after the answer."""
    entered = _entered(kit, gesture.view)
    faults = await _faults_to_tell(kit, gesture, entered)
    if faults:
        await gesture.ack(response_action="errors", errors=_first_of_each_field(faults))
        return
    try:
        promise = await kit.key_tests.take(
            gesture.person, entered.form, entered.exchange.slug, entered.account, entered.credentials
        )
    except (TooManyTests, TooManyKeys) as refusal:
        kit.underway.start(kit.key_tests.note_refused_by_limit(gesture.person, refusal))
        raise
    await gesture.ack(response_action="update", view=testing_view(promise.dialog_id))
    kit.underway.start(kit.key_tests.begin(promise))


def _entered(kit: Kit, view: Mapping[str, Any]) -> Entered:
    opened_with = json.loads(view["private_metadata"])
    exchange = kit.exchange_of(opened_with["exchange"])
    values = view["state"]["values"]
    raw = {field.name: values[field.name][field.name].get("value") or "" for field in exchange.fields}
    account = (values["account"]["account"].get("selected_option") or {}).get("value", "")
    exchange.account_label(account)
    credentials, faults = exchange.check_shape(raw)
    return Entered(exchange, opened_with["form"], account, credentials, faults)


async def _faults_to_tell(kit: Kit, gesture: Gesture, entered: Entered) -> list[ShapeFault]:
    """Every fault; but an odd value that was submitted before, unchanged, is let through."""
    firm = [fault for fault in entered.faults if not fault.odd_only]
    odd = [fault for fault in entered.faults if fault.odd_only]
    if not odd:
        return firm
    async with kit.db.writing() as session:
        fresh = [fault for fault in odd if not await _seen_before(kit, session, gesture, entered, fault)]
    return firm + fresh


async def _seen_before(
    kit: Kit, session: AsyncSession, gesture: Gesture, entered: Entered, fault: ShapeFault
) -> bool:
    value = entered.credentials.to_dict()[fault.field]
    person = gesture.person
    mark = kit.vault.mark(f"{person.team_id}/{person.user_id}/{fault.field}/{value}", "odd")
    if await session.get(OddValue, mark) is not None:
        return True
    session.add(OddValue(mark=mark, seen_at=now()))
    return False


def _first_of_each_field(faults: list[ShapeFault]) -> dict[str, str]:
    errors: dict[str, str] = {}
    for fault in faults:
        errors.setdefault(fault.field, fault.sentence)
    return errors


# --- showing -------------------------------------------------------------------------------


async def show(kit: Kit, attempt_id: int) -> None:
    """Put the settled result into the dialog it came from, where that is still open.

    Not promised: the direct message is. ``not_found`` means not yet applied, or closed.
    """
    async with kit.db.reading() as session:
        result = await read_result(kit, session, attempt_id)
    dialog_id = result.submission.dialog_id
    if dialog_id is None or result.attempt.asked_by != "client":
        return
    await put_into_dialog(kit, dialog_id, result_view(result, dialog_id))


async def put_into_dialog(kit: Kit, dialog_id: str, view: Block) -> bool:
    """Update a dialog by its ``external_id``; done twice it shows the same. False where it is closed."""

    async def update() -> None:
        await kit.client.views_update(external_id=dialog_id, view=view)

    try:
        await insisted(update, SHOW_WITHIN_S, also=lambda error: word_of(error) == "not_found")
    except SlackApiError as error:
        log.info("dialog_not_updated", why=word_of(error))
        return False
    except NO_ANSWER as error:
        log.info("dialog_not_updated", why=type(error).__name__)
        return False
    return True
