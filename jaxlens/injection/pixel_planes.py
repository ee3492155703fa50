"""The pixels of an image in a FITS file that is not compressed, read and written by windows.

Each access maps the file and lets it go again, so that the memory in use does not grow with the image.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Window = tuple[slice, slice]

# BITPIX of a FITS header -> the type of the pixels.
TYPES = {8: ">u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
# Bytes of rows that are read at a time where all of an image is looked at.
BLOCK_BYTES = 2**24


@dataclass(frozen=True)
class PixelPlane:
    """An image in a file, as numbers of one type after an offset.

    Attributes:
        path: the file.
        offset: bytes before the first pixel.
        dtype: the type of the numbers, big-endian, as FITS has them.
        shape: rows and columns.
        zero: what is added to the numbers in the file, BZERO; not 0 for unsigned integers alone.
    """

    path: Path
    offset: int
    dtype: np.dtype[Any]
    shape: tuple[int, int]
    zero: int = 0

    def read(self, window: Window) -> NDArray[Any]:
        """The pixels of a window, in the byte order of the machine; integers as int64."""
        found = self._map("r")[window]
        if self.dtype.kind == "f":
            return np.array(found, self.dtype.newbyteorder("="))
        return found.astype(np.int64) + self.zero

    def write(self, window: Window, values: ArrayLike) -> None:
        """Replace the pixels of a window."""
        pixels = self._map("r+")
        pixels[window] = np.asarray(values) - self.zero if self.zero else values
        pixels.flush()

    def sample(self, most: int) -> NDArray[Any]:
        """About `most` pixels of evenly spaced rows and columns, (pixels,)."""
        step = max(1, int(np.ceil(np.sqrt(self.shape[0] * self.shape[1] / most))))
        rows = range(step // 2, self.shape[0], step)
        parts = [self.read((slice(row, row + 1), slice(step // 2, None, step)))[0] for row in rows]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _map(self, mode: str) -> Any:
        return np.memmap(self.path, self.dtype, mode, self.offset, self.shape)  # type: ignore[call-overload]
