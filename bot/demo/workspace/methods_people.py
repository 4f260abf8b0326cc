"""auth.*, users.*, usergroups.*, team.* and apps.*: who is who."""

from __future__ import annotations

from bot.demo.workspace.core import Core
from bot.demo.workspace.method import Request, method
from bot.demo.workspace.problems import SlackError
from bot.demo.workspace.records import FROM_ELSEWHERE, GUESTS, Payload, PersonKind, UserRecord


@method("api.test", "error foo", tier=4, caller="none")
def api_test(request: Request) -> Payload:
    """Answers with what it was given."""
    if request.text("error"):
        raise SlackError(request.text("error"))
    return {"args": request.arguments}


@method("auth.test", tier=5)
def auth_test(request: Request) -> Payload:
    """Who the token belongs to."""
    world = request.core.world
    return {
        "url": f"https://{world.team.domain}.slack.com/",
        "team": world.team.name,
        "user": world.bot.name,
        "team_id": world.team.team_id,
        "user_id": world.bot.user_id,
        "bot_id": world.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", caller="app")
def open_connection(request: Request) -> Payload:
    """The address of one socket, good once and for a short time."""
    if request.core.config.socket_mode is False:
        raise SlackError("socket_mode_not_enabled")
    ticket = request.core.sockets.ticket()
    base = request.core.base_url.replace("http://", "ws://")
    return {"url": f"{base}/link/?ticket={ticket}&app_id={request.core.world.app_id}"}


@method("apps.event.authorizations.list", "event_context! cursor limit", tier=5, caller="app")
def authorizations(request: Request) -> Payload:
    """On whose behalf an event came: ours alone."""
    world = request.core.world
    ours = {"enterprise_id": None, "team_id": world.team.team_id, "user_id": world.bot.user_id}
    return {"authorizations": [{**ours, "is_bot": True, "is_enterprise_install": False}]}


@method("users.info", "user! include_locale", tier=4)
def user_info(request: Request) -> Payload:
    """What there is to know of a person."""
    return {"user": described(request.core, request.user(), request.flag("include_locale"))}


@method("users.list", "cursor include_locale limit team_id", tier=2)
def users_list(request: Request) -> Payload:
    """Everybody of this workspace."""
    ours = request.core.world.team.team_id
    locale, core = request.flag("include_locale"), request.core
    users = [described(core, user, locale) for user in core.world.users.values() if user.team_id == ours]
    return {"members": users, "response_metadata": {"next_cursor": ""}}


@method("users.lookupByEmail", "email!")
def look_up(request: Request) -> Payload:
    """The person of that address."""
    for user in request.core.world.users.values():
        told = described(request.core, user)
        if told["profile"].get("email") == request.text("email"):
            return {"user": told}
    raise SlackError("users_not_found")


@method("bots.info", "bot! team_id")
def bot_info(request: Request) -> Payload:
    """What there is to know of a bot."""
    world = request.core.world
    if request.text("bot") != world.bot_id:
        raise SlackError("bot_not_found")
    about = {"id": world.bot_id, "app_id": world.app_id, "user_id": world.bot.user_id}
    return {"bot": {**about, "name": world.bot.name, "deleted": False, "updated": 0}}


@method("usergroups.list", "include_count include_disabled include_users team_id", tier=2)
def usergroups_list(request: Request) -> Payload:
    """The user groups."""
    _paid(request)
    groups = []
    for group in request.core.world.usergroups.values():
        told: Payload = {"id": group.usergroup_id, "team_id": request.core.world.team.team_id}
        told |= {"is_usergroup": True, "name": group.handle, "handle": group.handle, "date_delete": 0}
        if request.flag("include_users"):
            told["users"] = list(group.members)
        if request.flag("include_count"):
            told["user_count"] = str(len(group.members))
        groups.append(told)
    return {"usergroups": groups}


@method("usergroups.users.list", "usergroup! include_disabled team_id", tier=2)
def usergroup_members(request: Request) -> Payload:
    """Who is in a user group."""
    _paid(request)
    group = request.core.world.usergroups.get(request.text("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.members)}


@method("team.info", "domain team")
def team_info(request: Request) -> Payload:
    """What the workspace is called."""
    team = request.core.world.teams.get(request.text("team") or request.core.world.team.team_id)
    if team is None:
        raise SlackError("team_not_found")
    return {"team": {"id": team.team_id, "name": team.name, "domain": team.domain, "email_domain": ""}}


def _paid(request: Request) -> None:
    if not request.core.paid_plan:
        raise SlackError("plan_upgrade_required")


def described(core: Core, user: UserRecord, locale: bool = False) -> Payload:
    """A person as Slack hands them out; of people from elsewhere it tells less."""
    told: Payload = {
        "id": user.user_id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.kind is PersonKind.DEACTIVATED,
        "is_bot": user.kind is PersonKind.BOT,
        "is_app_user": False,
        "updated": 0,
        "profile": _profile(core, user),
    }
    if user.kind is PersonKind.DEACTIVATED:
        return told
    told |= {"real_name": user.real_name, "tz": user.tz, "tz_label": user.tz, "tz_offset": 0}
    if user.kind in FROM_ELSEWHERE:
        return told | {"is_stranger": core.world.is_stranger(user)}
    return told | _roles(user) | ({"locale": "en-GB"} if locale else {})


def _roles(user: UserRecord) -> Payload:
    return {
        "is_admin": user.kind is PersonKind.ADMIN,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.kind in GUESTS,
        "is_ultra_restricted": user.kind is PersonKind.SINGLE_GUEST,
    }


def _profile(core: Core, user: UserRecord) -> Payload:
    first, _, last = user.real_name.partition(" ")
    profile = {
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": first,
        "display_name_normalized": first,
        "first_name": first,
        "last_name": last,
        "team": user.team_id,
    }
    if user.kind not in FROM_ELSEWHERE and "users:read.email" in core.config.scopes:
        profile["email"] = f"{user.name}@example.com"
    return profile
