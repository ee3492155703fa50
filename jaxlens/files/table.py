"""From the columns of a metadata table back to the parameters with which its images are rendered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

import numpy as np
from numpy.typing import ArrayLike, NDArray

# The largest number of missing columns that a message names.
_MAX_NAMES = 5


def parameters(
    table: Mapping[str, ArrayLike], shapes: Mapping[str, tuple[int, ...]], bands: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    """The parameters of the systems in a metadata table.

    Args:
        table: columns by name, `<parameter>-<band>`; columns of other parameters are ignored.
        shapes: the shape of each wanted parameter of one system, () or (bands,), by name.
        bands: the names of the bands.

    Returns:
        Values by parameter name, each of shape (n,) or (n, bands).

    Raises:
        ValueError: if columns are missing, have values that are not finite numbers, or differ between bands
            that share the parameter.

    >>> parameters({"seeing-g": [0.9], "seeing-r": [0.8]}, {"seeing": (2,)}, ("g", "r"))
    {'seeing': array([[0.9, 0.8]])}
    """
    wanted = [f"{name}-{band}" for name in shapes for band in bands]
    missing = [column for column in wanted if column not in table]
    if missing:
        others = set(table).difference(wanted)
        raise ValueError(f"the table lacks {_listed(missing)}{_nearest(missing[0], sorted(others))}")
    return {name: _parameter(table, name, len(shape) > 0, bands) for name, shape in shapes.items()}


def _parameter(
    table: Mapping[str, ArrayLike], name: str, by_band: bool, bands: Sequence[str]
) -> NDArray[np.float64]:
    values = np.stack([_finite(table, f"{name}-{band}") for band in bands], axis=-1)
    differing = np.flatnonzero((values != values[:, :1]).any(axis=0))
    if not by_band and differing.size:
        other = bands[differing[0]]
        raise ValueError(f"{name} differs between {bands[0]} and {other}; it is one number for all bands")
    return values if by_band else values[:, 0]


def _finite(table: Mapping[str, ArrayLike], column: str) -> NDArray[np.float64]:
    """A column in double precision; ValueError where a row is not a finite number."""
    try:
        values = np.asarray(table[column], np.float64)
    except (ValueError, TypeError) as error:
        raise ValueError(f"the column {column} is not all numbers: {error}") from error
    wrong = np.flatnonzero(~np.isfinite(values))
    if wrong.size:
        raise ValueError(f"the column {column} is {values[wrong[0]]} in row {wrong[0]}; it must be finite")
    return values


def _listed(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return ", ".join(names[:_MAX_NAMES]) + more


def _nearest(name: str, columns: Iterable[str]) -> str:
    """The end of a message that names the most similar of the table's columns, if there is one."""
    similar = get_close_matches(name, list(columns), n=1)
    return f"; {similar[0]!r} is there" if similar else ""
