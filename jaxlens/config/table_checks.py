"""Checking the columns of a table: which parameters they set, and whether their values are legal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from jaxlens.config.columns import Names
from jaxlens.config.errors import Place, Report
from jaxlens.config.model import Column, Joint
from jaxlens.config.quantities import Rule
from jaxlens.config.tables import Table

# The name of a column and its place in the file.
Written = tuple[str, Place]
# The parameter that a column sets -> the index of the column in the table.
Matched = Mapping[Column, int]


def match_columns(written: Sequence[Written], table: Table, names: Names, report: Report) -> Matched:
    """The columns that set a parameter.

    A name that matches no parameter gets a remark.  Two columns that set the same parameter must be equal;
    the first of them is used.

    Args:
        written: the name of every column, with its place.
        table: the table.
        names: the parameters that a column may set.
        report: the problems and remarks are added to it.

    Returns:
        The parameters, with the index of their column.
    """
    found: dict[Column, int] = {}
    for i, (name, place) in enumerate(written):
        column = names.find(name)
        if column is None:
            report.remark(place, f"matches no parameter; {names.advice(name)}")
        elif column in found:
            _check_agreement(table, found[column], i, report)
        else:
            found[column] = i
    return found


def _check_agreement(table: Table, first: int, second: int, report: Report) -> None:
    """Report two columns that set the same parameter to different values."""
    different = np.flatnonzero(~np.isclose(table.values[:, first], table.values[:, second], rtol=1e-9))
    if different.size:
        row = int(different[0])
        mine, other = table.values[row, second], table.values[row, first]
        finding = f"is {mine:g}, but {table.names[first]} sets the same number to {other:g}; make them equal"
        report.problem(table.place(table.names[second], row), finding)


def check_ranges(table: Table, matched: Matched, weights: np.ndarray, names: Names, report: Report) -> None:
    """Report values that are illegal for the parameter of their column.

    If all rows are illegal this is a problem; if some are, it is a remark with their share of the weight.

    Args:
        table: the table.
        matched: the columns that set a parameter.
        weights: the weights of the rows, (rows,).
        names: the parameters and their legal values.
        report: the problems and remarks are added to it.
    """
    for column, i in matched.items():
        for rule in dict.fromkeys(names.targets(column).values()):
            wrong = np.flatnonzero(_outside(rule, table.values[:, i]) & (weights > 0))
            if wrong.size:
                share = weights[wrong].sum() / weights.sum()
                say = report.problem if share > 1 - 1e-9 else report.remark
                first = table.values[wrong[0], i]
                finding = f"is {first:g}, and rows like it have {100 * share:.3g}% of the weight"
                say(table.place(table.names[i], int(wrong[0])), f"{finding}; {rule.bounds_advice()}")


def _outside(rule: Rule, values: np.ndarray) -> np.ndarray:
    """Whether each value is illegal."""
    if rule.open:
        return (values <= rule.low) | (values >= rule.high)
    return (values < rule.low) | (values > rule.high)


def check_redshifts(
    table: Table, matched: Matched, used: np.ndarray, others: Sequence[Joint], names: Names, report: Report
) -> None:
    """Report rows whose redshifts cannot increase from plane to plane.

    The redshift of a plane that the table does not set may be anywhere in the support of its own
    distribution, or of the last one of `others` that sets it.

    Args:
        table: the table.
        matched: the columns that set a parameter.
        used: whether each row can be drawn, (rows,); the others are not checked.
        others: the distributions of the other tables and normals.
        names: the parameters, with the redshifts of each configuration's planes.
        report: the problem is added to it.
    """
    for label, planes in names.redshifts.items():
        columns = {c.parameter: i for c, i in matched.items() if c.configuration in (None, label)}
        if not columns.keys() & dict(planes).keys():
            continue
        floor, last = np.zeros(len(table.lines)), -1
        for name, quantity in planes:
            ranges = [found for joint in others if (found := joint.bounds(name)) is not None]
            low, high = ranges[-1] if ranges else quantity.support()
            own = columns.get(name)
            top = np.full_like(floor, high) if own is None else table.values[:, own]
            wrong = np.flatnonzero((top <= floor) & used & (floor > 0))
            if wrong.size:
                row = int(wrong[0])
                _out_of_order(table, row, name, top[row], floor[row], own, last, report)
                break
            last = last if own is None else own
            floor = np.maximum(floor, low if own is None else top)


def _out_of_order(
    table: Table, row: int, name: str, top: float, floor: float, own: int | None, last: int, report: Report
) -> None:
    """Report a plane whose redshift is at most `top`, although a plane in front has at least `floor`.

    `own` is the index of the column that sets the plane's redshift, or None; `last` is that of the last
    column that sets the redshift of a plane in front, or -1.
    """
    plane = name.partition("-")[0]
    advice = "redshifts must rise from plane to plane"
    if own is not None:
        finding = f"is {top:g}, but a plane in front of {plane} is at {floor:g} or beyond"
        report.problem(table.place(table.names[own], row), f"{finding}; {advice}")
    elif last >= 0:
        finding = f"is {floor:g}, but {plane} is at most at {top:g}"
        report.problem(table.place(table.names[last], row), f"{finding}; {advice}")
