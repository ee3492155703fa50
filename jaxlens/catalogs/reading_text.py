"""Catalogues in text: columns separated by commas, semicolons, tabs or blanks, and astropy's ECSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.masked import filled, texts, units_of

# The largest size of a text, in bytes; it takes several times as much memory while it is read.
MAX_TEXT = 200_000_000
# The first characters of a text in ECSV, whose comments have types and units.
_ECSV = "# %ECSV"
# What may stand between columns, if it stands in the first row; blanks otherwise.
_SEPARATORS = (",", ";", "\t")
# What is wrong with a file that is no text.
_NO_TEXT = "is not text in UTF-8; give a table in text, or its FORMAT"


def read_text(content: bytes) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The columns of a table in text, and their units.

    `#` starts a comment: a line, and where blanks separate columns also the end of one.  The names of the
    columns are the first line, or the last comment before the numbers.  Columns without a name are left out.

    Raises:
        CatalogError: if it is no table.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CatalogError(_NO_TEXT) from None
    if "\0" in text:
        raise CatalogError(_NO_TEXT)
    if text.startswith(_ECSV):
        return _read_ecsv(text)
    lines, numbers, comment = _lines(text)
    if not lines:
        raise CatalogError("has no table; give a line with the names of the columns, then one line an object")
    separator = next((one for one in _SEPARATORS if one in lines[0]), " ")
    if separator == " ":
        lines = [" ".join(line.partition("#")[0].split("\t")).strip() for line in lines]
    names = _split(lines[0], separator)
    if all(map(_is_number, names)):
        names = _names_in(comment, separator, len(names))
    else:
        lines, numbers = lines[1:], numbers[1:]
    _check(names, lines, numbers, separator)
    return _columns(names, lines, separator), {}


def _read_ecsv(text: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The columns and units of a text in ECSV, by astropy."""
    from astropy.table import Table

    table = Table.read(text, format="ascii.ecsv")
    return {name: filled(table[name]) for name in table.colnames}, units_of(table)


def _lines(text: str) -> tuple[list[str], list[int], str]:
    """The lines that are neither blank nor comments, their numbers, and the last comment before the first."""
    lines: list[str] = []
    numbers: list[int] = []
    comment = ""
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip(" \r")
        if stripped.startswith("#"):
            comment = comment if lines else stripped.lstrip("# ")
        elif stripped.strip():
            lines.append(stripped)
            numbers.append(number)
    return lines, numbers, comment


def _split(line: str, separator: str) -> list[str]:
    """The words of a line; those in quotes may have the separator."""
    return [word.strip() for word in next(csv.reader([line], delimiter=separator, skipinitialspace=True))]


def _names_in(comment: str, separator: str, count: int) -> list[str]:
    """The names of the columns in the comment before the first row."""
    for names in (_split(comment, separator) if comment else [], comment.split()):
        if len(names) == count and not all(map(_is_number, names)):
            return names
    raise CatalogError(
        "has numbers where the names of the columns belong; start the table with a line of their names"
    )


def _check(names: list[str], lines: list[str], numbers: list[int], separator: str) -> None:
    """Raise where a name stands twice, or a line has another number of columns."""
    ((name, most),) = Counter(name for name in names if name).most_common(1) or [("", 0)]
    if most > 1:
        raise CatalogError(f"has the column {name!r} {most} times; name each column once")
    for i, width in _widths(lines, separator):
        if width != len(names):
            finding = f"has {width} values in line {numbers[i]}, and names of {len(names)} columns"
            raise CatalogError(f"{finding}; give each line a value in every column")


def _widths(lines: list[str], separator: str) -> Iterator[tuple[int, int]]:
    """The number of values of each row, behind the index of its last line."""
    if any('"' in line for line in lines):
        reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
        return ((reader.line_num - 1, len(row)) for row in reader)
    if separator == " ":
        return ((i, len(line.split())) for i, line in enumerate(lines))
    return ((i, line.count(separator) + 1) for i, line in enumerate(lines))


def _columns(names: list[str], lines: list[str], separator: str) -> dict[str, np.ndarray]:
    """The columns that have names, by pandas."""
    import pandas as pd

    frame = pd.read_csv(
        io.BytesIO("\n".join(lines).encode()),
        header=None,
        names=range(len(names)),
        index_col=False,
        sep=separator,
        skipinitialspace=True,
        low_memory=False,
    )
    return {name: _array(frame[i]) for i, name in enumerate(names) if name}


def _array(column: Any) -> np.ndarray:
    """A column as numbers, booleans, or texts."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column):
        return np.ascontiguousarray(column.to_numpy())
    known = column.dropna()
    if len(known) and isinstance(known.iloc[0], bool) and known.map(type).eq(bool).all():
        # true, false and missing
        return np.array([np.nan if pd.isna(one) else float(one) for one in column])
    return texts(list(map(str, column.astype(object).where(column.notna(), ""))))


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
