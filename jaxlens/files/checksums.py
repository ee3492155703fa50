"""The size and the checksum of what a dataset consists of."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from io import BufferedReader
from pathlib import Path


def size_and_sha256(path: Path) -> tuple[int, str]:
    """The bytes and the sha256 of a file, or of a folder that is one store.

    The sha256 of a file is what `sha256sum` prints.  That of a folder is of the lines `<sha256>  <path>` of
    its files, in the order of their paths.

    Raises:
        OSError: if it cannot be read, or is neither a file nor a folder.
    """
    if not path.is_dir():
        with open_regular(path) as file:
            return os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest()
    found = {str(one.relative_to(path).as_posix()): size_and_sha256(one) for one in files_of(path)}
    lines = "".join(f"{sha256}  {name}\n" for name, (_, sha256) in sorted(found.items()))
    return sum(size for size, _ in found.values()), hashlib.sha256(lines.encode()).hexdigest()


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading; a pipe or a device, which could wait for ever, is refused.

    Raises:
        OSError: if it cannot be read, or is no regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "is no regular file")
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def files_of(path: Path) -> list[Path]:
    """The file itself, or every file in a folder and its folders."""
    return [one for one in sorted(path.rglob("*")) if one.is_file()] if path.is_dir() else [path]
