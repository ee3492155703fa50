"""One tree from several files: what INPUT names, and a survey's preset."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from jaxlens.config.errors import Report
from jaxlens.config.files import locate, read_file
from jaxlens.config.reader import Node, Spent, read_text
from jaxlens.config.sections import INPUT, describe

MAX_INPUTS = 1000
_RIGHT = "give the name of a YAML file"
# The sections that a preset replaces.
_SECTIONS = ("IMAGE", "SURVEY")
_PARAMETERS = "PARAMETERS"


def include(tree: Node, report: Report, spent: Spent) -> Node:
    """The tree with the keys of every file that an INPUT names, at any depth, in the mapping that has it.

    A key of that file wins over one beside INPUT, which a remark says.  An INPUT that cannot be read is a
    problem, and stays.  Where there is no INPUT at all the very same tree comes back.
    """
    source = tree.place.source
    reader = _Reader(report, spent)
    expanded = reader.node(tree, {os.path.realpath(source): source}, 1)
    return expanded if reader.count else tree


class _Reader:
    """A walk over the tree, and over the trees that it meets; `count` is the number of INPUTs so far.

    `chain` are the files that lead to a node, by their real paths, as messages name them.
    """

    def __init__(self, report: Report, spent: Spent) -> None:
        self._report, self._spent = report, spent
        self.count = 0

    def node(self, node: Node, chain: Mapping[str, str], depth: int) -> Node:
        if isinstance(node.value, tuple):
            return Node(node.place, tuple(self._item(item, chain, depth + 1) for item in node.value))
        if not isinstance(node.value, dict):
            return node
        own = {
            key: value if key == INPUT else self.node(value, chain, depth + 1)
            for key, value in node.value.items()
        }
        included = self._included(own[INPUT], chain, depth) if INPUT in own else None
        if included is None:
            return Node(node.place, own)
        for key in (key for key in own if key in included):
            what = f"is in {included[key].place.source} too, which counts; remove one of the two"
            self._report.remark(own[key].place, what)
        return Node(node.place, {key: value for key, value in own.items() if key != INPUT} | included)

    def _item(self, item: Node, chain: Mapping[str, str], depth: int) -> Node:
        """A list's entry, in which INPUT has no place."""
        if INPUT in item.entries:
            where = item.entries[INPUT].place
            self._report.problem(where, "stands in a list; INPUT belongs in a section, a mapping of keys")
            return item
        return self.node(item, chain, depth)

    def _included(self, name: Node, chain: Mapping[str, str], depth: int) -> dict[str, Node] | None:
        """The entries of the file that INPUT names, its own INPUTs included; None, and a problem, if none."""
        self.count += 1
        path = self._path(name, chain)
        text = None if path is None else read_file(path, self._report)
        if path is None or text is None:
            return None
        source = str(path)
        if source not in self._report.sources:
            self._report.sources.append(source)
        inside = name.place.path.rpartition(".")[0]
        tree = read_text(text, source, self._report, path=inside, depth=depth, spent=self._spent)
        if not isinstance(tree.value, dict):
            self._report.problem(tree.place, f"is {describe(tree)}; INPUT adds a mapping of keys to values")
            return None
        return self.node(tree, {**chain, os.path.realpath(path): source}, depth).entries

    def _path(self, name: Node, chain: Mapping[str, str]) -> Path | None:
        """The file that INPUT names, which must not be one that led here."""
        if self.count > MAX_INPUTS:
            self._report.problem(name.place, f"is one of more than {MAX_INPUTS} INPUTs; use a few")
            self._report.raise_problems()
        if not isinstance(name.value, str) or not name.value.strip():
            self._report.problem(name.place, f"is {describe(name)}; {_RIGHT}")
            return None
        path = locate(name.place, name.value.strip(), self._report)
        if path is not None and os.path.realpath(path) in chain:
            files = " -> ".join([*chain.values(), str(path)])
            self._report.problem(name.place, f"goes round in a circle, {files}; remove one of these INPUTs")
            return None
        return path


def with_preset(tree: Node, preset: Node) -> Node:
    """The tree with every key of the preset's IMAGE.PARAMETERS and SURVEY.PARAMETERS in the place of its own.

    Keys that the preset lacks are kept.
    """
    if not isinstance(tree.value, dict):
        return tree
    replaced = {key: _with_parameters(tree.value.get(key), preset.entries[key]) for key in _SECTIONS}
    return Node(tree.place, {**tree.value, **replaced})


def _with_parameters(section: Node | None, preset: Node) -> Node:
    """One section; what is no mapping stays as it is, and is a problem later."""
    if section is None:
        return preset
    if not isinstance(section.value, dict):
        return section
    parameters = section.value.get(_PARAMETERS)
    if parameters is None:
        merged = preset.entries[_PARAMETERS]
    elif isinstance(parameters.value, dict):
        merged = Node(parameters.place, {**parameters.value, **preset.entries[_PARAMETERS].entries})
    else:
        merged = parameters
    return Node(section.place, {**section.value, _PARAMETERS: merged})
