"""A KuCoin on this machine, at the wire: as much of it as a read-only key check can see.

It verifies signatures, goes through the gates in KuCoin's order, and fails on demand.
"""

from bot.demo.kucoin.answers import Answer
from bot.demo.kucoin.endpoints import Host
from bot.demo.kucoin.faults import FAULT_TITLES, Fault, Faults
from bot.demo.kucoin.keys import Absence, IssuedKey, Terms
from bot.demo.kucoin.presets import CALLER, PRESETS, Expected, Preset
from bot.demo.kucoin.venue import KuCoin, SeenRequest

__all__ = [
    "CALLER",
    "FAULT_TITLES",
    "PRESETS",
    "Absence",
    "Answer",
    "Expected",
    "Fault",
    "Faults",
    "Host",
    "IssuedKey",
    "KuCoin",
    "Preset",
    "SeenRequest",
    "Terms",
]
