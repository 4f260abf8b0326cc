"""Reads ``guide.yml`` and checks it whole: a slip is told with its line, and nothing starts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple, NoReturn

import yaml

from validators.diagnosis import KIND_OF, Cause, Kind, Requirement
from validators.shallow_yaml import compose

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
EVERYWHERE = ("account", "other")
"""Placeholders that every sentence about a diagnosis may hold."""
OUTCOMES = ("passed", "needs_a_fix", "dangerous", "could_not_tell")

Details = Mapping[Cause, Mapping[str, str]]


class GuideError(Exception):
    """The guide's file has a slip; the message names file, line and what is wrong."""


class Step(NamedTuple):
    """A step of the guide: named in the file, shown by its number, such as "Four"."""

    name: str
    number: str
    title: str


class Asked(NamedTuple):
    """A line of the checklist, and the steps that it follows from."""

    text: str
    steps: tuple[Step, ...]


class Outcome(NamedTuple):
    """What is said of a verdict as a whole."""

    word: str
    opening: str
    next: tuple[str, ...]


class Answer(NamedTuple):
    """What is said of one cause."""

    headline: str
    do: tuple[str, ...]
    steps: tuple[Step, ...]
    staff: str
    hidden: str


@dataclass(frozen=True, slots=True)
class Words:
    """The whole file."""

    title: str
    url: str
    accounts: dict[str, str]
    steps: dict[str, Step]
    requirements: dict[Requirement, Asked]
    outcomes: dict[str, Outcome]
    answers: dict[Cause, Answer]
    shapes: dict[str, str]


def read_words(path: Path, details: Details, causes: Collection[Cause]) -> Words:
    """Read and check *path*.

    Args:
        details: The placeholders of each cause that has any, each with an example; ``?`` at the
            end of a name marks those that may be missing, which cannot stand in a headline.
        causes: What the exchange can find, each of which needs an answer.

    Raises:
        GuideError: the file cannot be read or has a slip.
    """
    file = _File(path)
    top = file.fields(
        file.root(),
        "the guide",
        ("title", "url", "accounts", "steps", "requirements", "verdicts", "answers", "shapes"),
    )
    steps = {step.name: step for step in file.steps(top["steps"])}
    return Words(
        title=file.text(top["title"], ()),
        url=file.text(top["url"], ()),
        accounts={name: file.text(node, ()) for name, node in file.entries(top["accounts"]).items()},
        steps=steps,
        requirements=file.requirements(top["requirements"], steps),
        outcomes=file.outcomes(top["verdicts"]),
        answers=file.answers(top["answers"], steps, details, causes),
        shapes={name: file.text(node, ("label",)) for name, node in file.entries(top["shapes"]).items()},
    )


def cited(steps: Iterable[Step]) -> str:
    """ "Guide, Step Four" or "Guide, Step Three and Step Four"; empty where there is none."""
    numbers = [f"Step {step.number}" for step in steps]
    # Each step in full, so that whoever looks for "Step Four" finds it.
    named = " and ".join(part for part in (", ".join(numbers[:-1]), *numbers[-1:]) if part)
    return f"Guide, {named}" if named else ""


