"""Changes of numbers in the text of a YAML file, which keep its comments and layout."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import yaml

# The tag of the key `<<`, which adds the entries of another mapping.
_MERGE = "tag:yaml.org,2002:merge"


class _CannotEdit(Exception):
    """Replacing numbers in the text cannot give the wanted tree."""


def edited_yaml(tree: Any, text: str) -> str:
    r"""A YAML text that holds `tree`, made from `text` by replacing the numbers that differ.

    This is impossible where `text` lacks an entry of `tree`, or shares one entry by an anchor between places
    whose numbers differ.  Then `tree` is written as new text, without comments.

    >>> print(edited_yaml({"mean": 1.5, "std": 0.2}, "mean: 1    # arcsec\nstd: 0.2"))
    mean: 1.5    # arcsec
    std: 0.2
    """
    try:
        wanted = _by_place(_numbers(yaml.compose(text, Loader=yaml.SafeLoader), tree))
    except _CannotEdit:
        return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)
    # from the end of the text, since a replacement shifts what comes after it
    for (start, end), value in sorted(wanted.items(), reverse=True):
        if value != _as_float(text[start:end]):
            text = f"{text[:start]}{yaml.safe_dump(value).split()[0]}{text[end:]}"
    return text


def _as_float(text: str) -> float:
    """The number that YAML reads from `text`; NaN for a notation that Python does not have."""
    try:
        return float(text.replace(".inf", "inf"))
    except ValueError:
        return math.nan


def _numbers(node: yaml.Node | None, value: Any) -> Iterator[tuple[yaml.Node, float]]:
    """The scalar nodes below `node` with the numbers of the tree `value` that belong there."""
    if isinstance(node, yaml.MappingNode) and isinstance(value, dict):
        items, children = {str(key): item for key, item in value.items()}, _entries(node)
        if children.keys() != items.keys():
            raise _CannotEdit
        for key, child in children.items():
            yield from _numbers(child, items[key])
    elif isinstance(node, yaml.SequenceNode) and isinstance(value, list) and len(node.value) == len(value):
        for child, item in zip(node.value, value, strict=True):
            yield from _numbers(child, item)
    elif not isinstance(node, yaml.ScalarNode) or isinstance(value, dict | list):
        raise _CannotEdit
    elif isinstance(value, float | int) and not isinstance(value, bool):
        yield node, float(value)


def _entries(node: yaml.Node) -> dict[str, yaml.Node]:
    """The entries of a mapping by key, with those of the mappings that `<<` merges into it."""
    if not isinstance(node, yaml.MappingNode):
        raise _CannotEdit
    own, merged = dict[str, yaml.Node](), dict[str, yaml.Node]()
    for key, child in node.value:
        if key.tag != _MERGE:
            own[key.value] = child
            continue
        # of several mappings the first that has a key counts
        for part in reversed(child.value if isinstance(child, yaml.SequenceNode) else [child]):
            merged |= _entries(part)
    return merged | own


def _by_place(numbers: Iterator[tuple[yaml.Node, float]]) -> dict[tuple[int, int], float]:
    """The numbers by their positions in the text; `_CannotEdit` where one position has two numbers."""
    found: dict[tuple[int, int], float] = {}
    for node, value in numbers:
        place = node.start_mark.index, node.end_mark.index
        if found.setdefault(place, value) != value:
            raise _CannotEdit
    return found
