"""Joining several files into one tree: the files that INPUT includes, and a survey's preset."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from jaxlens.config.errors import Report
from jaxlens.config.files import locate, read_file
from jaxlens.config.reader import Node, Usage, read_text
from jaxlens.config.sections import INPUT
from jaxlens.config.spellings import is_none_word, is_nothing
from jaxlens.config.values import describe, kind_of

# The largest number of files that a configuration includes; a file counts each time that it is included.
MAX_INPUTS = 1000
_ADVICE = "give the name of a YAML file"
# The sections that a preset replaces.
_SECTIONS = ("IMAGE", "SURVEY")
_PARAMETERS = "PARAMETERS"


def include(tree: Node, report: Report, usage: Usage) -> Node:
    """The tree in which every `INPUT: file` is replaced by the keys of that file.

    INPUT may be in any mapping at any depth, also of an included file.  A key of the file replaces the same
    key beside INPUT, with a remark.

    Args:
        tree: the root of the tree.
        report: a problem is added for each INPUT that cannot be read, which stays in the tree.
        usage: the characters and nodes that were read before; those of the included files are added.

    Returns:
        The joined tree; `tree` itself where there is no INPUT.
    """
    source = tree.place.source
    reader = _Reader(report, usage)
    expanded = reader.node(tree, {os.path.realpath(source): source}, 1)
    return expanded if reader.count else tree


class _Reader:
    """Replaces the INPUTs of a tree and of the files that it includes; `count` is their number so far."""

    def __init__(self, report: Report, usage: Usage) -> None:
        self._report, self._usage = report, usage
        self.count = 0

    def node(self, node: Node, chain: Mapping[str, str], depth: int) -> Node:
        """A node with its INPUTs replaced.

        Args:
            node: the node.
            chain: the files that include each other up to this node: real path -> name in messages.
            depth: the number of mappings and lists around the node, and the node itself.

        Returns:
            The node with the keys of the included files.
        """
        if isinstance(node.value, tuple):
            return Node(node.place, tuple(self._item(item, chain, depth + 1) for item in node.value))
        if not isinstance(node.value, dict):
            return node
        own = {
            key: value if key == INPUT else self.node(value, chain, depth + 1)
            for key, value in node.value.items()
        }
        if INPUT in own and is_none_word(own[INPUT]):
            del own[INPUT]
        included = self._included(own[INPUT], chain, depth) if INPUT in own else None
        if included is None:
            return Node(node.place, own)
        for key in (key for key in own if key in included):
            finding = f"is in {included[key].place.source} too, which counts; remove one of the two"
            self._report.remark(own[key].place, finding)
        return Node(node.place, {key: value for key, value in own.items() if key != INPUT} | included)

    def _item(self, item: Node, chain: Mapping[str, str], depth: int) -> Node:
        """The item of a list, in which INPUT is a problem."""
        if INPUT in item.entries:
            where = item.entries[INPUT].place
            self._report.problem(where, "stands in a list; INPUT belongs in a section, a mapping of keys")
            return item
        return self.node(item, chain, depth)

    def _included(self, name: Node, chain: Mapping[str, str], depth: int) -> dict[str, Node] | None:
        """The entries of the file that INPUT names, with its own INPUTs replaced.

        None, and a problem, where the file cannot be read or is not a mapping.
        """
        self.count += 1
        path = self._path(name, chain)
        text = None if path is None else read_file(path, self._report)
        if path is None or text is None:
            return None
        source = str(path)
        if source not in self._report.sources:
            self._report.sources.append(source)
        inside = name.place.path.rpartition(".")[0]
        tree = read_text(
            text, source, self._report, path=inside, depth=depth, usage=self._usage, foreign=True
        )
        if not isinstance(tree.value, dict):
            self._report.problem(tree.place, f"is {kind_of(tree)}; INPUT adds a mapping of keys to values")
            return None
        return self.node(tree, {**chain, os.path.realpath(path): source}, depth).entries

    def _path(self, name: Node, chain: Mapping[str, str]) -> Path | None:
        """The file that INPUT names; None, and a problem, where it is missing or is in `chain`."""
        if self.count > MAX_INPUTS:
            self._report.problem(name.place, f"is one of more than {MAX_INPUTS} INPUTs; use a few")
            self._report.raise_problems()
        if not isinstance(name.value, str) or not name.value.strip():
            self._report.problem(name.place, f"is {describe(name)}; {_ADVICE}")
            return None
        path = locate(name.place, name.value.strip(), self._report)
        if path is not None and os.path.realpath(path) in chain:
            files = " -> ".join([*chain.values(), str(path)])
            self._report.problem(name.place, f"goes round in a circle, {files}; remove one of these INPUTs")
            return None
        return path


def with_preset(tree: Node, preset: Node, asked: Sequence[str] | None = None) -> Node:
    """The tree with the IMAGE.PARAMETERS and SURVEY.PARAMETERS of a survey's preset.

    Keys that the preset lacks keep their values in `tree`.  So does num_exposures where a configuration that
    is asked for has a TIMESERIES: that of a preset is the number of stacked exposures, and each night of a
    series is one.

    Args:
        tree: the whole file.
        preset: the preset.
        asked: labels or NAMEs of the configurations that are asked for; None for all.

    Returns:
        The joined tree.
    """
    if not isinstance(tree.value, dict):
        return tree
    sections = {key: preset.entries[key] for key in _SECTIONS}
    if _has_series(tree, asked):
        sections["SURVEY"] = _of_one_night(sections["SURVEY"])
    replaced = {key: _with_parameters(tree.value.get(key), section) for key, section in sections.items()}
    return Node(tree.place, {**tree.value, **replaced})


def _has_series(tree: Node, asked: Sequence[str] | None) -> bool:
    """Whether a configuration that is asked for has a TIMESERIES."""
    geometry = tree.entries.get("GEOMETRY")
    for label, one in geometry.entries.items() if geometry else ():
        name = one.entries["NAME"].text.strip() if "NAME" in one.entries else label
        series = one.entries.get("TIMESERIES")
        if series and not is_nothing(series) and (asked is None or label in asked or name in asked):
            return True
    return False


def _of_one_night(survey: Node) -> Node:
    """The SURVEY of a preset without its number of exposures."""
    parameters = survey.entries[_PARAMETERS]
    own = {key: node for key, node in parameters.entries.items() if key != "num_exposures"}
    return Node(survey.place, {**survey.entries, _PARAMETERS: Node(parameters.place, own)})


def _with_parameters(section: Node | None, preset: Node) -> Node:
    """One section with the preset's PARAMETERS; unchanged where it is not a mapping (reported later)."""
    if section is None or is_nothing(section):
        return preset
    if not isinstance(section.value, dict):
        return section
    parameters = section.value.get(_PARAMETERS)
    if parameters is None or is_nothing(parameters):
        merged = preset.entries[_PARAMETERS]
    elif isinstance(parameters.value, dict):
        merged = Node(parameters.place, {**parameters.value, **preset.entries[_PARAMETERS].entries})
    else:
        merged = parameters
    return Node(section.place, {**section.value, _PARAMETERS: merged})
