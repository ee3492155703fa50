"""npy: one array per file, images or planes; the metadata is in the CSV beside it.

As in deeplenstronomy a time series is stored as rows, (rows, bands, y, x), one for each system and epoch, in
the order of the rows of the CSV, which tells their OBJID and `mjd`.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from jaxlens.files.contents import ArrayName, Chunk, Contents
from jaxlens.files.crc32 import Piece
from jaxlens.files.precision import stored_array
from jaxlens.files.series import NUM_EPOCHS, by_row
from jaxlens.files.storage import refuse_contents

# The bytes of a header of version 1.0, a multiple of 64, with room for any shape of ours.
_HEADER_BYTES = 192
_MAGIC = np.lib.format.magic(1, 0)


class NpyFile:
    """The images as one array: the header first, then chunk after chunk.

    The bytes are appended, because a writable memory map on a full disk ends the process.
    """

    array: ArrayName = "images"

    def __init__(self, path: Path, contents: Contents) -> None:
        refuse_contents("npy", contents)
        self._file = path.open("xb")
        self._contents, self._rows, self._crc = contents, 0, zlib.crc32(b"")
        self._count = 0
        self._write_header(contents.count * (contents.epochs or 1))

    def append(self, chunk: Chunk) -> None:
        """Write the next systems."""
        images = stored_array(chunk, self.array, self._contents)
        if NUM_EPOCHS in chunk.values:
            images = by_row(images, chunk.values[NUM_EPOCHS])
        self._rows += len(images)
        content = np.ascontiguousarray(images).data
        self._crc, self._count = zlib.crc32(content, self._crc), self._count + content.nbytes
        self._file.write(content)

    def finish(self) -> None:
        """Write what is still buffered, after the last chunk, and the number of rows into the header."""
        self._file.seek(0)
        self._write_header(self._rows)
        self._file.flush()

    @property
    def summed(self) -> tuple[Piece, ...]:
        """The pieces of the file whose checksum is known."""
        return (Piece(_HEADER_BYTES, self._count, self._crc),)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write_header(self, rows: int) -> None:
        shape = (rows, *self._contents.image_shape(self.array))
        self._file.write(_header(shape, np.dtype(self._contents.dtype).newbyteorder("<").str))


class NpyPlanesFile(NpyFile):
    """The planes as one array."""

    array = "planes"


class NpyDifferenceFile(NpyFile):
    """The difference images of a time series as one array."""

    array = "difference"


def _header(shape: tuple[int, ...], dtype: str) -> bytes:
    """The header of an array, of a length that does not depend on the number of rows."""
    text = repr({"descr": dtype, "fortran_order": False, "shape": shape}).encode()
    if len(text) >= _HEADER_BYTES - len(_MAGIC) - 2:
        raise ValueError(f"an array of shape {shape} has no npy header of {_HEADER_BYTES} bytes")
    length = _HEADER_BYTES - len(_MAGIC) - 2
    return _MAGIC + length.to_bytes(2, "little") + text.ljust(length - 1) + b"\n"
