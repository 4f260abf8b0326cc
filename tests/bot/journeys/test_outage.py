"""KuCoin goes away for many clients: staff hear it once, and everybody gets their result in the end."""

from __future__ import annotations

import pytest
from sqlmodel import update

from bot.demo import acting
from bot.demo.kucoin import Fault
from bot.demo.stage import Stage
from bot.demo.workspace import Message, Person
from bot.schema import Outage

ALARM, ALL_CLEAR = "“Could not tell” for many", "tests get an answer again"


def says(stage: Stage, words: str) -> list[Message]:
    """The messages in the staff channel that hold these words, threads included."""
    return [m for m in stage.cast.sue.sees(stage.staff_channel) if words in m.text]


async def one(stage: Stage, words: str) -> Message:
    await stage.slack.until(lambda: says(stage, words))
    (message,) = says(stage, words)
    return message


async def doubts(stage: Stage, *people: Person) -> None:
    """Each of them tests a good key and is told that it could not be told."""
    for person in people:
        await acting.checks_key(person, stage.kucoin.issue("general_only"))
        assert "Could not tell" in (await acting.gets_result(stage, person)).text


def mentions(stage: Stage) -> list[str]:
    cards = acting.cards(stage)
    return [reply.text for card in cards for reply in card.thread if "needs you" in reply.text]


@pytest.fixture
def trio(stage: Stage) -> list[Person]:
    return [stage.cast.ann, stage.cast.ben, stage.slack.add_person("Cleo Client")]


async def test_many_doubts_of_one_cause_are_one_message_that_counts_up_in_place(
    stage: Stage, trio: list[Person]
) -> None:
    # An answer nobody understands calls people at once where it is not an outage.
    stage.kucoin.faults.add(Fault.UNKNOWN_CODE)
    await doubts(stage, *trio)
    alarm = await one(stage, ALARM)
    assert alarm.text.startswith(f"<!subteam^{stage.usergroup.usergroup_id}> *KuCoin:")
    assert "KuCoin gave an answer that we do not understand. 3 clients since" in alarm.text
    assert "cases 1, 2, 3" in alarm.text

    more = [stage.slack.add_person(f"Client {number}") for number in range(3)]
    await doubts(stage, *more)

    await stage.slack.until(lambda: "6 clients since" in alarm.text)
    assert len(says(stage, ALARM)) == 1
    await acting.card_of(stage, 6)
    assert len(mentions(stage)) <= 2, "the alarm speaks for all but those who came before it"


async def test_when_it_is_over_staff_hear_it_once_and_the_waiting_tests_run_by_themselves(
    stage: Stage, trio: list[Person]
) -> None:
    stage.kucoin.faults.add(Fault.DOWN)
    await doubts(stage, *trio)
    alarm = await one(stage, ALARM)
    stage.kucoin.faults.clear()

    await acting.results(stage.cast.ann)[0].press("Test again")

    for person in trio:
        assert "Passed" in (await acting.gets_result(stage, person, 2)).text
    over = await one(stage, ALL_CLEAR)
    assert "3 clients could not be told, from" in over.text
    assert "2 tests that waited run again now" in over.text
    await stage.slack.until(lambda: "Over." in alarm.text)
    assert "<!subteam" not in alarm.text
    for number in (1, 2, 3):
        await acting.card_of(stage, number, "a later test passed")
    assert mentions(stage) == []


async def test_a_new_test_of_somebody_else_also_shows_that_it_is_over(
    stage: Stage, trio: list[Person]
) -> None:
    stage.kucoin.faults.add(Fault.HTML_502)
    await doubts(stage, *trio)
    await one(stage, ALARM)
    stage.kucoin.faults.clear()
    newcomer = stage.slack.add_person("Nora Newcomer")

    await acting.checks_key(newcomer, stage.kucoin.issue("ip_restricted"))

    assert "Needs a fix" in (await acting.gets_result(stage, newcomer)).text
    await one(stage, ALL_CLEAR)
    for person in trio:
        assert "Passed" in (await acting.gets_result(stage, person, 2)).text


async def test_an_outage_outlives_a_restart_and_one_of_the_waiting_tests_finds_its_end(
    stage: Stage, trio: list[Person]
) -> None:
    stage.kucoin.faults.add(Fault.DOWN)
    await doubts(stage, *trio)
    await one(stage, ALARM)
    await stage.stop()
    stage.kucoin.faults.clear()
    await stage.start()

    async with stage.bot.app.db.writing() as session:
        await session.exec(update(Outage).values(probe_at=Outage.opened_at))
    await stage.bot.app.key_tests.settling.outages.round()

    await one(stage, ALL_CLEAR)
    for person in trio:
        assert "Passed" in (await acting.gets_result(stage, person, 2)).text
    assert len(says(stage, "*KuCoin: ")) == 2, "one alarm, one all-clear"


async def test_an_alarm_that_was_deleted_by_hand_holds_nothing_up(stage: Stage, trio: list[Person]) -> None:
    stage.kucoin.faults.add(Fault.DOWN)
    await doubts(stage, *trio)
    alarm = await one(stage, ALARM)
    record = stage.staff_channel.find(alarm.ts)
    assert record is not None
    stage.staff_channel.messages.remove(record)

    await doubts(stage, stage.slack.add_person("Nora Newcomer"))

    await acting.card_of(stage, 4)
    assert says(stage, ALARM) == []
