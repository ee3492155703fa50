"""Reading binary files of a user without more work or memory than their size is worth.

A compressed file may be a thousand times larger when it is unpacked: `jaxlens.catalogs.unpacking` opens it.
"""

from __future__ import annotations

import math
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy_format

from jaxlens.catalogs.unpacking import TooLarge, check_size, opened

__all__ = ["TooLarge", "opened", "read_npy", "read_npz"]


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
        check_size(size, limit, "has an array that is", advice)
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
            check_size(total, limit, "has arrays that are", advice)
            with archive.open(name) as file:
                found[name.removesuffix(".npy")] = npy_format.read_array(file, allow_pickle=False)
    return found


def _npy_header(file: Any) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """The shape and the type of the array in an open npy file."""
    major, _ = npy_format.read_magic(file)
    read_header = npy_format.read_array_header_1_0 if major == 1 else npy_format.read_array_header_2_0
    shape, _, dtype = read_header(file)
    return shape, dtype
