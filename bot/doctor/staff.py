"""The staff: is the channel there, ours alone and open to the bot, and who counts as staff?"""

from __future__ import annotations

import asyncio
from typing import Any

from bot.doctor.report import Line, mend, ok, unseen
from bot.doctor.settings_told import Given
from bot.doctor.slack_app import trouble
from bot.slack.lookup import Heard, Lookup

AREA = "staff"
CHANNEL, GROUP, PEOPLE = "staff channel", "user group", "people"
MOST_ASKED, AT_ONCE = 100, 5
"""Of so many members it is asked who they are; a support team is smaller."""
INVITE = "In Slack, open it, type /invite and choose the app."


async def channel_lines(told: Given, lookup: Lookup) -> tuple[list[Line], bool | None]:
    """What is to be said of STAFF_CHANNEL, and whether it is private; None where Slack does not tell."""
    if wrong := told.wrong("staff_channel"):
        return [unseen(AREA, CHANNEL, f"{wrong} is missing or wrong")], None
    heard = await lookup.channel(told.settings.staff_channel)
    if heard.word is not None:
        return [mend(AREA, CHANNEL, _why_not(heard))], None
    channel = heard.said.get("channel") or {}
    return _state(channel), bool(channel.get("is_private"))


def _why_not(heard: Heard) -> str:
    if heard.word == "channel_not_found":
        absent = "There is no such channel, or it is private and the bot is not in it."
        return f"{absent} {INVITE} Else copy its ID anew."
    if heard.word == "missing_scope":
        return "The Slack app may not look at it: it needs groups:read (private) or channels:read (public)."
    return trouble(heard, "STAFF_CHANNEL")


def _state(channel: dict[str, Any]) -> list[Line]:
    faults = []
    if channel.get("is_archived"):
        faults.append(
            "It is archived, so no card can be posted. Unarchive it, or set STAFF_CHANNEL to another."
        )
    if not channel.get("is_member"):
        faults.append(f"The bot is not in it. {INVITE}")
    if channel.get("is_ext_shared"):
        faults.append(
            "It is shared with another company, who would see every case. Set it to a channel of your own."
        )
    elif channel.get("is_pending_ext_shared"):
        faults.append("Another company is invited to it, and would see every case. Take the invitation back.")
    if faults:
        return [mend(AREA, CHANNEL, fault) for fault in faults]
    kind = "private" if channel.get("is_private") else "public: everybody in the company can read every case"
    return [ok(AREA, CHANNEL, f"The bot is in it, it is in use, ours alone, and {kind}.")]


async def people_lines(told: Given, lookup: Lookup, team_id: str) -> list[Line]:
    """The user group, where one is set, and whether its members (else the channel's) count as staff."""
    if wrong := told.wrong("staff_usergroup"):
        return [unseen(AREA, GROUP, f"{wrong} is wrong")]
    group = told.settings.staff_usergroup
    if group is None:
        if wrong := told.wrong("staff_channel"):
            return [unseen(AREA, PEOPLE, f"{wrong} is missing or wrong")]
        members = await lookup.in_channel(told.settings.staff_channel)
        return await _members_lines(lookup, members, "members", "STAFF_CHANNEL", team_id)
    lines = [await _group_line(lookup, group)]
    if lines[0].state != "ok":
        return lines
    return lines + await _members_lines(
        lookup, await lookup.in_usergroup(group), "users", "STAFF_USERGROUP", team_id
    )


async def _group_line(lookup: Lookup, group: str) -> Line:
    heard = await lookup.usergroups()
    if heard.word == "plan_upgrade_required":
        return mend(
            AREA, GROUP, "This Slack plan has no user groups. Take STAFF_USERGROUP out of the settings."
        )
    if heard.word == "missing_scope":
        return mend(AREA, GROUP, "The Slack app may not look at it: it needs usergroups:read.")
    if heard.word is not None:
        return mend(AREA, GROUP, trouble(heard, "STAFF_USERGROUP"))
    found = next((g for g in heard.said.get("usergroups") or [] if g.get("id") == group), None)
    if found is None:
        return mend(AREA, GROUP, "There is no such user group, so nobody is staff. Copy its ID (S…) anew.")
    if found.get("date_delete"):
        return mend(AREA, GROUP, "It is disabled, so nobody is staff. Enable it, or set another.")
    return ok(AREA, GROUP, "It is there.")


async def _members_lines(lookup: Lookup, members: Heard, key: str, setting: str, team_id: str) -> list[Line]:
    if members.word is not None:
        return [unseen(AREA, PEOPLE, f"Slack answers {members.word} to who is in {setting}")]
    listed = list(members.said.get(key) or [])
    barred = await _barred(lookup, listed[:MOST_ASKED], team_id)
    counted = len(listed) - len(barred)
    lines = [_barred_line(user, why, setting) for user, why in barred if setting == "STAFF_USERGROUP"]
    if counted == 0:
        return [
            *lines,
            mend(AREA, PEOPLE, f"Nobody in {setting} counts as staff. Add people of your own team."),
        ]
    return [
        *lines,
        ok(AREA, PEOPLE, f"{counted} {'person counts' if counted == 1 else 'people count'} as staff."),
    ]


def _barred_line(user: str, why: str, setting: str) -> Line:
    says = f"{user} {why}, and does not count as staff. Take them out of {setting}."
    return mend(AREA, f"member {user}", says)


async def _barred(lookup: Lookup, users: list[str], team_id: str) -> list[tuple[str, str]]:
    """Who is in there and does not count, and why: the rules of `bot.slack.people`."""
    at_once = asyncio.Semaphore(AT_ONCE)

    async def asked(user: str) -> tuple[str, str | None]:
        async with at_once:
            return user, _why_barred(await lookup.person(user), team_id)

    found = await asyncio.gather(*map(asked, users))
    return [(user, why) for user, why in found if why is not None]


def _why_barred(heard: Heard, team_id: str) -> str | None:
    if heard.word is not None:
        return f"cannot be looked up ({heard.word})"
    person = heard.said.get("user") or {}
    if person.get("team_id") != team_id or person.get("is_stranger"):
        return "is from another company"
    if person.get("is_restricted") or person.get("is_ultra_restricted"):
        return "is a guest"
    if person.get("is_bot"):
        return "is an app"
    return "is deactivated" if person.get("deleted") else None
