"""The table of formats: which class writes an array in each, and which one reads it.

A new format is one more row of `FORMATS`, and a module like `jaxlens.files.npy`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from jaxlens.files.contents import ArrayName, Chunk, Contents
from jaxlens.files.fits_cubes import FitsFile
from jaxlens.files.fits_reading import FitsStoredFile
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


# Creates a file that is not there yet; what has its name already raises FileExistsError.
FileKind = Callable[[Path, Contents], File]


class Format(NamedTuple):
    """How one format is written and read.

    Attributes:
        ending: the ending of the files' names, without the dot.
        files: the class that writes each array; one that writes all arrays stands at "images", alone.
        open: opens a file of images for reading.
        extra: the extra of the distribution with the library of the format; None where none is needed.
        compressions: the values of `Contents.compression` that the format has, beside None.
        dtypes: the values of `Contents.dtype` that it has.
    """

    ending: str
    files: Mapping[ArrayName, FileKind]
    open: Callable[[Path], StoredFile]
    extra: str | None = None
    compressions: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = ("float32", "float16")


FORMATS: dict[ImageFormat, Format] = {
    "npy": Format(
        "npy", {"images": NpyFile, "planes": NpyPlanesFile, "difference": NpyDifferenceFile}, NpyStoredFile
    ),
    "h5": Format(
        "h5",
        {"images": Hdf5File, "planes": Hdf5PlanesFile, "difference": Hdf5DifferenceFile},
        Hdf5StoredFile,
        compressions=("gzip", "lzf"),
    ),
    "fits": Format("fits", {"images": FitsFile}, FitsStoredFile, dtypes=("float32",)),
    "webdataset": Format("tar", {"images": WebDatasetFile}, WebDatasetStoredFile, "webdataset"),
    "parquet": Format(
        "parquet", {"images": ParquetFile}, ParquetStoredFile, "parquet", compressions=("gzip",)
    ),
    "tfrecord": Format(
        "tfrecord", {"images": TfRecordFile}, TfRecordStoredFile, "tfrecord", dtypes=("float32",)
    ),
    "zarr": Format("zarr", {"images": ZarrFile}, ZarrStoredFile, "zarr", compressions=("gzip",)),
}


def refuse_unsupported(image_format: str, dtype: str, compression: str | None) -> None:
    """Check that a format has a precision and a compression.

    Args:
        image_format: one of `FORMATS`.
        dtype: the precision, see `jaxlens.files.contents.STORED_TYPES`.
        compression: the compression; None for none.

    Raises:
        ValueError: if it has not, or there is no such format.

    >>> refuse_unsupported("npy", "float32", "gzip")
    Traceback (most recent call last):
    ValueError: npy has no compression 'gzip'; it is in h5, parquet and zarr
    """
    if image_format not in FORMATS:
        raise ValueError(f"there is no format {image_format!r}; there are {_listed(FORMATS)}")
    row = FORMATS[image_format]  # type: ignore[index]
    for name, value, own in (
        ("dtype", dtype, row.dtypes),
        ("compression", compression, (None, *row.compressions)),
    ):
        if value not in own:
            others = [key for key, r in FORMATS.items() if value in (*r.dtypes, *r.compressions)]
            right = (
                f"it is in {_listed(sorted(others))}" if others else f"there are {_listed(map(repr, own))}"
            )
            raise ValueError(f"{image_format} has no {name} {value!r}; {right}")


def _listed(words: Iterable[str]) -> str:
    """Words as they are read: a, b and c."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


IMAGE_FORMATS: tuple[ImageFormat, ...] = tuple(FORMATS)
