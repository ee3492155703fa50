"""The table of image formats: which class writes an array in each, and which function reads it.

A new format is one more row of `FORMATS`, and a module like `jaxlens.files.npy`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from jaxlens.files.contents import ArrayName, Chunk, Contents, Stored
from jaxlens.files.hdf5 import Hdf5DifferenceFile, Hdf5File, Hdf5PlanesFile, read_hdf5
from jaxlens.files.npy import NpyDifferenceFile, NpyFile, NpyPlanesFile, read_npy

ImageFormat = Literal["npy", "h5"]


class File(Protocol):
    """One file that is being written, a chunk at a time."""

    def append(self, chunk: Chunk) -> None:
        """Write the next systems; chunks come in order."""

    def finish(self) -> None:
        """Write what is still buffered, after the last chunk."""

    def close(self) -> None:
        """Close the file."""


FileKind = Callable[[Path, Contents], File]


class Format(NamedTuple):
    """How one format is written and read.

    Attributes:
        files: the class that writes each array.
        read: the function that reads the first `stop` systems of a file of images, or all if `stop` is None.
    """

    files: Mapping[ArrayName, FileKind]
    read: Callable[[Path, int | None], Stored]


# The ending of the file's name -> format.
FORMATS: dict[ImageFormat, Format] = {
    "npy": Format({"images": NpyFile, "planes": NpyPlanesFile, "difference": NpyDifferenceFile}, read_npy),
    "h5": Format({"images": Hdf5File, "planes": Hdf5PlanesFile, "difference": Hdf5DifferenceFile}, read_hdf5),
}
IMAGE_FORMATS: tuple[ImageFormat, ...] = tuple(FORMATS)
