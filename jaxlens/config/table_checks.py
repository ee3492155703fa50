"""Checking the columns of a table: which parameters they set, and whether their values are legal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from jaxlens.config.columns import Names
from jaxlens.config.errors import Place, Report
from jaxlens.config.model import Column
from jaxlens.config.tables import Table
from jaxlens.config.used_bands import of_other_band

# The name of a column and its place in the file.
Written = tuple[str, Place]
# The parameter that a column sets -> the index of the column in the table.
Matched = Mapping[Column, int]
# The largest number of unknown columns of a table for which similar names are searched.
MAX_ADVICE = 100


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
    unknown = 0
    for i, (name, place) in enumerate(written):
        column = names.find(name)
        if column is None and of_other_band(name, report):
            continue
        if column is None:
            unknown += 1
            # the advice on a name is a search among all parameters
            advice = names.advice(name) if unknown <= MAX_ADVICE else "see the columns before it"
            report.remark(place, f"matches no parameter; {advice}")
        elif column in found:
            _check_agreement(table, found[column], i, names.targets(column), report)
        else:
            found[column] = i
    return found


def _check_agreement(table: Table, first: int, second: int, labels: Iterable[str], report: Report) -> None:
    """Report two columns that set the same parameter, in the configurations `labels`, to different values."""
    different = np.flatnonzero(~np.isclose(table.values[:, first], table.values[:, second], rtol=1e-9))
    if different.size:
        row = int(different[0])
        mine, other = table.values[row, second], table.values[row, first]
        finding = f"is {mine:g}, but {table.names[first]} sets the same number to {other:g}; make them equal"
        report.problem(table.place(table.names[second], row), finding, configurations=labels)


def check_ranges(table: Table, matched: Matched, weights: np.ndarray, names: Names, report: Report) -> None:
    """Report values that are illegal for the parameter of their column.

    If all rows are illegal this is a problem; if some are, it is a remark with their share of the weight.
    Redshifts are checked by `rows_out_of_order`.

    Args:
        table: the table.
        matched: the columns that set a parameter.
        weights: the weights of the rows, (rows,).
        names: the parameters and their legal values.
        report: the problems and remarks are added to it.
    """
    for column, i in matched.items():
        targets = names.targets(column)
        for rule in dict.fromkeys(rule for rule in targets.values() if not rule.redrawn):
            wrong = np.flatnonzero(rule.outside(table.values[:, i]) & (weights > 0))
            if wrong.size:
                share = weights[wrong].sum() / weights.sum()
                labels = [label for label, other in targets.items() if other == rule]
                first = table.values[wrong[0], i]
                finding = f"is {first:g}, and rows like it have {100 * share:.3g}% of the weight"
                text, place = f"{finding}; {rule.bounds_advice()}", table.place(table.names[i], int(wrong[0]))
                if share > 1 - 1e-9:
                    report.problem(place, text, configurations=labels)
                else:
                    report.remark(place, text, configurations=labels)
