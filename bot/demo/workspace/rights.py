"""What an app's commands and shortcuts are to whom (Slack docs, Slack Connect; help, guest roles)."""

from __future__ import annotations

from bot.demo.workspace.core import Core
from bot.demo.workspace.records import FROM_ELSEWHERE, GUESTS, PersonKind, UserRecord


def refused(core: Core, user: UserRecord) -> str | None:
    """Why commands and shortcuts are not this person's, in the word that they are shown; else None."""
    if user.kind in FROM_ELSEWHERE:
        return "unknown_command"
    if user.kind is PersonKind.SINGLE_GUEST or (user.kind in GUESTS and not core.guests_may_use_apps):
        return "restricted_action"
    return "account_inactive" if user.kind is PersonKind.DEACTIVATED else None
