"""The guided tour: six steps from a wrong key to a pass, each known as done by what is so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.demo import acting
from bot.demo.kucoin import PRESETS
from bot.demo.page.exchange import Desk, is_fine
from bot.demo.stage import Stage


@dataclass(frozen=True, slots=True)
class Play:
    """What the steps look at."""

    stage: Stage
    desk: Desk


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        where: The pane, and what to focus in it, for "Take me there".
        done: Whether it is so by now.
    """

    title: str
    words: str
    where: tuple[str, str]
    done: Callable[[Play], bool]


def _wrong_key_made(play: Play) -> bool:
    return any(PRESETS[one.preset].expected.verdict != "passed" for one in play.desk.keys)


def _dialog_open(play: Play) -> bool:
    return any(dialog.labels for client in _clients(play) for dialog in client.dialogs)


def _result_told(play: Play) -> bool:
    return any(not text.startswith("Passed") for text in _results(play))


def _case_claimed(play: Play) -> bool:
    return any("Owner: @" in card.words for card in acting.cards(play.stage))


def _key_mended(play: Play) -> bool:
    return any(one.mended and is_fine(one) for one in play.desk.keys)


def _passed(play: Play) -> bool:
    return any(text.startswith("Passed") for text in _results(play))


STEPS = (
    Step(
        "A client makes a key, with a mistake",
        "In the KuCoin pane choose “IP restricted” and press “Make this key”.",
        ("exchange", "preset"),
        _wrong_key_made,
    ),
    Step(
        "The client opens the private dialog",
        "In the client's Slack, as Ann, write /test-keys and press Enter, "
        "or press “Test an API key” on the bot's Home tab.",
        ("client", "composer"),
        _dialog_open,
    ),
    Step(
        "The key is tested",
        "In the KuCoin pane press “Paste all three”, then “Test Keys” in the dialog. "
        "The result stands in the dialog, and stays as a direct message.",
        ("exchange", "paste"),
        _result_told,
    ),
    Step(
        "Support has the case already",
        "In the staff's Slack open #support-keys. The card says what is wrong and what the client was told; "
        "of the key only its first and last four characters. Press “Claim”.",
        ("staff", "place:support-keys"),
        _case_claimed,
    ),
    Step(
        "The client mends the key at KuCoin",
        "In the KuCoin pane, under “Edit this key”, set IP restriction to No and press “Save”.",
        ("exchange", "edit"),
        _key_mended,
    ),
    Step(
        "Test again, and pass",
        "In the client's Slack press “Test again” under the result: nothing has to be typed. "
        "The key passes, is forgotten, and the case closes itself.",
        ("client", "messages"),
        _passed,
    ),
)
END = (
    "That was the whole way: a wrong key, what to fix, the case, the pass. Now break something: "
    "let KuCoin go down, or kill the bot in the middle of a test and start it again."
)


class Tour:
    """How far somebody has come; a step once done stays done."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self._done: set[int] = set()

    def look(self) -> bool:
        """Look anew at the step that is on; whether anything is done that was not."""
        before = len(self._done)
        for number, step in enumerate(STEPS):
            if number in self._done:
                continue
            if not step.done(self._play):
                break
            self._done.add(number)
        return len(self._done) > before

    def told(self) -> dict[str, Any]:
        """For the page."""
        steps = [
            {
                "title": step.title,
                "words": step.words,
                "pane": step.where[0],
                "focus": step.where[1],
                "done": number in self._done,
            }
            for number, step in enumerate(STEPS)
        ]
        return {"steps": steps, "end": END}


def _clients(play: Play) -> list[Any]:
    cast = play.stage.cast
    return [cast.ann, cast.ben, cast.guest, cast.external]


def _results(play: Play) -> list[str]:
    return [message.text for client in _clients(play) for message in acting.results(client)]
