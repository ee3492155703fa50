"""Time series in tables: the row of each system and epoch, and the values that only a series has.

An epoch of a system has a row where any band was observed.  What a band has at an epoch at which it was not
observed is NaN in the table, but for the parameters of the images, which make a row part of a recipe.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from jaxlens.config.model import Configuration, TimeSeries
from jaxlens.config.naming import transients

Column = NDArray[np.generic]

# The names of a system's pointing, of its number of epochs in each band, and of the days of its epochs:
# since REFERENCE_MJD, and as in the cadence.
POINTING, NUM_EPOCHS, DAY, MJD = "POINTING", "num_epochs", "day", "mjd"


def observed(num_epochs: Column, epochs: int) -> NDArray[np.bool_]:
    """Whether a system was observed at an epoch in a band.

    Args:
        num_epochs: the number of epochs of each system and band, (n, bands).
        epochs: the number of epochs of the longest pointing.

    Returns:
        (n, epochs, bands).

    >>> observed(np.array([[2, 1]]), 3)[0].tolist()
    [[True, True], [True, False], [False, False]]
    """
    seen: NDArray[np.bool_] = np.arange(epochs)[None, :, None] < np.asarray(num_epochs, float)[:, None, :]
    return seen


def row_places(num_epochs: Column) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The system and the epoch of each row of a table, (rows,) each, system after system.

    `num_epochs` is the number of epochs of each system and band, (n, bands).

    >>> [index.tolist() for index in row_places(np.array([[2, 1], [1, 1]]))]
    [[0, 0, 1], [0, 1, 0]]
    """
    longest = int(np.max(num_epochs, initial=0))
    system, epoch = np.nonzero(observed(num_epochs, longest).any(axis=2))
    return system, epoch


def by_row(array: Column, num_epochs: Column) -> Column:
    """An array (n, epochs, ...) as (rows, ...); a view of it where every system has all epochs.

    `num_epochs` is the number of epochs of each system and band, (n, bands).
    """
    system, epoch = row_places(num_epochs)
    if len(system) == array.shape[0] * array.shape[1]:
        return array.reshape(len(system), *array.shape[2:])
    rows: Column = array[system, epoch]
    return rows


def rows_by_epoch(values: Mapping[str, Column]) -> dict[str, Column]:
    """The values of a time series with one row for each system and epoch.

    Args:
        values: by name, (n,), (n, bands), (n, epochs, bands) or (n, epochs, 1); `num_epochs` is among them.

    Returns:
        By name, (rows,) or (rows, bands).
    """
    system, epoch = row_places(values[NUM_EPOCHS])

    def rows(value: Column) -> Column:
        found: Column = value[system, epoch] if value.ndim == 3 else value[system]
        return found[:, 0] if value.ndim == 3 and value.shape[2] == 1 else found

    return {name: rows(value) for name, value in values.items()}


def series_values(
    configuration: Configuration, values: Mapping[str, Column], parameters: Collection[str]
) -> dict[str, Column]:
    """The values of some systems with those that only the table of a time series has.

    They are the text `POINTING`, `mjd`, and of each object that varies `nite` (both as in the cadence, in
    double precision), `id` and `type`.

    Args:
        configuration: the configuration, which has a TIMESERIES.
        values: by name, (n,), (n, bands), (n, epochs, bands) or (n, epochs, 1).
        parameters: the names of the parameters of the images.

    Returns:
        By name, as `values`; NaN where a band was not observed, but for the parameters.
    """
    assert configuration.series is not None
    cadence = configuration.series.cadence
    pointing = np.asarray(values[POINTING]).astype(int)
    seen = observed(cadence.count[pointing], cadence.epochs)
    mjd = np.where(seen, (cadence.reference_mjd + cadence.arrays["day"])[pointing], np.nan)
    found = {
        name: _where_observed(value, seen) if name == DAY or name not in parameters else value
        for name, value in values.items()
    }
    found |= {POINTING: _texts(cadence.pointings)[pointing], MJD: mjd}
    for prefix, _ in transients(configuration):
        found[f"{prefix}-nite"] = mjd
    return found | _templates(configuration, values, len(pointing))


def is_ragged(series: TimeSeries) -> bool:
    """Whether some systems of a time series may have fewer rows than others."""
    return bool(np.any(series.cadence.count.max(axis=1) < series.cadence.epochs))


def _where_observed(value: Column, seen: NDArray[np.bool_]) -> Column:
    """A value by epoch and band, NaN where nothing was observed; any other value as it is."""
    if value.ndim < 3 or value.shape[2] < seen.shape[2] or seen.all():
        return value
    return np.where(seen, value, np.asarray(np.nan, value.dtype))


def _templates(configuration: Configuration, values: Mapping[str, Column], n: int) -> dict[str, Column]:
    """The id and the type of the template of each object that varies, (n,)."""
    found: dict[str, Column] = {}
    for prefix, model in transients(configuration):
        library = model.library
        drawn = values.get(f"{prefix}-TEMPLATE")
        index = np.zeros(n, int) if drawn is None or len(library.ids) == 1 else np.asarray(drawn).astype(int)
        found[f"{prefix}-id"] = _texts(library.ids)[index]
        found[f"{prefix}-type"] = _texts(library.types)[index]
    return found


def _texts(words: Collection[str]) -> Column:
    """An array of texts of any length."""
    return np.array(list(words), dtype=object)
