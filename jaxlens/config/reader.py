"""From YAML text to a tree of nodes that know their place in the file.

The text is not trusted: only YAML's plain types are accepted, and the number of characters, the depth and
the number of nodes are bounded.  All files of a configuration count together, and an alias counts each time
that it is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from jaxlens.config.errors import Place, Report
from jaxlens.config.scalars import PREFIX, IllegalScalar, scalar_value, tag_problem, unprintable_problem

# The largest number of characters of all files of a configuration; a usual one has a few thousand.
MAX_CHARACTERS = 10_000_000
# The largest depth of nested mappings and lists; a usual configuration has about ten.
MAX_DEPTH = 50
# The largest number of keys, values and list items of all files of a configuration; a usual one has a few
# hundred.
MAX_NODES = 200_000

# The largest number of lines with a tab that are listed.
MAX_LISTED = 5
# The name of a tag in a message.
_TAG = re.compile(r"the tag [^;]*")
# A word of the file in a message of PyYAML; words in <> are kinds of tokens.
_QUOTED = re.compile(r""" ('[^'<>]{2,}'|"[^"<>]{2,}")""")


@dataclass(frozen=True, eq=False)
class Node:
    """One value of the file.

    Attributes:
        place: its place in the file; the line of a mapping's entry is that of its key.
        value: a mapping of nodes, a tuple of nodes, or a scalar.
        text: the text of a scalar in the file; empty for mappings and lists.
    """

    place: Place
    value: dict[str, Node] | tuple[Node, ...] | str | float | bool | None
    text: str = ""

    @property
    def entries(self) -> dict[str, Node]:
        """The entries of a mapping; empty for a list or a scalar."""
        return self.value if isinstance(self.value, dict) else {}


@dataclass
class Usage:
    """The characters and nodes that have been read so far, of all files of a configuration together."""

    characters: int = 0
    nodes: int = 0


def read_text(
    text: str,
    source: str,
    report: Report,
    numbered: bool = True,
    path: str = "",
    depth: int = 1,
    usage: Usage | None = None,
    foreign: bool = False,
) -> Node:
    """The tree of one YAML document.

    Args:
        text: the document.
        source: the file's name in messages.
        report: a remark is added for each repeated key, and a problem for each tag and for each key that is
            not a word.
        numbered: whether places have line numbers, which a dictionary does not have.
        path: the keys that lead to the document, joined by dots, where another file includes it.
        depth: the depth of the document in that file.
        usage: the characters and nodes that were read before; this document's are added.
        foreign: whether another file names this one.  It may then be of any kind, by mistake or on purpose,
            and the problems quote nothing of it.

    Returns:
        The root of the tree.

    Raises:
        ConfigError: if the text is not YAML, is empty, or exceeds a bound.
    """
    usage = usage or Usage()
    usage.characters += len(text)
    if usage.characters > MAX_CHARACTERS:
        together = " together with the files before it" if usage.characters > len(text) else ""
        finding = f"is over {MAX_CHARACTERS} characters{together}; a configuration is a few thousand"
        report.problem(Place(source), finding)
    _refuse_tabs(text, source, report, numbered)
    report.raise_problems()
    root = _compose(text, source, report, depth, usage, foreign)
    place = Place(source, 1 if numbered else None, path)
    return _Tree(source, report, numbered, usage, foreign).node(root, place, depth)


def _refuse_tabs(text: str, source: str, report: Report, numbered: bool) -> None:
    found = [number for number, line in enumerate(text.split("\n"), start=1) if "\t" in line]
    for number in found[:MAX_LISTED]:
        report.problem(Place(source, number if numbered else None), "has a tab; use spaces")
    if len(found) > MAX_LISTED:
        place = Place(source, found[MAX_LISTED] if numbered else None)
        report.problem(place, f"is the first of {len(found) - MAX_LISTED} more lines with tabs; use spaces")


class _TooLarge(yaml.MarkedYAMLError):
    """YAML that is nested too deeply or has too many nodes."""


