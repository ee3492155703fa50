"""The content of the files of one configuration: images, planes, and a row of metadata for each system."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from jaxlens.files.metadata import Column, Fixed

ArrayName = Literal["images", "planes"]
# Name -> values of consecutive systems, of shape (n,) or (n, bands).
Values = Mapping[str, Column]

# The names of the planes along the second axis of the array "planes".
PLANES = ("lens", "source", "point_source", "noise")

# The bytes of a float32.
_BYTES_PER_VALUE = 4
# The bytes of a number in a CSV: a float32 has about 11 characters, and a comma follows.
_CSV_BYTES_PER_CELL = 12


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
        arrays: which of "images" and "planes" are written; each has a file of its own.
        attributes: further attributes of an HDF5 file (pixel scale, units, seed, the YAML text, ...).
    """

    label: str
    dataset: str
    bands: tuple[str, ...]
    num_pix: int
    count: int
    fixed: Fixed
    arrays: tuple[ArrayName, ...] = ("images",)
    attributes: Mapping[str, str | int | float] = field(default_factory=dict)

    def shape(self, array: ArrayName) -> tuple[int, ...]:
        """The shape of an array: images (systems, bands, y, x), planes (systems, 4, bands, y, x)."""
        planes = (len(PLANES),) if array == "planes" else ()
        return self.count, *planes, len(self.bands), self.num_pix, self.num_pix

    def bytes_on_disk(self, parameters: int, with_csv: bool) -> int:
        """An estimate of the size of the files in bytes, which is never much too small.

        `parameters` is the number of parameters of a system in one band.
        """
        pixels = sum(math.prod(self.shape(array)) for array in self.arrays)
        cells = self.count * len(self.bands) * (parameters + len(self.fixed))
        return _BYTES_PER_VALUE * pixels + (_CSV_BYTES_PER_CELL if with_csv else _BYTES_PER_VALUE) * cells


@dataclass(frozen=True, eq=False)
class Chunk:
    """Consecutive systems of one configuration, as arrays on the host.

    Attributes:
        start: the index of the first system.
        values: metadata by name, each (n,) or (n, bands); float, int, or object for texts.
        arrays: images (n, bands, y, x), planes (n, 4, bands, y, x), both, one or none, in counts/s.
    """

    start: int
    values: Values
    arrays: Mapping[ArrayName, np.ndarray]

    @property
    def count(self) -> int:
        """The number of systems."""
        return len(next(iter(self.values.values())))

    @property
    def nbytes(self) -> int:
        """The bytes of the arrays."""
        return sum(array.nbytes for array in self.arrays.values())


class Stored(NamedTuple):
    """The content of one file of images.

    Attributes:
        images: shape (n, bands, y, x).
        metadata: one row per system.
        attributes: the attributes of an HDF5 file; empty for other formats.
    """

    images: np.ndarray
    metadata: pd.DataFrame
    attributes: dict[str, object]
