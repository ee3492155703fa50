"""The error of a file that cannot be written or read."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path


class StorageError(OSError):
    """A file or folder cannot be written or read; the message names it and how to correct this."""


@contextlib.contextmanager
def explained(
    path: Path,
    advice: str = "choose an OUTDIR in a folder that you may write",
    kinds: tuple[type[Exception], ...] = (OSError, RuntimeError),
) -> Iterator[None]:
    """Turn the errors of the operating system and of HDF5 into a `StorageError` that names `path`.

    Args:
        path: the file or folder that the `with` block works on.
        advice: the end of the message, unless the disk is full.
        kinds: the exceptions that are turned into a `StorageError`; all others pass.

    Raises:
        StorageError: if an exception of these kinds is raised inside the `with` block.

    >>> with explained(Path("lens.h5"), "give a file of images", (KeyError,)):
    ...     {}["images"]
    Traceback (most recent call last):
    jaxlens.files.errors.StorageError: lens.h5: 'images'; give a file of images
    """
    try:
        yield
    except StorageError:
        # has its file and advice already
        raise
    except kinds as error:
        full = getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error)
        reason = "the disk is full" if full else getattr(error, "strerror", None) or str(error)
        advice = "free some space or choose another OUTDIR" if full else advice
        raise StorageError(f"{path}: {reason}; {advice}") from error
