"""Zarr: one store of format 3, a folder, with all arrays in shards and the metadata in the group `metadata`.

A shard is one file of the store; each of its chunks can be read alone.  The dimensions have names and
coordinates, so that xarray opens the store and its group.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from jaxlens.files.contents import ArrayName, Chunk, Contents, Values
from jaxlens.files.coordinates import LONG_NAMES, coordinates, dimensions, unit_of_coordinate
from jaxlens.files.description import described, description
from jaxlens.files.extras import required
from jaxlens.files.lots import LotBuffer
from jaxlens.files.metadata import Column
from jaxlens.files.precision import stored_array
from jaxlens.files.series import MJD, NUM_EPOCHS, observed
from jaxlens.files.storage import refuse_contents
from jaxlens.files.stored import StoredFile, attributes_of
from jaxlens.files.units import unit_of

# The bytes of a chunk, which is read at once, and of a shard, which is written at once, before compression.
_CHUNK_BYTES = 2**18
_SHARD_BYTES = 2**25
# The number of rows of metadata in a chunk.
_ROWS = 16384
# The array that says where a time series has images.
_MASK = "mask"


class ZarrFile:
    """All arrays and the metadata in one store; a shard of systems is in memory."""

    def __init__(self, path: Path, contents: Contents) -> None:
        zarr = required("zarr", "zarr")
        self._path, self._contents = path, contents
        refuse_contents("zarr", contents)
        path.mkdir()
        self._group = zarr.open_group(path, mode="w-", zarr_format=3)
        self._group.attrs.update({**attributes_of(contents), "jaxlens": description(contents)})
        self._metadata = self._group.create_group("metadata")
        self._chunk, self._shard = _sizes(contents)
        for array in contents.arrays:
            self._create_array(array)
        self._images = LotBuffer(self._write_images, contents.start, self._shard)
        self._rows = LotBuffer(self._write_rows, contents.start, _ROWS)

    def append(self, chunk: Chunk) -> None:
        """Write the next systems."""
        arrays = {array: stored_array(chunk, array, self._contents) for array in self._contents.arrays}
        self._images.append(Chunk(chunk.start, {"OBJID": np.arange(chunk.count)}, arrays))
        self._rows.append(Chunk(chunk.start, chunk.values, {}))

    def finish(self) -> None:
        """Write what is still buffered, after the last chunk."""
        self._images.flush()
        self._rows.flush()
        _consolidate(self._path)

    def close(self) -> None:
        """Nothing stays open between writes."""

    def _create_array(self, array: ArrayName) -> None:
        """One array with the coordinates of its dimensions."""
        contents = self._contents
        shape = contents.shape(array)
        attributes = {"units": str(contents.attributes.get("units", "")), "long_name": LONG_NAMES[array]}
        self._group.create_array(
            array,
            shape=shape,
            dtype=contents.dtype,
            chunks=(self._chunk, *shape[1:]),
            shards=(self._shard, *shape[1:]),
            compressors=self._compressors(),
            dimension_names=dimensions(contents, array),
            attributes=attributes,
        )
        for name, values in coordinates(contents, array).items():
            if name not in self._group:
                made = self._create(self._group, name, values, (name,), len(values))
                made.attrs.update(_labels(name, unit_of_coordinate(contents, name)))
                made[:] = values

    def _compressors(self) -> list[Any] | None:
        if self._contents.compression is None:
            return None
        return [required("zarr.codecs", "zarr").GzipCodec(level=4)]

    def _create(self, group: Any, name: str, values: Column, names: tuple[str, ...], count: int) -> Any:
        """An array of a value or of a coordinate, with `count` on its first axis."""
        chunks = (min(max(count, 1), _ROWS), *(max(length, 1) for length in values.shape[1:]))
        dtype = str if values.dtype == object else values.dtype
        shape = (count, *values.shape[1:])
        return group.create_array(name, shape=shape, dtype=dtype, chunks=chunks, dimension_names=names)

    def _write_images(self, lot: Chunk) -> None:
        first = lot.start - self._contents.start
        for array, images in lot.arrays.items():
            self._group[array][first : first + lot.count] = images

    def _write_rows(self, lot: Chunk) -> None:
        self._put(self._metadata, lot.start, lot.values)
        if self._contents.epochs is not None:
            seen = observed(lot.values[NUM_EPOCHS], self._contents.epochs)
            self._put(self._group, lot.start, {MJD: lot.values[MJD], _MASK: seen})

    def _put(self, group: Any, start: int, values: Values) -> None:
        """Write values of systems start, start+1, ... into a group."""
        first = start - self._contents.start
        for name, value in values.items():
            if name not in group:
                made = self._create(group, name, value, self._dimensions(value), self._contents.count)
                made.attrs.update(_labels(name, unit_of(name)))
            group[name][first : first + len(value)] = value

    def _dimensions(self, value: Column) -> tuple[str, ...]:
        """The names of the dimensions of a value of the metadata."""
        last = "band" if value.shape[-1] == len(self._contents.bands) else "all_bands"
        return {1: ("system",), 2: ("system", "band"), 3: ("system", "epoch", last)}[value.ndim]


class ZarrStoredFile(StoredFile):
    """A Zarr store; only the chunks that are asked for are read."""

    def __init__(self, path: Path) -> None:
        self._group = required("zarr", "zarr").open_group(path, mode="r")
        contents = described(self._group.attrs["jaxlens"])
        super().__init__(contents, attributes_of(contents))

    def _read(self, array: ArrayName, start: int, stop: int) -> np.ndarray:
        images: np.ndarray = self._group[array][start:stop]
        return images

    def _values(self, start: int, stop: int) -> Values:
        return {name: _plain(array[start:stop]) for name, array in sorted(self._group["metadata"].arrays())}

    def close(self) -> None:
        """Nothing stays open between reads."""


def _sizes(contents: Contents) -> tuple[int, int]:
    """The number of systems in a chunk, and in a shard, which consists of whole chunks."""
    a_system = [4 * int(np.prod(contents.shape(array)[1:])) for array in contents.arrays]
    count = max(contents.count, 1)
    chunk = min(count, max(1, _CHUNK_BYTES // max(a_system, default=1)))
    chunks = min(-(-count // chunk), max(1, _SHARD_BYTES // (chunk * max(sum(a_system), 1))))
    return chunk, chunk * chunks


def _labels(name: str, unit: str) -> dict[str, str]:
    """The attributes by which xarray labels axes."""
    found = {"units": unit, "long_name": LONG_NAMES.get(name, "")}
    return {key: text for key, text in found.items() if text}


def _plain(values: Any) -> Column:
    """An array of zarr as one of numpy; texts as objects."""
    array = np.asarray(values)
    return array if array.dtype.kind in "fiub" else array.astype(object)


def _consolidate(path: Path) -> None:
    """Write the metadata of all arrays into those of the store too, so that it is opened by reading one file.

    This is what `zarr.consolidate_metadata` writes, which warns that not all programs know it.
    """
    files = sorted(path.rglob("zarr.json"))
    found: dict[str, Mapping[str, Any]] = {
        file.parent.relative_to(path).as_posix(): json.loads(file.read_text()) for file in files
    }
    root = dict(found.pop("."))
    root["consolidated_metadata"] = {"kind": "inline", "must_understand": False, "metadata": found}
    (path / "zarr.json").write_text(json.dumps(root, indent=2))
