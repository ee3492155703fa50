"""HDF5: one file of images with their metadata, one file of planes, one of difference images.

A time series is stored by system, (systems, epochs, bands, y, x), with `mjd` and `mask` (systems, epochs,
bands) beside it.
"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from jaxlens.files.contents import PLANES, ArrayName, Chunk, Contents, Values
from jaxlens.files.crc32 import Piece
from jaxlens.files.hdf5_bytes import ArrayBytes, in_one_piece
from jaxlens.files.hdf5_scales import SCALES, Scales
from jaxlens.files.lots import pieces
from jaxlens.files.metadata import Column
from jaxlens.files.precision import stored_array
from jaxlens.files.rows import RowBuffer
from jaxlens.files.series import MJD, NUM_EPOCHS, observed
from jaxlens.files.storage import refuse_contents

# The number of rows of metadata in one compressed HDF5 chunk.
_ROWS_PER_CHUNK = 4096
# The dataset that says where a time series has images.
MASK = "mask"


class _ArrayFile:
    """An HDF5 file of one array under the dataset's NAME.

    It is in one piece, or, where it is compressed, has one system in each HDF5 chunk.
    """

    array: ArrayName

    def __init__(self, path: Path, contents: Contents) -> None:
        self._contents = contents
        refuse_contents("h5", contents)
        self._file = created(path)
        name, shape = _array_name(contents.dataset), contents.shape(self.array)
        self._bytes: ArrayBytes | None = None
        self._images = self._file.create_dataset(
            name, shape, np.dtype(contents.dtype), **_layout(contents, shape)
        )
        if contents.count and not contents.compression:
            self._bytes = ArrayBytes(path, self._images)
        self._scales = Scales(self._file, contents, self.array)
        self._scales.attach_array(self._images)
        self._file.attrs.update(contents.attributes)
        self._file.attrs["start"] = contents.start
        self._file.attrs.update({"images": name, "label": contents.label, "bands": list(contents.bands)})

    def append(self, chunk: Chunk) -> None:
        """Write the next systems."""
        systems = stored_array(chunk, self.array, self._contents)
        if self._bytes is not None:
            return self._bytes.append(systems)
        first = chunk.start - self._contents.start
        self._images[first : first + chunk.count] = systems

    def finish(self) -> None:
        """Write what is still buffered, after the last chunk."""

    @property
    def summed(self) -> tuple[Piece, ...]:
        """The pieces of the file whose checksum is known."""
        return () if self._bytes is None else (self._bytes.summed,)

    def close(self) -> None:
        """Close the file."""
        if self._bytes is not None:
            self._bytes.close()
        self._file.close()


class Hdf5File(_ArrayFile):
    """The images, and their metadata in the group `metadata`, one array per name."""

    array = "images"

    def __init__(self, path: Path, contents: Contents) -> None:
        super().__init__(path, contents)
        self._group = self._file.create_group("metadata")
        self._metadata: dict[str, h5py.Dataset] = {}
        self._rows = RowBuffer(self._write, _ROWS_PER_CHUNK)
        self._file.attrs["fixed_metadata"] = json.dumps(contents.fixed)

    def append(self, chunk: Chunk) -> None:
        """Write the next systems."""
        # lots of metadata are written after the same image, whatever the chunks are, so that bytes are equal
        for piece in pieces(chunk, self._contents.start, _ROWS_PER_CHUNK):
            super().append(piece)
            self._rows.append(piece.start, piece.values)

    def finish(self) -> None:
        """Write the rows of metadata that are still buffered, after the last chunk."""
        self._rows.flush()

    def _write(self, start: int, values: Values) -> None:
        for name, value in values.items():
            self._put(f"metadata/{name}", start, value)
        if self._contents.epochs is not None:
            self._put(MASK, start, observed(values[NUM_EPOCHS], self._contents.epochs))
            if MJD not in self._file:
                self._file[MJD] = self._group[MJD]  # one dataset under two names

    def _put(self, name: str, start: int, value: Column) -> None:
        """Write the values of systems start, start+1, ... into a dataset."""
        if name not in self._metadata:
            self._metadata[name] = self._create(name, value)
            self._scales.attach_value(self._metadata[name], name.removeprefix("metadata/"))
        first = start - self._contents.start
        self._metadata[name][first : first + len(value)] = value

    def _create(self, name: str, value: Column) -> h5py.Dataset:
        count = self._contents.count
        layout = {"chunks": (min(count, _ROWS_PER_CHUNK), *value.shape[1:]), "compression": "gzip"}
        dtype = h5py.string_dtype() if value.dtype == object else value.dtype
        return self._file.create_dataset(name, (count, *value.shape[1:]), dtype, **(layout if count else {}))


class Hdf5PlanesFile(_ArrayFile):
    """The planes; the attribute `planes` has their names."""

    array = "planes"

    def __init__(self, path: Path, contents: Contents) -> None:
        super().__init__(path, contents)
        self._file.attrs["planes"] = list(PLANES)


class Hdf5DifferenceFile(_ArrayFile):
    """The difference images of a time series."""

    array = "difference"


def created(path: Path) -> h5py.File:
    """A new file; FileExistsError where anything has this name, a link or a pipe too."""
    # HDF5 itself first tries to open what is there, which waits at a pipe
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    return h5py.File(path, "x")


def _layout(contents: Contents, shape: tuple[int, ...]) -> dict[str, Any]:
    """How an array is laid out in a file."""
    if not contents.count:
        return {}
    if contents.compression is None:
        return {"dcpl": in_one_piece(contents.dtype)}
    # Each chunk is written once and whole, so HDF5's chunk cache is switched off: then data are written at
    # once, and a full disk raises an error.
    whole = {"chunks": (1, *shape[1:]), "rdcc_nbytes": 1}
    return whole | {"compression": contents.compression, "shuffle": True}


def _array_name(dataset: str) -> str:
    """The dataset's NAME as an HDF5 name, without folders, and different from those of other objects."""
    name = dataset.replace("/", "_").strip(".")
    return name if name not in ("", "metadata", MJD, MASK, *SCALES) else "images"
