"""A workspace, a KuCoin and a database that are well, and a doctor who looks at them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from bot.demo.stage import Stage, staged
from bot.doctor import Report, examined, given
from tests.bot.doctor.post import Post

Examine = Callable[..., Awaitable[Report]]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Everything is in place, and keydesk does not run."""
    async with staged(start=False) as opened:
        yield opened


@pytest.fixture
def examine(stage: Stage) -> Examine:
    """Have the doctor look: ``await examine(staff_channel="C0")`` with other settings, by field name."""

    async def look(**changed: Any) -> Report:
        return await examined(given(**(stage.settings | changed)))

    return look


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    async with AsyncExitStack() as stack:
        yield Post(stack)
