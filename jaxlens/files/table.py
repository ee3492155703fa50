"""From the columns of a metadata table back to parameters: a row is the recipe of its image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

import numpy as np
from numpy.typing import ArrayLike, NDArray

_MOST_NAMED = 5


def parameters(
    table: Mapping[str, ArrayLike], shapes: Mapping[str, tuple[int, ...]], bands: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    """The numbers of a metadata table, by parameter name: {name: (n,) or (n, bands)}.

    Args:
        table: columns by name, `<parameter>-<band>`; those that are not asked for are not looked at.
        shapes: the names that are asked for, and () or (bands,) for each.
        bands: the names of the bands.

    Raises:
        ValueError: if columns are missing, have something else than finite numbers or differ between
            bands that share the number.

    >>> parameters({"seeing-g": [0.9], "seeing-r": [0.8]}, {"seeing": (2,)}, ("g", "r"))
    {'seeing': array([[0.9, 0.8]])}
    """
    wanted = [f"{name}-{band}" for name in shapes for band in bands]
    missing = [column for column in wanted if column not in table]
    if missing:
        others = set(table).difference(wanted)
        raise ValueError(f"the table lacks {_named(missing)}{_near(missing[0], sorted(others))}")
    return {name: _parameter(table, name, len(shape) > 0, bands) for name, shape in shapes.items()}


def _parameter(
    table: Mapping[str, ArrayLike], name: str, by_band: bool, bands: Sequence[str]
) -> NDArray[np.float64]:
    values = np.stack([_numbers(table, f"{name}-{band}") for band in bands], axis=-1)
    differing = np.flatnonzero((values != values[:, :1]).any(axis=0))
    if not by_band and differing.size:
        other = bands[differing[0]]
        raise ValueError(f"{name} differs between {bands[0]} and {other}; it is one number for all bands")
    return values if by_band else values[:, 0]


def _numbers(table: Mapping[str, ArrayLike], column: str) -> NDArray[np.float64]:
    try:
        numbers = np.asarray(table[column], np.float64)
    except (ValueError, TypeError) as error:
        raise ValueError(f"the column {column} is not all numbers: {error}") from error
    wrong = np.flatnonzero(~np.isfinite(numbers))
    if wrong.size:
        raise ValueError(f"the column {column} is {numbers[wrong[0]]} in row {wrong[0]}; it must be finite")
    return numbers


def _named(names: Sequence[str]) -> str:
    """The first few of `names`, and how many more there are."""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _near(name: str, there: Iterable[str]) -> str:
    near = get_close_matches(name, list(there), n=1)
    return f"; {near[0]!r} is there" if near else ""
