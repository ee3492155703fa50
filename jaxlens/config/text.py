"""Between a tree of nodes, plain data and YAML text."""

from __future__ import annotations

import os
from collections.abc import Mapping
from numbers import Integral, Real

import yaml

from jaxlens.config.errors import Place, Report
from jaxlens.config.files import FROM_DICT
from jaxlens.config.reader import Node, is_number, too_much

_MAP, _SEQUENCE, _TEXT = (f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "str"))
_RESOLVER = yaml.SafeLoader("")


def plain(node: Node) -> object:
    """A tree as dictionaries, lists, texts and numbers."""
    if isinstance(node.value, dict):
        return {key: plain(value) for key, value in node.value.items()}
    if isinstance(node.value, tuple):
        return [plain(item) for item in node.value]
    return node.value


def yaml_text(tree: Node, paths: Mapping[Place, str]) -> str:
    """A tree as YAML, in which `paths` stand for the texts at their places.

    Numbers are written as they were.
    """
    return yaml.serialize(_yaml(tree, paths), Dumper=yaml.SafeDumper, allow_unicode=True)


def _yaml(node: Node, paths: Mapping[Place, str]) -> yaml.Node:
    """A tree as PyYAML's."""
    if isinstance(node.value, dict):
        pairs = [(_scalar(key), _yaml(value, paths)) for key, value in node.value.items()]
        return yaml.MappingNode(_MAP, pairs, flow_style=not pairs)
    if isinstance(node.value, tuple):
        return yaml.SequenceNode(_SEQUENCE, [_yaml(item, paths) for item in node.value], flow_style=True)
    if node.place in paths:
        return _scalar(paths[node.place])
    if isinstance(node.value, str):
        return _scalar(node.value)
    text = node.text or "null"
    return yaml.ScalarNode(_RESOLVER.resolve(yaml.ScalarNode, text, (True, False)), text)


def _scalar(text: str) -> yaml.ScalarNode:
    """A text, in quotes where it would be read as something else."""
    return yaml.ScalarNode(_TEXT, text, style="'" if is_number(text) else None)


def dictionary_text(config: Mapping[str, object], report: Report) -> str:
    """A dictionary as YAML text."""
    data = _Data(report).value(config, Place(FROM_DICT), 1)
    report.raise_problems()
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


class _Data:
    """A walk over a dictionary that makes it of the types that YAML knows.

    numpy's numbers and paths are welcome.  A part that stands in several places is walked as often,
    so depth and number are bounded here too.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._count = 0

    def value(self, value: object, place: Place, depth: int) -> object:
        self._count += 1
        complaint = too_much(depth, self._count)
        if complaint:
            self._report.problem(Place(FROM_DICT), complaint)
            self._report.raise_problems()
        if isinstance(value, Mapping):
            items = ((str(key), item) for key, item in value.items())
            return {key: self.value(item, place.at(key), depth + 1) for key, item in items}
        if isinstance(value, (list, tuple)):
            return [self.value(item, place.at(str(i)), depth + 1) for i, item in enumerate(value, start=1)]
        return self._scalar(value, place)

    def _scalar(self, value: object, place: Place) -> object:
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, Integral):
            return int(value)
        if isinstance(value, Real):
            return float(value)
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        what = f"is of type {type(value).__name__}; give a number, a text, a list or a mapping"
        self._report.problem(place, what)
        return None
