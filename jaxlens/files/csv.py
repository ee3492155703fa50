"""CSV: the metadata table, one row per system, or per system and epoch of a time series.

Each number is written as the shortest decimal that reads back as the same number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, repeat
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jaxlens.config.model.catalog import is_catalog_column
from jaxlens.files.contents import Chunk, Contents, Values
from jaxlens.files.metadata import Column, columns, is_text
from jaxlens.files.rows import RowBuffer
from jaxlens.files.series_tables import bands_of_series

# The number of systems whose rows are turned into text together: enough to make the fixed cost of a table
# negligible, and few enough to spread the writing over the run.
_ROWS_AT_A_TIME = 512
# The ends of the names of columns whose texts may be any word, "nan" too.
_WORDS = ("NAME", "HOST")
# What the columns of a catalogue may be beside texts.
_KINDS = (("int64", int), ("float64", float))
# Whether pandas is older than 3.1, and rounds the last bits of a number unless asked for exact numbers.
_OLD_PANDAS = tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1)
# The option of `read_csv` that asks for exact numbers.
_EXACT: dict[str, Any] = {"float_precision": "round_trip"} if _OLD_PANDAS else {}


class CsvTable:
    """A table that is written some systems at a time, below a line with the names of its columns."""

    def __init__(self, path: Path, contents: Contents) -> None:
        self._contents, self._has_header = contents, False
        self._file = path.open("x", newline="", encoding="utf-8")
        self._rows = RowBuffer(self._write, _ROWS_AT_A_TIME)

    def append(self, chunk: Chunk) -> None:
        """Write the next systems."""
        self._rows.append(chunk.start, chunk.values)

    def finish(self) -> None:
        """Write the rows that are still buffered, after the last chunk."""
        self._rows.flush()
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _table(self, start: int, values: Values) -> Mapping[str, Column]:
        """The columns of some systems, by name."""
        raise NotImplementedError

    def _write(self, start: int, values: Values) -> None:
        table = self._table(start, values)
        header = [] if self._has_header else [csv_line(table)]
        self._has_header = True
        rows = csv_lines(table) if len(next(iter(table.values()))) else []
        self._file.writelines(f"{line}\n" for line in (*header, *rows))


class CsvFile(CsvTable):
    """The metadata table, one row per system, or per system and epoch."""

    def _table(self, start: int, values: Values) -> Mapping[str, Column]:
        return columns(self._contents.fixed, self._contents.bands, values, start)


def read_csv(path: Path, stop: int | None = None) -> pd.DataFrame:
    """The first `stop` systems of a metadata table, or all; the numbers are exactly the written ones."""
    header = [str(name) for name in pd.read_csv(path, nrows=0)]
    options, bands = read_options(header, path), bands_of_series(header)
    if stop is None or not bands:
        return pd.read_csv(path, nrows=stop, **options)
    return _first_systems(path, f"OBJID-{bands[0]}", stop, options)


def read_options(header: Sequence[str], path: Path) -> dict[str, Any]:
    """The arguments with which pandas reads a table: texts are texts, numbers are exact.

    Args:
        header: the names of its columns.
        path: the table, which says what the columns of a catalogue are.
    """
    texts = dict.fromkeys((name for name in header if is_text(name)), str)
    # "None" is a legal HOST, so pandas must not read words as missing values.
    options: dict[str, Any] = {"keep_default_na": False, "dtype": texts, **_EXACT}
    types = _catalog_types(header, path)
    if types:
        options["dtype"] = texts | types
        options["na_values"] = {name: ["nan"] for name, kind in types.items() if kind == "float64"}
    if bands_of_series(header):
        words = [name for name in header if name.rpartition("-")[0].endswith(_WORDS)]
        others = {*texts, *words, *types}
        numbers = {name: ["nan"] for name in header if name not in others}
        options["na_values"] = options.get("na_values", {}) | numbers
    return options


def _catalog_types(header: Sequence[str], path: Path) -> dict[str, Any]:
    """The types of the columns of a catalogue: "int64", "float64", or str for texts.

    A column has numbers where each of its words is what this library writes for a number, so that a name such
    as 0012 stays as it is.
    """
    names = [name for name in header if is_catalog_column(name.rpartition("-")[0])]
    if not names:
        return {}
    table = pd.read_csv(path, usecols=names, dtype=str, keep_default_na=False)
    return {
        name: next((kind for kind, type_ in _KINDS if _are(type_, table[name].unique())), str)
        for name in names
    }


def _are(kind: type[int] | type[float], words: Iterable[str]) -> bool:
    """Whether all words are what Python writes for numbers of this kind."""
    try:
        return all(str(kind(word)) == word for word in words)
    except ValueError:
        return False


def _first_systems(path: Path, objid: str, stop: int, options: Mapping[str, Any]) -> pd.DataFrame:
    """The rows of the first `stop` systems of a time series; `objid` is the column of the systems."""
    parts: list[pd.DataFrame] = []
    seen: set[int] = set()
    with pd.read_csv(path, chunksize=_ROWS_AT_A_TIME, **options) as reader:
        for part in reader:
            parts.append(part)
            seen |= set(part[objid])
            if len(seen) > stop:
                break
    table = pd.concat(parts, ignore_index=True) if parts else pd.read_csv(path, **options)
    system, _ = pd.factorize(table[objid])
    return table[system < stop]


def csv_line(fields: Iterable[str]) -> str:
    """Texts as one line of a CSV, quoted where they must be.

    >>> csv_line(["a", "b, c"])
    'a,"b, c"'
    """
    return ",".join(map(_quoted, fields))


def csv_lines(table: Mapping[str, Column]) -> list[str]:
    """The rows of a table of columns as the lines of a CSV, without the header.

    >>> csv_lines({"a": np.array([1, 2]), "b": np.array([0.1, 1e-7], np.float32)})
    ['1,0.1', '2,1e-07']
    """
    # Bands share most columns, and many columns are constant: each is turned into text once.
    distinct = {id(column): column for column in table.values()}
    text = {key: _as_text(column) for key, column in distinct.items()}
    count = len(next(iter(table.values())))
    parts: list[Iterable[str]] = []
    for constant, group in groupby(map(text.__getitem__, map(id, table.values())), _is_constant_text):
        members = list(group)
        parts += [repeat(",".join(map(str, members)), count)] if constant else members
    return list(map(",".join, zip(*parts, strict=True)))


def _is_constant_text(text: str | list[str]) -> bool:
    return isinstance(text, str)


def _as_text(column: Column) -> str | list[str]:
    """A column as a list of texts, or as a single text where all rows are the same."""
    return _texts(column[:1])[0] if _is_constant(column) else _texts(column)


def _is_constant(column: Column) -> bool:
    if not len(column) or not bool(np.all(column == column[0])):
        return False
    # 0.0 == -0.0, but their texts differ
    return column.dtype == object or bool(column[0] != 0) or not np.any(np.signbit(column))


def _texts(column: Column) -> list[str]:
    """The text of each row; where rows that follow each other are the same, only the first is converted."""
    starts = _run_starts(column)
    distinct = column[starts]
    if column.dtype == object:
        texts = [_quoted(str(text)) for text in distinct]
    else:
        # Python's text of a float is fast and the shortest for float64; for float32 only numpy's is.
        texts = list(map(str, distinct.tolist() if column.dtype != np.float32 else distinct))
    if len(texts) == len(column):
        return texts
    lengths = np.diff(starts, append=len(column))
    repeated: list[str] = np.repeat(np.array(texts, dtype=object), lengths).tolist()
    return repeated


def _run_starts(column: Column) -> NDArray[np.intp]:
    """The first row of each run of the same value."""
    changes = column[1:] != column[:-1]
    if column.dtype.kind == "f":
        # 0.0 == -0.0, but their texts differ
        negative = np.signbit(column)
        changes = changes | (negative[1:] != negative[:-1])
    first = np.ones(min(1, len(column)), bool)
    return np.flatnonzero(np.concatenate([first, changes.astype(bool)]))


def _quoted(text: str) -> str:
    if any(character in text for character in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
