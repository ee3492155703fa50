"""From the section CATALOG to a joint distribution of parameters, and what else is known of each row.

A catalogue is read once: units and conventions are those of the parameters from here on, in double
precision.  The joint distribution has one more column than there are parameters, the number of each row in
the file, so that a system tells which row it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

import numpy as np

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.tables import Table
from jaxlens.config.catalog.entries import Entry
from jaxlens.config.catalog.host_columns import host_columns
from jaxlens.config.catalog.lacking import advice_on_nothing, remark_lacking
from jaxlens.config.catalog.rows import CatalogRows, finite_rows
from jaxlens.config.catalog.section import Written
from jaxlens.config.catalog.values import Values, numbers, values_of
from jaxlens.config.columns import Names
from jaxlens.config.errors import Report
from jaxlens.config.model import CATALOG, CATALOG_ROW, Catalog, Column, Configuration, Joint
from jaxlens.config.plausibility import remark_bright_rows
from jaxlens.config.table_checks import check_ranges
from jaxlens.config.table_redshifts import check_every_row, rows_in_order

# The rows out of order that one message lists.
_LISTED_ROWS = 20


@dataclass(frozen=True, eq=False)
class Extra:
    """What a section MATCH_n adds to each row of a catalogue.

    Attributes:
        values: the parameters that it sets, with arrays (rows,); not finite where there is no match.
        columns: further columns of the metadata by name, such as `MATCH_1-ID`, (rows,).
    """

    values: list[Values] = field(default_factory=list)
    columns: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Read:
    """A CATALOG that has been read.

    Attributes:
        joint: the joint distribution of its parameters.
        catalog: what else is known of its rows.
        table: its parameters as a table, for checks.
        columns: the columns of the table that set a parameter.
        weights: the weight of each row, (rows,).
    """

    joint: Joint
    catalog: Catalog
    table: CatalogRows
    columns: Mapping[Column, int]
    weights: np.ndarray


def read_catalog(
    written: Written | None, configurations: Sequence[Configuration], names: Names, report: Report
) -> Read | None:
    """The joint distribution of a catalogue's parameters, and its other columns.

    Args:
        written: the section, as `read_catalog_file` gives it; None where there is none.
        configurations: all configurations.
        names: the parameters that an entry may set.
        report: the problems and remarks are added to it.

    Returns:
        What was read; None where there is no catalogue, or something is wrong, which is reported.
    """
    if written is None or written.rows is None:
        return None
    labels = list(written.labels or ())
    with report.only(labels):
        before = len(report.problems)
        extra = _matches(written, names, report)
        own = set_by(written.entries, written.rows.table, written, names, report)
        values = [*own, *extra.values]
        remark_lacking(written, {name for one in values for name in one.entry.parameters}, names, report)
        columns = host_columns(written, report) | extra.columns
        weights = _weights(written, report)
        if not values and not any(one.place.path.startswith(CATALOG) for one in report.problems):
            report.problem(written.place, f"sets no parameter; {advice_on_nothing(written)}")
        if not values or len(report.problems) > before or weights is None:
            return None
        good = finite_rows(written, values, columns, weights, report)
        if good is None:
            return None
        return _read(written, configurations, names, values, columns, weights, good, report)


def described(catalog: Catalog | None) -> Iterator[str]:
    """Lines that say which rows of a catalogue are used and what they set; none without a catalogue."""
    if catalog is None:
        return
    form = f" ({catalog.format})" if catalog.format else ""
    left_out = [f"{catalog.cut} cut by WHERE"] if catalog.cut else []
    left_out += [f"{catalog.skipped} skipped, which are not finite"] if catalog.skipped else []
    used = "in order" if catalog.mode == "iterate" else "at random"
    counts = ", ".join((f"{catalog.total} rows", *left_out, f"{len(catalog.rows)} used {used}"))
    yield f"{catalog.source}{form}: {counts}, by {', '.join(catalog.configurations)}"
    for name, source in catalog.sets:
        yield f"    {name} is set by {source}"
    if catalog.columns:
        yield f"    metadata: {', '.join(catalog.columns)}"


def in_order(read: Read, others: Sequence[Joint], names: Names, report: Report) -> Joint:
    """The joint distribution, in which rows with redshifts out of order have no weight.

    Where the rows are used in order each of them must have its redshifts in order, which is a problem if not.

    Args:
        read: the catalogue.
        others: the distributions of DISTRIBUTIONS, which may set redshifts too.
        names: the parameters, with the redshifts of each configuration's planes.
        report: the problems and remarks are added to it.
    """
    others = [one for one in others if one.arrays]
    if read.catalog.mode == "iterate":
        check_every_row(read.table, read.columns, others, names, report, most=_LISTED_ROWS)
        return read.joint
    good = rows_in_order(read.table, read.columns, read.weights, others, names, report)
    values = read.joint.arrays["values"]
    own = {
        label: _arrays("sample", values, np.where(rows, read.weights, 0.0)) for label, rows in good.items()
    }
    return replace(read.joint, own_arrays=own)


def _read(
    written: Written,
    configurations: Sequence[Configuration],
    names: Names,
    values: list[Values],
    columns: Mapping[str, np.ndarray],
    weights: np.ndarray,
    good: np.ndarray,
    report: Report,
) -> Read:
    """What has been read, of the rows that are `good`; the other arguments are those of `read_catalog`."""
    assert written.rows is not None
    rows = written.rows.numbers[good]
    found = list(_columns(written, values, names))
    arrays = [array[good] for _, array, _ in found]
    table = CatalogRows.of(written.rows.table.source, [source for *_, source in found], rows, arrays)
    matched = {column: i for i, (column, *_) in enumerate(found)}
    check_ranges(table, matched, weights[good], names, report)
    remark_bright_rows(table, matched, weights[good] > 0.0, report)
    labels = tuple(
        one.label
        for one in configurations
        if any(one.label in names.targets(column) for column in matched)
        and one.label in (written.labels or (one.label,))
    )
    numbered = labels if len(labels) < len(configurations) else (None,)
    every = (*matched, *(Column(label, CATALOG_ROW) for label in numbered))
    all_values = np.stack([*arrays, *[rows.astype(np.float64)] * (len(every) - len(matched))], axis=1)
    kind = cast(Literal["sample", "iterate"], written.mode)
    joint = Joint(CATALOG, kind, every, arrays=_arrays(kind, all_values, weights[good]))
    catalog = Catalog(
        source=written.rows.table.source,
        format=written.rows.format,
        mode=written.mode,
        configurations=labels,
        total=written.rows.total,
        cut=written.rows.total - len(good),
        skipped=int(np.count_nonzero(~good)),
        sets=tuple((one.entry.name, one.source) for one in values),
        rows=rows,
        columns={name: column[good] for name, column in columns.items()},
        images=written.images.rows(good) if written.images else None,
    )
    return Read(joint, catalog, table, matched, weights[good])


def _arrays(kind: str, values: np.ndarray, weights: np.ndarray) -> Mapping[str, np.ndarray]:
    """The arrays of the joint distribution of some rows, (rows, columns), with weights (rows,)."""
    if kind == "iterate":
        return {"values": values}
    return {"values": values, "cumulative": np.cumsum(weights) / weights.sum()}


def _columns(
    written: Written, values: Sequence[Values], names: Names
) -> Iterator[tuple[Column, np.ndarray, str]]:
    """(what is set, numbers (rows,), columns of the file) for all that is set; of two the last.

    What is of one configuration comes after what is of all, so that it counts there.
    """
    found: dict[Column, tuple[np.ndarray, str]] = {}
    for one in values:
        for name, array in zip(one.entry.parameters, one.arrays, strict=True):
            for column in map(names.find, written.labelled(name)):
                if column is not None:
                    # that of a MATCH_n comes behind all of CATALOG
                    found.pop(column, None)
                    found[column] = array, one.source
    for column, (array, source) in found.items():
        yield column, array, source


def set_by(
    entries: Sequence[Entry], table: Table, written: Written, names: Names, report: Report
) -> Iterator[Values]:
    """What entries of COLUMNS and of the FORMAT set; a problem for each that cannot be.

    Args:
        entries: the entries.
        table: the rows of the catalogue that has their columns.
        written: the section CATALOG, which knows of which configurations.
        names: the parameters that an entry may set.
        report: the problems and remarks are added to it.
    """
    set_before: dict[Column, Entry] = {}
    # what is of one configuration counts more there than what is of all
    for entry in sorted(entries, key=lambda one: one.name.startswith("CONFIGURATION_")):
        known = [any(map(names.find, written.labelled(name))) for name in entry.parameters]
        if not any(known) and entry.implied:
            continue
        if not all(known):
            name = written.labelled(entry.parameters[known.index(False)])[0]
            report.problem(entry.place, f"matches no parameter; {names.advice(name)}")
            continue
        if (twice := _twice(entry, set_before, written, names)) is not None:
            report.problem(entry.place, f"sets what {twice.name} sets; leave one of them out")
            continue
        remarks: list[str] = []
        try:
            yield values_of(entry, table, remarks)
        except CatalogError as error:
            text = f"{entry.name}: {error}" if entry.implied else str(error)
            report.problem(entry.place, text)
        for remark in remarks:
            report.remark(entry.place, remark)


def _twice(entry: Entry, set_before: dict[Column, Entry], written: Written, names: Names) -> Entry | None:
    """The entry that is written before another one and sets the same; `entry` is added to `set_before`."""
    if entry.implied:
        return None
    every = [names.find(one) for name in entry.parameters for one in written.labelled(name)]
    columns = [column for column in every if column is not None]
    found = next((set_before[column] for column in columns if column in set_before), None)
    set_before.update(dict.fromkeys(columns, entry))
    return found


def _matches(written: Written, names: Names, report: Report) -> Extra:
    """What the sections MATCH_n add to the rows."""
    extra = Extra()
    for label, node in written.matches:
        from jaxlens.config.catalog.matching import read_match

        found = read_match(label, node, written, names, report)
        extra.values.extend(found.values)
        extra.columns.update(found.columns)
    return extra


def _weights(written: Written, report: Report) -> Any:
    """The weights of the rows (rows,), all 1 without WEIGHT; None, and a problem, where they are illegal."""
    assert written.rows is not None
    if written.weight is None or written.mode == "iterate":
        return np.ones(len(written.rows.numbers))
    place = written.weight.place
    try:
        weights = numbers(written.rows.table, written.weight.name)
    except CatalogError as error:
        report.problem(place, str(error))
        return None
    known = weights[np.isfinite(weights)]
    if np.any(known < 0.0):
        report.problem(place, f"is {known.min():g} in a row; weights must be at least 0")
        return None
    if not np.any(known > 0.0):
        report.problem(place, "is 0 in every row; one of them must be above 0")
        return None
    return weights
