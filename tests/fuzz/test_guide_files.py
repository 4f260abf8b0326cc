"""Whatever becomes of a guide's file under an editor's hands: it loads, or its slip is told; nothing else."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.fuzz.anything import BODY
from validators.guide import load
from validators.guide_file import GuideError
from validators.kucoin.words import DETAILS

GUIDE = Path(__file__).parents[2] / "validators" / "kucoin" / "guide.yml"
LINES = GUIDE.read_text(encoding="utf-8").splitlines()
FUZZ = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SCRAPS = some.text(max_size=30) | some.sampled_from(
    [
        "{app}",
        "&a [*a]",
        "!!python/object/apply:os.system ['true']",
        "- - -",
        "\t",
        "<<: *x",
        "{",
        '"',
        "%TAG ! !",
    ]
)


def loads(tmp_path: Path, content: bytes) -> bool:
    """Whether it loads; False where its slip is told with the file's name. Nothing else may be raised."""
    file = tmp_path / "guide.yml"
    file.write_bytes(content)
    try:
        load(file, details=DETAILS)
    except GuideError as slip:
        return "guide.yml" not in str(slip)
    return True


def test_the_guide_itself_loads(tmp_path: Path) -> None:
    assert loads(tmp_path, GUIDE.read_bytes())


@FUZZ
@given(place=some.integers(0, len(LINES) - 1), scrap=SCRAPS)
def test_a_line_that_was_overwritten(tmp_path: Path, place: int, scrap: str) -> None:
    changed = [*LINES[:place], scrap.encode("utf-8", "replace").decode(), *LINES[place + 1 :]]

    loads(tmp_path, "\n".join(changed).encode())


@FUZZ
@given(place=some.integers(0, len(LINES) - 1), column=some.integers(0, 120), scrap=SCRAPS)
def test_a_line_into_which_something_was_pasted(tmp_path: Path, place: int, column: int, scrap: str) -> None:
    line = LINES[place]
    pasted = line[:column] + scrap.encode("utf-8", "replace").decode() + line[column:]

    loads(tmp_path, "\n".join([*LINES[:place], pasted, *LINES[place + 1 :]]).encode())


@FUZZ
@given(start=some.integers(0, len(LINES) - 1), count=some.integers(1, 30))
def test_lines_that_were_deleted_or_doubled(tmp_path: Path, start: int, count: int) -> None:
    piece = LINES[start : start + count]

    for changed in ([*LINES[:start], *LINES[start + count :]], [*LINES[:start], *piece, *LINES[start:]]):
        loads(tmp_path, "\n".join(changed).encode())


@FUZZ
@given(body=BODY)
def test_a_file_that_is_something_else(tmp_path: Path, body: bytes) -> None:
    assert not loads(tmp_path, body)
