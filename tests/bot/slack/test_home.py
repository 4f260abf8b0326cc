"""The Home tab: one's own tests and cases for everybody, the queue for staff, nothing of anybody else."""

from __future__ import annotations

from bot.demo import acting
from bot.demo.kucoin import Fault as Trouble
from bot.demo.stage import Stage
from bot.demo.workspace import Fault, Person, Surface
from tests.bot.slack.desk import acts_of, given_cases, hears, in_thread, opens_case, stands, triage


async def home_of(person: Person, holding: str = "Test your API keys") -> Surface:
    """Their Home tab, once it is drawn anew and says so."""
    home = await person.opens_home()
    await home.until(lambda shown: holding in shown.words)
    return home


async def test_a_client_sees_the_test_what_to_do_next_and_the_fate_of_the_keys(either_stage: Stage) -> None:
    stage, ann = either_stage, either_stage.cast.ann
    await opens_case(stage, ann)

    home = await home_of(ann, "Your last tests")

    assert "✗ Needs a fix: KuCoin Spot/Margin" in home.words
    assert "*Next:* " in home.words
    assert "set IP restriction to No" in home.words
    assert "Your keys stay sealed until" in home.words
    assert "Case 1: KuCoin Spot/Margin, open since" in home.words
    assert home.buttons == [
        "Test an API key",
        "Write to support",
        "Test again",
        "Enter keys again",
        "Forget my keys",
        "Ask support",
    ]


async def test_a_passed_key_says_what_comes_next_and_that_it_is_forgotten(stage: Stage) -> None:
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue())
    await hears(stage, stage.cast.ann, "Passed")

    home = await home_of(stage.cast.ann, "✓ Passed: KuCoin Spot/Margin")

    assert "Client Portal" in home.words
    assert "Your keys are forgotten" in home.words
    assert "Test again" not in home.buttons


async def test_a_test_that_comes_round_by_itself_is_told_with_its_time(stage: Stage) -> None:
    stage.kucoin.faults.add(Trouble.DOWN)
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue())
    await hears(stage, stage.cast.ann, "Could not tell")

    home = await home_of(stage.cast.ann, "To be tried again")

    assert "? Could not tell: KuCoin Spot/Margin" in home.words


async def test_the_newest_test_of_each_account_has_the_buttons(stage: Stage) -> None:
    ann = stage.cast.ann
    await opens_case(stage, ann)
    await opens_case(stage, ann)
    await opens_case(stage, ann, account="Futures", number=2)

    home = await home_of(ann, "KuCoin Futures")

    assert home.words.count("Needs a fix: KuCoin Spot/Margin") == 2
    assert home.buttons.count("Test again") == 2
    assert home.buttons.count("Enter keys again") == 2


async def test_keys_are_forgotten_and_tested_again_from_there(stage: Stage) -> None:
    ann, key = stage.cast.ann, stage.kucoin.issue("ip_restricted")
    await acting.checks_key(ann, key)
    await (await ann.dialog()).close()
    home = await home_of(ann, "Your last tests")
    stage.kucoin.edit(key, ip_whitelist=())
    await home.press("Test again")
    assert "Passed" in (await acting.sees_result(ann)).words

    await acting.checks_key(ann, stage.kucoin.issue("ip_restricted"), "Futures")
    home = await home_of(ann, "Needs a fix: KuCoin Futures")
    await home.press("Forget my keys")
    await home.until(lambda shown: "Your keys are forgotten, as you asked" in shown.words)
    assert "Forget my keys" not in home.buttons


async def test_a_client_writes_to_support_from_there(stage: Stage) -> None:
    ann = stage.cast.ann
    card = await opens_case(stage, ann)
    home = await home_of(ann, "Write to support")

    await home.press("Write to support")
    dialog = await ann.dialog()
    dialog.fill("Your message", "please help")
    await dialog.submit()

    await in_thread(stage, card, "please help")


