"""Which rows of a catalogue are used: those within ranges, and those whose numbers are finite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.tables import Table

_ADVICE = "give [low, high], with null where it is open, a number, a text, or a list of texts"


def where(table: Table, conditions: Mapping[str, Any]) -> np.ndarray:
    """Which rows meet every condition.

    Args:
        table: the catalogue.
        conditions: by column, the range (low, high) in which its number is, bounds included, and None where
            it is open; or the number, boolean or text that it is; or texts of which it is one.

    Returns:
        (rows,), booleans.  A number that is NaN is in no range.

    Raises:
        CatalogError: if a column is missing, or a condition does not fit its column.

    >>> lenses = Table("x", {"zs": np.array([0.3, 1.0, 5.0]), "kind": np.array(["quad", "quad", "pair"])})
    >>> where(lenses, {"zs": (0.5, None), "kind": "quad"}).tolist()
    [False, True, False]
    """
    keep = np.ones(len(table), bool)
    for name, condition in conditions.items():
        keep &= _met(table, name, condition)
    return keep


def finite(table: Table, names: Iterable[str]) -> np.ndarray:
    """Which rows have a finite number in each of some columns, or a text that is not empty.

    Args:
        table: the catalogue.
        names: the columns.

    Returns:
        (rows,), booleans: in a column with several numbers a row, all of them are finite.

    Raises:
        CatalogError: if a column is missing.
    """
    keep = np.ones(len(table), bool)
    for name in names:
        values = table.column(name)
        good = values != "" if values.dtype.kind == "U" else np.isfinite(values)
        keep &= good.reshape(len(table), -1).all(axis=1)
    return keep


def _met(table: Table, name: str, condition: Any) -> np.ndarray:
    """Which rows meet the condition on one column."""
    if isinstance(condition, str):
        return _is_one_of(table, name, (condition,))
    if isinstance(condition, (bool, int, float)):
        return np.asarray(table.numbers(name) == float(condition))
    if not isinstance(condition, (tuple, list, set, frozenset)) or not condition:
        raise CatalogError(f"the condition on {name!r} is {condition!r}; {_ADVICE}")
    if all(isinstance(one, str) for one in condition):
        return _is_one_of(table, name, tuple(condition))
    return _in_range(table, name, tuple(condition))


def _is_one_of(table: Table, name: str, words: tuple[str, ...]) -> np.ndarray:
    """Which rows have one of some texts."""
    values = table.column(name)
    if values.dtype.kind != "U" or values.ndim > 1:
        raise CatalogError(f"{table.source} has numbers in {table.name(name)!r}, not texts; give [low, high]")
    return np.isin(values, words)


def _in_range(table: Table, name: str, bounds: tuple[Any, ...]) -> np.ndarray:
    """Which rows have a number between two bounds."""
    numbers = all(one is None or isinstance(one, (int, float)) for one in bounds)
    if len(bounds) != 2 or not numbers:
        raise CatalogError(f"the condition on {name!r} is {list(bounds)!r}; {_ADVICE}")
    low, high = (-np.inf if bounds[0] is None else bounds[0]), (np.inf if bounds[1] is None else bounds[1])
    if not low <= high:
        raise CatalogError(f"the condition on {name!r} is {list(bounds)!r}, in which no number is; {_ADVICE}")
    values = table.numbers(name)
    with np.errstate(invalid="ignore"):
        return np.asarray((values >= low) & (values <= high))
