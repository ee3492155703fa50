"""Conversions between a tree of nodes, dictionaries, and YAML text."""

from __future__ import annotations

import os
from collections.abc import Mapping
from numbers import Integral, Real

import numpy as np
import yaml

from jaxlens.config.errors import Place, Report
from jaxlens.config.files import FROM_DICT
from jaxlens.config.reader import Node, size_problem
from jaxlens.config.scalars import MAX_NUMBER_LENGTH, is_number

_MAP, _SEQUENCE, _TEXT = (f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "str"))
_RESOLVER = yaml.SafeLoader("")


def plain(node: Node) -> object:
    """A tree of nodes as dictionaries, lists, strings and numbers."""
    if isinstance(node.value, dict):
        return {key: plain(value) for key, value in node.value.items()}
    if isinstance(node.value, tuple):
        return [plain(item) for item in node.value]
    return node.value


def yaml_text(tree: Node, paths: Mapping[Place, str]) -> str:
    """A tree of nodes as YAML text.

    Numbers are written as in the file; the text at each place in `paths` is replaced by the path.
    """
    return yaml.serialize(_yaml(tree, paths), Dumper=yaml.SafeDumper, allow_unicode=True)


def _yaml(node: Node, paths: Mapping[Place, str]) -> yaml.Node:
    """A tree of nodes as PyYAML's nodes."""
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
    """A string, in quotes where YAML would read it as a number."""
    return yaml.ScalarNode(_TEXT, text, style="'" if is_number(text) else None)


def dictionary_text(config: Mapping[str, object], report: Report) -> str:
    """A dictionary as YAML text.

    Raises:
        ConfigError: if it holds a value that YAML cannot express.
    """
    data = _Data(report).value(config, Place(FROM_DICT), 1)
    report.raise_problems()
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


class _Data:
    """Converts a dictionary to the types that YAML knows; numpy's numbers and arrays, and paths are accepted.

    A value that is used several times is converted each time, so the depth and the number of values are
    bounded as in `reader`.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._count = 0

    def value(self, value: object, place: Place, depth: int) -> object:
        """A value in YAML's types.

        Args:
            value: the value.
            place: its place in the dictionary.
            depth: the number of mappings and lists around the value, and the value itself.

        Returns:
            The converted value; None, and a problem, where YAML has no such type.
        """
        self._count += 1
        finding = size_problem(depth, self._count)
        if finding:
            self._report.problem(Place(FROM_DICT), finding)
            self._report.raise_problems()
        if isinstance(value, Mapping):
            items = ((str(key), item) for key, item in value.items())
            return {key: self.value(item, place.at(key), depth + 1) for key, item in items}
        if isinstance(value, np.ndarray):
            value = value.tolist()
        if isinstance(value, (list, tuple)):
            return [self.value(item, place.at(str(i)), depth + 1) for i, item in enumerate(value, start=1)]
        return self._scalar(value, place)

    def _scalar(self, value: object, place: Place) -> object:
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, np.bool_):
            return bool(value)
        if isinstance(value, Integral):
            # longer ones cannot be written
            if abs(int(value)) < 10**MAX_NUMBER_LENGTH:
                return int(value)
            self._report.problem(place, f"is over 10^{MAX_NUMBER_LENGTH}; give a smaller number")
            return None
        if isinstance(value, Real):
            return float(value)
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        finding = f"is of type {type(value).__name__}; give a number, a text, a list or a mapping"
        self._report.problem(place, finding)
        return None
