"""Rows of a table whose redshifts do not rise from plane to plane, which are never drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from jaxlens.config.columns import Names
from jaxlens.config.errors import Place, Report
from jaxlens.config.geometry import REDSHIFT_GAP
from jaxlens.config.model import Joint
from jaxlens.config.naming import Named
from jaxlens.config.table_checks import Matched
from jaxlens.config.tables import MAX_LISTED, Table

_ADVICE = "redshifts must rise from plane to plane"


@dataclass(frozen=True)
class _Fault:
    """A row whose redshifts are out of order: its number, the place of one of them, and what is wrong."""

    row: int
    place: Place
    finding: str


def rows_in_order(
    table: Table, matched: Matched, weights: np.ndarray, others: Sequence[Joint], names: Names, report: Report
) -> dict[str, np.ndarray]:
    """Which rows have redshifts that can rise from plane to plane, by configuration.

    The redshift of a plane that the table does not set may be anywhere in the support of its own
    distribution, or of the last one of `others` that sets it.  Rows that are out of order get a remark with
    their share, or a problem where no other row can be drawn.

    Args:
        table: the table.
        matched: the columns that set a parameter.
        weights: the weights of the rows, (rows,).
        others: the distributions of the other tables and normals.
        names: the parameters, with the redshifts of each configuration's planes.
        report: the remarks and problems are added to it.

    Returns:
        Label of each configuration in which rows are out of order -> whether each row is in order, (rows,).
    """
    found = {}
    for label, faults in _faults_by_configuration(table, matched, others, names):
        good = np.ones(len(table.lines), bool)
        good[[fault.row for fault in faults]] = False
        drawable = [fault for fault in faults if weights[fault.row] > 0]
        if not drawable:
            continue
        text = drawable[0].finding
        if weights[good].sum() > 0:
            share = 100 * weights[~good].sum() / weights.sum()
            never = f"{len(drawable)} of {len(good)} rows, with {share:.3g}% of the weight, are never drawn"
            finding = f"{text}; {_ADVICE}, so {never}"
            report.remark(drawable[0].place, finding, configurations=[label], passed_over=True)
            found[label] = good
        else:
            finding = f"{text}, and no row has its redshifts in order; {_ADVICE}"
            report.problem(drawable[0].place, finding, configurations=[label])
    return found


def check_every_row(
    table: Table,
    matched: Matched,
    others: Sequence[Joint],
    names: Names,
    report: Report,
    most: int | None = None,
) -> None:
    """Report each row whose redshifts cannot rise from plane to plane, where every row is used in its turn.

    Args:
        table: the table.
        matched: the columns that set a parameter.
        others: as in `rows_in_order`.
        names: the parameters, with the redshifts of each configuration's planes.
        report: the problems are added to it.
        most: how many of the rows that are out of order are listed; all by default.
    """
    for label, faults in _faults_by_configuration(table, matched, others, names):
        for fault in faults[:MAX_LISTED]:
            report.problem(fault.place, f"{fault.finding}; {_ADVICE}", configurations=[label])
        if len(faults) > MAX_LISTED:
            listed = faults[MAX_LISTED:most]
            lines = ", ".join(str(table.lines[fault.row]) for fault in listed)
            lines += ", ..." if len(listed) < len(faults) - MAX_LISTED else ""
            text = f"{len(faults) - MAX_LISTED} more rows are out of order, in the lines {lines}; {_ADVICE}"
            report.problem(Place(table.source, table.lines[faults[-1].row]), text, configurations=[label])


def _faults_by_configuration(
    table: Table, matched: Matched, others: Sequence[Joint], names: Names
) -> Iterator[tuple[str, list[_Fault]]]:
    """The rows that are out of order in each configuration, if there are any, first row first."""
    for label, planes in names.redshifts.items():
        own = {c.parameter: (c, i) for c, i in matched.items() if c.configuration in (None, label)}
        sets = [column for column, _ in own.values() if column.parameter in dict(planes)]
        if sets:
            faults = _faults(table, {name: i for name, (_, i) in own.items()}, planes, label, others)
            where = f" in {label}" if any(len(names.targets(column)) > 1 for column in sets) else ""
            named = [replace(fault, finding=f"{fault.finding}{where}") for fault in faults.values()]
            if named:
                yield label, sorted(named, key=lambda fault: fault.row)


def _faults(
    table: Table, columns: Mapping[str, int], planes: tuple[Named, ...], label: str, others: Sequence[Joint]
) -> dict[int, _Fault]:
    """The rows that are out of order in one configuration, by their number.

    Args:
        table: the table.
        columns: the index of the column that sets each parameter.
        planes: the name and quantity of each plane's redshift, in order.
        label: the label of the configuration.
        others: as in `rows_in_order`.
    """
    found: dict[int, _Fault] = {}
    # the column of the plane at the floor, -1 where it is not one of the table
    floor, source = np.zeros(len(table.lines)), np.full(len(table.lines), -1)
    for name, quantity in planes:
        ranges = [one for joint in others if (one := joint.bounds(name, label)) is not None]
        low, high = ranges[-1] if ranges else quantity.support()
        own = columns.get(name)
        top = np.full_like(floor, high) if own is None else table.values[:, own]
        blamed = source if own is None else np.full_like(source, own)
        for row in np.flatnonzero((top <= floor + REDSHIFT_GAP) & (blamed >= 0)):
            place = table.place(table.names[blamed[row]], int(row))
            finding = _finding(name, top[row], floor[row], own is None)
            found.setdefault(int(row), _Fault(int(row), place, finding))
        lowest = np.full_like(floor, low) if own is None else top
        source = np.where(lowest > floor, -1 if own is None else own, source)
        floor = np.fmax(floor, lowest)
    return found


def _finding(name: str, top: float, floor: float, is_behind: bool) -> str:
    """What is wrong with a plane at most at `top`, in front of which a plane is at `floor` or beyond.

    `is_behind` tells that the table sets the redshift of the plane in front.
    """
    plane = name.partition("-")[0]
    if is_behind:
        return f"is {floor:g}, but {plane} is at most at {top:g}"
    if floor == 0.0:
        return f"is {top:g}, not above 0"
    return f"is {top:g}, but a plane in front of {plane} is at {floor:g} or beyond"
