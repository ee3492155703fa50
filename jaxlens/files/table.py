"""From the columns of a metadata table back to the parameters with which its images are rendered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaxlens.files.series import DAY, NUM_EPOCHS, observed
from jaxlens.files.series_tables import RowsOfSystems, rows_of_systems, table_columns

# The largest number of missing columns that a message names.
_MAX_NAMES = 5


def parameters(
    table: Mapping[str, ArrayLike], shapes: Mapping[str, tuple[int, ...]], bands: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    """The parameters of the systems in a metadata table.

    In the table of a time series the rows with one OBJID are the epochs of one system.

    Args:
        table: columns by name, `<parameter>-<band>`; columns of other parameters are ignored.
        shapes: the shape of each wanted parameter of one system by name: (), (bands,), (epochs, bands) or
            (epochs, 1).
        bands: the names of the bands.

    Returns:
        Values by parameter name, each of shape (n,), (n, bands), (n, epochs, bands) or (n, epochs, 1).

    Raises:
        ValueError: if columns are missing, have values that are not finite numbers, or differ between bands
            or epochs that share the parameter; or if a system does not have the rows of all its epochs.

    >>> parameters({"seeing-g": [0.9], "seeing-r": [0.8]}, {"seeing": (2,)}, ("g", "r"))
    {'seeing': array([[0.9, 0.8]])}
    """
    is_series = NUM_EPOCHS in shapes
    wanted = [f"{name}-{band}" for name in (*shapes, *["OBJID"] * is_series) for band in bands]
    missing = [column for column in wanted if column not in table]
    if missing:
        others = set(table).difference(wanted)
        raise ValueError(f"the table lacks {_listed(missing)}{_nearest(missing[0], sorted(others))}")
    if is_series:
        return _of_series(table, shapes, bands)
    return {name: _parameter(table, name, len(shape) > 0, bands) for name, shape in shapes.items()}


def _parameter(
    table: Mapping[str, ArrayLike], name: str, by_band: bool, bands: Sequence[str]
) -> NDArray[np.float64]:
    """A parameter of each row, (rows, bands) or (rows,)."""
    values = np.stack([_finite(table, f"{name}-{band}") for band in bands], axis=-1)
    differing = np.flatnonzero((values != values[:, :1]).any(axis=0))
    if not by_band and differing.size:
        other = bands[differing[0]]
        raise ValueError(f"{name} differs between {bands[0]} and {other}; it is one number for all bands")
    return values if by_band else values[:, 0]


def _of_series(
    table: Mapping[str, ArrayLike], shapes: Mapping[str, tuple[int, ...]], bands: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    """`parameters` of a time series; an epoch that a system does not have repeats its last one."""
    day = table_columns(table, DAY, bands)
    found = rows_of_systems(_finite(table, f"OBJID-{bands[0]}"), day)
    epochs = shapes[DAY][0]
    _check_rows(found, table_columns(table, NUM_EPOCHS, bands), epochs)
    rows = np.pad(found.rows, ((0, 0), (0, epochs - found.rows.shape[1])), mode="edge")
    values = {}
    for name, shape in shapes.items():
        if name != DAY:
            own = _parameter(table, name, bool(shape) and shape[-1] > 1, bands)
            of_systems = own[rows] if len(shape) > 1 else _of_systems(name, own, found)
            values[name] = of_systems.reshape(len(rows), *shape)
    return values | {DAY: _days(day[rows], values[NUM_EPOCHS], found)}


def _check_rows(found: RowsOfSystems, num_epochs: NDArray[np.float64], epochs: int) -> None:
    """ValueError where a system has more or fewer rows than epochs."""
    wanted = num_epochs[found.rows[:, 0]].max(axis=1) if len(found.rows) else found.counts
    wrong = np.flatnonzero((found.counts != wanted) | (found.counts > epochs))
    if wrong.size:
        k = wrong[0]
        raise ValueError(
            f"the system of OBJID {found.objid[k]} has {found.counts[k]} rows; its num_epochs is "
            f"{wanted[k]:g}, and the file has {epochs}; give a row for each epoch"
        )


def _days(
    day: NDArray[np.float64], num_epochs: NDArray[np.float64], found: RowsOfSystems
) -> NDArray[np.float64]:
    """Days (systems, epochs, bands) of which the last that a band was observed is repeated.

    ValueError where that of an epoch that was observed is no finite number.
    """
    last = np.take_along_axis(day, num_epochs[:, None, :].astype(int) - 1, axis=1)
    days = np.where(observed(num_epochs, day.shape[1]), day, last)
    wrong = np.flatnonzero(~np.isfinite(days).all(axis=(1, 2)))
    if wrong.size:
        objid = found.objid[wrong[0]]
        raise ValueError(f"the column day of OBJID {objid} is not finite at an epoch that num_epochs counts")
    return days


def _of_systems(name: str, values: NDArray[np.float64], found: RowsOfSystems) -> NDArray[np.float64]:
    """A parameter that all epochs share, (systems, ...), of its values in all rows."""
    of_systems = values[found.rows]
    differs = of_systems != of_systems[:, :1]
    wrong = np.flatnonzero(differs.any(axis=tuple(range(1, differs.ndim))))
    if wrong.size:
        objid = found.objid[wrong[0]]
        raise ValueError(f"{name} differs between the rows of OBJID {objid}; it is one number for all epochs")
    return of_systems[:, 0]


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
