"""The formats of a dataset's files: how one is written chunk by chunk, and read back."""

from __future__ import annotations

import importlib.metadata
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import h5py
import numpy as np
import pandas as pd

from jaxlens.files.metadata import Column, Fixed, columns, is_text
from jaxlens.files.rows import RowBuffer, Values, csv_line, csv_lines

ImageFormat = Literal["npy", "h5"]
ArrayName = Literal["images", "planes"]

IMAGE_FORMATS: tuple[ImageFormat, ...] = ("npy", "h5")
PLANES = ("lens", "source", "point_source", "noise")

_ROWS_PER_CHUNK = 4096
# Enough that what a table costs beside its numbers does not count, and few enough to be written in between.
_ROWS_OF_CSV = 128
_CSV_BYTES_PER_CELL = 12
# pandas before 3.1 reads the last bits of a number rightly only where it is told to.
_OLD_PANDAS = tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1)
_EXACT: dict[str, Any] = {"float_precision": "round_trip"} if _OLD_PANDAS else {}


@dataclass(frozen=True)
class Contents:
    """What the files of one configuration hold.

    Attributes:
        label: the configuration's label, which begins the files' names.
        dataset: the dataset's NAME, under which an HDF5 file keeps the images.
        bands: names of the bands.
        num_pix: pixels along a side.
        count: number of systems.
        fixed: the metadata that all systems share, see `jaxlens.files.metadata.fixed`.
        arrays: "images" and "planes", or what of them is made; each has a file of its own.
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
        """The shape of an array: (systems, bands, rows, columns), for planes (systems, 4, bands, ...)."""
        planes = (len(PLANES),) if array == "planes" else ()
        return self.count, *planes, len(self.bands), self.num_pix, self.num_pix

    def bytes_on_disk(self, parameters: int, with_csv: bool) -> int:
        """Roughly what the files will take, with `parameters` numbers a system and band; never far below."""
        pixels = sum(math.prod(self.shape(array)) for array in self.arrays)
        cells = self.count * len(self.bands) * (parameters + len(self.fixed))
        return 4 * pixels + (_CSV_BYTES_PER_CELL * cells if with_csv else 4 * cells)


@dataclass(frozen=True, eq=False)
class Chunk:
    """Systems start..start+n-1 on the host.

    `values` has numbers, and a few texts, by name, each (n,) or (n, bands); `arrays` the images
    (n, bands, rows, columns), the planes (n, 4, bands, rows, columns), both or none, in counts/s.
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
    """What `read` gives back: images (n, bands, rows, columns), a row of metadata for each, attributes."""

    images: np.ndarray
    metadata: pd.DataFrame
    attributes: dict[str, object]


class File(Protocol):
    """One file that is being written, a chunk at a time."""

    def append(self, chunk: Chunk) -> None:
        """Write the next systems; chunks come in order."""

    def finish(self) -> None:
        """Write what is left, after the last chunk."""

    def close(self) -> None:
        """Let the file go."""


FileKind = Callable[[Path, Contents], File]


class _Hdf5:
    """An HDF5 file of one array under the dataset's NAME, one system a chunk."""

    array: ArrayName

    def __init__(self, path: Path, contents: Contents) -> None:
        self._contents = contents
        self._file = h5py.File(path, "w")
        name, shape = _image_name(contents.dataset), contents.shape(self.array)
        # Images are written once and whole: without a cache they reach the disk, and its errors us, at once.
        layout = {"chunks": (1, *shape[1:]), "rdcc_nbytes": 1} if contents.count else {}
        self._images = self._file.create_dataset(name, shape, np.float32, **layout)
        self._file.attrs.update(contents.attributes)
        self._file.attrs.update({"images": name, "label": contents.label, "bands": list(contents.bands)})

    def append(self, chunk: Chunk) -> None:
        """Write the next systems."""
        systems = np.ascontiguousarray(chunk.arrays[self.array], np.float32)
        corner = (0,) * (systems.ndim - 1)
        for i in range(chunk.count):
            # whole chunks as they are: half the time of an assignment, which copies them once more
            self._images.id.write_direct_chunk((chunk.start + i, *corner), systems[i : i + 1])

    def finish(self) -> None:
        """Write what is left, after the last chunk."""

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


class Hdf5File(_Hdf5):
    """The images, and the metadata in the group `metadata`, one array a name."""

    array = "images"

    def __init__(self, path: Path, contents: Contents) -> None:
        super().__init__(path, contents)
        self._group = self._file.create_group("metadata")
        self._metadata: dict[str, h5py.Dataset] = {}
        self._rows = RowBuffer(self._write, _ROWS_PER_CHUNK)
        self._file.attrs["fixed_metadata"] = json.dumps(contents.fixed)

    def append(self, chunk: Chunk) -> None:
        """Write the next systems."""
        super().append(chunk)
        self._rows.append(chunk.start, chunk.values)

    def finish(self) -> None:
        """Write what is left, after the last chunk."""
        self._rows.flush()

    def _write(self, start: int, values: Values) -> None:
        for name, value in values.items():
            if name not in self._metadata:
                self._metadata[name] = self._create(name, value)
            self._metadata[name][start : start + len(value)] = value

    def _create(self, name: str, value: Column) -> h5py.Dataset:
        count = self._contents.count
        layout = {"chunks": (min(count, _ROWS_PER_CHUNK), *value.shape[1:]), "compression": "gzip"}
        dtype = h5py.string_dtype() if value.dtype == object else value.dtype
        return self._group.create_dataset(name, (count, *value.shape[1:]), dtype, **(layout if count else {}))


