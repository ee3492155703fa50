"""Reading files of numbers in columns, without a header: passbands, spectra, light curves."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jaxlens.config.errors import Place, Report, shown
from jaxlens.config.files import locate, resolve
from jaxlens.config.scalars import LARGEST
from jaxlens.config.tables import MAX_LISTED, has_numbers, is_setting, numbered_words, table_text


@dataclass(frozen=True, eq=False)
class Columns:
    """The numbers of a file.

    Attributes:
        source: the file's name in messages.
        text: its content.
        values: the finite values, (rows, columns).
    """

    source: str
    text: str
    values: np.ndarray

    def place(self, row: int, column: str = "") -> Place:
        """The place of a row."""
        return Place(self.source, _numbered(self.text)[row][0], column)


def read_columns(path: Path, names: tuple[str, ...], report: Report) -> Columns | None:
    """The numbers of a file; `#` starts a comment, and further columns are ignored.

    Args:
        path: the file.
        names: the names of the columns, for messages.
        report: the problems are added to it.

    Returns:
        At least one row of as many finite values as there are names; None, and problems with their lines,
        where the file is illegal.
    """
    text = table_text(path, report)
    if text is None:
        return None
    if not any(line.partition("#")[0].strip() for line in text.split("\n")):
        report.problem(Place(str(path)), f"has no rows; give lines of {', '.join(names)}")
        return None
    try:
        values = np.loadtxt(io.StringIO(text), usecols=range(len(names)), ndmin=2)
    except ValueError:
        values = np.full((1, len(names)), np.nan)
    if np.all(np.abs(values) <= LARGEST):
        return Columns(str(path), text, values)
    _report_lines(path, text, names, report)
    return None


def read_curve(place: Place, name: str, report: Report) -> tuple[np.ndarray, np.ndarray] | None:
    """A passband from a file that the configuration names.

    Args:
        place: where the configuration names it.
        name: the file's name.
        report: the problems are added to it.

    Returns:
        Wavelengths (Angstrom), increasing, and transmissions, at least 0 and somewhere above; None, and
        problems, where the file is illegal.
    """
    columns = read_file_of(place, name, ("wavelength", "transmission"), report)
    if columns is None:
        return None
    wavelength, transmission = columns.values.T
    wrong = np.flatnonzero(np.diff(wavelength) <= 0.0)
    if wrong.size:
        row = int(wrong[0]) + 1
        finding = f"is {wavelength[row]:g} after {wavelength[row - 1]:g}; sort the lines by wavelength"
        report.problem(columns.place(row, "wavelength"), finding)
    if wavelength[0] <= 0.0:
        report.problem(columns.place(0, "wavelength"), f"is {wavelength[0]:g}; it must be above 0")
    dark = np.flatnonzero(transmission < 0.0)
    if dark.size:
        row = int(dark[0])
        report.problem(columns.place(row, "transmission"), f"is {transmission[row]:g}; it must be at least 0")
    if wavelength.size < 2 or not np.any(transmission > 0.0):
        report.problem(Place(columns.source), "lets no light through; give at least two lines, one above 0")
    legal = wavelength.size > 1 and not wrong.size and not dark.size and wavelength[0] > 0.0
    return (wavelength, transmission) if legal and np.any(transmission > 0.0) else None


def read_file_of(place: Place, name: str, names: tuple[str, ...], report: Report) -> Columns | None:
    """The numbers of a file that the configuration names.

    Args:
        place: where the configuration names it.
        name: the file's name.
        names: the names of the columns.
        report: the problems are added to it.

    Returns:
        As `read_columns`; None, and a problem, also where there is no such file.
    """
    path = resolve(place, name, report)
    as_shown = locate(place, name, report) if path else None
    return None if as_shown is None else read_columns(as_shown, names, report)


def _numbered(text: str) -> list[tuple[int, list[str]]]:
    """The words of each line that has any, with the line's number."""
    return [(number, words) for number, words in numbered_words(text) if words]


def _report_lines(path: Path, text: str, names: tuple[str, ...], report: Report) -> None:
    """Report the first illegal lines, and the number of the others."""
    lines = _numbered(text)
    if is_setting(lines[0][1]) or not has_numbers(words for _, words in lines):
        report.problem(Place(str(path)), f"is no table of {', '.join(names)}; give lines of numbers")
        return
    problems = [(number, _line_problem(words, names)) for number, words in lines]
    problems = [(number, finding) for number, finding in problems if finding]
    if not problems:
        report.problem(Place(str(path)), f"is no table of {', '.join(names)}; give lines of numbers")
    for number, finding in problems[:MAX_LISTED]:
        report.problem(Place(str(path), number), finding)
    if len(problems) > MAX_LISTED:
        more = len(problems) - MAX_LISTED
        report.problem(Place(str(path), problems[-1][0]), f"{more} more lines are wrong; mend them too")


def _line_problem(words: list[str], names: tuple[str, ...]) -> str:
    """The problem with the words of a line; "" where it is legal."""
    if len(words) < len(names):
        found = f"has {len(words)} of the {len(names)} columns {', '.join(names)}"
        return f"{found}; give every column one number"
    for name, value in zip(names, words, strict=False):
        try:
            number = float(value if "_" not in value else "")
        except ValueError:
            return f"{name} is {shown(value)}; give a number"
        if not np.isfinite(number):
            return f"{name} is {value}; it must be finite"
        if abs(number) > LARGEST:
            return f"{name} is {value}; the largest number is {LARGEST:.2g}"
    return ""
