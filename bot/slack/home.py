"""The Home tab: a person's own tests and cases, and what to do next; for staff the queue, theirs first.

Nobody sees anything of anybody else here but staff, who are asked for anew each time it is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.errors import SlackApiError

from bot import cases
from bot.columns import now
from bot.log import get_logger
from bot.person import Person
from bot.schema import Attempt, Case, CaseState, Submission
from bot.slack.blocks import Block, actions, button, context, divider, header, literal, section, when
from bot.slack.case_words import subject_of
from bot.slack.kit import Kit
from bot.slack.people import AuthorityUnknown
from bot.slack.queue import WHICH, case_rows
from bot.slack.reach import NO_ANSWER, insisted, word_of
from bot.slack.result import Result, fate_sentence, result_buttons
from validators.diagnosis import Verdict

log = get_logger(__name__)

VERDICT_WORDS = {
    Verdict.PASSED: "✓ Passed",
    Verdict.NEEDS_A_FIX: "✗ Needs a fix",
    Verdict.COULD_NOT_TELL: "? Could not tell",
}
SHOW_WITHIN_S = 2.0
SHOWN_TESTS = 5
SHOWN_CASES = 5
SHOWN_QUEUE = 10
"""Of each part of the queue; a Home tab holds 100 blocks."""
QUEUE_UNKNOWN = (
    "Slack could not tell us who is on the support team, so no queue is shown. "
    "If you are, please open this tab again."
)

Tests = Sequence[tuple[Attempt, Submission]]


async def show_home(kit: Kit, person: Person) -> None:
    """Draw this person's own Home tab. Not promised."""
    try:
        view = {"type": "home", "blocks": await home_blocks(kit, person)}
        await insisted(lambda: kit.client.views_publish(user_id=person.user_id, view=view), SHOW_WITHIN_S)
    except SlackApiError as error:
        log.info("home_not_shown", error=word_of(error))
    except NO_ANSWER as error:
        log.info("home_not_shown", error=type(error).__name__)


async def home_blocks(kit: Kit, person: Person) -> list[Block]:
    """What this person may see, newest first; staff see the queue above it."""
    queue = await _queue_blocks(kit, person)
    async with kit.db.reading() as session:
        own_cases = await cases.cases_of(session, person.team_id, person.user_id)
        own_tests = await cases.attempts_of(session, person.team_id, person.user_id, limit=SHOWN_TESTS)
    return [
        *queue,
        header("Test your API keys"),
        section(
            "I test your exchange API key, only by reading, and tell you everything there is to fix, "
            "with the step of the guide. Only you see the result."
        ),
        *actions([button("Test an API key", "test_keys", style="primary")]),
        *_case_blocks(kit, own_cases),
        *_test_blocks(kit, own_tests),
        context("Your keys are sealed while we test them, then forgotten. Staff never see them."),
    ]


async def _queue_blocks(kit: Kit, person: Person) -> list[Block]:
    try:
        if not await kit.staff.includes(person):
            return []
    except AuthorityUnknown:
        return [context(QUEUE_UNKNOWN)]
    async with kit.db.reading() as session:
        mine, owned = await cases.open_cases(session, "mine", person.user_id, SHOWN_QUEUE)
        free, unclaimed = await cases.open_cases(session, "unclaimed", person.user_id, SHOWN_QUEUE)
        _, total = await cases.open_cases(session, "all", person.user_id, 1)
    return [
        header("Support queue"),
        *_part(kit, "mine", mine, owned),
        *_part(kit, "unclaimed", free, unclaimed),
        context(f"{total} open in all. `/triage` lists them, `/triage help` says what else there is."),
        divider(),
    ]


def _part(kit: Kit, which: cases.Which, shown: Sequence[Case], total: int) -> list[Block]:
    more = f", the {len(shown)} oldest of them here" if len(shown) < total else ""
    return [section(f"*{WHICH[which]}: {total}*{more}"), *case_rows(kit, shown)]


def _case_blocks(kit: Kit, own: Sequence[Case]) -> list[Block]:
    """What is open, with a way to write to support."""
    still_open = [case for case in own if case.state is not CaseState.CLOSED][:SHOWN_CASES]
    if not still_open:
        return []
    blocks = [divider(), section("*Open*")]
    for case in still_open:
        line = f"Case {case.number}: {subject_of(kit, case)}, open since {when(case.opened_at)}."
        number = str(case.number)
        write = button("Write to support", "client_reply", number, says=f"Write to support, case {number}")
        blocks.append(section(line, write))
    return blocks


def _test_blocks(kit: Kit, own: Tests) -> list[Block]:
    """The last tests; the newest of each account with what comes next, its keys' fate and its buttons."""
    if not own:
        return []
    blocks, seen = [divider(), section("*Your last tests*")], set()
    for attempt, submission in own:
        result = Result(kit.exchange_of(submission.exchange), attempt, submission, None)
        blocks.append(section(f"{_word(attempt)}: {result.subject}, {when(attempt.asked_at)}"))
        if attempt.settled_at is not None and result.subject not in seen:
            seen.add(result.subject)
            blocks += [*_next_step(result), context(fate_sentence(result)), *result_buttons(result)]
    return blocks


def _word(attempt: Attempt) -> str:
    if attempt.settled_at is not None:
        return VERDICT_WORDS[attempt.verdict or Verdict.COULD_NOT_TELL]
    if attempt.due_at > now():
        return f"… To be tried again {when(attempt.due_at)}"
    return "… Testing"


def _next_step(result: Result) -> list[Block]:
    """The worst that is to be fixed, or else what comes next, in one line."""
    if result.diagnosis is None:
        return []
    explanation = result.exchange.guide.explain(result.diagnosis)
    for advice in explanation.advice[:1]:
        step = f" ({advice.step})" if advice.step else ""
        return [section(f"*Next:* {literal(' '.join([advice.headline, *advice.do]), 600)}{step}")]
    return [section(f"*Next:* {literal(line, 600)}") for line in explanation.coming_next[:1]]
