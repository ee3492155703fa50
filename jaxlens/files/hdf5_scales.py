"""Dimension scales of HDF5 files, by which xarray and all that reads netCDF find names and units."""

from __future__ import annotations

import h5py
import numpy as np

from jaxlens.files.contents import ArrayName, Contents
from jaxlens.files.coordinates import LONG_NAMES, coordinates, dimensions, unit_of_coordinate
from jaxlens.files.units import unit_of

# The name by which netCDF knows a dimension without a coordinate; its size follows, in ten places.
_WITHOUT_COORDINATE = "This is a netCDF dimension but not a netCDF variable."
# The dimension of a value that differs by epoch and is the same in all bands.
_ALL_BANDS = "all_bands"
# A scale lists what it is attached to in 16 bytes each, and an attribute has at most 64 kB; the values after
# these have no named dimensions.
_MOST_ATTACHED = 4000
# The names of the scales, which no other object of a file may have.
SCALES = ("system", "epoch", "plane", "band", "y", "x", _ALL_BANDS)


class Scales:
    """The dimension scales of one file."""

    def __init__(self, file: h5py.File, contents: Contents, array: ArrayName) -> None:
        """The scales that an array needs.

        Args:
            file: the file, to which they are added.
            contents: what the file holds.
            array: the array of the file.
        """
        self._file, self._contents, self._array = file, contents, array
        self._attached = 0
        for name, values in coordinates(contents, array).items():
            dtype = h5py.string_dtype() if values.dtype == object else values.dtype
            scale = file.create_dataset(name, data=values, dtype=dtype)
            scale.make_scale(name)
            _describe(scale, name, unit_of_coordinate(contents, name))

    def attach_array(self, dataset: h5py.Dataset) -> None:
        """Name the dimensions of the array."""
        self._attach(dataset, list(dimensions(self._contents, self._array)))
        _describe(dataset, self._array, str(self._contents.attributes.get("units", "")))

    def attach_value(self, dataset: h5py.Dataset, name: str) -> None:
        """Name the dimensions of a value of the metadata, see `jaxlens.files.contents.Values`."""
        names = ["system"] if dataset.ndim == 1 else ["system", "band"]
        if dataset.ndim == 3:
            names = ["system", "epoch", "band"]
            if dataset.shape[2] != len(self._contents.bands):
                names[2] = self._all_bands()
        self._attach(dataset, names)
        _describe(dataset, name, unit_of(name))

    def _attach(self, dataset: h5py.Dataset, names: list[str]) -> None:
        self._attached += 1
        for axis, name in enumerate(names if self._attached <= _MOST_ATTACHED else ()):
            dataset.dims[axis].attach_scale(self._file[name])

    def _all_bands(self) -> str:
        if _ALL_BANDS not in self._file:
            scale = self._file.create_dataset(_ALL_BANDS, data=np.zeros(1, np.float32))
            scale.make_scale(f"{_WITHOUT_COORDINATE}{1:10d}")
        return _ALL_BANDS


def _describe(dataset: h5py.Dataset, name: str, unit: str) -> None:
    """Give a dataset the attributes by which xarray labels axes; `unit` is "" for none."""
    if unit:
        dataset.attrs["units"] = unit
    if name in LONG_NAMES:
        dataset.attrs["long_name"] = LONG_NAMES[name]
