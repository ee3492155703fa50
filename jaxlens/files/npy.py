"""npy: one float32 array per file, images or planes; the metadata is in the CSV beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from jaxlens.files.contents import ArrayName, Chunk, Contents, Stored
from jaxlens.files.csv import read_csv


class NpyFile:
    """The images as one float32 array: the header first, then chunk after chunk.

    The bytes are appended, because a writable memory map on a full disk ends the process.
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
        """Write what is still buffered, after the last chunk."""
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class NpyPlanesFile(NpyFile):
    """The planes as one float32 array."""

    array = "planes"


def read_npy(path: Path, stop: int | None) -> Stored:
    """The first `stop` systems of a `.npy` file and of the CSV beside it, or all."""
    images = np.array(np.load(path, mmap_mode="r")[:stop])
    beside = path.with_name(path.name.replace("_images.npy", "_metadata.csv"))
    if not beside.exists():
        return Stored(images, pd.DataFrame(index=range(len(images))), {})
    return Stored(images, read_csv(beside, stop), {})
