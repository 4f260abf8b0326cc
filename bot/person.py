"""Who a person is: never a name or an e-mail, always a team and a user."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A Slack user of a Slack team, such as ``T024BE7LD``, ``U023BECGF``."""

    team_id: str
    user_id: str


KEYDESK = "keydesk"
"""The actor of what the program does by itself."""
