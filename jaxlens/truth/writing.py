"""Truth tables as files: CSV, Parquet and sqlite, a chunk of systems at a time."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, get_args

from jaxlens.files.extras import required
from jaxlens.truth.columns import Column, described

if TYPE_CHECKING:
    import pandas as pd

TruthFormat = Literal["csv", "parquet", "sqlite"]
FORMATS: tuple[TruthFormat, ...] = get_args(TruthFormat)
# The table that says what the columns of the others are.
DESCRIPTION = "columns"

Tables = Mapping[str, "pd.DataFrame"]


def write_truth(
    tables: Tables, path: str | os.PathLike[str], format: TruthFormat = "csv", bands: Sequence[str] = ()
) -> list[Path]:
    """Write truth tables into files, with a table `columns` that says what each column is.

    Args:
        tables: as `truth_tables` gives them.
        path: of sqlite the file; of CSV and Parquet the folder, in which each table has a file of its name.
            What is there already is replaced, once the new files are whole.
        format: "csv", "parquet" or "sqlite".
        bands: the names of the bands, for the meanings of columns; by default those of the column names.

    Returns:
        The files.

    Raises:
        ValueError: if there is no such format, or the path is a folder where a file must be, or a file where
            a folder must be; or if sqlite, for which capitals do not count, would have a column twice.
        ImportError: if the library of the format is not installed.
    """
    with TruthFiles(path, format, {name: table.iloc[:0] for name, table in tables.items()}, bands) as files:
        files.append(tables)
        return files.finish()


class TruthFiles:
    """The files of truth tables, to which systems are appended in chunks.

    Args:
        path: as in `write_truth`.
        format: as in `write_truth`.
        layout: the tables with all their columns and no rows.
        bands: as in `write_truth`.

    Raises:
        ValueError, ImportError: as `write_truth`.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        format: TruthFormat,
        layout: Tables,
        bands: Sequence[str] = (),
    ) -> None:
        if format not in _FILES:
            raise ValueError(f"{format!r} is no format of truth tables; give one of {', '.join(FORMATS)}")
        self._path, self._layout = Path(path), layout
        self._partial = self._path.with_name(f"{self._path.name}.partial")
        _refuse_path(self._path, format)
        known = bands or bands_of(layout)
        self._columns = {name: [described(name, str(one), known) for one in t] for name, t in layout.items()}
        self._remove()
        self._partial.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._files: _Files = _FILES[format](self._partial, layout, self._columns)
        except BaseException:
            self._remove()
            raise

    def append(self, tables: Tables) -> None:
        """Add the rows of some systems; a column that they do not have is empty there."""
        for name, table in tables.items():
            self._files.append(name, table.reindex(columns=self._layout[name].columns))

    def finish(self) -> list[Path]:
        """Write the table of columns, close the files and give them their names."""
        self._files.append(DESCRIPTION, column_table(self._columns))
        names = self._files.finish()
        if self._partial.is_dir():
            self._path.mkdir(exist_ok=True)
            for name in names:
                os.replace(self._partial / name, self._path / name)
            self._partial.rmdir()
            return [self._path / name for name in names]
        os.replace(self._partial, self._path)
        return [self._path]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()
        self._remove()

    def _remove(self) -> None:
        if self._partial.is_dir():
            shutil.rmtree(self._partial)
        self._partial.unlink(missing_ok=True)


def bands_of(layout: Tables) -> list[str]:
    """The names of the bands, from the columns of magnitudes."""
    names = [str(name) for table in layout.values() for name in table]
    start = "magnitude_"
    return list(dict.fromkeys(name.removeprefix(start) for name in names if name.startswith(start)))


def column_table(columns: Mapping[str, Iterable[Column]]) -> pd.DataFrame:
    """What each column of each table is: `table`, `name`, `unit`, `meaning`."""
    import pandas as pd

    rows = [(table, *column) for table, own in columns.items() for column in own]
    return pd.DataFrame(rows, columns=["table", "name", "unit", "meaning"], dtype=object)


def _refuse_path(path: Path, format: TruthFormat) -> None:
    """ValueError where the path is a folder and must be a file, or the other way round."""
    if format == "sqlite" and path.is_dir():
        raise ValueError(f"{path} is a folder; give the path of a file for sqlite")
    if format != "sqlite" and path.exists() and not path.is_dir():
        raise ValueError(f"{path} is a file; give the path of a folder for the tables in {format}")


class _Files(Protocol):
    """The files of one format."""

    def append(self, name: str, table: pd.DataFrame) -> None:
        """Add rows to a table."""

    def finish(self) -> list[str]:
        """Close the files, and return their names."""

    def close(self) -> None:
        """Close the files as they are."""


