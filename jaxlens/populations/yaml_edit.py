"""New numbers in the text of a YAML file, whose comments and layout stay."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import yaml


class _Otherwise(Exception):
    """The text says it in another way than one number for another can change."""


def with_numbers_of(tree: Any, text: str) -> str:
    r"""A YAML text that says `tree`, by changing the numbers that differ in `text`.

    Where that cannot be done, since `text` lacks an entry or shares what differs by an anchor, `tree` is
    written anew, without comments.

    >>> print(with_numbers_of({"mean": 1.5, "std": 0.2}, "mean: 1    # arcsec\nstd: 0.2"))
    mean: 1.5    # arcsec
    std: 0.2
    """
    try:
        wanted = _by_place(_numbers(yaml.compose(text, Loader=yaml.SafeLoader), tree))
    except _Otherwise:
        return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)
    # from the end, so that the places before stay where they are
    for (start, end), value in sorted(wanted.items(), reverse=True):
        if value != _as_float(text[start:end]):
            text = f"{text[:start]}{yaml.safe_dump(value).split()[0]}{text[end:]}"
    return text


def _as_float(text: str) -> float:
    """A number as YAML writes it; NaN where it is written as Python does not."""
    try:
        return float(text.replace(".inf", "inf"))
    except ValueError:
        return math.nan


def _numbers(node: yaml.Node | None, value: Any) -> Iterator[tuple[yaml.Node, float]]:
    """The numbers of a tree that should stand at a node, each with its own node."""
    if isinstance(node, yaml.MappingNode) and isinstance(value, dict):
        items = {str(key): item for key, item in value.items()}
        if sorted(key.value for key, _ in node.value) != sorted(items):
            raise _Otherwise
        for key, child in node.value:
            yield from _numbers(child, items[key.value])
    elif isinstance(node, yaml.SequenceNode) and isinstance(value, list) and len(node.value) == len(value):
        for child, item in zip(node.value, value, strict=True):
            yield from _numbers(child, item)
    elif not isinstance(node, yaml.ScalarNode) or isinstance(value, dict | list):
        raise _Otherwise
    elif isinstance(value, float | int) and not isinstance(value, bool):
        yield node, float(value)


def _by_place(numbers: Iterator[tuple[yaml.Node, float]]) -> dict[tuple[int, int], float]:
    """The numbers by where they stand in the text; `_Otherwise` where two are wanted in one place."""
    found: dict[tuple[int, int], float] = {}
    for node, value in numbers:
        place = node.start_mark.index, node.end_mark.index
        if found.setdefault(place, value) != value:
            raise _Otherwise
    return found
