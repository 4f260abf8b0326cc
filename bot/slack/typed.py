"""What staff type, read: case numbers, people, spans of time, and text as they saw it on screen.

Each reader raises a `Told` that says what is wrong and what would work, and repeats nothing.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from bot.refusal import Told
from bot.setting_values import parse_duration

LONGEST_TEXT = 2500
"""Characters of a note or a reply, the same in a dialog and in a command."""
LONGEST_REASON = 300
LONGEST_SNOOZE = timedelta(days=30)
MOST_DAYS = 366

_NUMBER = re.compile(r"#?([0-9]{1,9})")
_PERSON = re.compile(r"<@([A-Z0-9]{1,32})(?:\|[^<>]*)?>")
_REFERENCE = re.compile(r"<([@#!][^<>]*|[a-z][a-z0-9+.-]*:[^<>]*)>")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}


def case_number(word: str, usage: str) -> int:
    """The number of a case, such as ``12`` or ``#12``.

    Raises:
        Told: it is none.
    """
    found = _NUMBER.fullmatch(word)
    if found is None:
        wrong = "That is not the number of a case" if word else "The number of the case is missing"
        raise Told(f"{wrong}. {example(usage)} `/triage` lists the open cases.")
    return int(found[1])


def number_alone(text: str, usage: str) -> int:
    """The same, and nothing behind it.

    Raises:
        Told
    """
    number, rest = number_and_rest(text, usage)
    if rest:
        raise Told(f"This takes one case number and nothing else. {example(usage)}")
    return number


def number_and_rest(text: str, usage: str) -> tuple[int, str]:
    """A case number, and what follows it as it was typed.

    Raises:
        Told: there is no number.
    """
    word, *rest = text.split(maxsplit=1) or [""]
    return case_number(word, usage), rest[0].strip() if rest else ""


def words(text: str, usage: str, what: str, limit: int = LONGEST_TEXT) -> str:
    """Text that has to be there and be no longer than *limit*, as staff saw it.

    Raises:
        Told
    """
    shown = as_seen(text).strip()
    if not shown:
        raise Told(f"{what} is missing. {example(usage)}")
    return not_longer(shown, what, limit)


def not_longer(text: str, what: str, limit: int) -> str:
    """Raises: Told, where it is longer; nothing is ever cut off silently."""
    if len(text) > limit:
        raise Told(
            f"{what} has {len(text):,} characters; {limit:,} fit. Please shorten it, or send it in parts."
        )
    return text


def person(word: str, usage: str) -> str:
    """The user id of a mention.

    Raises:
        Told: it is a plain name, a group, or nothing.
    """
    found = _PERSON.fullmatch(word.strip())
    if found is None:
        raise Told(
            "Please name one person: type @ and pick them from the list that Slack shows, so that it "
            f"is really them. {example(usage)}"
        )
    return found[1]


def span(word: str, usage: str) -> timedelta:
    """How long to leave a case alone.

    Raises:
        Told
    """
    try:
        found = parse_duration(word)
    except ValueError:
        raise Told(f"Please say for how long: 90s, 30m, 2h or 3d. {example(usage)}") from None
    if not timedelta(0) < found <= LONGEST_SNOOZE:
        raise Told(f"A case can sleep from 1 second to 30 days. {example(usage)}")
    return found


def days(text: str, usage: str, default: int) -> int:
    """A number of days back from now.

    Raises:
        Told
    """
    word = text.strip()
    if not word:
        return default
    found = re.fullmatch(r"([0-9]{1,4})\s*d?(?:ays?)?", word)
    if found is None or not 1 <= int(found[1]) <= MOST_DAYS:
        raise Told(f"Please give a number of days from 1 to {MOST_DAYS}. {example(usage, '7')}")
    return int(found[1])


def example(usage: str, day_count: str = "30") -> str:
    """How it would be right, from the declaration of the subcommand."""
    shown = usage.replace("N", "12").replace("[days]", day_count).replace(" [reason]", "")
    return f"For example: `/triage {shown}`."


def as_seen(text: str) -> str:
    """Slack's escapes back into what the writer saw: names for ids, characters for entities.

    Slack's documents on slash commands: people arrive as ``<@U012|name>``, channels as
    ``<#C012|name>``, links as ``<https://…>``. What comes out mentions nobody.
    """
    named = _REFERENCE.sub(lambda found: _name(found[1]), storable(text))
    return re.sub("&(?:lt|gt|amp);", lambda found: _ENTITIES[found[0]], named)


def storable(text: str) -> str:
    """*text* without what no database takes and nobody sees: control characters and half characters."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})


def _name(reference: str) -> str:
    target, _, label = reference.partition("|")
    if target.startswith(("@", "#")):
        return target[0] + (label or target[1:])
    if target.startswith("!"):
        return "@" + (label or target[1:].split("^")[-1]).lstrip("@")
    return label if target.startswith(("mailto:", "tel:")) and label else target
