"""Reading binary files of a user without more work or memory than their size is worth.

A compressed file may be a thousand times larger when it is unpacked.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import math
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy_format

# The first bytes of a compressed file -> how it is opened.
_COMPRESSIONS: tuple[tuple[bytes, Any], ...] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\x00", lzma.open),
)
# The first bytes of archives, zip and compress, which are not unpacked.
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x9d")
# Bytes that any compressed file may have when it is unpacked.
_ALWAYS_UNPACKED = 50_000_000
# The largest factor by which a larger one is compressed; that of noisy images is two to five.
_LARGEST_RATIO = 20


class TooLarge(ValueError):
    """A file is larger than its reader allows; the message says so, and what would be right."""


@contextmanager
def opened(path: Path, limit: int, advice: str) -> Iterator[BinaryIO]:
    """An open file, unpacked where it is compressed by gzip, bzip2 or xz.

    Args:
        path: the file.
        limit: the largest number of bytes of a compressed file when it is unpacked.
        advice: how to correct a larger one, for the message.

    Yields:
        The file, in binary.

    Raises:
        TooLarge: if it has more bytes, or more than a compressed image would have.
        ValueError: if it is an archive.
        OSError, EOFError, zlib.error, lzma.LZMAError: if it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(max(len(magic) for magic, _ in _COMPRESSIONS))
        file.seek(0)
        if start.startswith(_ARCHIVES):
            raise ValueError("the file is an archive")
        unpacker = next((unpacker for magic, unpacker in _COMPRESSIONS if start.startswith(magic)), None)
        if unpacker is None:
            yield file
            return
        size = os.fstat(file.fileno()).st_size
        most = min(limit, max(_ALWAYS_UNPACKED, _LARGEST_RATIO * size))
        with unpacker(file, "rb") as packed:
            content = packed.read(most + 1)
        advice = advice if most == limit else "unpack it"
        _check(len(content), most, "is unpacked", advice)
        yield io.BytesIO(content)


def read_npy(path: Path, limit: int, advice: str) -> np.ndarray:
    """The array of a npy file; its header is checked before memory is taken.

    Args:
        path: the file.
        limit: the largest number of bytes of the array.
        advice: as for `opened`.

    Raises:
        TooLarge: if the array is larger.
        ValueError: if it is no npy file, or has objects.
        OSError, EOFError: if it cannot be read.
    """
    with path.open("rb") as file:
        shape, dtype = _npy_header(file)
        size = math.prod(shape) * dtype.itemsize
        _check(size, limit, "has an array that is", advice)
        if file.tell() + size > os.fstat(file.fileno()).st_size:
            raise ValueError("the file ends before its array")
        file.seek(0)
        return npy_format.read_array(file, allow_pickle=False)


def read_npz(
    path: Path, limit: int, advice: str, wanted: Callable[[tuple[int, ...]], bool]
) -> dict[str, np.ndarray]:
    """Arrays of a npz file by name, without those of objects; headers are checked before memory is taken.

    Args:
        path: the file.
        limit: the largest number of bytes of these arrays.
        advice: as for `opened`.
        wanted: whether an array of a shape is read.

    Raises:
        TooLarge: if the arrays are larger.
        ValueError: if an array is not a npy file.
        OSError, EOFError, zlib.error, zipfile.BadZipFile: if it cannot be read.
    """
    found: dict[str, np.ndarray] = {}
    total = 0
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as file:
                shape, dtype = _npy_header(file)
            if dtype.hasobject or not wanted(shape):
                continue
            total += math.prod(shape) * dtype.itemsize
            _check(total, limit, "has arrays that are", advice)
            with archive.open(name) as file:
                found[name.removesuffix(".npy")] = npy_format.read_array(file, allow_pickle=False)
    return found


def _npy_header(file: Any) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """The shape and the type of the array in an open npy file."""
    major, _ = npy_format.read_magic(file)
    read_header = npy_format.read_array_header_1_0 if major == 1 else npy_format.read_array_header_2_0
    shape, _, dtype = read_header(file)
    return shape, dtype


def _check(size: int, limit: int, what: str, advice: str) -> None:
    if size > limit:
        raise TooLarge(f"{what} over {limit // 10**6} MB; {advice}")
