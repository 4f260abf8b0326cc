"""What a person does on the page, handed on to the workspace as their own act."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Any

from bot.demo.page.seen import place_of
from bot.demo.workspace import Answered, Dialog, Message, Person, Workspace

Json = dict[str, Any]
Act = Callable[[Workspace, Person, Json], Awaitable[Json]]


async def act(slack: Workspace, person: Person, told: Json) -> Json:
    """Do it. The answer holds `error` (Slack's word) where it came to nothing, or `refused` (a sentence).

    Raises:
        ValueError: there is no such act, or something about it is missing.
    """
    doing = ACTS.get(str(told.get("act")))
    if doing is None:
        raise ValueError("there is no such act")
    try:
        return await doing(slack, person, told)
    except (LookupError, PermissionError) as refusal:
        return {"refused": str(refusal.args[0] if refusal.args else refusal)}


async def _say(slack: Workspace, person: Person, told: Json) -> Json:
    """Send what was typed: a command where it begins with a slash, else a message."""
    text, place_id, thread_ts = _text(told, "text"), _text(told, "place"), _text(told, "thread")
    place = place_of(slack, person, place_id)
    if text.startswith("/") and not thread_ts:
        name, _, rest = text.partition(" ")
        shown = await person.command(name, rest.strip(), place)
        return {"error": shown.error, "command": name}
    thread = _message(person, slack, told, thread_ts) if thread_ts else None
    if place is None or place.im_with is not None:
        await person.direct_message(text, thread)
    else:
        await person.says(place, text, thread)
    return {}


async def _shortcut(slack: Workspace, person: Person, told: Json) -> Json:
    """Use an entry of the app's menu, or of a message's own."""
    name, ts = _text(told, "shortcut"), _text(told, "ts")
    if ts:
        return _answer(await _message(person, slack, told, ts).shortcut(name))
    return {"error": (await person.shortcut(name)).error}


async def _home(slack: Workspace, person: Person, told: Json) -> Json:
    await person.opens_home()
    return {}


async def _messages(slack: Workspace, person: Person, told: Json) -> Json:
    await person.opens_messages()
    return {}


async def _delete(slack: Workspace, person: Person, told: Json) -> Json:
    await person.deletes(_message(person, slack, told, _text(told, "ts")))
    return {}


async def _touch(slack: Workspace, person: Person, told: Json) -> Json:
    """Press or choose something in a message, in a dialog or on the Home tab."""
    what = _text(told, "block"), _text(told, "action"), told.get("value")
    if told.get("dialog"):
        dialog = _dialog(person, told)
        dialog.fill_in(_values(told))
        return _answer(await dialog.touch(*what))
    if told.get("home"):
        return _answer(await person.home.touch(*what))
    return _answer(await _message(person, slack, told, _text(told, "ts")).touch(*what))


async def _suggest(slack: Workspace, person: Person, told: Json) -> Json:
    """Type into a menu whose options the app hands out."""
    path, typed = _path(told), _text(told, "value")
    if told.get("dialog"):
        shown = await _dialog(person, told).suggest_at(path, typed)
    elif told.get("home"):
        shown = await person.home.suggest_at(path, typed)
    else:
        shown = await _message(person, slack, told, _text(told, "ts")).suggest_at(path, typed)
    return {"error": shown.error, "notice": shown.notice, "options": shown.offered}


async def _attach(slack: Workspace, person: Person, told: Json) -> Json:
    """Put a file into a field of a dialog; its bytes come in base 64."""
    try:
        content = base64.b64decode(_text(told, "content"), validate=True)
    except binascii.Error:
        raise ValueError("content is not in base 64") from None
    _dialog(person, told).attach_at(_path(told), _text(told, "name"), content)
    return {}


async def _fill(slack: Workspace, person: Person, told: Json) -> Json:
    _dialog(person, told).fill_in(_values(told))
    return {}


async def _submit(slack: Workspace, person: Person, told: Json) -> Json:
    dialog = _dialog(person, told)
    dialog.fill_in(_values(told))
    return _answer(await dialog.submit())


async def _close(slack: Workspace, person: Person, told: Json) -> Json:
    await _dialog(person, told).close(all_of_them=bool(told.get("all")))
    return {}


ACTS: dict[str, Act] = {
    "say": _say,
    "shortcut": _shortcut,
    "home": _home,
    "messages": _messages,
    "delete": _delete,
    "touch": _touch,
    "suggest": _suggest,
    "attach": _attach,
    "fill": _fill,
    "submit": _submit,
    "close": _close,
}


def _answer(answered: Answered) -> Json:
    return {"error": answered.error, "closed": answered.closed}


def _text(told: Json, name: str) -> str:
    value = told.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text")
    return value


def _path(told: Json) -> str:
    return "\n".join((_text(told, "block"), _text(told, "action")))


def _values(told: Json) -> Json:
    values = told.get("values", {})
    if not isinstance(values, dict):
        raise ValueError("values are no object")
    return values


def _dialog(person: Person, told: Json) -> Dialog:
    for dialog in person.dialogs:
        if dialog.view_id == told.get("dialog"):
            return dialog
    raise LookupError("this dialog is closed")


def _message(person: Person, slack: Workspace, told: Json, ts: str) -> Message:
    place = place_of(slack, person, _text(told, "place"))
    if place is None:
        raise LookupError("this message is gone")
    tops = person.sees(place)
    for top in tops:
        for message in [top, *top.thread]:
            if message.ts == ts:
                return message
    raise LookupError("this message is gone")
