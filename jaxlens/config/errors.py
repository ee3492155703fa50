"""The problems and warnings of a configuration file, and the exception that lists the problems."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from jaxlens.config.meanings import meanings, other_advice

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


class Report:
    """The problems and remarks that have been found so far in a configuration.

    After a problem the functions of this package continue with a placeholder (NaN for a number, "" for a
    word), so that all problems are found at once.  `raise_problems` is called before a `Config` is
    returned, so that none contains a placeholder.

    Attributes:
        bands: the bands of the file; empty until they have been read.
        bands_of: the text ` of the survey NAME` for messages where a preset sets the bands, else empty.
        paths: the absolute path of each file that the configuration names, by the place of the name.
        sources: the files that were read, in order.
    """

    def __init__(self) -> None:
        self.bands: tuple[str, ...] = ()
        self.bands_of = ""
        self.paths: dict[Place, str] = {}
        self.sources: list[str] = []
        self._problems: list[tuple[Place, str]] = []
        self._remarks: list[tuple[Place, str]] = []
        self._closed: set[Place] = set()

    def problem(self, place: Place, finding: str, final: bool = False) -> None:
        """Record a problem.

        Args:
            place: where it is.
            finding: the message, in the form `the problem; how to correct it`.
            final: whether later problems of the same place are ignored, because they follow from this one.
        """
        if place not in self._closed:
            self._problems.append((place, finding))
        if final:
            self._closed.add(place)

    def remark(self, place: Place, finding: str) -> None:
        """Record a warning: `finding` is legal, but probably not as intended."""
        self._remarks.append((place, finding))

    def remark_problems(self, other: Report) -> None:
        """Record the problems and remarks of another report as remarks, since they have no effect."""
        self._remarks += other._problems + other._remarks

    @property
    def warnings(self) -> tuple[str, ...]:
        """The remarks as lines of text, in the order of the files and their lines."""
        return self._lines(self._remarks)

    def raise_problems(self) -> None:
        """Raise one `ConfigError` that lists all problems, if there are any."""
        if self._problems:
            raise ConfigError(*self._lines(self._problems))

    def _lines(self, findings: list[tuple[Place, str]]) -> tuple[str, ...]:
        """The findings as lines of text without repetitions, in the order of the files and their lines."""
        order = {source: i for i, source in enumerate(self.sources)}
        ordered = sorted(findings, key=lambda item: (order.get(item[0].source, -1), item[0].line or 0))
        return tuple(dict.fromkeys(f"{place}: {finding}" for place, finding in ordered))


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
