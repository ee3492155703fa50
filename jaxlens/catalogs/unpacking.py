"""Opening files of a user, also compressed ones, without more memory than their size is worth.

A compressed file may be a thousand times larger when it is unpacked.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

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
        check_size(len(content), most, "is unpacked", advice)
        yield io.BytesIO(content)


def check_size(size: int, limit: int, what: str, advice: str) -> None:
    """Raise `TooLarge` where something has more bytes than allowed.

    Args:
        size: how many bytes it has.
        limit: the largest number that is allowed.
        what: the beginning of the message, up to "over 50 MB".
        advice: how to correct it, for the message.
    """
    if size > limit:
        raise TooLarge(f"{what} over {limit // 10**6} MB; {advice}")
