"""Reading whitespace-separated tables of numbers: the names of the columns, then one row a line."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from jaxlens.config.errors import Place, Report, shown
from jaxlens.config.scalars import LARGEST
from jaxlens.config.unit_sums import without_overflow

# The name of the column with the weights of the rows.
WEIGHT = "WEIGHT"
# The largest size of a table's file, in bytes.
MAX_BYTES = 50_000_000
# The largest number of illegal lines that are listed; further ones are only counted.
MAX_LISTED = 5
# The problem with a file that has hardly a number in it.  Nothing of it is quoted, as it may be of any kind.
NO_TABLE = "is no table of numbers; give a line of column names, then lines of numbers"
# A number, or one of the words for a missing one.
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?(nan|inf|none|null|na)", re.I)
# The number of rows that are looked at.
_ROWS = 1000


@dataclass(frozen=True, eq=False)
class Table:
    """The table in one file.

    Attributes:
        source: the file's name in messages.
        header_line: the number of the line with the names of the columns.
        names: the names of the columns.
        lines: the number of each row's line.
        values: the finite values, (rows, columns).
    """

    source: str
    header_line: int
    names: tuple[str, ...]
    lines: tuple[int, ...]
    values: np.ndarray

    def place(self, column: str, row: int | None = None) -> Place:
        """The place of a value of the table, or of the column's name where no row is given."""
        return Place(self.source, self.header_line if row is None else self.lines[row], column)

    def without(self, column: str) -> Table:
        """The table without the column of this name."""
        keep = [i for i, name in enumerate(self.names) if name != column]
        names = tuple(self.names[i] for i in keep)
        return Table(self.source, self.header_line, names, self.lines, self.values[:, keep])


def read_table(path: Path, report: Report, commas: bool = False, texts: Collection[str] = ()) -> Table | None:
    """The table in a file; None, and problems with their lines, where it is illegal.

    `#` starts a comment; blank lines are ignored.

    Args:
        path: the file.
        report: the problems are added to it.
        commas: whether commas may stand between the columns too.
        texts: the names of columns that have words, which are left out.
    """
    text = table_text(path, report)
    if text is None:
        return None
    text = text.replace(",", " ") if commas else text
    lines = [(number, words) for number, words in numbered_words(text) if words]
    if not lines:
        report.problem(Place(str(path)), "has no table; give a line of column names, then lines of numbers")
        return None
    (header_line, names), *rows = _without(lines, texts)
    if rows and (is_setting(names) or not has_numbers(words for _, words in rows)):
        report.problem(Place(str(path)), NO_TABLE)
        return None
    wrong = _header_problem(names)
    if not wrong and not rows:
        wrong = "has no rows below the names of the columns; give at least one line of numbers"
    wrong = wrong or _repeated_problem(names)
    if wrong:
        report.problem(Place(str(path), header_line), wrong)
        return None
    values = _values(str(path), names, rows, report)
    if values is None:
        return None
    return Table(str(path), header_line, tuple(names), tuple(number for number, _ in rows), values)


def _without(lines: list[tuple[int, list[str]]], texts: Collection[str]) -> list[tuple[int, list[str]]]:
    """The lines without the words in the columns of these names."""
    left_out = {i for i, name in enumerate(lines[0][1]) if name in texts}
    if not left_out:
        return lines
    return [(line, [one for i, one in enumerate(words) if i not in left_out]) for line, words in lines]


def has_numbers(rows: Iterable[list[str]]) -> bool:
    """Whether at least half of the words of the first rows are numbers.

    >>> has_numbers([["1.5", "x"]]), has_numbers([["root:*:19000:0:99999:7:::"]])
    (True, False)
    """
    words = [part for row in islice(rows, _ROWS) for word in row for part in re.split("[,;]", word) if part]
    return 2 * sum(_NUMBER.fullmatch(word) is not None for word in words) >= len(words)


def read_header(path: Path) -> list[str]:
    """The names of the columns of the table in a file; empty where it has none."""
    lines = (words for _, words in numbered_words(table_text(path, Report()) or ""))
    return next(filter(None, lines), [])


