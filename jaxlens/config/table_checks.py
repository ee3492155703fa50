"""What the columns of a table mean, and whether their numbers can be what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from jaxlens.config.columns import Names
from jaxlens.config.errors import Place, Report
from jaxlens.config.model import Column, Joint
from jaxlens.config.quantities import Rule
from jaxlens.config.tables import Table

Written = tuple[str, Place]
Matched = Mapping[Column, int]


def match_columns(written: Sequence[Written], table: Table, names: Names, report: Report) -> Matched:
    """The columns that match a parameter, with their index in the table.

    `written` has the name of every column and where it stands.  A name that matches nothing is a remark; two
    columns that set the same number must agree, and the first stands for both.
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
    different = np.flatnonzero(~np.isclose(table.values[:, first], table.values[:, second], rtol=1e-9))
    if different.size:
        row = int(different[0])
        mine, other = table.values[row, second], table.values[row, first]
        finding = f"is {mine:g}, but {table.names[first]} sets the same number to {other:g}; make them equal"
        report.problem(table.place(table.names[second], row), finding)


def check_ranges(table: Table, matched: Matched, weights: np.ndarray, names: Names, report: Report) -> None:
    """Say which numbers a parameter cannot have, with their share of `weights`; all of them are a problem."""
    for column, i in matched.items():
        for rule in dict.fromkeys(names.targets(column).values()):
            wrong = np.flatnonzero(_outside(rule, table.values[:, i]) & (weights > 0))
            if wrong.size:
                share = weights[wrong].sum() / weights.sum()
                say = report.problem if share > 1 - 1e-9 else report.remark
                first = table.values[wrong[0], i]
                finding = f"is {first:g}, and rows like it have {100 * share:.3g}% of the weight"
                say(table.place(table.names[i], int(wrong[0])), f"{finding}; {rule.describe()}")


def _outside(rule: Rule, values: np.ndarray) -> np.ndarray:
    if rule.open:
        return (values <= rule.low) | (values >= rule.high)
    return (values < rule.low) | (values > rule.high)


def check_redshifts(
    table: Table, matched: Matched, used: np.ndarray, others: Sequence[Joint], names: Names, report: Report
) -> None:
    """Planes must be able to stand in order with the redshifts of every row that is `used` (rows,).

    A plane that the table does not place can be anywhere that its own distribution, or the last one of
    `others` that sets it, reaches.
    """
    for label, planes in names.redshifts.items():
        columns = {c.parameter: i for c, i in matched.items() if c.configuration in (None, label)}
        if not columns.keys() & dict(planes).keys():
            continue
        floor, last = np.zeros(len(table.lines)), -1
        for name, quantity in planes:
            ranges = [found for joint in others if (found := joint.range(name)) is not None]
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
    """The problem with a plane that cannot be beyond `floor`, where the planes in front of it are."""
    plane = name.partition("-")[0]
    advice = "redshifts must rise from plane to plane"
    if own is not None:
        finding = f"is {top:g}, but a plane in front of {plane} is at {floor:g} or beyond"
        report.problem(table.place(table.names[own], row), f"{finding}; {advice}")
    elif last >= 0:
        finding = f"is {floor:g}, but {plane} is at most at {top:g}"
        report.problem(table.place(table.names[last], row), f"{finding}; {advice}")
