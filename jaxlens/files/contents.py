"""The content of the files of one configuration: images, planes, and a row of metadata for each system."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from jaxlens.config.model import IMAGE_DTYPES
from jaxlens.files.haloes import HaloesByPrefix
from jaxlens.files.metadata import Column, Fixed

if TYPE_CHECKING:
    import pandas as pd

ArrayName = Literal["images", "planes", "difference"]
# Name -> values of consecutive systems: (n,), (n, bands), (n, epochs, bands) or (n, epochs, 1).
Values = Mapping[str, Column]

# The names of the planes along the second axis of the array "planes".
PLANES = ("lens", "source", "point_source", "noise")

# The precisions in which arrays can be stored.
STORED_TYPES = IMAGE_DTYPES

# The bytes of a float32.
_BYTES_PER_VALUE = 4
# The bytes of a number in a CSV: a float32 has about 11 characters, and a comma follows.
_CSV_BYTES_PER_CELL = 12
# The images of a transient that have rows in the table of its light curves, and the cells of a row.
MEASURED_IMAGES = 4
_LIGHT_CURVE_CELLS = 16


@dataclass(frozen=True)
class Contents:
    """The content of the files of one configuration.

    Attributes:
        label: the configuration's label, with which the files' names start.
        dataset: the dataset's NAME, under which an HDF5 file keeps the images.
        bands: the names of the bands.
        num_pix: the number of pixels along one side of an image.
        count: the number of systems.
        fixed: the metadata that all systems share, see `jaxlens.files.metadata.fixed`.
        arrays: which of "images", "planes" and "difference" are written; each has a file of its own.
        attributes: further attributes of an HDF5 file (pixel scale, units, seed, the YAML text, ...).
        epochs: the number of epochs of the longest pointing of a time series; None for single exposures.
        transients: the prefixes of the objects that vary, each of which has a table of its light curves.
        start: the index in the dataset of the first system of the files; `Chunk.start` and OBJID count from
            the dataset's first system, the rows of a file from its own.
        dtype: the precision in which the arrays are stored, see `STORED_TYPES`.
        compression: how the arrays are compressed, "gzip", "lzf" or None; not every format has each.
        haloes: the prefixes of haloes that are written into a file of their own, such as `LINE_OF_SIGHT`, and
            how many numbers of haloes a system has at most.
    """

    label: str
    dataset: str
    bands: tuple[str, ...]
    num_pix: int
    count: int
    fixed: Fixed
    arrays: tuple[ArrayName, ...] = ("images",)
    attributes: Mapping[str, str | int | float] = field(default_factory=dict)
    epochs: int | None = None
    transients: tuple[str, ...] = ()
    start: int = 0
    dtype: str = "float32"
    compression: str | None = None
    haloes: Mapping[str, int] = field(default_factory=dict)

    def shape(self, array: ArrayName) -> tuple[int, ...]:
        """The shape of an array: (systems, bands, y, x), and for planes (systems, 4, bands, y, x).

        The arrays of a time series have the axis of epochs after that of the systems.
        """
        epochs = () if self.epochs is None else (self.epochs,)
        return self.count, *epochs, *self.image_shape(array)

    def image_shape(self, array: ArrayName) -> tuple[int, ...]:
        """The shape of one exposure of one system in an array."""
        planes = (len(PLANES),) if array == "planes" else ()
        return *planes, len(self.bands), self.num_pix, self.num_pix

    def bytes_on_disk(self, parameters: int, with_csv: bool) -> int:
        """An estimate of the size of the files in bytes, which is never much too small.

        `parameters` is the number of parameters of a system in one band.
        """
        pixels = sum(math.prod(self.shape(array)) for array in self.arrays)
        rows = self.count * len(self.bands) * (self.epochs or 1)
        cells = rows * (parameters + len(self.fixed))
        images = np.dtype(self.dtype).itemsize * pixels + self._bytes_of_haloes
        if not with_csv:
            return images + _BYTES_PER_VALUE * cells
        points = rows * len(self.transients) * MEASURED_IMAGES * _LIGHT_CURVE_CELLS
        return images + _CSV_BYTES_PER_CELL * (cells + points)

    @property
    def _bytes_of_haloes(self) -> int:
        return _BYTES_PER_VALUE * self.count * sum(self.haloes.values())


class Series(NamedTuple):
    """The images of time series by system.

    Attributes:
        images: (systems, epochs, bands, y, x), zero where nothing was observed.
        mjd: when, (systems, epochs, bands), float64, in the days of the cadence; NaN where nothing was.
        mask: whether a system was observed at an epoch in a band, (systems, epochs, bands).
    """

    images: np.ndarray
    mjd: np.ndarray
    mask: np.ndarray


@dataclass(frozen=True, eq=False)
class Chunk:
    """Consecutive systems of one configuration, as arrays on the host.

    Attributes:
        start: the index of the first system.
        values: metadata by name, see `Values`; float, int, or object for texts.
        arrays: images (n, bands, y, x), planes (n, 4, bands, y, x), difference images, or none, in counts/s;
            those of a time series have the axis of epochs after that of the systems.
        haloes: the haloes of each system by prefix, such as `LINE_OF_SIGHT`.
    """

    start: int
    values: Values
    arrays: Mapping[ArrayName, np.ndarray]
    haloes: HaloesByPrefix = field(default_factory=dict)

    @property
    def count(self) -> int:
        """The number of systems."""
        return len(next(iter(self.values.values())))

    @property
    def nbytes(self) -> int:
        """The bytes of the arrays."""
        own = sum(array.nbytes for array in self.arrays.values())
        return own + sum(lists.nbytes for lists in self.haloes.values())


class Stored(NamedTuple):
    """The content of one file of images.

    Attributes:
        images: shape (n, bands, y, x).
        metadata: one row for each image.
        attributes: the attributes of an HDF5 file; empty for other formats.
        series: the images of a time series by system, which `images` has one after another; None for single
            exposures.
    """

    images: np.ndarray
    metadata: pd.DataFrame
    attributes: dict[str, object]
    series: Series | None = None
