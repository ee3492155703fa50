"""Tables of visits: a CSV file, or a database in SQLite such as those of the Rubin Observatory's OpSim.

A row is one visit.  The columns are found by their names, for which surveys have several spellings.
"""

from __future__ import annotations

import math
import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.request import pathname2url

import numpy as np

from jaxlens.config.errors import Place, Report, shown
from jaxlens.config.quantities import Rule
from jaxlens.config.scalars import LARGEST
from jaxlens.config.word_tables import word_table

# Parameter or role -> the names of its column, the best first; capitals do not matter.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "mjd": ("mjd", "expMidptMJD", "observationStartMJD", "expMJD", "obsStartMJD", "mjd_obs"),
    "band": ("band", "filter", "filterName", "flt"),
    "pointing": ("pointing", "fieldId", "field", "field_id"),
    "seeing": ("seeing", "seeingFwhmEff", "FWHMeff", "finSeeing", "psf_fwhm"),
    "sky_brightness": ("sky_brightness", "skyBrightness", "filtSkyBrightness", "sky"),
    "exposure_time": ("exposure_time", "visitExposureTime", "visitExpTime", "exptime", "exposureTime"),
    "magnitude_zero_point": ("magnitude_zero_point", "zero_point", "zeropoint", "zeroPoint", "zpt", "zp"),
    "background_noise": ("background_noise",),
    "read_noise": ("read_noise",),
    "ccd_gain": ("ccd_gain",),
    "moffat_beta": ("moffat_beta",),
    "m5": ("m5", "fiveSigmaDepth", "five_sigma_depth"),
}
# The roles of columns that every table has.
_REQUIRED = ("mjd", "band")
# The roles of columns that hold words.
_WORDS = ("band", "pointing")
# Parameters that are the same on all nights.
_BY_FILE = ("num_exposures", "pixel_scale")
# The largest number of rows of a table; ten years of the Rubin Observatory have two million.
MAX_ROWS = 1_000_000
# The largest size of a CSV file, in bytes.
MAX_BYTES = 100_000_000
# The first bytes of every file of SQLite.
SQLITE_MAGIC = b"SQLite format 3\x00"
# The name of a file without a table of visits, in messages.
_NO_VISITS = "has no table of visits; give one with observationStartMJD and filter, or mjd and band"


@dataclass(frozen=True, eq=False)
class Visits:
    """The visits of a table.

    Attributes:
        source: the file's name in messages.
        lines: the line of each visit in a CSV file; None for a database.
        written: role -> the name of its column in the file.
        columns: role -> the values of its column, (visits,): words, or floats, NaN where a cell is no number.
        cells: role -> the cells of its column as they were read.
    """

    source: str
    lines: tuple[int, ...] | None
    written: Mapping[str, str]
    columns: Mapping[str, np.ndarray]
    cells: Mapping[str, Sequence[object]]

    def check(self, role: str, rule: Rule, used: np.ndarray, report: Report) -> bool:
        """Whether the numbers of a column are legal.

        Args:
            role: the role of the column.
            rule: the legal numbers, which are also finite.
            used: which visits are used, (visits,); the others are not checked.
            report: the first problem is added to it.
        """
        values = self.columns[role]
        wrong = np.flatnonzero(used & ~((np.abs(values) <= LARGEST) & ~rule.outside(values)))
        if wrong.size:
            row = int(wrong[0])
            if LARGEST < abs(values[row]) < np.inf:
                finding = f"is {values[row]:g}; the largest number is {LARGEST:.2g}"
            elif np.isfinite(values[row]):
                finding = f"is {values[row]:g}; {rule.bounds_advice()}"
            else:
                finding = f"is {shown(str(self.cells[role][row]))}; give a finite number"
            report.problem(self.place(role, row), finding)
        return not wrong.size

    def place(self, role: str, row: int) -> Place:
        """The place of a value."""
        name = self.written.get(role, role)
        if self.lines is None:
            return Place(self.source, None, f"{name} of visit {row + 1}")
        return Place(self.source, self.lines[row], name)


