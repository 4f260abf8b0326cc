"""The language in which Slack's rules are written down: a rule looks at a value and yields faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.demo.workspace.rules_fault import Fault, below, failed, shown, wrong_type


class Rule(Protocol):
    """Whatever can judge a value."""

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield what is wrong with *value*, which stands at the JSON pointer *at*. Never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Anything:
    """A value that Slack does not look into."""

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Nothing, ever."""
        yield from ()


@dataclass(frozen=True, slots=True)
class AnyObject:
    """A JSON object that Slack does not look into."""

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield a fault where the value is no object."""
        if not isinstance(value, dict):
            yield wrong_type("must provide an object", at)


@dataclass(frozen=True, slots=True)
class Text:
    """A JSON string of *shortest* to *longest* characters; None means no bound of Slack's is known."""

    longest: int | None = None
    shortest: int = 1

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield a fault where the value is no string or has the wrong length."""
        if not isinstance(value, str):
            yield wrong_type("must provide a string", at)
        elif len(value) < self.shortest:
            words = f"must be more than {self.shortest - 1} characters"
            yield failed("min_length", words, at, self.shortest, len(value))
        elif self.longest is not None and len(value) > self.longest:
            words = f"must be less than {self.longest + 1} characters"
            yield failed("max_length", words, at, self.longest, len(value))


@dataclass(frozen=True, slots=True)
class Flag:
    """A JSON boolean."""

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield a fault where the value is no boolean."""
        if not isinstance(value, bool):
            yield wrong_type("must be a boolean", at)


@dataclass(frozen=True, slots=True)
class Whole:
    """A JSON integer from *low* to *high*, both included; None means unbounded."""

    low: int | None = None
    high: int | None = None

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield a fault where the value is no integer or out of bounds."""
        if isinstance(value, bool) or not isinstance(value, int):
            yield wrong_type("must provide an integer", at)
        elif self.low is not None and value < self.low:
            yield failed("minimum", f"must be greater than {self.low}", at, self.low)
        elif self.high is not None and value > self.high:
            yield failed("maximum", f"must be less than {self.high}", at, self.high)


@dataclass(frozen=True, slots=True)
class Word:
    """One of a few strings."""

    allowed: tuple[str, ...]

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield a fault where the value is none of the words."""
        if value not in self.allowed:
            yield failed("enum", "must be a valid enum value", at, list(self.allowed), shown(value))


@dataclass(frozen=True, slots=True)
class Items:
    """A JSON array of *fewest* to *most* members, each under one rule."""

    each: Rule
    most: int | None = None
    fewest: int = 1

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield a fault for a wrong count, then those of the members."""
        if not isinstance(value, list):
            yield wrong_type("must provide an array", at)
            return
        if len(value) < self.fewest:
            yield failed(
                "min_items", f"must provide at least {self.fewest} items", at, self.fewest, len(value)
            )
        if self.most is not None and len(value) > self.most:
            yield failed("max_items", f"no more than {self.most} items allowed", at, self.most, len(value))
        for place, member in enumerate(value):
            yield from self.each.faults(member, below(at, place))


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object with known fields only.

    Attributes:
        needs: Rule of each field that must be there.
        may: Rule of each field that may be there.
        one_of: Groups of fields; of each group at least one must be there.
        never_both: Pairs of fields that exclude each other.
        among: Pairs (choice, list): what is chosen must stand in the list exactly as it is.
        ordered: Pairs of numbers; the first may not exceed the second.
    """

    needs: Mapping[str, Rule] = field(default_factory=dict)
    may: Mapping[str, Rule] = field(default_factory=dict)
    one_of: tuple[tuple[str, ...], ...] = ()
    never_both: tuple[tuple[str, str], ...] = ()
    among: tuple[tuple[str, str], ...] = ()
    ordered: tuple[tuple[str, str], ...] = ()

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield what is absent, what is unknown, what contradicts itself, then the faults of the fields."""
        if not isinstance(value, dict):
            yield wrong_type("must provide an object", at)
            return
        yield from self._absent(value, at)
        yield from self._contradictions(value, at)
        rules = {**self.needs, **self.may}
        for name, member in value.items():
            rule = rules.get(name)
            if rule is None:
                words = f"invalid additional property: {shown(name)}"
                yield failed("additional_properties", words, at, got=shown(name))
            else:
                yield from rule.faults(member, below(at, name))

    def _absent(self, value: Mapping[str, Any], at: str) -> Iterator[Fault]:
        for name in self.needs:
            if name not in value:
                yield Fault("missing_field", f"missing required field: {name}", at, field=name)
        for group in self.one_of:
            if not any(name in value for name in group):
                words = f"must provide at least one of: {', '.join(group)}"
                yield failed("any_of", words, at, list(group))

    def _contradictions(self, value: Mapping[str, Any], at: str) -> Iterator[Fault]:
        for first, second in self.never_both:
            if first in value and second in value:
                yield failed("not", f"cannot provide both {first} and {second}", at, [first, second])
        for choice, options in self.among:
            if choice in value and not _stands_in(value[choice], value.get(options)):
                words = f"{choice} must exactly match what is in {options}"
                yield failed("enum", words, below(at, choice))
        for low, high in self.ordered:
            if _exceeds(value.get(low), value.get(high)):
                yield failed("maximum", f"{low} must not be greater than {high}", below(at, low))


@dataclass(frozen=True, slots=True)
class ByType:
    """A JSON object whose `type` decides which rule holds for the rest of it."""

    kinds: Mapping[str, Rule]

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield a fault for an absent or unknown type, else those of the rule for that type."""
        if not isinstance(value, dict):
            yield wrong_type("must provide an object", at)
            return
        kind = value.get("type")
        if "type" not in value:
            yield Fault("missing_field", "missing required field: type", at, field="type")
        elif not isinstance(kind, str) or kind not in self.kinds:
            words = f"unsupported type: {shown(kind)}"
            yield failed("enum", words, below(at, "type"), sorted(self.kinds), shown(kind))
        else:
            rest = {name: member for name, member in value.items() if name != "type"}
            yield from self.kinds[kind].faults(rest, at)


def _stands_in(choice: Any, options: Any) -> bool:
    chosen = choice if isinstance(choice, list) else [choice]
    return isinstance(options, list) and all(one in options for one in chosen)


def _exceeds(low: Any, high: Any) -> bool:
    return isinstance(low, int) and isinstance(high, int) and low > high
