"""Something is wrong: an operator stops all tests with one command, and only tests."""

from __future__ import annotations

from bot.demo import acting
from bot.demo.stage import Stage
from tests.bot.journeys.commands import keydesk
from tests.bot.journeys.rows import submission
from tests.bot.slack.desk import hears


async def test_a_client_reads_that_no_key_is_taken_and_nothing_was_kept_until_it_ends(stage: Stage) -> None:
    ann, ben = stage.cast.ann, stage.cast.ben
    await acting.checks_key(ann, stage.kucoin.issue("ip_restricted"))
    held = await submission(stage, ann)

    paused = await keydesk(stage, "pause")
    assert paused.stdout == "No test is taken, until `keydesk pause --end`.\n", paused.stderr
    asked = len(stage.kucoin.requests)
    for person in (ann, ben):
        await acting.submits(person, stage.kucoin.issue("general_only"))
        dialog = await person.dialog()
        await dialog.until(lambda shown: "We take no keys just now" in shown.words)
        await dialog.close(all_of_them=True)

    assert (await submission(stage, ann)).id == held.id
    assert [seen for seen in stage.kucoin.requests[asked:] if seen.key_id] == []
    assert (await keydesk(stage, "pause", "--end")).stdout == "Tests are taken again.\n"
    await acting.checks_key(ben, stage.kucoin.issue("general_only"))


async def test_meanwhile_keys_are_forgotten_and_clients_of_an_incident_are_told(stage: Stage) -> None:
    ann = stage.cast.ann
    await acting.checks_key(ann, stage.kucoin.issue("ip_restricted"))
    await keydesk(stage, "pause")

    purged = await keydesk(stage, "purge", "--all")
    await keydesk(stage, "incident", "--from", "2020-01-01", "--tell")

    assert purged.stdout == "1 sealed value forgotten.\n"
    assert "Delete the key at your exchange" in (await hears(stage, ann, "Important")).words
