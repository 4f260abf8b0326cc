"""The words of this exchange, read once, and what fills their placeholders."""

from __future__ import annotations

from pathlib import Path

from validators.diagnosis import Cause
from validators.guide import load

DETAILS = {
    Cause.CAN_WITHDRAW: ("ticked",),
    Cause.CAN_TRANSFER: ("ticked",),
    Cause.CAN_TRADE: ("ticked",),
    Cause.UNKNOWN_PERMISSION: ("ticked",),
    Cause.KEY_NOT_FOUND: ("made?", "age?", "limit?"),
    Cause.EXPIRED: ("date",),
    Cause.WILL_EXPIRE: ("date",),
    Cause.THIRD_PARTY_APP: ("app",),
    Cause.SUB_ACCOUNT: ("name?",),
    Cause.OTHER_SITE: ("site",),
    Cause.OLD_KEY_VERSION: ("version",),
}
"""The details of each finding that has any; ``?`` marks those that may be missing."""

GUIDE = load(Path(__file__).with_name("guide.yml"), details=DETAILS)
