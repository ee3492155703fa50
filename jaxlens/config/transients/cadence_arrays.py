"""The arrays of a cadence: pointings of different lengths, filled up to the longest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from jaxlens.config.model import Cadence

# The values of one pointing by band, (nights,) each.
Nights = Mapping[str, np.ndarray]


def cadence_of(
    pointings: Mapping[str, Nights],
    mjd: float,
    bands: Sequence[str],
    conditions: Mapping[str, Mapping[str, Nights]] | None = None,
) -> Cadence:
    """The cadence of some pointings, whose shorter ones repeat their last night.

    Args:
        pointings: the nights of each pointing and band, by the pointing's label and the band (nights,).
        mjd: REFERENCE_MJD, which is subtracted from the nights.
        bands: the names of the bands, in order.
        conditions: what is known of the nights, by the parameter's name; each like `pointings`.

    Returns:
        The cadence.
    """
    conditions = conditions or {}
    count = np.array([[len(nights[band]) for band in bands] for nights in pointings.values()])
    epochs = int(count.max())

    def padded(values: Mapping[str, Nights]) -> np.ndarray:
        """(pointings, epochs, bands)."""
        rows = [[_padded(values[label][band], epochs) for band in bands] for label in pointings]
        return np.moveaxis(np.array(rows, dtype=float), 1, 2)

    arrays = {"day": padded(pointings) - mjd, "count": count}
    arrays |= {name: padded(values) for name, values in conditions.items()}
    return Cadence(_digest(arrays), tuple(pointings), mjd, epochs, tuple(conditions), arrays)


def _padded(values: np.ndarray, length: int) -> np.ndarray:
    """Values (n,) with the last one repeated, (length,)."""
    return np.concatenate([values, np.full(length - len(values), values[-1])])


def _digest(arrays: Mapping[str, np.ndarray]) -> str:
    """A hash of the arrays' names and content."""
    found = hashlib.sha256()
    for name, array in arrays.items():
        found.update(f"{name} {array.shape} {array.dtype}".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()
