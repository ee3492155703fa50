"""Reading HDF5 files of images, with the planes and difference images beside them."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import h5py
import numpy as np

from jaxlens.files.contents import ArrayName, Contents, Values
from jaxlens.files.metadata import Column
from jaxlens.files.names import beside
from jaxlens.files.stored import StoredFile

# (systems, epochs, bands, y, x)
_DIMENSIONS_OF_SERIES = 5
# The attributes that stand for fields of `Contents`.
_OWN = ("images", "label", "bands", "start", "fixed_metadata")


class Hdf5StoredFile(StoredFile):
    """An HDF5 file of images; files of other arrays beside it are opened when they are asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files: dict[ArrayName, h5py.File] = {"images": h5py.File(path, "r")}
        try:
            contents, attributes = self._described()
        except BaseException:
            self.close()
            raise
        super().__init__(contents, attributes)

    def _read(self, array: ArrayName, start: int, stop: int) -> np.ndarray:
        """An array of some systems."""
        if array not in self._files:
            self._files[array] = h5py.File(beside(self._path, array, "h5"), "r")
            _refuse_missing_sources(self._array(array), self._path.parent)
        images: np.ndarray = self._array(array)[start:stop]
        return images

    def _values(self, start: int, stop: int) -> Values:
        """The metadata of some systems by name."""
        group = self._files["images"]["metadata"]
        return {name: _column(dataset, start, stop) for name, dataset in group.items()}

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()

    def _array(self, array: ArrayName) -> h5py.Dataset:
        file = self._files[array]
        return file[str(file.attrs["images"])]

    def _described(self) -> tuple[Contents, dict[str, object]]:
        file, images = self._files["images"], self._array("images")
        _refuse_missing_sources(images, self._path.parent)
        attributes = {name: _plain(value) for name, value in file.attrs.items() if name != "fixed_metadata"}
        others: list[ArrayName] = [
            name for name in ("planes", "difference") if beside(self._path, name, "h5").exists()
        ]
        contents = Contents(
            label=str(attributes["label"]),
            dataset=str(attributes["images"]),
            bands=tuple(str(band) for band in file.attrs["bands"]),
            num_pix=images.shape[-1],
            count=len(images),
            fixed=json.loads(str(file.attrs["fixed_metadata"])),
            arrays=("images", *others),
            attributes={name: value for name, value in attributes.items() if name not in _OWN},  # type: ignore[misc]
            epochs=images.shape[1] if images.ndim == _DIMENSIONS_OF_SERIES else None,
            start=int(file.attrs.get("start", 0)),
            dtype=images.dtype.name,
        )
        return contents, attributes


def _refuse_missing_sources(dataset: h5py.Dataset, folder: Path) -> None:
    """FileNotFoundError where a file that a virtual dataset joins is missing; HDF5 would read zeros."""
    for source in dataset.virtual_sources() if dataset.is_virtual else ():
        path = folder / source.file_name
        if not path.exists():
            raise FileNotFoundError(errno.ENOENT, f"the shard {path.name} is missing", str(path))


def _column(dataset: h5py.Dataset, start: int, stop: int) -> Column:
    is_text = h5py.check_string_dtype(dataset.dtype) is not None
    values: Column = (dataset.asstr() if is_text else dataset)[start:stop]
    return values


def _plain(value: object) -> object:
    """A numpy scalar or array as a number, text or list of Python."""
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value
