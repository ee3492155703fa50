"""What can be said about a configuration file, and the one exception that says it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_WORD = 60


class ConfigError(ValueError):
    """A configuration file is wrong; every problem that was found is in it.

    `problems` is a tuple of lines `file:line: path: what is wrong; what would be right` (a
    dictionary has no line, and stands as `<dict>`); `str()` is these lines.

    >>> print(ConfigError("demo.yaml:3: DATASET.NAME: is missing; give a name"))
    demo.yaml:3: DATASET.NAME: is missing; give a name
    """

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)


class ConfigWarning(UserWarning):
    """A configuration file is legal, but may not mean what it says; the message is as in ConfigError."""


@dataclass(frozen=True)
class Place:
    """Where something stands: the file, its line (None in a dictionary) and the keys that lead there.

    >>> print(Place("demo.yaml", 3, "DATASET").at("NAME"))
    demo.yaml:3: DATASET.NAME
    """

    source: str
    line: int | None = None
    path: str = ""

    def at(self, key: str, line: int | None = None) -> Place:
        """The place of the entry `key` of this mapping, at `line` where that is known."""
        word = key if key.isprintable() else repr(key)
        path = f"{self.path}.{word}" if self.path else word
        return Place(self.source, self.line if line is None else line, path)

    def __str__(self) -> str:
        head = self.source if self.line is None else f"{self.source}:{self.line}"
        return f"{head}: {self.path}" if self.path else head


class Report:
    """What one reading of one file has found so far.

    After a problem the functions of this package go on with a stand-in value (NaN for a number,
    "" for a word), so that one reading finds all problems; `raise_problems` sees to it that nothing
    made of stand-ins gets out.  `bands` are the file's bands, empty until they are known, and `bands_of`
    says what survey's they are where the file does not choose them; `paths` are the absolute paths of the
    files that it names, by the place of the name; `sources` are the files that were read, in order.
    """

    def __init__(self) -> None:
        self.bands: tuple[str, ...] = ()
        self.bands_of = ""
        self.paths: dict[Place, str] = {}
        self.sources: list[str] = []
        self._problems: list[tuple[Place, str]] = []
        self._remarks: list[tuple[Place, str]] = []
        self._closed: set[Place] = set()

    def problem(self, place: Place, what: str, final: bool = False) -> None:
        """Note what is wrong at `place`, as `what is wrong; what would be right`.

        After a `final` problem nothing more is said about that place.
        """
        if place not in self._closed:
            self._problems.append((place, what))
        if final:
            self._closed.add(place)

    def remark(self, place: Place, what: str) -> None:
        """Note what is legal at `place`, but may not be meant."""
        self._remarks.append((place, what))

    @property
    def warnings(self) -> tuple[str, ...]:
        """The remarks, by file and line."""
        return self._lines(self._remarks)

    def raise_problems(self) -> None:
        """Raise one ConfigError with every problem, by file and line, if there is one."""
        if self._problems:
            raise ConfigError(*self._lines(self._problems))

    def _lines(self, notes: list[tuple[Place, str]]) -> tuple[str, ...]:
        """Each note as a line of text, once, in the order of the files and their lines."""
        order = {source: i for i, source in enumerate(self.sources)}
        ordered = sorted(notes, key=lambda note: (order.get(note[0].source, -1), note[0].line or 0))
        return tuple(dict.fromkeys(f"{place}: {what}" for place, what in ordered))


def shown(word: str) -> str:
    """A word of the file as it is quoted in a message: in quotes, on one line, never long."""
    return repr(word if len(word) <= LONGEST_WORD else word[: LONGEST_WORD - 3] + "...")


def nearest(word: str, choices: Iterable[str], listed: Iterable[str] = ()) -> str:
    """The advice for a `word` that is none of `choices`: the choice most like it, or else all of them.

    `listed` are those that are named in the place of all.

    >>> nearest("sersic_elipse", ["SERSIC", "SERSIC_ELLIPSE"])
    'did you mean SERSIC_ELLIPSE?'
    >>> nearest("NFW", ["SERSIC", "SERSIC_ELLIPSE"])
    'it must be one of SERSIC, SERSIC_ELLIPSE'
    """
    names = {choice.lower(): choice for choice in choices}
    if not names:
        return "there is none to choose from"
    found = difflib.get_close_matches(word.lower(), names, n=1)
    if found:
        return f"did you mean {names[found[0]]}?"
    return one_of(tuple(listed) or names.values())


def one_of(choices: Iterable[str]) -> str:
    """The advice that lists all `choices`."""
    names = tuple(choices)
    return f"it must be {'one of ' if len(names) > 1 else ''}{', '.join(names)}"
