"""The numbers of an array in an HDF5 file that is being written, as bytes at a known place of the file.

HDF5 keeps an array that is not compressed in one piece.  So its bytes can be written without HDF5, which
takes the lock of all of Python's threads for each write and copies the data once more.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from jaxlens.files.crc32 import Piece


def in_one_piece(dtype: Any) -> h5py.h5p.PropDCID:
    """How an array is created whose bytes have their place at once, and which HDF5 does not fill.

    Args:
        dtype: of its numbers; what is never written reads as zero.
    """
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_layout(h5py.h5d.CONTIGUOUS)
    plan.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    plan.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    plan.set_fill_value(np.zeros((), dtype))
    return plan


class ArrayBytes:
    """Writes the systems of an array one after another, and sums them.

    Attributes:
        summed: where in the file what was written is, with its CRC-32.
    """

    def __init__(self, path: Path, dataset: h5py.Dataset) -> None:
        """Nothing is written yet.

        Args:
            path: the file, which HDF5 has open.
            dataset: the array, created as `in_one_piece` says.
        """
        start: int = dataset.id.get_offset()
        self._file = path.open("r+b", buffering=0)
        self._file.seek(start)
        self.summed = Piece(start, 0, zlib.crc32(b""))

    def append(self, systems: np.ndarray) -> None:
        """Write the next systems, a contiguous array of the dataset's numbers.

        Raises:
            OSError: if the disk is full.
        """
        content = systems.reshape(-1).view(np.uint8).data
        start, length, crc = self.summed
        self.summed = Piece(start, length + len(content), zlib.crc32(content, crc))
        while content:
            content = content[self._file.write(content) :]

    def close(self) -> None:
        """Close this way to the file."""
        self._file.close()
