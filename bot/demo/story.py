"""One client from a wrong key to a pass, and one case through to its card, told in a terminal.

Everything shown is what the people of the play see: nothing is made up for the telling.
"""

from __future__ import annotations

import os
import sys
import textwrap
from typing import TextIO

from bot.demo import acting
from bot.demo.kucoin import IssuedKey
from bot.demo.stage import Stage, staged
from bot.demo.workspace import Dialog, Message
from bot.log import configure

WIDTH = 100


async def tell(out: TextIO = sys.stdout) -> int:
    """Play the story; 0 once it has come to its good end."""
    configure("WARNING", "console")
    async with staged() as stage:
        told = Telling(out)
        key = stage.kucoin.issue("ip_restricted")
        await _the_wrong_key(stage, told, key)
        await _the_case(stage, told)
        await _the_fix(stage, told, key)
        told.says("The end. Nothing above left this machine, and no key was kept.")
    return 0


class Telling:
    """Writes what happens and what is seen, readable in any terminal."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._bold = ("\033[1m", "\033[0m") if out.isatty() and "NO_COLOR" not in os.environ else ("", "")

    def says(self, sentence: str) -> None:
        """What happens."""
        begin, end = self._bold
        print(f"\n{begin}» {sentence}{end}", file=self._out)

    def shows(self, who: str, words: str) -> None:
        """What somebody sees, in a frame."""
        print(f"┌─ {who} " + "─" * max(0, WIDTH - len(who) - 5), file=self._out)
        for line in words.replace("*", "").splitlines():
            for part in textwrap.wrap(line, WIDTH - 4) or [""]:
                print(f"│ {part}", file=self._out)
        print("└" + "─" * (WIDTH - 1), file=self._out)


async def _the_wrong_key(stage: Stage, told: Telling, key: IssuedKey) -> None:
    ann = stage.cast.ann
    told.says("Ann made a key at KuCoin, and left an IP restriction on it. She types /test-keys in Slack.")
    dialog = await acting.opens_dialog(ann)
    told.shows("Ann's screen: a private dialog", dialog.words)
    acting.fills(dialog, key.key, key.secret, key.passphrase)
    told.says("She enters the key and presses “Test Keys”.")
    await dialog.submit()
    shown = await acting.sees_result(ann)
    told.shows("Ann's screen: the result, in the same dialog and as a direct message", _seen(shown))


async def _the_case(stage: Stage, told: Telling) -> None:
    card = await acting.card_of(stage, 1)
    told.says(
        "The support team has a case already, diagnosed. They see no key, only its first and last characters."
    )
    told.shows(f"#{stage.staff_channel.name}: the card of case 1", _seen(card))


async def _the_fix(stage: Stage, told: Telling, key: IssuedKey) -> None:
    ann = stage.cast.ann
    told.says("Ann sets IP restriction to No on KuCoin's page, and presses “Test again”: no typing.")
    stage.kucoin.edit(key, ip_whitelist=())
    wrong = await acting.gets_result(stage, ann)
    await wrong.press("Test again")
    passed = await acting.gets_result(stage, ann, 2)
    told.shows("Ann's direct messages: the new result", _seen(passed))
    card = await acting.card_of(stage, 1, "a later test passed")
    told.says("The case has closed itself.")
    told.shows(f"#{stage.staff_channel.name}: the same card", _seen(card))


def _seen(surface: Dialog | Message) -> str:
    """Its words, its buttons on one line."""
    buttons = surface.buttons
    lines = [line for line in surface.words.splitlines() if line not in buttons]
    row = "   ".join(f"[ {button} ]" for button in buttons)
    return "\n".join([*lines, row])