class _File:
    """The parsed file; each reader checks what it reads and knows the line it stands on."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def root(self) -> yaml.Node:
        try:
            return compose(self._path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise GuideError(f"{self._path.name} cannot be read: {type(error).__name__}") from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or "this is not YAML"
            raise GuideError(f"{self._path.name}, line {mark.line + 1 if mark else '?'}: {problem}") from None

    def slip(self, node: yaml.Node, what: str) -> NoReturn:
        raise GuideError(f"{self._path.name}, line {node.start_mark.line + 1}: {what}")

    def entries(self, node: yaml.Node) -> dict[str, yaml.Node]:
        """The values of a mapping by their names."""
        if not isinstance(node, yaml.MappingNode):
            self.slip(node, "names with values are expected here")
        found: dict[str, yaml.Node] = {}
        for name, value in node.value:
            if not isinstance(name, yaml.ScalarNode):
                self.slip(name, "a plain name is expected here")
            if name.value in found:
                self.slip(name, f"{name.value} stands twice")
            found[name.value] = value
        return found

    def fields(
        self, node: yaml.Node, what: str, required: Collection[str], optional: Collection[str] = ()
    ) -> dict[str, yaml.Node]:
        """The values of a mapping whose names are fixed."""
        found, names = self.entries(node), dict.fromkeys((*required, *optional))
        for name, _value in node.value:
            if name.value not in names:
                near = get_close_matches(name.value, names, 1)
                meant = f"did you mean {near[0]!r}?" if near else f"it knows {', '.join(names)}"
                self.slip(name, f"{what} has no {name.value!r}; {meant}")
        for name in required:
            if name not in found:
                self.slip(node, f"{what} lacks {name!r}")
        return found

    def items(self, node: yaml.Node) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            self.slip(node, "a list is expected here")
        return list(node.value)

    def text(self, node: yaml.Node, placeholders: Collection[str]) -> str:
        """One sentence or word, all of whose placeholders are known."""
        if (
            not isinstance(node, yaml.ScalarNode)
            or node.tag != "tag:yaml.org,2002:str"
            or not node.value.strip()
        ):
            self.slip(node, "a text is expected here")
        for name in PLACEHOLDER.findall(node.value):
            if name not in placeholders:
                known = ", ".join(f"{{{known}}}" for known in placeholders) or "none"
                self.slip(node, f"nobody fills {{{name}}} here; known are: {known}")
        if set("{}") & set(PLACEHOLDER.sub("", node.value)):
            self.slip(node, "a brace stands alone; a placeholder is written {name}")
        return str(node.value).strip()

    def texts(self, node: yaml.Node, placeholders: Collection[str]) -> tuple[str, ...]:
        return tuple(self.text(item, placeholders) for item in self.items(node))

    def steps(self, node: yaml.Node) -> Iterable[Step]:
        for item in self.items(node):
            found = self.fields(item, "a step", Step._fields)
            yield Step(*(self.text(found[name], ()) for name in Step._fields))

    def cited(self, node: yaml.Node, steps: Mapping[str, Step]) -> tuple[Step, ...]:
        """Steps that are referred to by name."""
        for item in self.items(node):
            if self.text(item, ()) not in steps:
                self.slip(item, f"there is no step {item.value!r}; there are {', '.join(steps)}")
        return tuple(steps[self.text(item, ())] for item in self.items(node))

    def requirements(self, node: yaml.Node, steps: Mapping[str, Step]) -> dict[Requirement, Asked]:
        found = self.fields(node, "requirements", [line.value for line in Requirement])
        lines = {name: self.fields(value, name, Asked._fields) for name, value in found.items()}
        return {
            line: Asked(
                self.text(lines[line.value]["text"], ()), self.cited(lines[line.value]["steps"], steps)
            )
            for line in Requirement
        }

    def outcomes(self, node: yaml.Node) -> dict[str, Outcome]:
        found = self.fields(node, "verdicts", OUTCOMES)
        return {name: self._outcome(name, value) for name, value in found.items()}

    def _outcome(self, name: str, node: yaml.Node) -> Outcome:
        found = self.fields(node, name, Outcome._fields)
        filled = (*EVERYWHERE, "worst") if name == "dangerous" else EVERYWHERE
        return Outcome(
            self.text(found["word"], ()),
            self.text(found["opening"], filled),
            self.texts(found["next"], EVERYWHERE),
        )

    def answers(
        self,
        node: yaml.Node,
        steps: Mapping[str, Step],
        details: Details,
        causes: Collection[Cause],
    ) -> dict[Cause, Answer]:
        required = [cause.value for cause in Cause if cause in causes]
        optional = [cause.value for cause in Cause]
        found = self.fields(node, "answers", required, optional)
        return {
            cause: self._answer(cause, found[cause.value], steps, details.get(cause, {}))
            for cause in Cause
            if cause.value in found
        }

    def _answer(
        self, cause: Cause, node: yaml.Node, steps: Mapping[str, Step], details: Collection[str]
    ) -> Answer:
        is_note = KIND_OF[cause] is Kind.NOTE
        required = ("headline", "do", "steps", "staff") + (() if is_note else ("hidden",))
        found = self.fields(node, cause.value, required)
        any_of = (*EVERYWHERE, *(name.rstrip("?") for name in details))
        certain = (*EVERYWHERE, *(name for name in details if not name.endswith("?")))
        return Answer(
            headline=self.text(found["headline"], certain),
            do=self.texts(found["do"], any_of),
            steps=self.cited(found["steps"], steps),
            staff=self.text(found["staff"], any_of),
            hidden="" if is_note else self.text(found["hidden"], EVERYWHERE),
        )
