"""The rows of a catalogue: which of them are finite, and where they are in messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from jaxlens.config.catalog.section import Written
from jaxlens.config.catalog.values import Values
from jaxlens.config.columns import Names
from jaxlens.config.errors import Place, Report
from jaxlens.config.model import CATALOG, DEC_SKY, RA_SKY, Joint
from jaxlens.config.scalars import LARGEST
from jaxlens.config.tables import Table

# The rows that one message lists.
_LISTED = 5


class CatalogRows(Table):
    """The parameters that a catalogue sets as a table; the line of a row is its number, from 0."""

    @classmethod
    def of(
        cls, source: str, names: Sequence[str], rows: np.ndarray, arrays: Sequence[np.ndarray]
    ) -> CatalogRows:
        """The table of some arrays.

        Args:
            source: the file's name in messages.
            names: the columns of the file from which each array is.
            rows: the number of each row in the file, (rows,).
            arrays: the numbers of each parameter, (rows,).
        """
        values = np.stack(arrays, axis=1) if arrays else np.zeros((len(rows), 0))
        return cls(source, 0, tuple(names), tuple(rows.tolist()), values)

    def place(self, column: str, row: int | None = None) -> Place:
        """The place of a number of the catalogue, or of its column where no row is given."""
        return Place(self.source, None, column if row is None else f"row {self.lines[row]}: {column}")


def without_rows(written: Written | None, names: Names) -> tuple[Joint, ...]:
    """What stands for a catalogue with problems, so that what it sets is not reported as missing too.

    Args:
        written: the section; None where there is none.
        names: the parameters that it may set.

    Returns:
        A joint distribution without arrays, or nothing.
    """
    found = dict.fromkeys(map(names.find, sorted(written.names))) if written else {}
    columns = tuple(column for column in found if column is not None)
    return (Joint(CATALOG, "interpolate", columns, arrays={}),) if columns else ()


def finite_rows(
    written: Written,
    values: Sequence[Values],
    columns: Mapping[str, np.ndarray],
    weights: np.ndarray,
    report: Report,
) -> np.ndarray | None:
    """Which rows have a finite number for all that is set, and a place on the sky where that is asked for.

    Rows that have not are skipped, with a remark, or are a problem where STRICT is true.

    Args:
        written: the section.
        values: what is set.
        columns: the other columns by their names in the metadata.
        weights: the weights of the rows, (rows,).
        report: the remark or problem is added to it.

    Returns:
        Whether each row is used, (rows,); None, and a problem, where none is, or where all must be.
    """
    assert written.rows is not None
    needed = [(one.source, array) for one in values for array in one.arrays]
    needed += [(name, columns[name]) for name in (RA_SKY, DEC_SKY) if name in columns]
    needed += [(written.weight.name, weights)] if written.weight else []
    bad, why = np.zeros(len(weights), bool), dict[str, int]()
    for source, array in needed:
        own = ~(np.abs(array) <= LARGEST)
        if own.any():
            why[source] = max(why.get(source, 0), int(np.count_nonzero(own)))
        bad |= own
    if not bad.any():
        return ~bad
    rows = written.rows.numbers[bad]
    listed = ", ".join(map(str, rows[:_LISTED])) + (", ..." if len(rows) > _LISTED else "")
    counts = ", ".join(f"{count} of {source}" for source, count in why.items())
    have = "has a number that is" if len(rows) == 1 else "have numbers that are"
    finding = f"{len(rows)} of {len(bad)} rows {have} not finite ({counts}; row {listed})"
    place = Place(written.rows.table.source, None, CATALOG)
    if bad.all() or not np.any(weights[~bad] > 0.0):
        report.problem(place, f"{finding}; give columns of numbers, and units and signs that fit")
        return None
    if written.strict:
        report.problem(place, f"{finding}; mend them, cut them by WHERE, or skip them by STRICT: false")
        return None
    report.remark(place, f"{finding}; {'it is' if len(rows) == 1 else 'they are'} skipped")
    return ~bad