class Hdf5PlanesFile(_Hdf5):
    """The planes; the attribute `planes` has their names."""

    array = "planes"

    def __init__(self, path: Path, contents: Contents) -> None:
        super().__init__(path, contents)
        self._file.attrs["planes"] = list(PLANES)


class NpyFile:
    """The images as one float32 array, header first, then chunk after chunk.

    Appended bytes rather than a writable memory map, because a map that meets a full disk ends the process.
    """

    array: ArrayName = "images"

    def __init__(self, path: Path, contents: Contents) -> None:
        self._file = path.open("wb")
        header = {"descr": "<f4", "fortran_order": False, "shape": contents.shape(self.array)}
        np.lib.format.write_array_header_1_0(self._file, header)

    def append(self, chunk: Chunk) -> None:
        """Write the next systems."""
        self._file.write(np.ascontiguousarray(chunk.arrays[self.array], "<f4").data)

    def finish(self) -> None:
        """Write what is left, after the last chunk."""
        self._file.flush()

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


class NpyPlanesFile(NpyFile):
    """The planes as one float32 array."""

    array = "planes"


class CsvFile:
    """The metadata table, a row a system."""

    def __init__(self, path: Path, contents: Contents) -> None:
        self._contents = contents
        self._has_header = False
        self._file = path.open("w", newline="", encoding="utf-8")
        self._rows = RowBuffer(self._write, _ROWS_OF_CSV)

    def append(self, chunk: Chunk) -> None:
        """Write the next systems."""
        self._rows.append(chunk.start, chunk.values)

    def finish(self) -> None:
        """Write what is left, after the last chunk."""
        self._rows.flush()
        self._file.flush()

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _write(self, start: int, values: Values) -> None:
        table = columns(self._contents.fixed, self._contents.bands, values, start)
        header = [] if self._has_header else [csv_line(table)]
        self._has_header = True
        self._file.writelines(f"{line}\n" for line in (*header, *csv_lines(table)))


FILES: dict[tuple[ArrayName, ImageFormat], FileKind] = {
    ("images", "h5"): Hdf5File,
    ("planes", "h5"): Hdf5PlanesFile,
    ("images", "npy"): NpyFile,
    ("planes", "npy"): NpyPlanesFile,
}


def version() -> str:
    """The version of jaxlens that is installed."""
    try:
        return importlib.metadata.version("jaxlens")
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def read_hdf5(path: Path, stop: int | None) -> Stored:
    """The first `stop` systems of an HDF5 file, or all."""
    with h5py.File(path, "r") as file:
        attributes = {name: _plain(value) for name, value in file.attrs.items() if name != "fixed_metadata"}
        images = file[str(attributes["images"])][:stop]
        return Stored(images, _hdf5_metadata(file, stop), attributes)


def read_npy(path: Path, stop: int | None) -> Stored:
    """The first `stop` systems of a `.npy` file and of the CSV beside it, or all."""
    images = np.array(np.load(path, mmap_mode="r")[:stop])
    beside = path.with_name(path.name.replace("_images.npy", "_metadata.csv"))
    if not beside.exists():
        return Stored(images, pd.DataFrame(index=range(len(images))), {})
    return Stored(images, read_csv(beside, stop), {})


def read_hdf5_metadata(path: Path) -> pd.DataFrame:
    """The metadata of an HDF5 file, without reading its images."""
    with h5py.File(path, "r") as file:
        return _hdf5_metadata(file, None)


def read_csv(path: Path, stop: int | None = None) -> pd.DataFrame:
    """The first `stop` rows of a table of metadata, or all; numbers as they were written, to the last bit."""
    header = pd.read_csv(path, nrows=0)
    texts = dict.fromkeys((name for name in header if is_text(str(name))), str)
    # "None" is a legal HOST, so the words that pandas takes for missing numbers are left as they are.
    return pd.read_csv(path, nrows=stop, keep_default_na=False, dtype=texts, **_EXACT)


def _hdf5_metadata(file: h5py.File, stop: int | None) -> pd.DataFrame:
    entries = json.loads(str(file.attrs["fixed_metadata"]))
    bands = [str(band) for band in file.attrs["bands"]]
    values = {name: _column(entry, stop) for name, entry in file["metadata"].items()}
    return pd.DataFrame(columns(entries, bands, values))


def _column(entry: h5py.Dataset, stop: int | None) -> Column:
    values: Column = (entry.asstr() if h5py.check_string_dtype(entry.dtype) else entry)[:stop]
    return values


def _image_name(dataset: str) -> str:
    """The dataset's NAME as an HDF5 name: no folders, and not the name of the metadata."""
    name = dataset.replace("/", "_").strip(".")
    return name if name not in ("", "metadata") else "images"


def _plain(value: object) -> object:
    """A numpy scalar or array as Python's own."""
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value
