"""A Home tab as a person holds it: they read, press and choose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from bot.demo.workspace import by_id, forms, words
from bot.demo.workspace.core import Core
from bot.demo.workspace.pressing import button_action, choice_action, offered
from bot.demo.workspace.records import Payload, UserRecord, ViewRecord
from bot.demo.workspace.shown import Answered, Suggested
from bot.demo.workspace.suggestions import ask_options

S = TypeVar("S")


class Surface:
    """A person's Home tab of the app, live."""

    def __init__(self, core: Core, user: UserRecord) -> None:
        self._core, self._user = core, user

    @property
    def view(self) -> ViewRecord | None:
        """What was published, or None."""
        return self._user.home

    @property
    def blocks(self) -> list[Payload]:
        """Its blocks."""
        blocks: list[Payload] = self.view.body["blocks"] if self.view else []
        return blocks

    @property
    def words(self) -> str:
        """All that the person reads."""
        return words.of_blocks(self._core.world, self.blocks)

    @property
    def buttons(self) -> list[str]:
        """The texts of its buttons."""
        return [button["text"]["text"] for _block, button in words.buttons(self.blocks)]

    async def press(self, text: str, confirm: bool = True) -> Answered:
        """Press the button of that text."""
        block, button = offered(self.blocks, text)
        if "confirm" in button and not confirm:
            return Answered()
        return await self._act(button_action(block, button))

    async def select(self, label: str, option: str) -> Answered:
        """Choose an option of a menu."""
        view = self._published()
        return await self._act(choice_action(self._core.world, self.blocks, view, label, option))

    async def suggest(self, label: str, typed: str = "") -> Suggested:
        """Type into the menu of that placeholder, whose options the app hands out."""
        return await self._suggest(forms.find(self._core.world, self.blocks, label), typed)

    async def suggest_at(self, path: str, typed: str) -> Suggested:
        """The same by the place of the menu."""
        return await self._suggest(forms.at(self._core.world, self.blocks, path), typed)

    async def touch(self, block_id: str, action_id: str, raw: Any = None) -> Answered:
        """Press or choose what has these ids; see `by_id.touched`."""
        done = by_id.touched(self._core.world, self.blocks, block_id, action_id, raw, self.view)
        if self.view is not None and done.path:
            self.view.inputs[done.path] = done.value
        return await self._act(done.action)

    async def until(self, predicate: Callable[[Surface], S], timeout: float = 10) -> S:  # noqa: ASYNC109 - part of the interface
        """Wait for the tab to look like that."""
        return await self._core.changes.until(lambda: predicate(self), timeout, "the Home tab")

    async def _suggest(self, field: forms.Field, typed: str) -> Suggested:
        view = self._published()
        payload = self._core.payloads.view_suggestion(self._user, view, field, typed)
        return await ask_options(self._core, field, typed, payload, view.suggested)

    async def _act(self, action: Payload) -> Answered:
        payload: dict[str, Any] = self._core.payloads.view_action(self._user, self._published(), action)
        return Answered(error=await self._core.interaction(payload))

    def _published(self) -> ViewRecord:
        if self.view is None:
            raise LookupError("nothing is published on this Home tab")
        return self.view
