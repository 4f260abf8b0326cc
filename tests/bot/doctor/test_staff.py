"""The doctor tells whether cases have a place, and whether anybody there counts as staff."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.demo.stage import Stage
from bot.demo.workspace import PersonKind
from tests.bot.doctor.conftest import Examine
from tests.bot.doctor.findings import named, to_mend


def _bot_out(stage: Stage) -> None:
    stage.slack.admin.remove_bot(stage.staff_channel)


def _archived(stage: Stage) -> None:
    stage.slack.admin.archive(stage.staff_channel)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_bot_out, "/invite"),
        (_archived, "It is archived, so no card can be posted. Unarchive it"),
    ],
)
async def test_a_staff_channel_that_takes_no_card(
    stage: Stage, examine: Examine, spoil: Callable[[Stage], None], says: str
) -> None:
    spoil(stage)

    assert says in to_mend(await examine())["staff channel"]


async def test_the_bot_is_not_in_a_public_channel(stage: Stage, examine: Examine) -> None:
    stage.slack.admin.remove_bot(stage.general)

    says = to_mend(await examine(staff_channel=stage.general.id))["staff channel"]

    assert says.startswith("The bot is not in it.")
    stage.slack.admin.invite_bot(stage.general)
    assert (await examine(staff_channel=stage.general.id)).healthy


async def test_a_staff_channel_that_is_shared_with_another_company(stage: Stage, examine: Examine) -> None:
    assert "another company" in to_mend(await examine(staff_channel=stage.shared.id))["staff channel"]


async def test_a_staff_channel_that_got_a_new_id_by_being_shared(stage: Stage, examine: Examine) -> None:
    stage.slack.admin.share(stage.staff_channel, "Client Ltd")

    assert "There is no such channel" in to_mend(await examine())["staff channel"]


async def test_a_staff_channel_that_is_not_there(examine: Examine) -> None:
    assert "copy its ID" in to_mend(await examine(staff_channel="C0NOWHERE"))["staff channel"]


async def test_a_user_group_that_is_not_there(examine: Examine) -> None:
    report = await examine(staff_usergroup="S0NOWHERE")

    assert "nobody is staff" in to_mend(report)["user group"]


async def test_a_plan_without_user_groups(stage: Stage, examine: Examine) -> None:
    stage.slack.paid_plan = False

    assert "Take STAFF_USERGROUP out" in to_mend(await examine())["user group"]
    assert (await examine(staff_usergroup=None)).healthy


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (PersonKind.GUEST, "is a guest"),
        (PersonKind.SINGLE_GUEST, "is a guest"),
        (PersonKind.DEACTIVATED, "is deactivated"),
    ],
)
async def test_a_member_of_the_group_who_is_no_staff(
    stage: Stage, examine: Examine, kind: PersonKind, why: str
) -> None:
    stage.slack.admin.set_kind(stage.cast.sid, kind)

    report = await examine()

    sid = stage.cast.sid.user_id
    assert to_mend(report) == {
        f"member {sid}": f"{sid} {why}, and does not count as staff. Take them out of STAFF_USERGROUP."
    }
    assert named(report, "people").says == "2 people count as staff."


async def test_a_group_of_people_from_elsewhere_is_no_staff_at_all(stage: Stage, examine: Examine) -> None:
    stage.slack.admin.set_usergroup(stage.usergroup, [stage.cast.external])

    mending = to_mend(await examine())

    assert "is from another company" in mending[f"member {stage.cast.external.user_id}"]
    assert "Nobody in STAFF_USERGROUP counts as staff" in mending["people"]


async def test_without_a_group_the_members_of_the_channel_count(stage: Stage, examine: Examine) -> None:
    report = await examine(staff_usergroup=None)

    assert named(report, "people").says == "3 people count as staff."
    assert report.healthy


async def test_a_channel_without_anybody_of_ours_has_no_staff(stage: Stage, examine: Examine) -> None:
    empty = stage.slack.add_channel("empty", private=True)

    mending = to_mend(await examine(staff_usergroup=None, staff_channel=empty.id))

    assert mending == {"people": "Nobody in STAFF_CHANNEL counts as staff. Add people of your own team."}
