"""The e-mail that tells support of a case. Pure: values in, a `Mail` out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from html import escape

from bot.mail.message import Mail, one_line

LONGEST_LINE = 300
MOST_FINDINGS = 20
CLOSING = "The keys are not in this e-mail. Please answer the client in Slack, on the case's card."

PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"></head>
<body style="font-family: sans-serif; line-height: 1.5">
{body}
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class CaseMail:
    """What support should know of a case; plain text throughout, nothing escaped, nothing secret.

    Attributes:
        exchange, account: As a person reads them, such as ``KuCoin`` or ``Spot/Margin``.
        verdict: The word of the result, such as ``Needs a fix``.
        reason: Why it comes to support now, one sentence.
        findings: One line each, with the guide's step.
        card_link: To the card in Slack; None while there is none.
    """

    number: int
    opened_at: datetime
    exchange: str
    account: str
    verdict: str
    reason: str
    findings: tuple[str, ...] = ()
    attempts: int = 1
    client_name: str | None = None
    card_link: str | None = None


def compose_case_mail(case: CaseMail, to: str, host: str, part: int = 1) -> Mail:
    """Say *case* in an e-mail.

    Args:
        host: Whose mail it is; stands in the message id, such as the domain of the sender.
        part: Counts the mails of one case from 1. All belong to one thread, whose subject stays.
    """
    subject = f"Case {case.number} needs support: {_short(case.exchange)} {_short(case.account)}"
    return Mail(
        subject=subject if part == 1 else f"Re: {subject}",
        text=_text(case),
        html=_html(case),
        to=to,
        message_id=_message_id(case, host, part),
        references=() if part == 1 else (_message_id(case, host, 1),),
    )


def _message_id(case: CaseMail, host: str, part: int) -> str:
    """The opening time keeps apart the cases of two databases: numbers start from 1 in each."""
    clean = re.sub(r"[^A-Za-z0-9.-]", "", host).strip(".-") or "invalid"
    return f"<case-{case.number}.{part}.{int(case.opened_at.timestamp())}@keydesk.{clean}>"


def _facts(case: CaseMail) -> list[tuple[str, str]]:
    facts = [
        ("Client", case.client_name or ""),
        ("Account", f"{case.exchange}, {case.account}"),
        ("Result", case.verdict),
        ("Tests so far", str(case.attempts)),
    ]
    return [(label, _short(value)) for label, value in facts if value]


def _findings(case: CaseMail) -> list[str]:
    shown = [_short(finding) for finding in case.findings[:MOST_FINDINGS]]
    more = len(case.findings) - len(shown)
    return [*shown, f"and {more} more, on the card"] if more > 0 else shown


def _text(case: CaseMail) -> str:
    lines = [f"Case {case.number} needs support.", _short(case.reason), ""]
    lines += [f"{label}: {value}" for label, value in _facts(case)]
    if case.findings:
        lines += ["", "What was found:", *(f"- {finding}" for finding in _findings(case))]
    if case.card_link:
        lines += ["", f"Open the card in Slack: {one_line(case.card_link)}"]
    return "\n".join([*lines, "", CLOSING, ""])


def _html(case: CaseMail) -> str:
    parts = [f"<h2>Case {case.number} needs support</h2>", f"<p>{escape(_short(case.reason))}</p>"]
    rows = (f"<b>{label}:</b> {escape(value)}" for label, value in _facts(case))
    parts.append(f"<p>{'<br>'.join(rows)}</p>")
    if case.findings:
        items = "".join(f"<li>{escape(finding)}</li>" for finding in _findings(case))
        parts.append(f"<p><b>What was found:</b></p><ul>{items}</ul>")
    if case.card_link and case.card_link.startswith(("https://", "http://")):
        parts.append(f'<p><a href="{escape(one_line(case.card_link))}">Open the card in Slack</a></p>')
    return PAGE.format(body="\n".join([*parts, f"<p>{CLOSING}</p>"]))


def _short(text: str) -> str:
    plain = one_line(text)
    return plain if len(plain) <= LONGEST_LINE else f"{plain[: LONGEST_LINE - 1]}…"
