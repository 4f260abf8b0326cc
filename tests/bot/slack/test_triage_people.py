"""Who may triage: asked of Slack at the moment of use, for every subcommand, and closed in doubt."""

from __future__ import annotations

from typing import Any

import pytest

from bot.demo.stage import Stage, staged
from bot.demo.workspace import Fault, Person, PersonKind
from bot.slack.greeting import INVITATION
from bot.slack.triage import COMMANDS
from tests.bot.slack.desk import FREE, acts_of, opens_case, stands, triage

TYPED = [command.usage.replace("N", "1") for command in COMMANDS.values()]


async def test_a_client_is_refused_kindly_whatever_they_type_and_nothing_is_done(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)
    before = await acts_of(stage)

    for typed in TYPED:
        answer = await triage(stage, stage.cast.ben, typed, channel=stage.general)
        assert "for our support team" in answer.words, typed
        assert "/test-keys" in answer.words, typed

    assert await acts_of(stage) == before
    assert not any(INVITATION in message.words for message in stage.cast.ben.sees(stage.general))


@pytest.mark.parametrize("in_group", [False, True])
async def test_a_guest_is_no_staff_even_in_the_user_group(stage: Stage, in_group: bool) -> None:
    stage.slack.guests_may_use_apps = True
    if in_group:
        stage.usergroup.members.append(stage.cast.guest.user_id)

    answer = await triage(stage, stage.cast.guest, "list", channel=stage.general)

    assert "for our support team" in answer.words


async def test_people_of_another_company_have_no_commands_and_their_presses_are_refused(stage: Stage) -> None:
    card = await opens_case(stage, stage.cast.ann)
    eve = stage.cast.external
    assert (await eve.command("/triage", "list", channel=stage.shared)).error == "unknown_command"

    # Somebody forwards the card into the shared channel: its buttons go along.
    original = stage.staff_channel.find(card.ts)
    assert original is not None
    stage.shared.messages.append(original)
    forwarded = next(message for message in eve.sees(stage.shared) if message.ts == card.ts)
    for button in ("Claim", "Ask for retest", "Resolve"):
        await forwarded.press(button)

    await stage.slack.until(lambda: sum("support team" in m.words for m in eve.sees(stage.shared)) == 3)
    assert (await stands(stage)).owner_id is None


async def test_who_leaves_the_user_group_loses_the_desk(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)
    assert "Case 1" in (await triage(stage, stage.cast.sid)).words

    stage.usergroup.members.remove(stage.cast.sid.user_id)
    stage.bot.app.kit.staff.forget()  # as Slack's event does

    assert "for our support team" in (await triage(stage, stage.cast.sid)).words


async def test_without_a_user_group_the_members_of_the_staff_channel_are_staff() -> None:
    async with staged(staff_usergroup=None, **FREE) as stage:
        stage.usergroup.members.clear()
        assert "no open case" in (await triage(stage, stage.cast.sue)).words
        assert "support team" in (await triage(stage, stage.cast.ann, channel=stage.general)).words


@pytest.mark.parametrize("method", ["usergroups.users.list", "users.info"])
@pytest.mark.parametrize("fault", [Fault.INTERNAL_ERROR, Fault.DROP_BEFORE_STORE, Fault.HTML_200])
async def test_where_slack_does_not_say_who_is_staff_nobody_is_and_it_is_said(
    stage: Stage, method: str, fault: Fault
) -> None:
    await opens_case(stage, stage.cast.ann)
    planned = stage.slack.faults.add(method, fault, times=None)

    answer = await triage(stage, stage.cast.sue, "claim 1")
    assert "could not tell us who is on the support team" in answer.words
    assert (await stands(stage)).owner_id is None

    stage.slack.faults.remove(planned)
    assert "yours" in (await triage(stage, stage.cast.sue, "claim 1")).words


@pytest.mark.parametrize(
    "kind", [PersonKind.STRANGER, PersonKind.EXTERNAL, PersonKind.BOT, PersonKind.DEACTIVATED]
)
async def test_others_in_the_staff_channel_or_group_are_no_staff(stage: Stage, kind: PersonKind) -> None:
    card = await opens_case(stage, stage.cast.ann)
    other: Any = stage.slack.add_person("Otto Other", kind=kind)
    stage.staff_channel.members.append(other.user_id)
    stage.usergroup.members.append(other.user_id)

    await card.press("Claim", by=Person(other._core, other.record))

    assert (await stands(stage)).owner_id is None
    await card.press("Claim", by=stage.cast.sue)
    await stage.slack.until(lambda: "Owner: @Sue" in card.words)


async def test_who_takes_a_colleagues_name_is_no_staff_by_it(stage: Stage) -> None:
    imposter = stage.cast.ben
    imposter.record.real_name, imposter.record.name = stage.cast.sue.name, stage.cast.sue.record.name

    assert "for our support team" in (await triage(stage, imposter, "list", channel=stage.general)).words
    assert "no open case" in (await triage(stage, stage.cast.sue)).words