def read_weights(table: Table, report: Report) -> np.ndarray | None:
    """The column WEIGHT (rows,), scaled; None, and a problem, where it is missing, below 0, or all 0."""
    if WEIGHT not in table.names:
        finding = f"has no column {WEIGHT}; add one, with 1 in every row where all are as likely"
        report.problem(Place(table.source, table.header_line), finding)
        return None
    weights = table.values[:, table.names.index(WEIGHT)]
    negative = np.flatnonzero(weights < 0)
    if negative.size:
        row = int(negative[0])
        report.problem(table.place(WEIGHT, row), f"is {weights[row]:g}; it must be at least 0")
        return None
    weights = without_overflow(weights)
    if not weights.sum() > 0:
        report.problem(table.place(WEIGHT), "is 0 in every row; one of them must be above 0")
        return None
    return weights


def table_text(
    path: Path, report: Report, limit: int | None = None, smaller: str = "give a smaller table"
) -> str | None:
    """The text of a table's file; None, and a problem, where it is too large, not UTF-8, or cannot be read.

    Args:
        path: the file.
        report: the problem is added to it.
        limit: the largest number of bytes; by default `MAX_BYTES`.
        smaller: how to correct a larger file.
    """
    place, limit = Place(str(path)), MAX_BYTES if limit is None else limit
    report.sources.append(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            report.problem(place, f"is over {limit // 10**6} MB; {smaller}")
            return None
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        report.problem(place, "is not text in UTF-8; give a table of numbers")
        return None
    except OSError as error:
        report.problem(place, f"cannot be read: {error.strerror}; give a readable file")
        return None
    if "\0" in text:
        report.problem(place, "is not text in UTF-8; give a table of numbers")
        return None
    return text


def numbered_words(text: str) -> Iterator[tuple[int, list[str]]]:
    """The number of each line of a text, and its words without the comment."""
    for number, line in enumerate(text.split("\n"), start=1):
        yield number, line.partition("#")[0].split()


def is_setting(words: list[str]) -> bool:
    """Whether a line is that of a file of settings, `key: value` or `key=value`, and no header of a table."""
    return any(word.endswith(":") or "=" in word for word in words)


def _header_problem(names: list[str]) -> str:
    """The problem with the names of the columns; "" where they are legal."""
    if all(_is_number(name) for name in names):
        return (
            "has numbers where the names of the columns belong; start the table with their names, without #"
        )
    if any("," in name for name in names):
        return "has commas between the columns; separate them by spaces"
    return ""


def _repeated_problem(names: list[str]) -> str:
    """The problem with a name that several columns have; "" where there is none."""
    ((name, count),) = Counter(names).most_common(1)
    return f"has the column {shown(name)} {count} times; name each column once" if count > 1 else ""


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _values(
    source: str, names: list[str], rows: list[tuple[int, list[str]]], report: Report
) -> np.ndarray | None:
    """The values of the rows, (rows, columns); None, and a problem for each of the first illegal lines."""
    # where a row is too short there may be far more rows times names than words
    whole = all(len(words) == len(names) for _, words in rows)
    values = np.empty((len(rows) if whole else 1, len(names)))
    wrong = 0
    for i, (line, words) in enumerate(rows):
        fault = _fill(values[i if whole else 0], names, words)
        if fault is None:
            continue
        wrong += 1
        if wrong <= MAX_LISTED:
            column, finding = fault
            report.problem(Place(source, line, column), finding)
    if wrong > MAX_LISTED:
        report.problem(
            Place(source, rows[-1][0]), f"{wrong - MAX_LISTED} more lines are wrong; mend them too"
        )
    return None if wrong else values


def _fill(row: np.ndarray, names: list[str], words: list[str]) -> tuple[str, str] | None:
    """Write the values of one line into `row`; the column and its problem where a value is not a number."""
    if len(words) != len(names):
        return "", f"has {len(words)} of the {len(names)} columns; give every column one number"
    for i, word in enumerate(words):
        try:
            # `float` accepts 1_000, which is not a number in a table
            row[i] = float(word if "_" not in word else "")
        except ValueError:
            return names[i], f"is {shown(word)}; give a number"
        if not math.isfinite(row[i]):
            return names[i], f"is {word}; it must be finite"
        if abs(row[i]) > LARGEST and names[i] != WEIGHT:
            return names[i], f"is {word}; the largest number is {LARGEST:.2g}"
    return None
