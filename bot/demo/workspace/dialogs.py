"""A dialog as a person holds it: they read, fill in, choose, send and close."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from bot.demo.workspace import by_id, forms, words
from bot.demo.workspace.answers import apply_submission
from bot.demo.workspace.complaints import complaints
from bot.demo.workspace.core import Core
from bot.demo.workspace.courier import seen_by_person
from bot.demo.workspace.pressing import button_action, field_action, offered
from bot.demo.workspace.records import Payload, UserRecord, ViewRecord
from bot.demo.workspace.shown import Answered, Suggested
from bot.demo.workspace.suggestions import ask_options
from bot.demo.workspace.uploads import attached

S = TypeVar("S")


class Dialog:
    """One view of a person's stack, live."""

    def __init__(self, core: Core, user: UserRecord, record: ViewRecord) -> None:
        self._core, self._user, self._record = core, user, record

    def __repr__(self) -> str:
        return f"<Dialog {self.title!r}{' closed' if self.closed else ''}>"

    @property
    def title(self) -> str:
        """Its title."""
        return self._text("title")

    @property
    def submit_text(self) -> str:
        """The text of its main button, or ""."""
        return self._text("submit")

    @property
    def close_text(self) -> str:
        """The text of the button that closes it."""
        return self._text("close") or "Cancel"

    @property
    def words(self) -> str:
        """All that the person reads, what went wrong included."""
        return words.of_view(self._core.world, self._record)

    @property
    def labels(self) -> list[str]:
        """The labels of what can be filled in, in reading order."""
        return [field.label for field in forms.fields(self._core.world, self.blocks)]

    @property
    def buttons(self) -> list[str]:
        """The texts of the buttons inside."""
        return [button["text"]["text"] for _block, button in words.buttons(self.blocks)]

    @property
    def blocks(self) -> list[Payload]:
        """Its blocks."""
        blocks: list[Payload] = self._record.body["blocks"]
        return blocks

    @property
    def callback_id(self) -> str:
        """What the app calls it."""
        return str(self._record.body.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        """What the app keeps in it."""
        return str(self._record.body.get("private_metadata", ""))

    @property
    def external_id(self) -> str:
        """The app's own id of it, or ""."""
        return self._record.external_id

    @property
    def view_id(self) -> str:
        """Slack's id of it."""
        return self._record.view_id

    @property
    def closed(self) -> bool:
        """Whether it is gone from the screen."""
        return self._record.closed

    @property
    def errors(self) -> dict[str, str]:
        """Label → what is wrong, as it stands under the fields."""
        labels = {f.block_id: f.label for f in forms.fields(self._core.world, self.blocks)}
        return {labels.get(block_id, block_id): text for block_id, text in self._record.errors.items()}

    @property
    def values(self) -> dict[str, object]:
        """Label → what is filled in or chosen now (an option's text)."""
        found = {}
        for field in forms.fields(self._core.world, self.blocks):
            value = self._record.inputs.get(field.path, field.blank())[field.kind.key]
            found[field.label] = (
                value["text"]["text"] if isinstance(value, dict) and "text" in value else value
            )
        return found

    def fill(self, label: str, text: str) -> None:
        """Type into the field of that label."""
        field = self._field(label)
        self._record.inputs[field.path] = field.with_value(text or None)

    def choose(self, label: str, option: str) -> None:
        """Pick the option of that text; where the app wants to know at once, it is told."""
        field = self._field(label)
        now = self._record.inputs.get(field.path)
        suggested = self._record.suggested.get(field.path, ())
        value = forms.chosen(self._core.world, field, option, now, suggested)
        self._record.inputs[field.path] = value
        if field.dispatches:
            self._core.courier.background(self._act(field_action(field, value)))

    async def suggest(self, label: str, typed: str = "") -> Suggested:
        """Type into the menu of that label, whose options the app hands out."""
        return await self._suggest(self._field(label), typed)

    async def suggest_at(self, path: str, typed: str) -> Suggested:
        """The same by the place of the field."""
        return await self._suggest(forms.at(self._core.world, self.blocks, path), typed)

    def attach(self, label: str, name: str, content: bytes) -> None:
        """Put a file into the field of that label."""
        self.attach_at(self._field(label).path, name, content)

    def attach_at(self, path: str, name: str, content: bytes) -> None:
        """The same by the place of the field; see `uploads.attached`."""
        self._must_be_open()
        field = forms.at(self._core.world, self.blocks, path)
        now = self._record.inputs.get(field.path, field.blank())
        self._record.inputs[field.path] = attached(self._core, self._user, field, now, name, content)

    def fill_in(self, values: Mapping[str, Any]) -> None:
        """Type and choose by the places of the fields; see `by_id.filled`."""
        self._must_be_open()
        self._record.inputs |= by_id.filled(self._core.world, self.blocks, values, self._record)

    async def touch(self, block_id: str, action_id: str, raw: Any = None) -> Answered:
        """Press or choose what has these ids; see `by_id.touched`."""
        self._must_be_open()
        done = by_id.touched(self._core.world, self.blocks, block_id, action_id, raw, self._record)
        if done.path:
            self._record.inputs[done.path] = done.value
        return await self._act(done.action) if done.sends else Answered()

    async def submit(self) -> Answered:
        """Press the main button.

        Raises:
            LookupError: it has none, or the dialog is closed.
        """
        self._must_be_open()
        if not self.submit_text:
            raise LookupError("this dialog has no main button")
        self._record.errors = complaints(self._core.world, self.blocks, self._record.inputs)
        if self._record.errors:
            return Answered(errors=self.errors)
        payload = self._core.payloads.submission(self._user, self._record)
        delivery = await self._core.interact(payload)
        error = seen_by_person(delivery)
        if error is None:
            error = apply_submission(self._core, self._user, self._record, delivery.answer)
        return Answered(self.errors, self._record.closed, error)

    async def press(self, text: str, confirm: bool = True) -> Answered:
        """Press the button of that text inside the dialog."""
        self._must_be_open()
        block, button = offered(self.blocks, text)
        if "confirm" in button and not confirm:
            return Answered()
        return await self._act(button_action(block, button))

    async def close(self, all_of_them: bool = False) -> None:
        """Cancel this one, or with the cross the whole stack; the app hears of it if it asked to."""
        self._must_be_open()
        told = self._user.stack[0] if all_of_them else self._record
        payload = self._core.payloads.closed(self._user, told, all_of_them)
        if all_of_them:
            self._core.stacks.clear(self._user)
        else:
            self._core.stacks.pop(self._user, self._record)
        if told.body.get("notify_on_close"):
            await self._core.interact(payload)

    async def until(self, predicate: Callable[[Dialog], S], timeout: float = 10) -> S:  # noqa: ASYNC109 - part of the interface
        """Wait for the dialog to look like that."""
        return await self._core.changes.until(lambda: predicate(self), timeout, f"the dialog {self.title!r}")

    async def _suggest(self, field: forms.Field, typed: str) -> Suggested:
        self._must_be_open()
        payload = self._core.payloads.view_suggestion(self._user, self._record, field, typed)
        return await ask_options(self._core, field, typed, payload, self._record.suggested)

    async def _act(self, action: Payload) -> Answered:
        payload = self._core.payloads.view_action(self._user, self._record, action)
        delivery = await self._core.interact(payload)
        return Answered(self.errors, self._record.closed, seen_by_person(delivery))

    def _text(self, key: str) -> str:
        return words.readable(self._core.world, (self._record.body.get(key) or {}).get("text", ""))

    def _field(self, label: str) -> forms.Field:
        self._must_be_open()
        return forms.find(self._core.world, self.blocks, label)

    def _must_be_open(self) -> None:
        if self.closed or self._user.stack[-1:] != [self._record]:
            raise LookupError(f"the dialog {self.title!r} is not in front")
