"""The problems and warnings of a configuration file, and the exception that lists the problems."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jaxlens.config.meanings import meanings, other_advice

if TYPE_CHECKING:
    import numpy as np

# The largest number of characters of a word of the file in messages; longer words are cut.
MAX_WORD_LENGTH = 60


class ConfigError(ValueError):
    """A configuration file is wrong; the exception lists every problem that was found.

    Attributes:
        problems: the problems, each in the form `file:line: path: the problem; how to correct it`.  For a
            dictionary the file is `<dict>`, without a line.  `str()` of the exception gives one line each.

    >>> print(ConfigError("demo.yaml:3: DATASET.NAME: is missing; give a name"))
    demo.yaml:3: DATASET.NAME: is missing; give a name
    """

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)


class ConfigWarning(UserWarning):
    """A configuration file is legal, but probably not as intended; its message is like a problem's."""


@dataclass(frozen=True)
class Place:
    """A place in a configuration file.

    Attributes:
        source: the file's name in messages.
        line: the line's number, or None in a dictionary.
        path: the keys that lead there, joined by dots.

    >>> print(Place("demo.yaml", 3, "DATASET").at("NAME"))
    demo.yaml:3: DATASET.NAME
    """

    source: str
    line: int | None = None
    path: str = ""

    def at(self, key: str, line: int | None = None) -> Place:
        """The place of the entry `key` of this mapping; `line` is by default the line of the mapping."""
        word = key if key.isprintable() else repr(key)
        path = f"{self.path}.{word}" if self.path else word
        return Place(self.source, self.line if line is None else line, path)

    def __str__(self) -> str:
        head = self.source if self.line is None else f"{self.source}:{self.line}"
        return f"{head}: {self.path}" if self.path else head


@dataclass(frozen=True)
class Finding:
    """A problem or a remark.

    Attributes:
        place: where it is.
        text: the message, in the form `the problem; how to correct it`.
        paths: the numbers of the file that it is about, by their paths without PARAMETERS; a path may be that
            of a mapping, which means the numbers in it that have no value.  It does not matter where a table
            sets one of them.
        band: the band of those numbers, or None for all bands.
        configurations: the labels of the configurations that it is about; None where `place` and `paths`
            decide (see `jaxlens.config.uses`).
        passed_over: whether a remark is about something that is wrong, but is not used.
    """

    place: Place
    text: str
    paths: tuple[str, ...] = ()
    band: str | None = None
    configurations: frozenset[str] | None = None
    passed_over: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


