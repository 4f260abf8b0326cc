"""views.*: dialogs and Home tabs; blocks.validate."""

from __future__ import annotations

from bot.demo.workspace.method import Request, method
from bot.demo.workspace.problems import SlackError
from bot.demo.workspace.records import Payload, ViewRecord
from bot.demo.workspace.rules import home_faults, message_faults, view_faults
from bot.demo.workspace.uploads import check_scope


@method("views.open", "trigger_id! view! interactivity_pointer", tier=4)
def open_view(request: Request) -> Payload:
    """Opens a dialog for the person whose act the trigger stands for."""
    view = _view_argument(request)
    request.core.stacks.check(view)
    trigger = request.core.triggers.use(request.text("trigger_id"))
    user = request.core.world.users[trigger.user_id]
    return _told(request, request.core.stacks.open(user, view, trigger.channel_id))


@method("views.push", "trigger_id! view! interactivity_pointer", tier=4)
def push_view(request: Request) -> Payload:
    """Puts a dialog on top of the one in which the person acted."""
    view = _view_argument(request)
    request.core.stacks.check(view)
    trigger = request.core.triggers.use(request.text("trigger_id"))
    user = request.core.world.users[trigger.user_id]
    return _told(request, request.core.stacks.push(user, view))


@method("views.update", "view! view_id external_id hash", tier=4)
def update_view(request: Request) -> Payload:
    """Shows something else in an open dialog."""
    body = _view_argument(request)
    record = _addressed(request)
    if record.closed or body.get("type") != record.body["type"]:
        raise SlackError("not_found")
    if request.text("hash") and request.text("hash") != record.hash:
        raise SlackError("hash_conflict")
    return _told(request, request.core.stacks.update(record, body))


@method("views.publish", "user_id! view! hash", tier=4)
def publish_view(request: Request) -> Payload:
    """Shows something on a person's Home tab."""
    body = _view_argument(request)
    if not request.core.config.home_tab:
        raise SlackError("not_enabled")
    user = request.user("user_id")
    return _told(request, request.core.stacks.publish(user, body, request.text("hash") or None))


@method("blocks.validate", "blocks view message", tier=4)
def validate_blocks(request: Request) -> Payload:
    """Says what is wrong with a payload, and sends nothing."""
    arguments = request.arguments
    if len(arguments) != 1:
        raise SlackError("invalid_arguments", ["[ERROR] exactly one of blocks, view, message"])
    faults = _judged(arguments)
    if faults:
        raise SlackError("invalid_blocks", errors=faults)
    return {}


def _judged(arguments: Payload) -> list[Payload]:
    if "view" in arguments:
        view = arguments["view"]
        home = isinstance(view, dict) and view.get("type") == "home"
        return [one.as_json() for one in (home_faults(view) if home else view_faults(view))]
    message = arguments.get("message", {"blocks": arguments.get("blocks")})
    return [one.as_json() for one in message_faults(message)]


def _view_argument(request: Request) -> Payload:
    view = request.arguments["view"]
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", ["[ERROR] must be a valid view [json-pointer:/view]"])
    check_scope(request.core, view)
    return view


def _addressed(request: Request) -> ViewRecord:
    view_id, external_id = request.text("view_id"), request.text("external_id")
    if bool(view_id) == bool(external_id):
        raise SlackError("invalid_arguments", ["[ERROR] Provide either view_id or external_id, not both"])
    world = request.core.world
    found = world.views.get(view_id) if view_id else world.view_by_external_id(external_id)
    if found is None:
        raise SlackError("not_found")
    return found


def _told(request: Request, record: ViewRecord) -> Payload:
    return {"view": request.core.payloads.view(record)}
