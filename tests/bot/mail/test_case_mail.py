"""Support reads what happened and what to do, in plain text and in HTML."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.mail import CaseMail, compose_case_mail

CASE = CaseMail(
    number=7,
    opened_at=datetime(2026, 11, 22, 19, 5, tzinfo=UTC),
    exchange="KuCoin",
    account="Spot/Margin",
    verdict="Needs a fix",
    reason="The key can trade.",
    findings=("Trade is on. Guide, Step Four", "IP restriction is on. Guide, Step Four"),
    attempts=2,
    client_name="Zoë",
    card_link="https://acme.slack.com/archives/C1/p1",
)
TEXT = """\
Case 7 needs support.
The key can trade.

Client: Zoë
Account: KuCoin, Spot/Margin
Result: Needs a fix
Tests so far: 2

What was found:
- Trade is on. Guide, Step Four
- IP restriction is on. Guide, Step Four

Open the card in Slack: https://acme.slack.com/archives/C1/p1

The keys are not in this e-mail. Please answer the client in Slack, on the case's card.
"""
SUPPORT = "Support@HashData.co"


class Page(HTMLParser):
    """What a reader sees of an HTML page, and which tags made it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen, self.tags, self.links = "", set[str](), list[str | None]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.seen += data


def test_the_whole_case_is_told_in_plain_text() -> None:
    mail = compose_case_mail(CASE, SUPPORT, "hashdata.co")

    assert mail.text == TEXT
    assert mail.subject == "Case 7 needs support: KuCoin Spot/Margin"
    assert mail.to == SUPPORT


def test_the_html_says_the_same_and_links_the_card() -> None:
    page = Page(compose_case_mail(CASE, SUPPORT, "hashdata.co").html)

    for line in TEXT.splitlines():
        assert line.removeprefix("- ").removesuffix(".").split(": https")[0] in page.seen
    assert page.links == [CASE.card_link]


def test_what_is_not_known_is_left_out() -> None:
    mail = compose_case_mail(replace(CASE, client_name=None, findings=(), card_link=None), SUPPORT, "h")

    for word in ("Client:", "What was found", "Open the card"):
        assert word not in mail.text
        assert word not in Page(mail.html).seen


def test_all_mails_of_a_case_are_one_thread() -> None:
    first, second, third = (compose_case_mail(CASE, SUPPORT, "hashdata.co", part) for part in (1, 2, 3))

    assert first.message_id == "<case-7.1.1795374300@keydesk.hashdata.co>"
    assert first.references == ()
    assert second.references == third.references == (first.message_id,)
    assert len({first.message_id, second.message_id, third.message_id}) == 3
    assert second.subject == third.subject == f"Re: {first.subject}"


def test_a_mail_that_is_composed_again_is_the_same_mail() -> None:
    assert compose_case_mail(CASE, SUPPORT, "h", 2) == compose_case_mail(CASE, SUPPORT, "h", 2)


def test_the_same_number_in_another_database_is_another_thread() -> None:
    other = replace(CASE, opened_at=CASE.opened_at + timedelta(days=1))

    assert (
        compose_case_mail(CASE, SUPPORT, "h").message_id != compose_case_mail(other, SUPPORT, "h").message_id
    )


@pytest.mark.parametrize(
    ("host", "ends"),
    [
        ("", "@keydesk.invalid>"),
        (">\r\nBcc: x@y", "@keydesk.Bccxy>"),
        ("mail.example.", "@keydesk.mail.example>"),
    ],
)
def test_a_message_id_is_well_formed_whatever_the_host(host: str, ends: str) -> None:
    assert compose_case_mail(CASE, SUPPORT, host).message_id.endswith(ends)


@pytest.mark.parametrize("hostile", ["</p><script>alert(1)</script>", '"><img src=x>', "<!everyone> & co"])
@pytest.mark.parametrize("name", ["client_name", "exchange", "account", "verdict", "reason", "findings"])
def test_nothing_that_a_stranger_wrote_becomes_html(name: str, hostile: str) -> None:
    changed: dict[str, Any] = {name: (hostile,) if name == "findings" else hostile}

    page = Page(compose_case_mail(replace(CASE, **changed), SUPPORT, "h").html)

    assert page.tags <= Page(compose_case_mail(CASE, SUPPORT, "h").html).tags
    assert hostile in page.seen


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "//evil.example"])
def test_only_a_web_address_is_linked(link: str) -> None:
    assert Page(compose_case_mail(replace(CASE, card_link=link), SUPPORT, "h").html).links == []


@pytest.mark.parametrize("name", ["client_name", "reason", "card_link", "verdict"])
def test_a_line_break_in_a_value_adds_no_line(name: str) -> None:
    changed: dict[str, Any] = {name: "a\nResult: Passed\r\nb"}

    mail = compose_case_mail(replace(CASE, **changed), SUPPORT, "h")

    assert len(mail.text.splitlines()) == len(TEXT.splitlines())


def test_a_mail_stays_short() -> None:
    mail = compose_case_mail(replace(CASE, findings=("x" * 9_000,) * 500, reason="y" * 9_000), SUPPORT, "h")

    assert len(mail.text) < 8_000
    assert "and 480 more, on the card" in mail.text


@settings(max_examples=50)
@given(name=st.text(max_size=60), finding=st.text(max_size=60))
def test_any_name_is_shown_and_none_breaks_the_page(name: str, finding: str) -> None:
    mail = compose_case_mail(replace(CASE, client_name=name, findings=(finding,)), SUPPORT, "h")

    assert Page(mail.html).links == [CASE.card_link]
    assert mail.text.splitlines()[-1] == TEXT.splitlines()[-1]
