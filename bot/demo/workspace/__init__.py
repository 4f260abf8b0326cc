"""A Slack workspace on this machine, as strict as Slack: for tests and demos of any Slack app.

Web API, Socket Mode and signed HTTP; people who act and see; faults on demand; a clock that can be wound.

    async with Workspace.open() as slack:
        slack.install(yaml.safe_load(open("manifest.yml")))
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        app = AsyncApp(client=client, signing_secret=slack.signing_secret)
        ...                                                   # the app's own listeners
        handler = AsyncSocketModeHandler(app, slack.app_token)
        await handler.connect_async()                         # or slack.events_url = "http://127.0.0.1:…"

        ann = slack.add_person("Ann Archer")
        await ann.command("/order")
        dialog = await ann.dialog()
        dialog.fill("Name", "Ann")
        await dialog.submit()
        await slack.until(lambda: ann.direct_messages)
"""

from bot.demo.workspace.changes import Change
from bot.demo.workspace.dialogs import Dialog
from bot.demo.workspace.faults import Fault
from bot.demo.workspace.home_tab import Surface
from bot.demo.workspace.people import Person
from bot.demo.workspace.records import Call, ChannelRecord, Delivery, PersonKind, UsergroupRecord
from bot.demo.workspace.shown import Answered, Shown, Suggested
from bot.demo.workspace.surfaces import Message
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
    "Suggested",
    "Surface",
    "UsergroupRecord",
    "Workspace",
]
