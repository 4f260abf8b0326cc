"""The doctor tells what keeps a message from being said, and whether the mail server lets us in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from bot.columns import now
from bot.db import Database
from bot.demo import acting
from bot.demo.stage import Stage, staged
from bot.doctor import examined, given
from bot.doctor.messages import TO_DO, what_to_do
from bot.schema import Attempt, MessageState, OutboxMessage, Submission
from tests.bot.doctor.conftest import Examine
from tests.bot.doctor.findings import named, to_mend
from tests.bot.doctor.post import Post
from tests.bot.slack.desk import FREE


async def _waits(stage: Stage, conversation: str, trouble: str, count: int = 1) -> None:
    async with Database.open(stage.settings["database_url"]) as db, db.writing() as session:
        for place in range(count):
            session.add(
                OutboxMessage(
                    conversation=conversation,
                    kind="card",
                    key=f"{conversation}:{trouble}:{place}",
                    state=MessageState.PARKED,
                    trouble=trouble,
                    created_at=now() - timedelta(minutes=30 + place),
                )
            )


async def test_a_message_that_slack_refuses_is_told_with_its_word_and_what_to_do(
    stage: Stage, examine: Examine
) -> None:
    await _waits(stage, stage.staff_channel.id, "not_in_channel", count=2)

    says = to_mend(await examine())[f"to {stage.staff_channel.id}"]

    assert says.startswith("2 messages wait, the oldest for 31 min: not_in_channel. ")
    assert "/invite" in says
    assert says.endswith("sent by itself within ten minutes.")


async def test_as_it_happens_the_bot_is_put_out_and_comes_back() -> None:
    async with staged(**FREE) as stage:
        told = given(**stage.settings)
        stage.slack.admin.remove_bot(stage.staff_channel)
        await acting.checks_key(stage.cast.ann, stage.kucoin.issue("spot_trading_on"))
        async with stage.bot.app.db.reading():
            await stage.slack.until(lambda: _refused(stage))
        await stage.bot.app.outbox.drained(2.0)

        mending = to_mend(await examined(told))
        assert "/invite" in mending["staff channel"]
        assert "/invite" in mending[f"to {stage.staff_channel.id}"]

        stage.slack.admin.invite_bot(stage.staff_channel)
        await stage.bot.app.outbox.mended()
        await acting.card_of(stage, 1)
        await stage.bot.app.outbox.drained(2.0)
        assert (await examined(told)).healthy


def _refused(stage: Stage) -> bool:
    return any(call.method == "chat.postMessage" and not call.ok for call in stage.slack.calls)


@pytest.mark.parametrize("word", TO_DO)
def test_every_word_has_its_advice(word: str) -> None:
    assert what_to_do(word, "C1").endswith(".")


@pytest.mark.parametrize(
    ("word", "place", "says"),
    [
        ("channel_not_found", "C1", "/invite"),
        ("channel_not_found", "U1", "account is gone"),
        ("the mail server answered 550", "mail:case-1", "the mail server"),
        ("a_word_of_next_year", "C1", "an error of keydesk's own"),
    ],
)
def test_the_advice_fits_who_is_written_to(word: str, place: str, says: str) -> None:
    assert says in what_to_do(word, place)


async def test_a_test_that_is_long_overdue_is_told(stage: Stage, examine: Examine) -> None:
    at = now() - timedelta(hours=3)
    async with Database.open(stage.settings["database_url"]) as db, db.writing() as session:
        who: dict[str, Any] = {"team_id": "T1", "user_id": "U1", "exchange": "kucoin", "account": "futures"}
        session.add(Submission(id="one", **who, masked_key="6…", key_mark="m", created_at=at))
        await session.flush()
        session.add(Attempt(submission_id="one", number=1, asked_by="client", asked_at=at, due_at=at))

    assert to_mend(await examine())["tests"].startswith("One has been due for 3 h.")


# The mail server


async def test_a_mail_server_that_lets_us_in_gets_no_mail(examine: Examine, post: Post) -> None:
    report = await examine(smtp_url=await post.opened())

    assert named(report, "mail server").says == "It lets us in; nothing was sent."
    assert post.letters == []


async def test_a_login_that_the_mail_server_refuses(examine: Examine, post: Post) -> None:
    url = await post.opened(login=False)

    says = to_mend(await examine(smtp_url=url))["mail server"]

    assert says == "The mail server answered 535 to the login. Check user and password in SMTP_URL."
    assert quote(post.password, safe="") not in says


async def test_a_mail_server_that_is_not_there(examine: Examine) -> None:
    says = to_mend(await examine(smtp_url="smtp://user:canary@127.0.0.1:1"))["mail server"]

    assert says.startswith("The mail server cannot be reached")
    assert "canary" not in says


async def test_half_a_login_is_told(examine: Examine) -> None:
    says = to_mend(await examine(smtp_url="smtp://user@127.0.0.1:1"))["mail server"]

    assert says.startswith("SMTP_URL should be smtp://user:password@host:587")
