"""What has to be said exactly once, in order, per conversation.

`say` puts it down in the transaction of what it is about; `Outbox` sends it.
"""

from __future__ import annotations

from bot.outbox.delivery import Delivery, NotSent, Overtaken, Parked, Sent, TryLater, Uncertain
from bot.outbox.saying import said, say, say_card, say_update
from bot.outbox.sending import Outbox
from bot.outbox.standing import Standing
from bot.outbox.watched import Watched

__all__ = [
    "Delivery",
    "NotSent",
    "Outbox",
    "Overtaken",
    "Parked",
    "Sent",
    "Standing",
    "TryLater",
    "Uncertain",
    "Watched",
    "said",
    "say",
    "say_card",
    "say_update",
]