def read_csv(text: str, path: Path, report: Report) -> Visits | None:
    """The visits of a CSV file, whose first line names the columns; None, and problems, where it is illegal.

    Args:
        text: the content of the file; `#` starts a comment.
        path: the file.
        report: the problems are added to it.
    """
    found = word_table(text, path, report)
    if found is None:
        return None
    header, rows = found
    written = _roles(header.cells)
    missing = [role for role in _REQUIRED if role not in written]
    if missing:
        names = " and ".join(f"{role} (or {', '.join(COLUMNS[role][1:])})" for role in missing)
        finding = f"has no column {names}; name the columns in this line"
        report.problem(Place(str(path), header.line), finding)
        return None
    for name in (cell for cell in header.cells if cell in _BY_FILE):
        finding = f"has the column {name}, which is not used: it is that of the file on all nights"
        report.remark(Place(str(path), header.line), finding)
    values = {role: [row.cells[header.cells.index(name)] for row in rows] for role, name in written.items()}
    return _visits(str(path), tuple(row.line for row in rows), written, values, report)


def read_sqlite(path: Path, report: Report) -> Visits | None:
    """The visits of a database; None, and a problem, where it has no table of visits or cannot be read.

    It is opened for reading only, and nothing but its tables is looked at.

    Args:
        path: the file.
        report: the problems are added to it.
    """
    address = f"file:{pathname2url(os.path.abspath(path))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            found = _table_of_visits(connection)
            if found is None:
                report.problem(Place(str(path)), _NO_VISITS)
                return None
            table, written = found
            names = ", ".join(_quoted(name) for name in written.values())
            rows = connection.execute(f"SELECT {names} FROM {_quoted(table)} LIMIT {MAX_ROWS + 1}").fetchall()
    except sqlite3.Error as error:
        report.problem(
            Place(str(path)), f"cannot be read as a database of SQLite: {error}; give another file"
        )
        return None
    values = {role: [row[i] for row in rows] for i, role in enumerate(written)}
    return _visits(str(path), None, written, values, report)


def _table_of_visits(connection: sqlite3.Connection) -> tuple[str, dict[str, str]] | None:
    """The first table with the required columns, and the names of its columns by their role."""
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        header = [row[1] for row in connection.execute(f"PRAGMA table_info({_quoted(table)})")]
        written = _roles(header)
        if all(role in written for role in _REQUIRED):
            return table, written
    return None


def _quoted(name: str) -> str:
    """A name of a database, in quotes."""
    return '"' + name.replace('"', '""') + '"'


def _roles(header: list[str]) -> dict[str, str]:
    """The name of the column of each role that the header has."""
    lower = {name.lower(): name for name in reversed(header)}
    found = {}
    for role, names in COLUMNS.items():
        own = [lower[name.lower()] for name in names if name.lower() in lower]
        if own:
            found[role] = own[0]
    return found


def _visits(
    source: str,
    lines: tuple[int, ...] | None,
    written: Mapping[str, str],
    cells: Mapping[str, Sequence[object]],
    report: Report,
) -> Visits | None:
    """The visits of a table; None, and a problem, where there are none or too many.

    `lines` and `written` are as in `Visits`; `cells` are those of each role's column as they were read.
    """
    count = len(cells["mjd"])
    if count > MAX_ROWS:
        report.problem(Place(source), f"has over {MAX_ROWS} visits; give those within a few fields of view")
    elif not count:
        report.problem(Place(source), "has no visits; give at least one")
    if not 0 < count <= MAX_ROWS:
        return None
    columns = {role: _words(own) if role in _WORDS else _numbers(own) for role, own in cells.items()}
    return Visits(source, lines, written, columns, cells)


def _words(cells: Sequence[object]) -> np.ndarray:
    """Cells as words; whole numbers without their decimals."""
    names = {cell: _word(cell) for cell in set(cells)}
    return np.array([names[cell] for cell in cells])


def _word(cell: object) -> str:
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _numbers(cells: Sequence[object]) -> np.ndarray:
    """Cells as numbers; NaN where one is none."""
    try:
        return np.array(cells, dtype=float)
    except (TypeError, ValueError):
        return np.array([_number(cell) for cell in cells])


def _number(cell: object) -> float:
    try:
        return float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan
