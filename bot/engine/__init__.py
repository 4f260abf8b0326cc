"""The durable engine: the only package that knows DBOS, and within it only `transact` and `tables`."""

from __future__ import annotations

from bot.engine.durable import Engine
from bot.engine.loops import Pulse
from bot.engine.steps import OnFailure, Plain, StepError, Steps, Workflow
from bot.engine.tables import make_tables
from bot.engine.work import Work

__all__ = [
    "Engine",
    "OnFailure",
    "Plain",
    "Pulse",
    "StepError",
    "Steps",
    "Work",
    "Workflow",
    "make_tables",
]
