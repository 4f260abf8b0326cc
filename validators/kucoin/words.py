"""The words of this exchange, read when they are first asked for, and what fills their placeholders."""

from __future__ import annotations

import functools
from pathlib import Path

from validators.diagnosis import Cause
from validators.guide import Guide, load

DETAILS = {
    Cause.CAN_WITHDRAW: {"ticked": "Withdrawal"},
    Cause.CAN_TRANSFER: {"ticked": "FlexTransfers"},
    Cause.CAN_TRADE: {"ticked": "Spot Trading and Margin Trading"},
    Cause.UNKNOWN_PERMISSION: {"ticked": '"Convert"'},
    Cause.KEY_NOT_FOUND: {"made?": "20 August 2026", "age?": "94", "limit?": "90"},
    Cause.EXPIRED: {"date": "18 November 2026"},
    Cause.WILL_EXPIRE: {"date": "18 February 2027"},
    Cause.THIRD_PARTY_APP: {"app": "3Commas"},
    Cause.SUB_ACCOUNT: {"name?": "bookkeeping"},
    Cause.OTHER_SITE: {"site": "KuCoin Australia"},
    Cause.OLD_KEY_VERSION: {"version": "2"},
}
"""The details of each finding that has any, with an example; ``?`` marks those that may be missing."""


@functools.cache
def read_guide() -> Guide:
    """The one guide of this process.

    Raises:
        GuideError: the file has a slip.
    """
    return load(Path(__file__).with_name("guide.yml"), details=DETAILS)
