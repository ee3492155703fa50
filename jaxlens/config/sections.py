"""Reading a mapping of the file key by key, with a problem for every key or value that is not legal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import TracebackType

from jaxlens.config.errors import Report, nearest, one_of, shown
from jaxlens.config.reader import Node
from jaxlens.config.spellings import is_none_word, is_nothing
from jaxlens.config.unknown_keys import report_unknown
from jaxlens.config.values import describe, finite, kind_of, word

# The key that includes another file.
INPUT = "INPUT"


class Section:
    """One mapping of the file, read in a `with` block.

    A key is known once a method has been called with it; at the end of the block every key that is not known
    is reported as a problem.  A `node` of None stands for a missing mapping, which has been reported already:
    the section is then empty, and reports nothing.  The key INPUT is ignored: `include` has removed it, or
    has reported that its file cannot be read.

    Args:
        node: the mapping, or None.
        report: the problems are added to it.
        noun: a name for the keys, for the message `KEY is not <noun>`.
        elsewhere: keys that belong to another section, with the path of that section.

    >>> from jaxlens.config.reader import read_text
    >>> report = Report()
    >>> with Section(read_text("SIZE: 4", "c.yaml", report), report) as section:
    ...     section.integer("SIZE", at_least=1)
    4
    """

    def __init__(
        self,
        node: Node | None,
        report: Report,
        noun: str = "a key that is known here",
        elsewhere: Mapping[str, str] | None = None,
    ) -> None:
        self.report = report
        self.node = node
        self._path = node.place.path if node else ""
        self._noun = noun
        self._elsewhere = dict(elsewhere or {})
        self._outer: Section | None = None
        self._known = {INPUT}
        # the keys with which methods were called, in order, which are suggested instead of an unknown key
        self._asked: dict[str, None] = {}
        self._entries = _entries(node, report)

    @property
    def path(self) -> str:
        """The keys that lead to the mapping, joined by dots; also where the mapping is missing."""
        return self._path

    def __enter__(self) -> Section:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Report the unknown keys, and add the keys of this section to the outer section's `elsewhere`."""
        if self._outer:
            self._outer._elsewhere.update(dict.fromkeys(self._asked, self._path))
        entries = self._entries or {}
        unknown = {key: node.place for key, node in entries.items() if key not in self._known}
        if unknown and self.node:
            every = [node.place for node in entries.values()]
            report_unknown(unknown, every, self.node.place, tuple(self._asked), self._unknown, self.report)

    def _unknown(self, key: str) -> str:
        if key in self._elsewhere:
            return f"does not belong here; move it to {self._elsewhere[key]}"
        return f"is not {self._noun}; {nearest(key, self._asked)}"

    def has(self, key: str) -> bool:
        """Whether the mapping has a value for `key`; one that is empty or the word None is nothing."""
        node = self.written(key)
        return node is not None and not is_nothing(node)

    def written(self, key: str) -> Node | None:
        """What stands under `key`, also where it is empty or the word None; None where the key is missing."""
        self._known.add(key)
        self._asked[key] = None
        return self._entries.get(key) if self._entries else None

    def take(self, key: str) -> Node | None:
        """The value of `key`, or None where the mapping has none (see `has`)."""
        return self.written(key) if self.has(key) else None

    def need(self, key: str, advice: str, none: str = "") -> Node | None:
        """The value of `key`, which the mapping must have.

        Args:
            key: the key.
            advice: how to correct the file, for the problem.
            none: what the word None may mean here, for the problem with that word.

        Returns:
            The value; None, and a problem, where the mapping has none.
        """
        node = self.written(key)
        if node is None:
            self.missing(key, advice)
        elif is_nothing(node):
            found = f"the word None{none}" if is_none_word(node) else "empty"
            self.report.problem(node.place, f"is {found}; {advice}")
            return None
        return node

    def missing(self, key: str, advice: str) -> None:
        """Report that `key` is missing, unless an INPUT whose file could not be read may contain it."""
        if self.node and self._entries is not None and INPUT not in self._entries:
            self.report.problem(self.node.place.at(key), f"is missing; {advice}")

    def sub(
        self, key: str, noun: str = "a key that is known here", elsewhere: Mapping[str, str] | None = None
    ) -> Section:
        """The mapping under a key.

        Args:
            key: the key; a problem where the mapping lacks it.  The word None stands for no keys.
            noun: a name for the keys of the inner mapping, as in `Section`.
            elsewhere: keys that do not belong to the inner mapping, as in `Section`.

        Returns:
            The section of the inner mapping.
        """
        node = self.written(key)
        if node is None:
            self.missing(key, "give this section")
        elif is_none_word(node):
            # a mapping of nothing, in which required keys are missing
            node = Node(node.place, {})
        inner = Section(node, self.report, noun, elsewhere)
        inner._outer = self
        inner._path = f"{self._path}.{key}" if self._path else key
        return inner

    def parameters(self, noun: str) -> Section:
        """The mapping under PARAMETERS.

        That it is missing does not matter where tables give all the numbers that belong in it.

        Args:
            noun: a name for the keys of the inner mapping, as in `Section`.
        """
        with self.report.about(self.path):
            return self.sub("PARAMETERS", noun)

    def numbered(self, stem: str, gaps: bool = False) -> list[tuple[str, Node]]:
        """The entries `stem_1`, ... in order, without empty ones; a missing number needs `gaps`."""
        found = {}
        for key, node in (self._entries or {}).items():
            match = re.fullmatch(rf"{stem}_([1-9][0-9]{{0,8}})", key)
            if match:
                found[int(match[1])] = (key, node)
                self._known.add(key)
        self._asked[f"{stem}_n"] = None
        for place, number in enumerate(sorted(found), start=1):
            if number != place and not gaps:
                where = found[number][1].place
                self.report.problem(where, f"comes after a gap; number them {stem}_1, {stem}_2, ...")
                break
        return [found[number] for number in sorted(found) if not is_nothing(found[number][1])]

    def text(self, key: str, advice: str = "give a name") -> str:
        """The word under `key`; "", and a problem with this `advice`, where there is none."""
        return word(self.need(key, advice), self.report, advice)

    def choice(
        self, key: str, choices: Iterable[str], default: str | None = None, noun: str = "", none: str = ""
    ) -> str:
        """The word under a key, one of several.

        Args:
            key: the key.
            choices: the legal words.
            default: the word where the mapping lacks the key; None where it must have it.
            noun: a name for the words, for the message `'WORD' is not <noun>`.
            none: what the word None may mean, where that is not clear; else it stands for no entry.

        Returns:
            The word; "", and a problem, where it is not legal.
        """
        names = tuple(choices)
        advice = one_of(names)
        written = self.written(key)
        is_none = written is not None and is_none_word(written)
        if is_none and "NONE" in names:
            return "NONE"
        is_optional = default is not None and not (is_none and none)
        node = self.take(key) if is_optional else self.need(key, advice, none)
        if node is None:
            return default or ""
        name = word(node, self.report, advice)
        if not name or name in names:
            return name
        self.report.problem(node.place, f"{shown(name)} is not {noun or 'known'}; {nearest(name, names)}")
        return ""

    def integer(self, key: str, at_least: int, default: int | None = None, below: int | None = None) -> int:
        """The whole number under a key, the same for every system.

        Args:
            key: the key.
            at_least: the smallest legal number.
            default: the number where the mapping lacks the key; None where it must have it.
            below: the smallest number that is too large, or None for no bound.

        Returns:
            The number; `at_least`, and a problem, where it is not legal.
        """
        bounds = f"of at least {at_least}" + (f" and below {below}" if below else "")
        advice = f"give one whole number {bounds}"
        node = self.take(key) if default is not None else self.need(key, advice)
        if node is None:
            return at_least if default is None else default
        value = finite(node, self.report, advice)
        if value is None:
            return at_least
        if value == int(value) and at_least <= value and (below is None or value < below):
            return int(value)
        self.report.problem(node.place, f"is {node.text}; {advice}")
        return at_least


def _entries(node: Node | None, report: Report) -> dict[str, Node] | None:
    """The entries of a mapping; None where it is missing or, with a problem, is not a mapping."""
    if node is None:
        return None
    if isinstance(node.value, dict):
        return node.value
    found = describe(node) if node.place.path else kind_of(node)
    report.problem(node.place, f"is {found}; give a mapping of keys to values")
    return None
