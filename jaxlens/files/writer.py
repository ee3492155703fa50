"""The files of a dataset: written as a stream, whole or not at all, and read back.

One configuration is `<OUTDIR>/<label>_images.h5` (or `.npy`), `<OUTDIR>/<label>_metadata.csv` and, where
they are asked for, `<OUTDIR>/<label>_planes.h5`.  Each is written beside itself as `*.partial`, and renamed
when all are whole.  Nothing here holds more than one chunk of systems, whatever the size of the dataset.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pandas as pd

from jaxlens.files.formats import (
    FILES,
    IMAGE_FORMATS,
    Chunk,
    Contents,
    CsvFile,
    File,
    FileKind,
    ImageFormat,
    Stored,
    read_csv,
    read_hdf5,
    read_hdf5_metadata,
    read_npy,
)
from jaxlens.files.metadata import natural_key

# HDF5 2.0 ends the process when it has to close a file on a full disk, so it must never meet one.
_LEFT_FREE = 16 * 2**20


class StorageError(OSError):
    """A file or folder that cannot be written or read; the message names it and what would be right."""


class Writer:
    """Writes one configuration's files; a context manager.

    Leaving it without an error renames the partial files into place; an error removes them and leaves
    earlier complete files as they were.

    >>> import numpy as np, tempfile
    >>> from jaxlens.files.formats import Chunk, Contents
    >>> contents = Contents("CONFIGURATION_1", "Demo", ("g",), num_pix=4, count=2, fixed={})
    >>> with tempfile.TemporaryDirectory() as outdir:
    ...     with Writer(outdir, contents, "h5") as writer:
    ...         images = np.ones((2, 1, 4, 4), np.float32)
    ...         writer.append(Chunk(0, {"H0": np.array([70.0, 71.0])}, {"images": images}))
    ...     stored = read(writer.paths[0])
    >>> stored.images.shape, stored.metadata["H0-g"].tolist()
    ((2, 1, 4, 4), [70.0, 71.0])
    """

    def __init__(
        self, outdir: str | Path, contents: Contents, image_format: ImageFormat = "h5", with_csv: bool = True
    ) -> None:
        """Nothing is opened until the `with` block is entered."""
        self._contents = contents
        self._files: dict[Path, File] = {}
        kinds: dict[str, FileKind] = {f"{a}.{image_format}": FILES[a, image_format] for a in contents.arrays}
        kinds |= {"metadata.csv": CsvFile} if with_csv else {}
        others = {f"planes.{image_format}", "metadata.csv"} - kinds.keys()
        self._kinds = {_named(outdir, contents.label, name): kind for name, kind in kinds.items()}
        self._others = [_named(outdir, contents.label, name) for name in sorted(others)]
        self._images = _named(outdir, contents.label, f"images.{image_format}")

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files as they are called when they are whole."""
        return tuple(self._kinds)

    def __enter__(self) -> Writer:
        try:
            for path, kind in self._kinds.items():
                with _explained(path):
                    self._files[path] = kind(_partial(path), self._contents)
        except BaseException:
            self._discard()
            raise
        return self

    def append(self, chunk: Chunk) -> None:
        """Write the next systems; chunks come in order.

        Raises:
            StorageError: if the disk is full or the file cannot be written.
        """
        for number, (path, file) in enumerate(self._files.items()):
            with _explained(path):
                if number == 0:
                    _see_that_there_is_room(path, chunk.nbytes)
                file.append(chunk)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            return self._discard()
        try:
            self._commit()
        except BaseException:
            self._discard()
            raise

    def _commit(self) -> None:
        for path, file in self._files.items():
            with _explained(path):
                _see_that_there_is_room(path, needed=0)
                file.finish()
                file.close()
                with _partial(path).open("rb") as written:
                    os.fsync(written.fileno())
        if self._images in self._files and self._images.exists():
            # A table or planes left there would be those of the images that are about to be replaced.
            for path in self._others:
                path.unlink(missing_ok=True)
        for path in self._files:
            with _explained(path):
                _partial(path).replace(path)

    def _discard(self) -> None:
        for path in self._kinds:
            # Emptied first, so that a file that met a full disk has room to close.
            with contextlib.suppress(OSError):
                os.truncate(_partial(path), 0)
            with contextlib.suppress(OSError, RuntimeError, KeyError):
                self._files[path].close()
            with contextlib.suppress(OSError):
                _partial(path).unlink()


