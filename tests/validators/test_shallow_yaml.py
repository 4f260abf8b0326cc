"""YAML is read to the depth at which people write it, and refused beyond, before anything can crash."""

from __future__ import annotations

import pytest
import yaml

from validators.shallow_yaml import DEEPEST, compose


def test_what_people_write_is_read() -> None:
    node = compose("a: {b: [1, 2]}\nc:\n  - d: e\n")

    assert isinstance(node, yaml.MappingNode)
    assert [key.value for key, _ in node.value] == ["a", "c"]


def test_a_file_with_nothing_in_it_is_refused() -> None:
    with pytest.raises(yaml.YAMLError, match="is empty"):
        compose("# a comment\n")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_what_is_just_shallow_enough_is_read(opening: str) -> None:
    closing = {"[": "]", "{a: ": "}", "- ": ""}[opening]

    assert compose(opening * DEEPEST + "x" + closing * DEEPEST).start_mark.line == 0


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
@pytest.mark.parametrize("depth", [DEEPEST + 1, 60_000])
def test_what_nests_deeper_is_refused_with_its_place(opening: str, depth: int) -> None:
    with pytest.raises(yaml.MarkedYAMLError) as refused:
        compose(opening * depth + "x")

    assert refused.value.problem_mark is not None


@pytest.mark.parametrize("text", ["a: [", "a: b: c", "\t- x", "&a [*b]"])
def test_what_is_no_yaml_is_refused(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        compose(text)
