"""YAML that nests no deeper than a person writes it.

libyaml's composer calls itself for each level, and a few ten thousand brackets end the process with a
segmentation fault (found by fuzzing, PyYAML 6.0.3). Its parser does not, so the depth is counted first.
"""

from __future__ import annotations

from typing import cast

import yaml

DEEPEST = 30


def compose(text: str) -> yaml.Node:
    """The nodes of *text*.

    Raises:
        yaml.YAMLError: it is no YAML, is empty, or nests too deep.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            mark = cast("yaml.error.Mark", event.start_mark)
            raise yaml.MarkedYAMLError(problem="this nests too deep", problem_mark=mark)
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.CSafeLoader)
    if node is None:
        raise yaml.MarkedYAMLError(problem="the file is empty")
    return node
