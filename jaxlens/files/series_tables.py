"""From the rows of a table back to time series: the rows of each system, in the order of its epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaxlens.files.contents import Series
from jaxlens.files.series import MJD, NUM_EPOCHS, observed

if TYPE_CHECKING:
    import pandas as pd


class RowsOfSystems(NamedTuple):
    """Which rows of a table belong to which system.

    Attributes:
        objid: the OBJID of each system, (systems,), in the order in which they appear.
        rows: the row of each epoch, (systems, longest number of epochs); the last row is repeated.
        counts: the number of rows of each system, (systems,).
    """

    objid: NDArray[np.int64]
    rows: NDArray[np.intp]
    counts: NDArray[np.intp]


def bands_of_series(columns: Sequence[object]) -> list[str]:
    """The names of the bands by the columns of a table; none where it is no table of a time series.

    >>> bands_of_series(["num_epochs-g", "seeing-g", "num_epochs-r"])
    ['g', 'r']
    """
    start = f"{NUM_EPOCHS}-"
    return [name.removeprefix(start) for name in map(str, columns) if name.startswith(start)]


def rows_of_systems(objid: ArrayLike, days: ArrayLike) -> RowsOfSystems:
    """The rows of each system in the order of its epochs, whatever the order of the table.

    Args:
        objid: the system of each row, (rows,).
        days: when it was observed, (rows, bands); NaN where a band was not.

    Returns:
        The rows of each system.

    >>> found = rows_of_systems([7, 3, 7], [[2.0], [1.0], [1.0]])
    >>> found.objid.tolist(), found.rows.tolist()
    ([7, 3], [[2, 0], [1, 1]])
    """
    known, first, place = np.unique(np.asarray(objid), return_index=True, return_inverse=True)
    appearance = np.argsort(first)
    system = np.argsort(appearance)[place]
    count = np.bincount(system, minlength=len(known))
    nights = np.asarray(days, float)
    seen = np.zeros((len(known), nights.shape[1]), int)
    np.add.at(seen, system, ~np.isnan(nights))
    # a band with the largest number of epochs was observed in every row
    of_row = nights[np.arange(len(nights)), np.argmax(seen, axis=1)[system]]
    order = np.lexsort((of_row, system))
    epochs = np.arange(np.max(count, initial=1))
    start = np.cumsum(count) - count
    rows = order[start[:, None] + np.minimum(epochs, count[:, None] - 1)]
    return RowsOfSystems(known[appearance].astype(np.int64), rows, count)


def table_columns(
    table: Mapping[str, ArrayLike] | pd.DataFrame, name: str, bands: Sequence[str]
) -> NDArray[np.float64]:
    """The columns of one value in all bands.

    Args:
        table: columns by name.
        name: the name of the value, without a band.
        bands: the names of the bands.

    Returns:
        (rows, bands).
    """
    return np.stack([np.asarray(table[f"{name}-{band}"], np.float64) for band in bands], axis=-1)


def grouped(images: np.ndarray, metadata: pd.DataFrame) -> Series | None:
    """The images of a time series by system.

    Args:
        images: (rows, bands, y, x).
        metadata: the table with these rows.

    Returns:
        The time series, a view of `images` where every system has all epochs; None where the table is that
        of single exposures.
    """
    bands = bands_of_series(list(metadata))
    if not bands:
        return None
    mjd = table_columns(metadata, MJD, bands)
    found = rows_of_systems(metadata[f"OBJID-{bands[0]}"], mjd)
    num_epochs = table_columns(metadata, NUM_EPOCHS, bands)[found.rows[:, 0]]
    mask = observed(num_epochs, found.rows.shape[1])
    if np.array_equal(found.rows.ravel(), np.arange(len(images))):
        by_system = images.reshape(*found.rows.shape, *images.shape[1:])
    else:
        by_system = np.where(mask[..., None, None], images[found.rows], np.float32(0.0))
    return Series(by_system, np.where(mask, mjd[found.rows], np.nan), mask)
