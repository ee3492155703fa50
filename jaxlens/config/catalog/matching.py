"""MATCH_n of a CATALOG: each row takes the nearest galaxy of another catalogue, with its numbers.

The galaxies are nearest in some columns of both catalogues, such as redshift and magnitude, each in units of
a scale; their columns set parameters as those of the CATALOG do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.matching import Matches, nearest_rows
from jaxlens.catalogs.tables import Table
from jaxlens.config.catalog.entries import COLUMN, UNIT, Entry, Named, read_column, read_entries
from jaxlens.config.catalog.host_columns import further_columns
from jaxlens.config.catalog.reading import Extra, set_by
from jaxlens.config.catalog.section import Rows, Written, named, names_in, read_rows
from jaxlens.config.catalog.values import Values, in_unit, numbers, unit_in_file
from jaxlens.config.columns import Names
from jaxlens.config.errors import Place, Report
from jaxlens.config.reader import Node
from jaxlens.config.scalars import LARGEST
from jaxlens.config.sections import Section
from jaxlens.config.spellings import switch
from jaxlens.config.values import number

_BY_ADVICE = "give a column of the CATALOG and the one of the galaxies, as {ZSRC: redshift}"
_SCALE_ADVICE = "give a number above 0"
_ONCE = ("a galaxy is taken once at most", "several rows may take one galaxy")
# The unit in which columns are compared of which only the galaxies' has one: fluxes are magnitudes.
_MAGNITUDES = "mag"


@dataclass(frozen=True, eq=False)
class Match:
    """A section MATCH_n as it is written.

    Attributes:
        label: its label.
        place: where it stands.
        rows: the rows of its file that WHERE leaves; None where there are none, which is reported.
        by: the column of the galaxies that is compared with each column of the CATALOG.
        scales: the scales that are given, by the column of the CATALOG.
        largest: the largest distance, in units of the scales.
        once: whether a galaxy is taken once at most.
        entries: those of COLUMNS.
        id: the column that names a galaxy, or None.
        keep: further columns for the metadata.
    """

    label: str
    place: Place
    rows: Rows | None
    by: Mapping[str, Entry]
    scales: Mapping[str, float]
    largest: float = np.inf
    once: bool = False
    entries: list[Entry] = field(default_factory=list)
    id: Named | None = None
    keep: list[Named] = field(default_factory=list)


def read_match(label: str, node: Node, written: Written, names: Names, report: Report) -> Extra:
    """What a section MATCH_n adds to the rows of a CATALOG.

    Args:
        label: its label, such as `MATCH_1`.
        node: the section.
        written: the section CATALOG, which has rows.
        names: the parameters that an entry may set.
        report: the problems and remarks are added to it.

    Returns:
        The parameters and columns, NaN, -1 or empty for rows without a match; nothing where something is
        wrong, which is reported.
    """
    match = _read_section(label, node, report)
    before = len(report.problems)
    if match.rows is None or not match.by or written.rows is None:
        return Extra()
    values = list(set_by(match.entries, match.rows.table, written, names, report))
    columns = further_columns(label, match.id, match.keep, match.rows.table, report)
    usable = _usable(match, values)
    compared = _compared(match, written.rows.table, usable, report)
    if compared is None or len(report.problems) > before:
        return Extra()
    mine, theirs, scales = compared
    found = nearest_rows(mine, theirs, scales, match.largest, match.once)
    _remark(match, found, usable, report)
    return _taken(match, values, columns, found)


def _read_section(label: str, node: Node, report: Report) -> Match:
    """The section as it is written; problems where something is illegal."""
    with Section(node, report, f"a key of {label}") as section:
        by = _by(section.need("BY", _BY_ADVICE), report)
        return Match(
            label=label,
            place=node.place,
            rows=read_rows(section),
            by=by,
            scales=_scales(section.take("SCALES"), by, report),
            largest=_positive(section.take("MAX_DISTANCE"), report, np.inf),
            once=_once(section.take("ONCE"), report),
            entries=read_entries(section.take("COLUMNS"), report),
            id=named(section, "ID"),
            keep=names_in(section, "KEEP"),
        )


def _by(node: Node | None, report: Report) -> dict[str, Entry]:
    """The columns of BY; none, and a problem, where there are none."""
    if node is None:
        return {}
    if not node.entries:
        report.problem(node.place, f"has no columns; {_BY_ADVICE}")
    found = {name: read_column(one, report) for name, one in node.entries.items()}
    return {name: entry for name, entry in found.items() if entry is not None}


def _scales(node: Node | None, by: Mapping[str, Entry], report: Report) -> dict[str, float]:
    found = {}
    for name, one in (node.entries if node else {}).items():
        if by and name not in by:
            report.problem(one.place, f"is no column of BY; give one of {', '.join(by)}")
        else:
            found[name] = _positive(one, report, 1.0)
    if node is not None and not node.entries:
        report.problem(node.place, "has no columns; give a scale for columns of BY, as {ZSRC: 0.05}")
    return found


def _positive(node: Node | None, report: Report, default: float) -> float:
    """A number above 0; the default where there is none, or, with a problem, where it is illegal."""
    if node is None:
        return default
    found = number(node, report, _SCALE_ADVICE)
    if np.isfinite(found) and not found > 0.0:
        report.problem(node.place, f"is {found:g}; {_SCALE_ADVICE}")
        return default
    return found if np.isfinite(found) else default


def _once(node: Node | None, report: Report) -> bool:
    return bool(node is not None and switch(node, report, *_ONCE))


def _usable(match: Match, values: list[Values]) -> np.ndarray:
    """Which galaxies have a finite number for all that is set, (galaxies,)."""
    assert match.rows is not None
    good = np.ones(len(match.rows.numbers), bool)
    for one in values:
        for array in one.arrays:
            good &= np.abs(array) <= LARGEST
    return good


def _compared(
    match: Match, table: Table, usable: np.ndarray, report: Report
) -> tuple[list[np.ndarray], list[np.ndarray], list[float]] | None:
    """The numbers of both catalogues in each column of BY, and its scale; None, and problems, if illegal."""
    assert match.rows is not None
    mine, theirs, scales = [], [], []
    for name, entry in match.by.items():
        remarks: list[str] = []
        try:
            own = numbers(table, name)
            other = _in_unit_of(table, name, entry, match.rows.table, remarks)
        except CatalogError as error:
            report.problem(entry.place, str(error))
            continue
        for remark in remarks:
            report.remark(entry.place, remark)
        known = other[usable & np.isfinite(other)]
        scale = match.scales.get(name) or float(np.std(known) if known.size else 0.0) or 1.0
        mine.append(own)
        theirs.append(np.where(usable, other, np.nan))
        scales.append(scale)
    return (mine, theirs, scales) if len(mine) == len(match.by) else None


def _in_unit_of(table: Table, name: str, entry: Entry, galaxies: Table, remarks: list[str]) -> np.ndarray:
    """A column of the galaxies in the unit of the CATALOG's, where both are known, (galaxies,)."""
    column, given = entry.words[COLUMN], entry.words.get(UNIT, "")
    own = unit_in_file(table, name, remarks)
    unit = given or unit_in_file(galaxies, column, remarks)
    if own and unit:
        return in_unit(galaxies, column, unit, own, remarks)
    if given:
        return in_unit(galaxies, column, given, _MAGNITUDES, remarks)
    return numbers(galaxies, column)


