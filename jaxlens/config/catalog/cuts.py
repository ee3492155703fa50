"""WHERE of a CATALOG: which rows of the file are used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.tables import Table
from jaxlens.config.catalog.values import with_item
from jaxlens.config.errors import Place, Report
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.spellings import as_number, is_nothing
from jaxlens.config.values import describe

_ADVICE = "give [low, high], with null where it is open, a number, a text, or a list of texts"


class Cut(NamedTuple):
    """One condition of WHERE: the column, what its number or text is to be, and where that is written."""

    name: str
    condition: Any
    place: Place


def read_cuts(node: Node | None, report: Report) -> list[Cut]:
    """The conditions of WHERE."""
    with Section(node, report) as section:
        entries = section.node.entries if section.node else {}
        for key in entries:
            section.written(key)
    found = [Cut(name, _condition(one, report), one.place) for name, one in entries.items()]
    return [one for one in found if one.condition is not None]


def _condition(node: Node, report: Report) -> Any:
    """A condition on a column as numbers and texts; None, and a problem, where it is a mapping."""
    if isinstance(node.value, dict) or is_nothing(node):
        report.problem(node.place, f"is {describe(node)}; {_ADVICE}")
        return None
    if isinstance(node.value, tuple):
        return tuple(None if is_nothing(one) else _plain(one) for one in node.value)
    return _plain(node)


def _plain(node: Node) -> Any:
    given = as_number(node)
    return given if isinstance(given, int | float) else node.text.strip()


def rows_left(table: Table, cuts: Iterable[Cut], report: Report) -> np.ndarray | None:
    """Which rows WHERE leaves.

    Args:
        table: the catalogue.
        cuts: the conditions.
        report: a problem is added for each condition that does not fit its column.

    Returns:
        Whether each row is left, (rows,); None where there are problems.
    """
    from jaxlens.catalogs.cuts import where

    left, wrong = np.ones(len(table), bool), False
    for cut in cuts:
        try:
            left &= where(with_item(table, cut.name), {cut.name: cut.condition})
        except CatalogError as error:
            report.problem(cut.place, str(error))
            wrong = True
    return None if wrong else left


def nothing_left(table: Table, cuts: Iterable[Cut]) -> str:
    """That WHERE leaves no row, with the ranges of the columns of numbers."""
    ranges = []
    for cut in cuts:
        column = with_item(table, cut.name).column(cut.name)
        if column.dtype.kind == "f" and np.isfinite(column).any():
            known = column[np.isfinite(column)]
            ranges.append(f"{cut.name} is {known.min():g} to {known.max():g}")
    known_ranges = f" ({', '.join(ranges)})" if ranges else ""
    return f"leaves none of {len(table)} rows{known_ranges}; widen it"
