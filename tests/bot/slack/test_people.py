"""Who is staff: asked of Slack, remembered for seconds, and nobody where Slack does not say."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.person import Person
from bot.slack import people
from bot.slack.people import MEMORY_S, AuthorityUnknown, Staff

SUE = Person("T1", "USUE")


@dataclass
class Slack:
    """Answers the three questions, in pages of one."""

    members: list[str] = field(default_factory=lambda: ["USAM", "USUE"])
    profile: dict[str, Any] = field(default_factory=lambda: {"team_id": "T1"})
    trouble: Exception | None = None
    asked: int = 0

    async def usergroups_users_list(self, usergroup: str) -> dict[str, Any]:
        return self._said({"users": self.members})

    async def conversations_members(self, channel: str, limit: int, cursor: str = "0") -> dict[str, Any]:
        at = int(cursor)
        more = str(at + 1) if at + 1 < len(self.members) else ""
        page = {"members": self.members[at : at + 1], "response_metadata": {"next_cursor": more}}
        return self._said(page)

    async def users_info(self, user: str) -> dict[str, Any]:
        return self._said({"user": {"id": user, **self.profile}})

    def _said(self, answer: dict[str, Any]) -> dict[str, Any]:
        self.asked += 1
        if self.trouble is not None:
            raise self.trouble
        return answer


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture(params=["S1", None], ids=["user group", "channel"])
def staff(request: pytest.FixtureRequest, slack: Slack) -> Staff:
    return Staff(cast("AsyncWebClient", slack), "T1", "C1", request.param)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Its `now` is what the clock says."""
    told = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(people, "time", SimpleNamespace(monotonic=lambda: told.now))
    return told


async def test_a_member_of_our_own_team_is_staff(staff: Staff) -> None:
    assert await staff.includes(SUE)
    assert not await staff.includes(Person("T1", "UBEN"))


@pytest.mark.parametrize("flag", ["deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger"])
async def test_a_guest_a_bot_a_stranger_or_one_who_left_is_none_though_listed(
    staff: Staff, slack: Slack, flag: str
) -> None:
    slack.profile[flag] = True
    assert not await staff.includes(SUE)


@pytest.mark.parametrize("team", ["T2", "", "t1"])
async def test_the_same_user_id_of_another_team_is_none(staff: Staff, slack: Slack, team: str) -> None:
    assert not await staff.includes(Person(team, "USUE"))
    assert slack.asked == 0, "Slack need not even be asked"


async def test_whoever_slack_says_is_of_another_team_is_none_though_listed(
    staff: Staff, slack: Slack
) -> None:
    slack.profile["team_id"] = "T2"
    assert not await staff.includes(SUE)


async def test_a_removed_member_loses_the_desk_within_seconds_though_slacks_event_was_lost(
    staff: Staff, slack: Slack, clock: SimpleNamespace
) -> None:
    assert await staff.includes(SUE)
    slack.members = ["USAM"]
    assert await staff.includes(SUE), "it is remembered for a moment"

    clock.now += MEMORY_S

    assert not await staff.includes(SUE)


async def test_whoever_becomes_a_guest_loses_it_too(
    staff: Staff, slack: Slack, clock: SimpleNamespace
) -> None:
    assert await staff.includes(SUE)
    slack.profile["is_restricted"] = True
    clock.now += MEMORY_S

    assert not await staff.includes(SUE)


async def test_with_slacks_event_it_is_lost_at_once(
    staff: Staff, slack: Slack, clock: SimpleNamespace
) -> None:
    assert await staff.includes(SUE)
    slack.members = ["USAM"]
    staff.forget()

    assert not await staff.includes(SUE)


@pytest.mark.parametrize(
    "trouble",
    [
        SlackApiError("no", {"error": "ratelimited"}),  # type: ignore[no-untyped-call]
        TimeoutError(),
        aiohttp.ClientError(),
    ],
)
async def test_nobody_is_staff_where_slack_does_not_say_not_even_whoever_was(
    staff: Staff, slack: Slack, clock: SimpleNamespace, trouble: Exception
) -> None:
    assert await staff.includes(SUE)
    slack.trouble = trouble
    clock.now += MEMORY_S

    with pytest.raises(AuthorityUnknown):
        await staff.includes(SUE)
