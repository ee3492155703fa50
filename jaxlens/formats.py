"""The formats of a dataset's files: how one is written chunk by chunk, and read back."""

from __future__ import annotations

import csv
import importlib.metadata
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

import h5py
import numpy as np
import pandas as pd

from jaxlens.metadata import Column, Fixed, columns, text_rows

ImageFormat = Literal["npy", "h5"]
Values = Mapping[str, Column]

_ROWS_PER_CHUNK = 4096
_CSV_BYTES_PER_CELL = 12


@dataclass(frozen=True)
class Contents:
    """What the files of one configuration hold.

    Attributes:
        label: the configuration's label, which begins the files' names.
        dataset: the dataset's NAME, under which an HDF5 file keeps the images.
        bands: names of the bands.
        num_pix: pixels along a side.
        count: number of systems.
        fixed: the metadata that all systems share, see `jaxlens.metadata.fixed`.
        attributes: further attributes of an HDF5 file (pixel scale, units, seed, the YAML text, ...).
    """

    label: str
    dataset: str
    bands: tuple[str, ...]
    num_pix: int
    count: int
    fixed: Fixed
    attributes: Mapping[str, str | int | float] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """The shape of the images: (systems, bands, rows, columns)."""
        return self.count, len(self.bands), self.num_pix, self.num_pix

    def bytes_on_disk(self, parameters: int, with_csv: bool) -> int:
        """Roughly what the files will take, with `parameters` numbers a system and band; never far below."""
        cells = self.count * len(self.bands) * (parameters + len(self.fixed))
        return 4 * int(np.prod(self.shape)) + (_CSV_BYTES_PER_CELL * cells if with_csv else 4 * cells)


class Stored(NamedTuple):
    """What `read` gives back: images (n, bands, rows, columns), a row of metadata for each, attributes."""

    images: np.ndarray
    metadata: pd.DataFrame
    attributes: dict[str, object]


class File(Protocol):
    """One file that is being written, a chunk at a time."""

    def append(self, start: int, images: np.ndarray, values: Values) -> None:
        """Write systems start..start+n-1; chunks come in order."""

    def close(self) -> None:
        """Write what is left and let the file go."""


FileKind = Callable[[Path, Contents], File]


class Hdf5File:
    """Images under the dataset's NAME, one image a chunk; numbers under `metadata`, one array a name."""

    def __init__(self, path: Path, contents: Contents) -> None:
        self._contents = contents
        self._file = h5py.File(path, "w")
        name = _image_name(contents.dataset)
        # Images are written once and whole: without a cache they reach the disk, and its errors us, at once.
        layout = {"chunks": (1, *contents.shape[1:]), "rdcc_nbytes": 1} if contents.count else {}
        self._images = self._file.create_dataset(name, contents.shape, np.float32, **layout)
        self._group = self._file.create_group("metadata")
        self._metadata: dict[str, h5py.Dataset] = {}
        self._file.attrs.update(contents.attributes)
        self._file.attrs.update({"images": name, "label": contents.label, "bands": list(contents.bands)})
        self._file.attrs["fixed_metadata"] = json.dumps(contents.fixed)

    def append(self, start: int, images: np.ndarray, values: Values) -> None:
        """Write systems start..start+n-1."""
        stop = start + len(images)
        self._images[start:stop] = images
        for name, value in values.items():
            if name not in self._metadata:
                self._metadata[name] = self._create(name, value)
            self._metadata[name][start:stop] = value

    def _create(self, name: str, value: Column) -> h5py.Dataset:
        count = self._contents.count
        layout = {"chunks": (min(count, _ROWS_PER_CHUNK), *value.shape[1:]), "compression": "gzip"}
        shape = (count, *value.shape[1:])
        return self._group.create_dataset(name, shape, value.dtype, **(layout if count else {}))

    def close(self) -> None:
        """Write what is left and let the file go."""
        self._file.close()


class NpyFile:
    """The images as one float32 array, header first, then chunk after chunk.

    Appended bytes rather than a writable memory map, because a map that meets a full disk ends the process.
    """

    def __init__(self, path: Path, contents: Contents) -> None:
        self._file = path.open("wb")
        header = {"descr": "<f4", "fortran_order": False, "shape": contents.shape}
        np.lib.format.write_array_header_1_0(self._file, header)

    def append(self, start: int, images: np.ndarray, values: Values) -> None:
        """Write systems start..start+n-1."""
        self._file.write(np.ascontiguousarray(images, "<f4").data)

    def close(self) -> None:
        """Write what is left and let the file go."""
        self._file.close()


class CsvFile:
    """The metadata table, a row a system."""

    def __init__(self, path: Path, contents: Contents) -> None:
        self._contents = contents
        self._has_header = False
        self._file = path.open("w", newline="", encoding="utf-8")
        self._rows = csv.writer(self._file, lineterminator="\n")

    def append(self, start: int, images: np.ndarray, values: Values) -> None:
        """Write systems start..start+n-1."""
        table = columns(self._contents.fixed, self._contents.bands, values, start)
        if not self._has_header:
            self._rows.writerow(table)
            self._has_header = True
        self._rows.writerows(text_rows(table))

    def close(self) -> None:
        """Write what is left and let the file go."""
        self._file.close()


IMAGE_FILES: dict[ImageFormat, FileKind] = {"h5": Hdf5File, "npy": NpyFile}


def version() -> str:
    """The version of jaxlens that is installed."""
    try:
        return importlib.metadata.version("jaxlens")
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def read_hdf5(path: Path, stop: int | None) -> Stored:
    """The first `stop` systems of an HDF5 file, or all."""
    with h5py.File(path, "r") as file:
        attributes = {name: _plain(value) for name, value in file.attrs.items()}
        entries = json.loads(str(attributes.pop("fixed_metadata")))
        bands = [str(band) for band in file.attrs["bands"]]
        values = {name: entry[:stop] for name, entry in file["metadata"].items()}
        images = file[str(attributes["images"])][:stop]
    return Stored(images, pd.DataFrame(columns(entries, bands, values)), attributes)


def read_npy(path: Path, stop: int | None) -> Stored:
    """The first `stop` systems of a `.npy` file and of the CSV beside it, or all."""
    images = np.array(np.load(path, mmap_mode="r")[:stop])
    beside = path.with_name(path.name.replace("_images.npy", "_metadata.csv"))
    if not beside.exists():
        return Stored(images, pd.DataFrame(index=range(len(images))), {})
    # "None" is a legal HOST, so the words that pandas takes for missing numbers are left as they are.
    frame = pd.read_csv(beside, nrows=stop, keep_default_na=False)
    return Stored(images, frame, {})


def _image_name(dataset: str) -> str:
    """The dataset's NAME as an HDF5 name: no folders, and not the name of the metadata."""
    name = dataset.replace("/", "_").strip(".")
    return name if name not in ("", "metadata") else "images"


def _plain(value: object) -> object:
    """A numpy scalar or array as Python's own."""
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value