class Report:
    """The problems and remarks that have been found so far in a configuration.

    After a problem the functions of this package continue with a placeholder (NaN for a number, "" for a
    word), so that all problems are found at once.  `load_config` raises them before a `Config` is returned,
    so that none contains a placeholder.

    Attributes:
        bands: the bands that are used; empty until they have been read.
        file_bands: the bands that the file has numbers for, as its BANDS says.
        bands_of: the text ` of the survey NAME` for messages where a preset sets the bands, else empty.
        paths: the absolute path of each file that the configuration names, by the place of the name, where
            the name is another.
        named: the absolute paths of all files and folders that the configuration names.
        sources: the files that were read, in order.
        stacks: stacks of images that were read, by what they are, so that each is in memory once.
        problems: the problems, in the order in which they were found.
        remarks: what is legal, but probably not as intended, in the order in which it was found.
    """

    def __init__(self) -> None:
        self.bands: tuple[str, ...] = ()
        self.file_bands: tuple[str, ...] = ()
        self.bands_of = ""
        self.paths: dict[Place, str] = {}
        self.named: set[str] = set()
        self.sources: list[str] = []
        self.stacks: dict[str, np.ndarray] = {}
        self.problems: list[Finding] = []
        self.remarks: list[Finding] = []
        self._closed: set[Place] = set()
        self._about: tuple[tuple[str, ...], str | None] = ((), None)

    def problem(
        self,
        place: Place,
        finding: str,
        final: bool = False,
        configurations: Iterable[str] | None = None,
    ) -> None:
        """Record a problem.

        Args:
            place: where it is.
            finding: the message, in the form `the problem; how to correct it`.
            final: whether later problems of the same place are ignored, because they follow from this one.
            configurations: the labels of the configurations that it is about, where `place` does not tell.
        """
        if place not in self._closed:
            self.problems.append(self._finding(place, finding, configurations))
        if final:
            self.close(place)

    def close(self, place: Place) -> None:
        """Ignore later problems of a place, because they follow from one that has been reported."""
        self._closed.add(place)

    def remark(
        self,
        place: Place,
        finding: str,
        configurations: Iterable[str] | None = None,
        passed_over: bool = False,
    ) -> None:
        """Record a warning: `finding` is legal, but probably not as intended.

        Args:
            place: where it is.
            finding: the message.
            configurations: as for `problem`.
            passed_over: whether it is about something that is wrong, but is not used.
        """
        self.remarks.append(replace(self._finding(place, finding, configurations), passed_over=passed_over))

    def _finding(self, place: Place, text: str, configurations: Iterable[str] | None) -> Finding:
        labels = None if configurations is None else frozenset(configurations)
        return Finding(place, text, *self._about, labels)

    @contextmanager
    def about(self, *paths: str, band: str | None = None) -> Iterator[None]:
        """In this context all that is found is about the numbers at `paths`, in one band or in all.

        Where a table sets one of these numbers in every configuration that uses it, its value in the file is
        never used, and what is found about it does not matter.
        """
        outer, self._about = self._about, (paths, band)
        try:
            yield
        finally:
            self._about = outer

    @contextmanager
    def only(self, configurations: list[str]) -> Iterator[None]:
        """In this context all that is found is about these configurations, unless the list stays empty.

        The list may be filled inside the context.
        """
        starts = len(self.problems), len(self.remarks)
        yield
        for found, start in zip((self.problems, self.remarks), starts, strict=True):
            for i in range(start, len(found)):
                if configurations and found[i].configurations is None:
                    found[i] = replace(found[i], configurations=frozenset(configurations))

    def add(self, other: Report) -> None:
        """Add what another report has found."""
        self.problems += other.problems
        self.remarks += other.remarks
        self.sources += other.sources

    def remark_problems(self, other: Report) -> None:
        """Record the problems and remarks of another report as remarks, since they have no effect."""
        self.remarks += [*other.problems, *other.remarks]

    @property
    def warnings(self) -> tuple[str, ...]:
        """The remarks as lines of text, in the order of the files and their lines."""
        return self.lines(self.remarks)

    def raise_problems(self) -> None:
        """Raise one `ConfigError` that lists all problems, if there are any."""
        if self.problems:
            raise ConfigError(*self.lines(self.problems))

    def lines(self, findings: Iterable[Finding]) -> tuple[str, ...]:
        """The findings as lines of text without repetitions, in the order of the files and their lines."""
        order = {source: i for i, source in enumerate(self.sources)}
        ordered = sorted(findings, key=lambda one: (order.get(one.place.source, -1), one.place.line or 0))
        return tuple(dict.fromkeys(map(str, ordered)))


def shown(word: str) -> str:
    """A word of the file for a message: in quotes, on one line, and cut where it is long.

    >>> shown("seeing")
    "'seeing'"
    """
    return repr(word if len(word) <= MAX_WORD_LENGTH else word[: MAX_WORD_LENGTH - 3] + "...")


def nearest(word: str, choices: Iterable[str], listed: Iterable[str] = ()) -> str:
    """Advice on a word that is not one of the choices: the one that it means, else the most similar one.

    Args:
        word: the word.
        choices: the words that would be legal.
        listed: the words that are listed instead of all `choices` where none is similar.

    Returns:
        The advice, as it stands behind the semicolon of a problem.

    >>> nearest("sersic_elipse", ["SERSIC", "SERSIC_ELLIPSE"])
    'did you mean SERSIC_ELLIPSE?'
    >>> nearest("gaussian", ["uniform", "normal"]), nearest("binomial", ["uniform", "loguniform"])
    ('did you mean normal?', 'it must be one of uniform, loguniform')
    """
    names = tuple(choices)
    if not names:
        return "there is none to choose from"
    meant = meanings(word, names)
    advice = "" if meant else other_advice(word, names)
    found = meant or spelled_alike(word, names)
    return advice or (f"did you mean {found[0]}?" if found else one_of(tuple(listed) or names))


def spelled_alike(word: str, choices: Iterable[str]) -> list[str]:
    """The choices that are spelled like a word, the most similar first.

    Of equally similar ones the one with the same letters comes first, since letters are often exchanged.

    >>> spelled_alike("SEI", ["SIS", "SIE", "EPL"])
    ['SIE', 'SIS']
    """
    given = word.lower()
    names = {choice.lower(): choice for choice in choices}
    close = difflib.get_close_matches(given, names, n=max(1, len(names)))
    likeness = {name: difflib.SequenceMatcher(None, name, given).ratio() for name in close}
    close.sort(key=lambda name: (-round(likeness[name], 9), sorted(name) != sorted(given)))
    return [names[name] for name in close]


def one_of(choices: Iterable[str]) -> str:
    """Advice that lists all `choices`.

    >>> one_of(["e-", "ADU"])
    'it must be one of e-, ADU'
    """
    names = tuple(choices)
    return f"it must be {'one of ' if len(names) > 1 else ''}{', '.join(names)}"