async def test_staff_see_their_cases_first_then_those_that_nobody_has(either_stage: Stage) -> None:
    stage, sue = either_stage, either_stage.cast.sue
    await given_cases(stage, 3)
    await triage(stage, sue, "claim 2")
    await triage(stage, stage.cast.sam, "claim 3")

    home = await home_of(sue, "Support queue")

    assert "*Your open cases: 1*" in home.words
    assert "*Open cases that nobody has: 1*" in home.words
    assert home.words.index("*Case 2*") < home.words.index("*Case 1*")
    assert "*Case 3*" not in home.words
    assert "3 open in all" in home.words


async def test_a_case_is_claimed_and_shown_from_there(stage: Stage) -> None:
    sue = stage.cast.sue
    await opens_case(stage, stage.cast.ann)
    home = await home_of(sue, "*Case 1*")

    await home.press("Claim")
    await home.until(lambda shown: "*Your open cases: 1*" in shown.words)
    assert (await stands(stage)).owner_id == sue.user_id
    await home.press("Show")

    dialog = await sue.dialog()
    await dialog.until(lambda shown: "*History*" in shown.words)
    assert dialog.title == "Case 1"
    assert "@Sue Support claimed the case" in dialog.words
    assert dialog.buttons == []


async def test_a_case_that_is_shown_from_there_is_for_staff_alone(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)
    home = await home_of(stage.cast.sue, "*Case 1*")
    stage.usergroup.members.remove(stage.cast.sue.user_id)
    stage.bot.app.kit.staff.forget()

    await home.press("Show")

    dialog = await stage.cast.sue.dialog()
    await dialog.until(lambda shown: "for our support team" in shown.words)
    assert "Ann" not in dialog.words


async def test_a_long_queue_stays_within_what_slack_takes(stage: Stage) -> None:
    sue = stage.cast.sue.user_id
    await given_cases(stage, 25)
    await given_cases(stage, 25, owner_id=sue, account="futures")

    home = await home_of(stage.cast.sue, "Support queue")

    assert "*Your open cases: 25*, the 10 oldest of them here" in home.words
    assert home.buttons.count("Claim") == 10
    assert len(home.blocks) <= 100


async def test_a_client_sees_no_queue_and_nothing_of_others(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)

    for person in (stage.cast.ben, stage.cast.guest, stage.cast.external):
        home = await home_of(person)
        assert "Support queue" not in home.words
        assert "Case 1" not in home.words
        assert "Ann" not in home.words
        assert home.buttons == ["Test an API key"]


async def test_a_client_cannot_claim_by_a_button_that_is_not_theirs(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)
    home = await home_of(stage.cast.ann, "Write to support")
    forged = home.blocks[-2]["elements"][0]
    forged |= {"action_id": "case_claim", "value": "1", "text": {"type": "plain_text", "text": "Claim"}}

    await home.press("Claim")

    await hears(stage, stage.cast.ann, "for our support team")
    assert "claimed" not in await acts_of(stage)


async def test_where_slack_does_not_say_who_is_staff_no_queue_is_shown_and_it_is_said(stage: Stage) -> None:
    await opens_case(stage, stage.cast.ann)
    stage.bot.app.kit.staff.forget()
    stage.slack.faults.add("usergroups.users.list", Fault.INTERNAL_ERROR, times=None)

    home = await home_of(stage.cast.sue, "could not tell us who is on the support team")
    assert "Support queue" not in home.words

    stage.slack.faults.clear()
    await home_of(stage.cast.sue, "Support queue")


async def test_a_home_tab_that_slack_does_not_take_breaks_nothing(stage: Stage) -> None:
    stage.slack.faults.add("views.publish", Fault.DROP_BEFORE_STORE, times=2)
    await stage.cast.ann.opens_home()

    await stage.slack.until(lambda: any(c.method == "views.publish" for c in stage.slack.calls))
    await home_of(stage.cast.ann)
