"""conversations.open: the direct message with one person, or with up to eight at once."""

from __future__ import annotations

from bot.demo.workspace.method import Request, method
from bot.demo.workspace.methods_conversations import described
from bot.demo.workspace.problems import SlackError
from bot.demo.workspace.records import ChannelRecord, Payload, UserRecord
from bot.demo.workspace.scopes import scopes_of
from bot.demo.workspace.world import World

MOST_PEOPLE = 8
"""Besides the bot (docs, conversations.open, "Provide 1 to 8 user IDs")."""


@method("conversations.open", "channel users return_im prevent_creation")
def open_conversation(request: Request) -> Payload:
    """Opens the conversation with these people, or the one of that id."""
    user_ids = list(dict.fromkeys(part.strip() for part in request.text("users").split(",") if part.strip()))
    if not user_ids:
        return _told(request, _named(request), found=True)
    request.needs(scopes_of(request.method, "im" if len(user_ids) == 1 else "mpim"))
    if len(user_ids) > MOST_PEOPLE:
        raise SlackError("too_many_users")
    people = [_user(request, user_id) for user_id in user_ids]
    found = _with_one(request, people[0]) if len(people) == 1 else _with_several(request, people)
    if found is not None:
        return _told(request, found, found=True)
    if request.flag("prevent_creation"):
        raise SlackError("channel_not_found")
    return _told(request, _made(request.core.world, people), found=False)


def _named(request: Request) -> ChannelRecord:
    if not request.text("channel"):
        request.needs(scopes_of(request.method, "im"))
        raise SlackError("users_list_not_supplied")
    channel = request.channel()
    if channel.kind not in {"im", "mpim"}:
        raise SlackError("method_not_supported_for_channel_type")
    request.needs_for(channel)
    return channel


def _user(request: Request, user_id: str) -> UserRecord:
    user = request.core.world.users.get(user_id)
    if user is None:
        raise SlackError("user_not_found")
    return user


def _with_one(request: Request, user: UserRecord) -> ChannelRecord | None:
    request.reachable(user, "user_not_found")
    return request.core.world.found_direct_message(user.user_id)


def _with_several(request: Request, people: list[UserRecord]) -> ChannelRecord | None:
    """Companies that share no channel cannot be brought together (docs, `invalid_user_combination`)."""
    world = request.core.world
    for user in people:
        request.may_be_written_to(user, "invalid_user_combination")
    teams = {world.team.team_id, *(user.team_id for user in people)}
    channels = [channel for channel in world.channels.values() if channel.ext_shared]
    shared = [{member.team_id for member in world.members(channel)} for channel in channels]
    if len(teams) > 1 and not any(teams <= together for together in shared):
        raise SlackError("invalid_user_combination")
    return world.found_group_message(people)


def _made(world: World, people: list[UserRecord]) -> ChannelRecord:
    return world.direct_message(people[0].user_id) if len(people) == 1 else world.group_message(people)


def _told(request: Request, channel: ChannelRecord, found: bool) -> Payload:
    whole = request.flag("return_im")
    told: Payload = {"channel": described(request, channel) if whole else {"id": channel.channel_id}}
    return {**told, "no_op": True, "already_open": True} if found else told
