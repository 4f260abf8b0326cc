"""A Slack workspace on this machine, as strict as Slack: for tests and demos of any Slack app.

Web API, Socket Mode and signed HTTP; people who act and see; faults on demand; a clock that can be wound.
"""

from bot.demo.workspace.changes import Change
from bot.demo.workspace.dialogs import Dialog
from bot.demo.workspace.faults import Fault
from bot.demo.workspace.people import Person
from bot.demo.workspace.records import Call, ChannelRecord, Delivery, PersonKind, UsergroupRecord
from bot.demo.workspace.shown import Answered, Shown
from bot.demo.workspace.surfaces import Message, Surface
from bot.demo.workspace.workspace import Workspace

__all__ = [
    "Answered",
    "Call",
    "Change",
    "ChannelRecord",
    "Delivery",
    "Dialog",
    "Fault",
    "Message",
    "Person",
    "PersonKind",
    "Shown",
    "Surface",
    "UsergroupRecord",
    "Workspace",
]
