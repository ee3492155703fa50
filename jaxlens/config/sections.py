"""Taking a mapping of the file apart, key by key, with a message for everything that does not fit."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from types import TracebackType

from jaxlens.config.errors import Report, nearest, one_of, shown
from jaxlens.config.reader import Node

INPUT = "INPUT"

NOT_YET: dict[str, str] = {
    "TIMESERIES": "remove it, and each point source has the magnitude of its PARAMETERS",
    "MODEL": "remove it, and the point source has the magnitude of its PARAMETERS",
}


class Section:
    """One mapping of the file, used in a `with` block.

    A key that was asked for is known; at the end of the block every other key is a problem.  `what`
    names in words what the keys are; `elsewhere` maps keys to the section where they belong.  A
    Section of None (the mapping is missing, and that was said) is empty and says nothing more.  An INPUT
    that is still here could not be read, and that was said.
    """

    def __init__(
        self,
        node: Node | None,
        report: Report,
        what: str = "a key that is known here",
        elsewhere: Mapping[str, str] | None = None,
    ) -> None:
        self.report = report
        self.node = node
        self._path = node.place.path if node else ""
        self._what = what
        self._elsewhere = dict(elsewhere or {})
        self._outer: Section | None = None
        self._known = {INPUT}
        self._advice: dict[str, None] = {}
        self._entries = _entries(node, report)

    def __enter__(self) -> Section:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Report the keys that nobody asked for; tell the mapping outside which keys belong in here."""
        if self._outer:
            self._outer._elsewhere.update(dict.fromkeys(self._advice, self._path))
        for key, node in (self._entries or {}).items():
            if key not in self._known:
                self.report.problem(node.place, self._unknown(key))

    def _unknown(self, key: str) -> str:
        if key in NOT_YET:
            return f"is not supported yet; {NOT_YET[key]}"
        if key in self._elsewhere:
            return f"does not belong here; move it to {self._elsewhere[key]}"
        return f"is not {self._what}; {nearest(key, self._advice)}"

    def has(self, key: str) -> bool:
        """Whether the mapping has `key` (which is known from now on)."""
        self._known.add(key)
        self._advice[key] = None
        return key in (self._entries or {})

    def take(self, key: str) -> Node | None:
        """The value of `key`, or None where there is none."""
        return (self._entries or {})[key] if self.has(key) else None

    def need(self, key: str, right: str) -> Node | None:
        """The value of `key`; where there is none that is a problem, and `right` says what to give."""
        node = self.take(key)
        if node is None:
            self.missing(key, right)
        return node

    def missing(self, key: str, right: str) -> None:
        """Report that `key` is missing, unless an INPUT that cannot be read may have it."""
        if self.node and self._entries is not None and INPUT not in self._entries:
            self.report.problem(self.node.place.at(key), f"is missing; {right}")

    def sub(
        self, key: str, what: str = "a key that is known here", elsewhere: Mapping[str, str] | None = None
    ) -> Section:
        """The mapping under `key`, which must be there."""
        inner = Section(self.need(key, "give this section"), self.report, what, elsewhere)
        inner._outer = self
        inner._path = f"{self._path}.{key}" if self._path else key
        return inner

    def numbered(self, stem: str, gaps: bool = False) -> list[tuple[str, Node]]:
        """The entries `stem_1`, `stem_2`, ... in order of their numbers, of which none may be left out.

        With `gaps`, numbers may be left out.
        """
        found = {}
        for key, node in (self._entries or {}).items():
            match = re.fullmatch(rf"{stem}_([1-9][0-9]{{0,8}})", key)
            if match:
                found[int(match[1])] = (key, node)
                self._known.add(key)
        self._advice[f"{stem}_n"] = None
        for place, number in enumerate(sorted(found), start=1):
            if number != place and not gaps:
                where = found[number][1].place
                self.report.problem(where, f"comes after a gap; number them {stem}_1, {stem}_2, ...")
                break
        return [found[number] for number in sorted(found)]

    def text(self, key: str, right: str = "give a name") -> str:
        """A word that must be there; "" where it is not."""
        return word(self.need(key, right), self.report, right)

    def choice(self, key: str, choices: Iterable[str], default: str | None = None, noun: str = "") -> str:
        """A word that must be one of `choices`; "" where it is not."""
        names = tuple(choices)
        right = one_of(names)
        node = self.take(key) if default is not None else self.need(key, right)
        if node is None:
            return default or ""
        name = word(node, self.report, right)
        if not name or name in names:
            return name
        self.report.problem(node.place, f"{shown(name)} is not {noun or 'known'}; {nearest(name, names)}")
        return ""

    def integer(self, key: str, at_least: int, default: int | None = None, below: int | None = None) -> int:
        """A whole number, the same for every system; `at_least` where it is wrong."""
        bounds = f"of at least {at_least}" + (f" and below {below}" if below else "")
        right = f"give one whole number {bounds}"
        node = self.take(key) if default is not None else self.need(key, right)
        if node is None:
            return at_least if default is None else default
        value = number(node, self.report, right)
        if value.is_integer() and at_least <= value < (below or math.inf):
            return int(value)
        if not math.isnan(value):
            self.report.problem(node.place, f"is {node.text}; {right}")
        return at_least


def _entries(node: Node | None, report: Report) -> dict[str, Node] | None:
    """The entries of a mapping; None, and a problem, where it is something else."""
    if node is None:
        return None
    if isinstance(node.value, dict):
        return node.value
    report.problem(node.place, f"is {describe(node)}; give a mapping of keys to values")
    return None


def describe(node: Node) -> str:
    """What a node is, in words, for `is ...`."""
    if isinstance(node.value, dict):
        return "a DISTRIBUTION" if "DISTRIBUTION" in node.value else "a mapping"
    if isinstance(node.value, tuple):
        return "a list"
    if node.value is None:
        return "empty"
    if isinstance(node.value, str):
        return f"the text {shown(node.value)}"
    return shown(node.text).strip("'")


def word(node: Node | None, report: Report, right: str) -> str:
    """The text of a scalar, whatever YAML takes it for; "", and a problem, where there is none."""
    if node is None:
        return ""
    if node.value is None or isinstance(node.value, (dict, tuple)) or not node.text.strip():
        report.problem(node.place, f"is {describe(node)}; {right}")
        return ""
    return node.text.strip()


def number(node: Node, report: Report, right: str) -> float:
    """A finite number; NaN, and a problem, where it is something else."""
    if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
        report.problem(node.place, f"is {describe(node)}; {right}")
        return math.nan
    try:
        value = float(node.value)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        report.problem(node.place, f"is {describe(node)}; it must be finite")
        return math.nan
    return value