def _remark(match: Match, found: Matches, usable: np.ndarray, report: Report) -> None:
    """Say how many galaxies cannot be taken, and how many rows have none."""
    assert match.rows is not None
    bad = int(np.count_nonzero(~usable))
    if bad:
        finding = f"{bad} of {len(usable)} galaxies have numbers in COLUMNS that are not finite"
        report.remark(match.place, f"{finding}; they are not taken")
    if found.unmatched:
        within = f" within a distance of {match.largest:g}" if np.isfinite(match.largest) else ""
        left = " that is left" if match.once else ""
        report.remark(
            match.place, f"{found.unmatched} of {len(found.rows)} rows have no galaxy{left}{within}"
        )


def _taken(match: Match, values: list[Values], columns: Mapping[str, np.ndarray], found: Matches) -> Extra:
    """The numbers of the galaxies that the rows have taken."""
    assert match.rows is not None
    rows, matched = np.maximum(found.rows, 0), found.rows >= 0
    extra = Extra()
    for one in values:
        arrays = tuple(np.where(matched, array[rows], np.nan) for array in one.arrays)
        extra.values.append(Values(one.entry, arrays, f"{match.label}'s {one.source}"))
    extra.columns[f"{match.label}-row"] = np.where(matched, match.rows.numbers[rows], -1)
    extra.columns[f"{match.label}-distance"] = found.distances
    for name, column in columns.items():
        extra.columns[name] = _where(matched, column[rows])
    return extra


def _where(matched: np.ndarray, column: np.ndarray) -> np.ndarray:
    """A column with nothing where there is no match: an empty text, -1 for whole numbers, or NaN."""
    nothing = {"O": "", "i": -1}.get(column.dtype.kind, np.nan)
    found = column.copy()
    found[~matched] = nothing
    return found
