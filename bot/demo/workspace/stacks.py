"""The dialogs on a person's screen: a stack of at most three, each with a hash and perhaps an id of ours."""

from __future__ import annotations

from bot.demo.workspace import forms, places
from bot.demo.workspace.changes import Changes
from bot.demo.workspace.ids import new_digits, new_id
from bot.demo.workspace.problems import SlackError, refuse
from bot.demo.workspace.records import Payload, UserRecord, ViewRecord
from bot.demo.workspace.rules import home_faults, view_faults
from bot.demo.workspace.world import World

DEEPEST = 3


class Stacks:
    """What views.open, push, update and the answers to a submission do (Slack docs, Modals)."""

    def __init__(self, world: World, changes: Changes) -> None:
        self._world, self._changes = world, changes

    def open(self, user: UserRecord, body: Payload, place: str | None = None) -> ViewRecord:
        """A new stack; what lay open before is gone.

        Args:
            place: The conversation in which the person acted.
        """
        self.check(body)
        self.clear(user)
        return self._put(user, body, place)

    def push(self, user: UserRecord, body: Payload) -> ViewRecord:
        """One more on top.

        Raises:
            SlackError: there are three already, or none.
        """
        self.check(body)
        if len(user.stack) >= DEEPEST:
            raise SlackError("push_limit_reached")
        if not user.stack:
            raise SlackError("not_found")
        return self._put(user, body, user.stack[-1].opened_from)

    def update(self, view: ViewRecord, body: Payload) -> ViewRecord:
        """Other content in the same place; what was filled in stays where the field stays."""
        self.check(body, view)
        self._fill(view, body)
        return view

    def publish(self, user: UserRecord, body: Payload, expected_hash: str | None) -> ViewRecord:
        """The person's Home tab.

        Raises:
            SlackError: hash_conflict, or the view breaks a rule.
        """
        refuse(home_faults(body), "/view")
        if user.home is not None and expected_hash and expected_hash != user.home.hash:
            raise SlackError("hash_conflict")
        self._check_external_id(body, user.home)
        if user.home is None:
            user.home = self._made(user, body)
        self._fill(user.home, body)
        return user.home

    def pop(self, user: UserRecord, view: ViewRecord) -> None:
        """This one is closed, and what lay under it shows."""
        view.closed = True
        if view in user.stack:
            user.stack.remove(view)
        self._changes.note("view", user=user.user_id, view=view.view_id)

    def clear(self, user: UserRecord) -> None:
        """All are closed."""
        for view in reversed(list(user.stack)):
            self.pop(user, view)

    def check(self, body: Payload, instead_of: ViewRecord | None = None) -> None:
        """Refuse a view that breaks a rule.

        Raises:
            SlackError: with a sentence for each.
        """
        refuse(view_faults(body), "/view")
        self._check_external_id(body, instead_of)

    def _check_external_id(self, body: Payload, instead_of: ViewRecord | None) -> None:
        external_id = body.get("external_id")
        if not external_id:
            return
        holder = self._world.view_by_external_id(external_id)
        if holder is not None and holder is not instead_of:
            raise SlackError("duplicate_external_id")

    def _put(self, user: UserRecord, body: Payload, place: str | None) -> ViewRecord:
        view = self._made(user, body)
        view.opened_from = place
        if user.stack:
            view.root_view_id = user.stack[0].view_id
            view.previous_view_id = user.stack[-1].view_id
        user.stack.append(view)
        self._fill(view, body)
        return view

    def _made(self, user: UserRecord, body: Payload) -> ViewRecord:
        view_id = new_id("V")
        view = ViewRecord(view_id, user.user_id, body, "", view_id)
        self._world.views[view_id] = view
        return view

    def _fill(self, view: ViewRecord, body: Payload) -> None:
        blocks = forms.with_ids(body["blocks"])
        view.body = {key: value for key, value in body.items() if key != "external_id"} | {"blocks": blocks}
        self._world.name_view(view, body.get("external_id") or "")
        view.hash = f"{int(self._world.clock.now())}.{new_digits(8)}"
        here = places.prefilled(self._world, blocks, view.opened_from)
        view.inputs = here | forms.kept(self._world, blocks, view.inputs)
        view.errors = {}
        self._changes.note("home" if body["type"] == "home" else "view", user=view.user_id, view=view.view_id)