class _CsvFiles:
    """One CSV for each table, with names in the first line."""

    def __init__(self, path: Path, layout: Tables, columns: Mapping[str, Sequence[Column]]) -> None:
        path.mkdir()
        self._path, self._names = path, [*layout, DESCRIPTION]
        for name, table in layout.items():
            table.to_csv(self._file(name), index=False)

    def _file(self, name: str) -> Path:
        return self._path / f"{name}.csv"

    def append(self, name: str, table: pd.DataFrame) -> None:
        table.to_csv(self._file(name), mode="a", index=False, header=name == DESCRIPTION)

    def finish(self) -> list[str]:
        return [f"{name}.csv" for name in self._names]

    def close(self) -> None:
        pass


class _ParquetFiles:
    """One Parquet file for each table, whose fields have unit and meaning."""

    def __init__(self, path: Path, layout: Tables, columns: Mapping[str, Sequence[Column]]) -> None:
        self._arrow, self._parquet = required("pyarrow", "parquet"), required("pyarrow.parquet", "parquet")
        path.mkdir()
        self._path, self._writers = path, dict[str, Any]()
        for name, table in layout.items():
            fields = [
                self._arrow.field(one.name, self._kind(table[one.name].dtype), True, _words(one))
                for one in columns[name]
            ]
            self._open(name, self._arrow.schema(fields))

    def _kind(self, dtype: Any) -> Any:
        return self._arrow.string() if _is_text(dtype) else self._arrow.from_numpy_dtype(dtype)

    def _open(self, name: str, schema: Any) -> None:
        self._writers[name] = self._parquet.ParquetWriter(self._path / f"{name}.parquet", schema)

    def append(self, name: str, table: pd.DataFrame) -> None:
        if name not in self._writers:
            fields = [(str(column), self._arrow.string()) for column in table]
            self._open(name, self._arrow.schema(fields))
        schema = self._writers[name].schema
        rows = self._arrow.Table.from_pandas(table, schema=schema, preserve_index=False)
        self._writers[name].write_table(rows)

    def finish(self) -> list[str]:
        self.close()
        return [f"{name}.parquet" for name in self._writers]

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()


def _words(column: Column) -> dict[str, str]:
    return {"unit": column.unit, "meaning": column.meaning}


class _SqliteFile:
    """One database with a table for each, and an index by system."""

    def __init__(self, path: Path, layout: Tables, columns: Mapping[str, Sequence[Column]]) -> None:
        for table in layout.values():
            _refuse_repeated([str(one) for one in table])
        self._database = sqlite3.connect(path)
        self._layout = layout
        for name, table in layout.items():
            kinds = [f"{_quoted(str(one))} {_sql_type(dtype)}" for one, dtype in table.dtypes.items()]
            self._create(name, kinds)

    def _create(self, name: str, kinds: Sequence[str]) -> None:
        self._database.execute(f"CREATE TABLE {_quoted(name)} ({', '.join(kinds)})")

    def append(self, name: str, table: pd.DataFrame) -> None:
        if name not in self._layout:
            self._create(name, [f"{_quoted(str(column))} TEXT" for column in table])
        marks = ", ".join("?" * len(table.columns))
        rows = zip(*(_plain(table[column]) for column in table), strict=True)
        with self._database:
            self._database.executemany(f"INSERT INTO {_quoted(name)} VALUES ({marks})", rows)

    def finish(self) -> list[str]:
        for name in self._layout:
            index = _quoted(f"{name}_by_id")
            self._database.execute(f"CREATE INDEX {index} ON {_quoted(name)} (id, configuration)")
        self._database.commit()
        self.close()
        return []

    def close(self) -> None:
        self._database.close()


def _refuse_repeated(names: Sequence[str]) -> None:
    """ValueError where two names differ in their capitals alone."""
    known: dict[str, str] = {}
    for name in names:
        if name.casefold() in known:
            raise ValueError(
                f"sqlite takes {known[name.casefold()]} and {name} for the same column; write CSV or Parquet"
            )
        known[name.casefold()] = name


def _plain(column: pd.Series) -> list[Any]:
    """Python's numbers and texts; None where there is none."""
    values = column.to_numpy()
    if _is_text(column.dtype):
        return [one if isinstance(one, str) else None for one in values]
    # sqlite keeps NaN as NULL
    return list(values.tolist())


def _sql_type(dtype: Any) -> str:
    return "TEXT" if _is_text(dtype) else "INTEGER" if dtype.kind in "iub" else "REAL"


def _is_text(dtype: Any) -> bool:
    # pandas has a type of its own for texts, from version 3 on
    return dtype.kind not in "iubf"


def _quoted(name: str) -> str:
    """A name in SQL."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


_FILES: Mapping[str, Any] = {"csv": _CsvFiles, "parquet": _ParquetFiles, "sqlite": _SqliteFile}
