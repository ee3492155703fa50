"""Writing the files of a dataset chunk by chunk; a file gets its name only when it is complete.

One configuration is `<OUTDIR>/<label>_images.h5` (or `.npy`), `<OUTDIR>/<label>_metadata.csv` and, on
request, `<OUTDIR>/<label>_planes.h5`; a time series has `<OUTDIR>/lightcurves/<label>_<object>.csv` too, and
`<OUTDIR>/<label>_difference.h5` where the file has DIFFERENCE.  Each is written as `*.partial` beside its
final name, and all are renamed when all are complete.  Only one chunk of systems is in memory at a time.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from functools import partial
from pathlib import Path
from types import TracebackType

from jaxlens.files.contents import Chunk, Contents
from jaxlens.files.csv import CsvFile
from jaxlens.files.errors import StorageError, explained
from jaxlens.files.formats import FORMATS, IMAGE_FORMATS, File, FileKind, ImageFormat
from jaxlens.files.light_curves import FOLDER, LightCurveFile, light_curve_path

# The number of bytes that stay free on the disk, since HDF5 2.0 ends the process if the disk is full.
_RESERVE = 16 * 2**20


class Writer:
    """Writes one configuration's files; a context manager.

    Leaving it without an error renames the partial files to their final names; an error removes them and
    keeps earlier complete files as they were.

    >>> import numpy as np, tempfile
    >>> from jaxlens.files.contents import Chunk, Contents
    >>> from jaxlens.files.reader import read
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
        """Nothing is opened until the `with` block is entered.

        Args:
            outdir: the folder of the files; it must exist.
            contents: what the files hold.
            image_format: "h5" or "npy", the format of the images and the planes.
            with_csv: whether the metadata is written as a CSV too, and the light curves of a time series.
        """
        self._contents = contents
        self._files: dict[Path, File] = {}
        writers = FORMATS[image_format].files
        kinds: dict[str, FileKind] = {f"{array}.{image_format}": writers[array] for array in contents.arrays}
        kinds |= {"metadata.csv": CsvFile} if with_csv else {}
        others = {f"{array}.{image_format}" for array in writers} | {"metadata.csv"}
        self._kinds = {_path(outdir, contents.label, name): kind for name, kind in kinds.items()}
        self._others = [_path(outdir, contents.label, name) for name in sorted(others - kinds.keys())]
        if with_csv:
            for prefix in contents.transients:
                path = light_curve_path(outdir, contents.label, prefix)
                self._kinds[path] = partial(LightCurveFile, prefix)
        self._folder = Path(outdir) / FOLDER
        self._others += sorted(set(self._folder.glob(f"{contents.label}_*.csv")) - self._kinds.keys())
        self._images = _path(outdir, contents.label, f"images.{image_format}")

    @property
    def paths(self) -> tuple[Path, ...]:
        """The final names of the files."""
        return tuple(self._kinds)

    def __enter__(self) -> Writer:
        try:
            for path, kind in self._kinds.items():
                with explained(path):
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
            with explained(path):
                if number == 0:
                    _check_free_space(path, chunk.nbytes)
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
        """Complete all files, then rename them to their final names."""
        for path, file in self._files.items():
            with explained(path):
                _check_free_space(path, needed=0)
                file.finish()
                file.close()
                with _partial(path).open("rb") as written:
                    os.fsync(written.fileno())
        if self._images in self._files and self._images.exists():
            # A table or planes of an earlier run belong to the images that are about to be replaced.
            for path in self._others:
                path.unlink(missing_ok=True)
        for path in self._files:
            with explained(path):
                _partial(path).replace(path)

    def _discard(self) -> None:
        """Close and remove the partial files, whatever state they are in."""
        for path in self._kinds:
            # On a full disk a file can only be closed after its space has been freed.
            with contextlib.suppress(OSError):
                os.truncate(_partial(path), 0)
            with contextlib.suppress(OSError, RuntimeError, KeyError):
                self._files[path].close()
            with contextlib.suppress(OSError):
                _partial(path).unlink()
        with contextlib.suppress(OSError):
            self._folder.rmdir()


def prepare(outdir: str | Path, needed: int) -> None:
    """Make the folder `outdir`, and check that it can be written and has `needed` bytes free.

    Raises:
        StorageError: if the folder cannot be made or written, or has too little space.
    """
    folder = Path(outdir)
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    if needed + _RESERVE > free:
        raise StorageError(
            f"{folder}: the files need about {_size(needed + _RESERVE)} and {_size(free)} are free; "
            "choose a smaller SIZE or another OUTDIR"
        )


def refuse_images(outdir: str | Path, label: str) -> None:
    """Check that there are no images of an earlier run, which a new metadata table would not describe.

    Raises:
        StorageError: if there are images of this configuration.
    """
    for image_format in IMAGE_FORMATS:
        path = _path(outdir, label, f"images.{image_format}")
        if path.exists():
            reason = "is there already, and the new table would not be that of its images"
            raise StorageError(f"{path}: {reason}; remove it or choose another OUTDIR")


def _check_free_space(path: Path, needed: int) -> None:
    """Raise the OSError of a full disk where less than `needed` bytes and the reserve are free."""
    if shutil.disk_usage(path.parent).free < needed + _RESERVE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _path(outdir: str | Path, label: str, rest: str) -> Path:
    return Path(outdir) / f"{label}_{rest}"


def _partial(path: Path) -> Path:
    return path.with_name(path.name + ".partial")


def _size(count: int) -> str:
    return f"{count / 1e9:.3g} GB"