def _see_that_there_is_room(path: Path, needed: int) -> None:
    """OSError where the disk has not so many bytes left."""
    if shutil.disk_usage(path.parent).free < needed + _LEFT_FREE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def prepare(outdir: str | Path, needed: int) -> None:
    """Make the folder `outdir` and see that it can be written and has `needed` bytes free.

    Raises:
        StorageError: if the folder cannot be made or written, or has too little space.
    """
    folder = Path(outdir)
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    if needed + _LEFT_FREE > free:
        raise StorageError(
            f"{folder}: the files need about {_size(needed + _LEFT_FREE)} and {_size(free)} are free; "
            "choose a smaller SIZE or another OUTDIR"
        )


def refuse_images(outdir: str | Path, label: str) -> None:
    """See that no images lie where only a table is to be written: the table would not be theirs.

    Raises:
        StorageError: if there are images of this configuration.
    """
    for image_format in IMAGE_FORMATS:
        path = _named(outdir, label, f"images.{image_format}")
        if path.exists():
            what = "is there already, and the new table would not be that of its images"
            raise StorageError(f"{path}: {what}; remove it or choose another OUTDIR")


def find(outdir: str | Path) -> dict[str, Path]:
    """The image file of each configuration in `outdir`, by label; the newest where there are two formats.

    Raises:
        StorageError: if the folder does not exist or has no image files.
    """
    files = [p for p in Path(outdir).glob("*_images.*") if p.suffix in (".h5", ".npy")]
    if not files:
        raise StorageError(f"{outdir}: no *_images.h5 or *_images.npy there; give the OUTDIR of a dataset")
    newest = sorted(files, key=lambda path: path.stat().st_mtime)
    by_label = {path.stem.removesuffix("_images"): path for path in newest}
    return dict(sorted(by_label.items(), key=lambda item: natural_key(item[0])))


def read(path: str | Path, stop: int | None = None) -> Stored:
    """Images, metadata and attributes of one image file; `stop` reads the first systems only.

    The metadata of a `.npy` file is in the CSV beside it (an empty table where there is none); an HDF5
    file has its own.  Only HDF5 has attributes.

    Raises:
        StorageError: if the file is missing or is not a file of images.
    """
    path = Path(path)
    advice = "give an *_images.h5 or *_images.npy that jaxlens wrote"
    with _explained(path, advice, (OSError, RuntimeError, KeyError, ValueError)):
        return read_npy(path, stop) if path.suffix == ".npy" else read_hdf5(path, stop)


def read_metadata(path: str | os.PathLike[str]) -> pd.DataFrame:
    """The table of metadata in a CSV, or in an HDF5 file of images.

    Raises:
        StorageError: if the file is missing or has no such table.
    """
    path = Path(path)
    advice = "give a *_metadata.csv or an *_images.h5 that jaxlens wrote"
    with _explained(path, advice, (OSError, RuntimeError, KeyError, ValueError)):
        return read_hdf5_metadata(path) if path.suffix == ".h5" else read_csv(path)


@contextlib.contextmanager
def _explained(
    path: Path,
    advice: str = "choose an OUTDIR in a folder that you may write",
    kinds: tuple[type[Exception], ...] = (OSError, RuntimeError),
) -> Iterator[None]:
    """Turn the errors of the operating system and of HDF5 into a StorageError that names `path`."""
    try:
        yield
    except kinds as error:
        full = getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error)
        reason = "the disk is full" if full else getattr(error, "strerror", None) or str(error)
        advice = "free some space or choose another OUTDIR" if full else advice
        raise StorageError(f"{path}: {reason}; {advice}") from error


def _named(outdir: str | Path, label: str, rest: str) -> Path:
    return Path(outdir) / f"{label}_{rest}"


def _partial(path: Path) -> Path:
    return path.with_name(path.name + ".partial")


def _size(count: int) -> str:
    return f"{count / 1e9:.3g} GB"
