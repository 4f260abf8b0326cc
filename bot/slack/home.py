"""The Home tab: a person's own tests, what is open and what to do next. Never anybody else's."""

from __future__ import annotations

from bot import cases
from bot.person import Person
from bot.schema import Attempt, Case, CaseState, Submission
from bot.slack.blocks import Block, actions, button, context, divider, header, section, when
from bot.slack.kit import Kit
from validators.diagnosis import Verdict

VERDICT_WORDS = {
    Verdict.PASSED: "✓ Passed",
    Verdict.NEEDS_A_FIX: "✗ Needs a fix",
    Verdict.COULD_NOT_TELL: "? Could not tell",
    None: "… Testing",
}
SHOWN_TESTS = 5
SHOWN_CASES = 5


async def home_blocks(kit: Kit, person: Person) -> list[Block]:
    """What this person may see, newest first."""
    async with kit.db.reading() as session:
        own_cases = await cases.cases_of(session, person.team_id, person.user_id)
        own_tests = await cases.attempts_of(session, person.team_id, person.user_id, limit=SHOWN_TESTS)
    blocks = [
        header("Test your API keys"),
        section(
            "I test your exchange API key, only by reading, and tell you everything there is to fix, "
            "with the step of the guide. Only you see the result."
        ),
        *actions([button("Test an API key", "test_keys", style="primary")]),
    ]
    open_cases = [case for case in own_cases if case.state is not CaseState.CLOSED][:SHOWN_CASES]
    if open_cases:
        blocks += [divider(), section("*Open*"), *(section(_open_line(kit, case)) for case in open_cases)]
    if own_tests:
        blocks += [divider(), section("*Your last tests*")]
        blocks += [section(_test_line(kit, attempt, submission)) for attempt, submission in own_tests]
    return [
        *blocks,
        context("Your keys are sealed while we test them, then forgotten. Staff never see them."),
    ]


def _open_line(kit: Kit, case: Case) -> str:
    exchange = kit.exchange_of(case.exchange)
    subject = f"{exchange.title} {exchange.account_label(case.account)}"
    return (
        f"Case {case.number}: {subject}, open since {when(case.opened_at)}. Fix the key, then test it again."
    )


def _test_line(kit: Kit, attempt: Attempt, submission: Submission) -> str:
    exchange = kit.exchange_of(submission.exchange)
    subject = f"{exchange.title} {exchange.account_label(submission.account)}"
    return f"{VERDICT_WORDS[attempt.verdict]}: {subject}, {when(attempt.asked_at)}"
