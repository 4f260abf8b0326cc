"""A key leaked, or we were broken into: one command says whose keys were held, and tells them."""

from __future__ import annotations

from bot.demo import acting
from bot.demo.stage import Stage
from tests.bot.journeys.commands import keydesk
from tests.bot.slack.desk import hears


async def test_the_clients_whose_keys_were_held_are_listed_and_told_what_to_do(stage: Stage) -> None:
    ann, ben = stage.cast.ann, stage.cast.ben
    held = stage.kucoin.issue("ip_restricted")
    await acting.checks_key(ann, held)
    await acting.checks_key(ben, stage.kucoin.issue("general_only"))

    listed = await keydesk(stage, "incident", "--from", "2020-01-01")
    again = await keydesk(stage, "incident", "--from", "2020-01-01", "--tell")

    assert listed.returncode == again.returncode == 0, listed.stderr + again.stderr
    assert "2 keys of 2 clients" in listed.stdout
    assert f"Client {ann.user_id} of team {ann.team_id}" in listed.stdout
    assert "STILL HELD" in listed.stdout
    assert "2 clients are told" in again.stdout
    for person in (ann, ben):
        told = await hears(stage, person, "Delete the key at your exchange")
        assert told.buttons == ["Test an API key", "Ask support"]
    assert f"{held.key[:4]}…{held.key[-4:]}" in (await hears(stage, ann, "Important")).words
    assert held.secret not in listed.stdout + again.stdout


async def test_a_period_in_which_nothing_was_held_lists_nobody(stage: Stage) -> None:
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue("general_only"))

    listed = await keydesk(stage, "incident", "--from", "2020-01-01", "--to", "2020-01-02")

    assert "0 keys of 0 clients" in listed.stdout


async def test_a_moment_that_is_none_is_told_and_changes_nothing(stage: Stage) -> None:
    refused = await keydesk(stage, "incident", "--from", "last week")

    assert refused.returncode == 2
    assert "2026-11-22" in refused.stderr
