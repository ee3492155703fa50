"""The table of formats: which class writes an array in each, and which one reads it.

A new format is one more row of `FORMATS`, and a module like `jaxlens.files.npy`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from jaxlens.files.contents import ArrayName, Chunk, Contents
from jaxlens.files.crc32 import Piece
from jaxlens.files.hdf5 import Hdf5DifferenceFile, Hdf5File, Hdf5PlanesFile
from jaxlens.files.hdf5_reading import Hdf5StoredFile
from jaxlens.files.npy import NpyDifferenceFile, NpyFile, NpyPlanesFile
from jaxlens.files.npy_reading import NpyStoredFile
from jaxlens.files.parquet import ParquetFile, ParquetStoredFile
from jaxlens.files.stored import StoredFile
from jaxlens.files.tfrecord import TfRecordFile, TfRecordStoredFile
from jaxlens.files.webdataset import WebDatasetFile, WebDatasetStoredFile
from jaxlens.files.zarr import ZarrFile, ZarrStoredFile

ImageFormat = Literal["npy", "h5", "fits", "zarr", "webdataset", "parquet", "tfrecord"]


class File(Protocol):
    """One file that is being written, a chunk at a time."""

    def append(self, chunk: Chunk) -> None:
        """Write the next systems; chunks come in order."""

    def finish(self) -> None:
        """Write what is still buffered, after the last chunk."""

    def close(self) -> None:
        """Close the file."""


@runtime_checkable
class Summing(Protocol):
    """A file that sums some of what it writes, so that this is not read again for the checksum."""

    @property
    def summed(self) -> tuple[Piece, ...]:
        """The pieces of the file whose CRC-32 is known, before it is closed, in their order."""


# Creates a file that is not there yet; what has its name already raises FileExistsError.
FileKind = Callable[[Path, Contents], File]


class Format(NamedTuple):
    """How one format is written and read.

    Attributes:
        ending: the ending of the files' names, without the dot.
        files: what makes the writer of each array; one that writes all arrays stands at "images", alone.
        open: opens a file of images for reading.
        extra: the extra of the distribution with the library of the format; None where none is needed.
    """

    ending: str
    files: Mapping[ArrayName, FileKind]
    open: Callable[[Path], StoredFile]
    extra: str | None = None


def _fits_file(path: Path, contents: Contents) -> File:
    """A `FitsFile`, imported when it is used, since astropy.io.fits takes a quarter of a second."""
    from jaxlens.files.fits_cubes import FitsFile

    return FitsFile(path, contents)


def _fits_stored_file(path: Path) -> StoredFile:
    """A `FitsStoredFile`."""
    from jaxlens.files.fits_reading import FitsStoredFile

    return FitsStoredFile(path)


FORMATS: dict[ImageFormat, Format] = {
    "npy": Format(
        "npy", {"images": NpyFile, "planes": NpyPlanesFile, "difference": NpyDifferenceFile}, NpyStoredFile
    ),
    "h5": Format(
        "h5",
        {"images": Hdf5File, "planes": Hdf5PlanesFile, "difference": Hdf5DifferenceFile},
        Hdf5StoredFile,
    ),
    "fits": Format("fits", {"images": _fits_file}, _fits_stored_file),
    "webdataset": Format("tar", {"images": WebDatasetFile}, WebDatasetStoredFile, "webdataset"),
    "parquet": Format("parquet", {"images": ParquetFile}, ParquetStoredFile, "parquet"),
    "tfrecord": Format("tfrecord", {"images": TfRecordFile}, TfRecordStoredFile, "tfrecord"),
    "zarr": Format("zarr", {"images": ZarrFile}, ZarrStoredFile, "zarr"),
}
IMAGE_FORMATS: tuple[ImageFormat, ...] = tuple(FORMATS)
