"""A case that needs people also comes by e-mail, through a real mail server, and holds nothing else up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP
from pydantic import SecretStr
from sqlmodel import col, select, update

from bot.demo import acting
from bot.demo.kucoin import Fault
from bot.demo.stage import Stage, staged
from bot.mail import Mailer
from bot.outbox import say
from bot.schema import MessageState, OutboxLane, OutboxMessage
from bot.slack.case_mail import sender_of
from tests.bot.journeys.conftest import BRISK
from tests.bot.mail.postbox import Postbox

DANGEROUS = "spot_trading_on"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
async def port(postbox: Postbox) -> AsyncIterator[int]:
    """Of a mail server on this machine."""
    async with AsyncExitStack() as stack:
        yield await _listening(stack, lambda: SMTP(postbox, enable_SMTPUTF8=True))


@pytest.fixture
async def stage(port: int) -> AsyncIterator[Stage]:
    async with staged(tempo=BRISK, tests_per_hour=1000, keys_per_hour=1000, smtp_url=_url(port)) as opened:
        yield opened


def _url(port: int) -> SecretStr:
    return SecretStr(f"smtp://127.0.0.1:{port}")


async def _listening(stack: AsyncExitStack, protocol: Callable[[], asyncio.BaseProtocol]) -> int:
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    await stack.enter_async_context(server)
    return int(server.sockets[0].getsockname()[1])


async def mails(stage: Stage, kind: str = "mail") -> list[OutboxMessage]:
    async with stage.bot.app.db.reading() as session:
        rows = select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(col(OutboxMessage.id))
        return list(await session.exec(rows))


async def until_mail(
    stage: Stage, state: MessageState, trouble: str = "", kind: str = "mail"
) -> OutboxMessage:
    """Wait until a mail is in that state, and has that trouble."""
    async with asyncio.timeout(20):
        while True:
            for mail in await mails(stage, kind):
                if mail.state is state and trouble in (mail.trouble or ""):
                    return mail
            await asyncio.sleep(0.02)


async def until_count(postbox: Postbox, count: int) -> None:
    """Wait until so many mails have arrived."""
    async with asyncio.timeout(20):
        while len(postbox.messages) < count:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.02)


async def tried_now(stage: Stage) -> None:
    """What waits for its time is tried now."""
    async with stage.bot.app.db.writing() as session:
        await session.exec(update(OutboxLane).values(not_before=None))
        await session.exec(update(OutboxMessage).values(not_before=None))
    await stage.bot.app.outbox.sweep()


def plain(mail: EmailMessage) -> str:
    return _part(mail, "plain")


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


async def test_a_case_that_needs_staff_comes_by_mail_with_a_link_to_its_card(
    stage: Stage, postbox: Postbox
) -> None:
    key = stage.kucoin.issue(DANGEROUS)
    await acting.checks_key(stage.cast.ann, key)
    card = await acting.card_of(stage, 1)
    await until_mail(stage, MessageState.SENT)

    (mail,) = postbox.messages
    assert mail["To"] == mail["From"] == "Support@HashData.co"
    assert mail["Subject"] == "Case 1 needs support: KuCoin Spot/Margin"
    link = f"/archives/{stage.staff_channel.id}/p{card.ts.replace('.', '')}"
    for words in (plain(mail), _part(mail, "html")):
        assert link in words
        for part in ("Needs a fix", "can trade", "Guide, Step", "The keys are not in this e-mail"):
            assert part in words
        for secret in (key.key, key.secret, key.passphrase, "Ann"):
            assert secret not in words


async def test_a_case_in_which_nobody_is_needed_sends_no_mail(stage: Stage, postbox: Postbox) -> None:
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue("ip_restricted"))
    await acting.card_of(stage, 1)
    await acting.checks_key(stage.cast.ben, stage.kucoin.issue(DANGEROUS))
    await until_mail(stage, MessageState.SENT)

    assert [mail["Subject"] for mail in postbox.messages] == ["Case 2 needs support: KuCoin Spot/Margin"]


async def test_without_a_mail_server_no_mail_waits_and_the_start_says_so(
    capfd: pytest.CaptureFixture[str],
) -> None:
    async with staged(tempo=BRISK) as stage:
        await acting.checks_key(stage.cast.ann, stage.kucoin.issue(DANGEROUS))
        mail = await until_mail(stage, MessageState.DROPPED)

    assert mail.trouble == "no mail server"
    said = "".join(capfd.readouterr())
    assert said.count("no_email_will_be_sent") == 1
    assert said.count("email_not_sent") == 1


async def test_a_refused_mail_waits_until_it_is_mended_and_then_goes_out_once(
    stage: Stage, postbox: Postbox
) -> None:
    postbox.answers["RCPT"] = "550 no such mailbox"
    ann = stage.cast.ann
    await acting.checks_key(ann, stage.kucoin.issue(DANGEROUS))
    parked = await until_mail(stage, MessageState.PARKED)
    assert parked.trouble == "the mail server answered 550 to the recipient's address"
    assert "Needs a fix" in (await acting.gets_result(stage, ann)).text

    postbox.answers.clear()
    await stage.bot.app.outbox.mended()
    await until_mail(stage, MessageState.SENT)

    assert len(postbox.messages) == 1


async def test_a_busy_server_gets_the_same_mail_later_also_after_a_restart(
    stage: Stage, postbox: Postbox
) -> None:
    postbox.answers["DATA"] = "451 try again later"
    await acting.checks_key(stage.cast.ann, stage.kucoin.issue(DANGEROUS))
    await until_mail(stage, MessageState.PENDING, "451")

    await stage.stop()
    postbox.answers.clear()
    await stage.start()
    await tried_now(stage)
    await until_mail(stage, MessageState.SENT)

    assert len(postbox.messages) == 1


async def test_a_server_that_hangs_keeps_no_client_and_no_card_waiting() -> None:
    held: list[asyncio.BaseTransport] = []

    class Silent(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            held.append(transport)

    async with AsyncExitStack() as stack:
        port = await _listening(stack, Silent)
        stage = await stack.enter_async_context(staged(tempo=BRISK, smtp_url=_url(port)))
        await acting.checks_key(stage.cast.ann, stage.kucoin.issue(DANGEROUS))
        await acting.card_of(stage, 1)
        await _many_more_mails(stage, 30)
        await acting.checks_key(stage.cast.ben, stage.kucoin.issue(DANGEROUS))
        assert "Needs a fix" in (await acting.gets_result(stage, stage.cast.ben)).text
        await acting.card_of(stage, 2)

        assert held, "nobody talked to the mail server, so nothing could have been held up"
        assert not [mail for mail in await mails(stage) if mail.state is MessageState.SENT]
        await stage.bot.app.outbox.close(0)


async def _many_more_mails(stage: Stage, count: int) -> None:
    """About case 1, in a lane each."""
    async with stage.bot.app.db.writing() as session:
        for number in range(count):
            await say(
                session,
                conversation=f"mail:more-{number}",
                kind="mail",
                key=f"more-{number}",
                payload={"stage": "needs_staff"},
                case_number=1,
            )
    await stage.bot.app.outbox.sweep()


async def test_when_the_staff_channel_takes_nothing_one_mail_says_so_and_whose_case_it_is(
    stage: Stage, postbox: Postbox
) -> None:
    ann, ben = stage.cast.ann, stage.cast.ben
    stage.slack.admin.archive(stage.staff_channel)
    await acting.checks_key(ann, stage.kucoin.issue(DANGEROUS))
    await until_mail(stage, MessageState.SENT)
    # This one waits behind the first, and is mailed at once all the same.
    await acting.checks_key(ben, stage.kucoin.issue(DANGEROUS))
    await until_count(postbox, 2)

    for mail, client in zip(postbox.messages, (ann, ben), strict=True):
        assert "Open the card" not in plain(mail)
        assert "does not let keydesk write to the staff channel (is_archived)" in plain(mail)
        assert "The key can trade or move money" in plain(mail)
        assert f"Slack member {client.user_id}" in plain(mail)


async def test_a_channel_that_is_lost_later_costs_one_more_mail_and_is_caught_up_with_when_mended(
    stage: Stage, postbox: Postbox
) -> None:
    ann = stage.cast.ann
    await acting.checks_key(ann, stage.kucoin.issue(DANGEROUS))
    await until_count(postbox, 1)
    stage.slack.admin.remove_bot(stage.staff_channel)
    for _ in range(2):
        await acting.checks_key(ann, stage.kucoin.issue(DANGEROUS))
        await stage.bot.app.outbox.mended()
    await until_count(postbox, 2)
    stage.slack.admin.invite_bot(stage.staff_channel)
    await stage.bot.app.outbox.mended()
    await acting.card_of(stage, 1, "*Tests:* 3")

    first, second = postbox.messages
    assert "does not let keydesk" not in plain(first)
    assert "does not let keydesk write to the staff channel (channel_not_found)" in plain(second)
    assert second["References"] == first["Message-ID"]
    assert second["Subject"] == f"Re: {first['Subject']}"
    assert second["Message-ID"] != first["Message-ID"]


async def test_an_outage_that_nobody_can_be_told_of_in_slack_comes_by_mail_once(
    stage: Stage, postbox: Postbox
) -> None:
    stage.slack.admin.archive(stage.staff_channel)
    stage.kucoin.faults.add(Fault.DOWN)
    for person in (stage.cast.ann, stage.cast.ben, stage.slack.add_person("Cleo Client")):
        await acting.checks_key(person, stage.kucoin.issue("general_only"))
        await acting.gets_result(stage, person)
    await stage.bot.app.outbox.mended()
    await until_mail(stage, MessageState.SENT, kind="outage_mail")
    await stage.bot.app.outbox.mended()

    outages = [mail for mail in postbox.messages if "for many clients" in mail["Subject"]]
    assert len(outages) == 1
    for part in ("KuCoin could not be reached", "3 clients since", "is_archived", "No key is to blame"):
        assert part in plain(outages[0])


@pytest.mark.parametrize(
    ("login", "sender"),
    [
        ("", "help@client.example"),
        ("desk%40hashdata.example:pw@", "desk@hashdata.example"),
        ("desk:pw@", "help@client.example"),
    ],
)
def test_mail_comes_from_the_address_that_logs_in_or_from_supports_own(login: str, sender: str) -> None:
    assert sender_of(SecretStr(f"smtp://{login}mail.example"), "help@client.example") == sender
    assert Mailer(SecretStr(f"smtp://{login}mail.example"), sender).configured