class _Composer(yaml.SafeLoader):
    """PyYAML's parser, which recurses, with our bounds on the depth and the number of nodes."""

    def __init__(self, text: str, depth: int, count: int) -> None:
        super().__init__(text)
        self._depth, self._count = depth - 1, count

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self._depth += 1
        self._count += 1
        finding = size_problem(self._depth, self._count)
        if finding:
            mark = self.peek_event().start_mark
            raise _TooLarge(problem=finding, problem_mark=mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def size_problem(depth: int, count: int) -> str:
    """The problem with a tree of this depth and number of nodes; "" where both are within the bounds."""
    if depth > MAX_DEPTH:
        return f"is nested more than {MAX_DEPTH} deep; a configuration needs about ten"
    if count > MAX_NODES:
        return f"has more than {MAX_NODES} entries, aliases counted; a configuration needs a few hundred"
    return ""


def _compose(text: str, source: str, report: Report, depth: int, usage: Usage, foreign: bool) -> yaml.Node:
    """The document as PyYAML's nodes; an exception of PyYAML is reported and raised as ConfigError."""
    try:
        root = _Composer(text, depth, usage.nodes).get_single_node()
        if root is not None:
            return root
        advice = "the sections DATASET, COSMOLOGY, IMAGE and so on" if depth == 1 else "a mapping of keys"
        report.problem(Place(source), f"is empty; give {advice}")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(source, mark.line + 1 if mark else None)
        finding = ", ".join(part for part in (error.context, error.problem) if part)
        if foreign:
            finding = _QUOTED.sub("", finding)
        if not isinstance(error, _TooLarge):
            finding = f"is not YAML: {finding}; mind colons, quotes and indents"
        report.problem(place, finding)
    except yaml.reader.ReaderError as error:
        place = Place(source, text.count("\n", 0, error.position) + 1)
        report.problem(place, f"has the control character {chr(error.character)!r}; remove it")
    report.raise_problems()
    raise AssertionError("unreachable: every way here has reported a problem")


class _Tree:
    """Turns PyYAML's nodes into ours; a node with aliases is copied each time that it is used."""

    def __init__(self, source: str, report: Report, numbered: bool, usage: Usage, foreign: bool) -> None:
        self._source, self._report, self._numbered, self._usage = source, report, numbered, usage
        self._foreign = foreign

    def _line(self, node: yaml.Node) -> int | None:
        return node.start_mark.line + 1 if self._numbered else None

    def _visit(self, node: yaml.Node, depth: int) -> None:
        self._usage.nodes += 1
        finding = size_problem(depth, self._usage.nodes)
        if finding:
            self._report.problem(Place(self._source, self._line(node)), finding)
            self._report.raise_problems()

    def node(self, node: yaml.Node, place: Place, depth: int) -> Node:
        """A PyYAML node as one of ours, with all that it contains.

        Args:
            node: PyYAML's node.
            place: its place in the file.
            depth: the number of mappings and lists around the node, and the node itself.

        Returns:
            Our node.
        """
        self._visit(node, depth)
        if isinstance(node, yaml.ScalarNode):
            return Node(place, self._scalar(node, place), node.value)
        if node.tag not in (PREFIX + "map", PREFIX + "seq"):
            self._refuse(place, tag_problem(node))
        if isinstance(node, yaml.MappingNode):
            return Node(place, self._mapping(node, place, depth))
        items = (
            self.node(item, place.at(str(i), self._line(item)), depth + 1)
            for i, item in enumerate(node.value, start=1)
        )
        return Node(place, tuple(items))

    def _mapping(self, node: yaml.MappingNode, place: Place, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        for key, value in self._pairs(node, place, depth):
            if not isinstance(key, yaml.ScalarNode):
                where = Place(self._source, self._line(key), place.path)
                self._report.problem(where, "has a list or a mapping for a key; a key is a word")
                continue
            here = place.at(key.value, self._line(key))
            unprintable = unprintable_problem(key.value)
            if unprintable:
                self._refuse(here, unprintable)
                continue
            entries[key.value] = self.node(value, here, depth + 1)
        return entries

    def _pairs(
        self, node: yaml.MappingNode, place: Place, depth: int
    ) -> Iterator[tuple[yaml.Node, yaml.Node]]:
        """The entries of a mapping: first those that `<<` merges, which the mapping's own entries replace."""
        self._visit(node, depth)
        first: dict[str, yaml.Node] = {}
        own = []
        for key, value in node.value:
            if key.tag == PREFIX + "merge":
                yield from self._merged(value, place, depth)
                continue
            if isinstance(key, yaml.ScalarNode) and key.value in first:
                self._repeated(place, first[key.value], key)
            if isinstance(key, yaml.ScalarNode):
                first[key.value] = key
            own.append((key, value))
        yield from own

    def _merged(self, value: yaml.Node, place: Place, depth: int) -> Iterator[tuple[yaml.Node, yaml.Node]]:
        parts = value.value if isinstance(value, yaml.SequenceNode) else [value]
        for part in reversed(parts):
            if isinstance(part, yaml.MappingNode):
                yield from self._pairs(part, place, depth + 1)
            else:
                where = place.at("<<", self._line(part))
                self._report.problem(where, "merges what is not a mapping; give *name of a mapping")

    def _repeated(self, place: Place, first: yaml.Node, second: yaml.ScalarNode) -> None:
        where = place.at(second.value, self._line(second))
        lines = f"lines {self._line(first)} and {self._line(second)}" if self._numbered else "it"
        self._report.remark(where, f"is given twice, in {lines}; the last one counts")

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> str | float | bool | None:
        """The value of a scalar; None, and a problem, where it has none."""
        try:
            return scalar_value(node)
        except IllegalScalar as error:
            self._refuse(place, str(error))
            return None

    def _refuse(self, place: Place, finding: str) -> None:
        """Report a problem, after which others of the same place are ignored."""
        if self._foreign:
            self._report.problem(Place(place.source, place.line), _TAG.sub("a tag", finding))
            self._report.close(place)
        else:
            self._report.problem(place, finding, final=True)
