"""What Prometheus is told: counts of this process, and how things stand in the database.

A registry for each app, none for the whole process. Labels have few values, all known beforehand;
none names a person, a channel or a key.
"""

from __future__ import annotations

from bot.measuring.counts import Counts
from bot.measuring.measures import Measures

__all__ = ["Counts", "Measures"]
