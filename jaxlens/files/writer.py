"""Writing the files of some systems of one configuration, chunk by chunk, beside their final names.

The files are `<label>_images.h5` (or of another format), `<label>_metadata.csv` and, on request,
`<label>_planes.h5`; a time series has `lightcurves/<label>_<object>.csv` too, and `<label>_difference.h5`
where the file has DIFFERENCE; a configuration with haloes has `<label>_haloes.h5`.  Each is written as
`*.<token>.partial`; what has been written is renamed by `commit`.  Only one chunk of systems is in memory at
a time.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from jaxlens.files.checksums import files_of, size_and_checksum
from jaxlens.files.contents import Chunk, Contents
from jaxlens.files.csv import CsvFile
from jaxlens.files.errors import StorageError, explained
from jaxlens.files.formats import FORMATS, File, FileKind, ImageFormat, Summing
from jaxlens.files.haloes_hdf5 import HALOES, HaloesFile
from jaxlens.files.light_curves import FOLDER, LightCurveFile

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

# The number of bytes that stay free on the disk, since HDF5 2.0 ends the process if the disk is full.
_RESERVE = 16 * 2**20
# The same of a file, where the system limits the size of files: what HDF5 writes beside the images.
_RESERVE_OF_FILE = 2**20
# The end of the name of a file that is not whole.
PARTIAL = ".partial"
# Our own names of such files: with a token, or of an earlier version, which had none.
_OUR_PARTIAL = re.compile(r".+\.[0-9a-f]{8,}\.partial|CONFIGURATION_\d+_.+\.partial")


class Written(NamedTuple):
    """A file that is whole and has not its final name yet.

    Attributes:
        partial: its path in the dataset's folder now.
        name: its final path in the dataset's folder.
        bytes: its size.
        checksum: of its content, see `jaxlens.files.checksums`.
    """

    partial: str
    name: str
    bytes: int
    checksum: str


class Writer:
    """Writes the files of one configuration, or of a shard of it; a context manager.

    Leaving it without an error completes the files, which `written` then lists and `commit` renames; an error
    removes them.

    >>> import numpy as np, tempfile
    >>> from jaxlens.files.contents import Chunk, Contents
    >>> from jaxlens.files.reader import read
    >>> contents = Contents("CONFIGURATION_1", "Demo", ("g",), num_pix=4, count=2, fixed={})
    >>> with tempfile.TemporaryDirectory() as outdir:
    ...     with Writer(outdir, contents, "h5") as writer:
    ...         images = np.ones((2, 1, 4, 4), np.float32)
    ...         writer.append(Chunk(0, {"H0": np.array([70.0, 71.0])}, {"images": images}))
    ...     commit(outdir, writer.written)
    ...     stored = read(writer.paths[0])
    >>> stored.images.shape, stored.metadata["H0-g"].tolist()
    ((2, 1, 4, 4), [70.0, 71.0])
    """

    def __init__(
        self,
        outdir: str | Path,
        contents: Contents,
        image_format: ImageFormat = "h5",
        with_csv: bool = True,
        suffix: str = "",
    ) -> None:
        """Nothing is opened until the `with` block is entered.

        Args:
            outdir: the folder of the dataset; it must exist.
            contents: what the files hold.
            image_format: the format of the images and the planes, a key of `FORMATS`.
            with_csv: whether the metadata is written as a CSV too, and the light curves of a time series.
            suffix: what stands in the names of the files before their endings, for a shard.
        """
        self._contents, self._outdir = contents, Path(outdir)
        self._token = secrets.token_hex(8)
        self._kinds: dict[str, FileKind] = {}
        label, form = contents.label, FORMATS[image_format]
        ending = form.ending
        for array in contents.arrays:
            if array in form.files:
                self._kinds[f"{label}_{array}{suffix}.{ending}"] = form.files[array]
        if contents.haloes:
            self._kinds[f"{label}_{HALOES}{suffix}.h5"] = HaloesFile
        if with_csv:
            self._kinds[f"{label}_metadata{suffix}.csv"] = CsvFile
            for prefix in contents.transients:
                name = f"{FOLDER}/{label}_{prefix}{suffix}.csv"
                self._kinds[name] = partial(LightCurveFile, prefix)
        self._files: dict[str, File] = {}
        self._begun: list[str] = []
        self.written: tuple[Written, ...] = ()

    @property
    def paths(self) -> tuple[Path, ...]:
        """The final paths of the files."""
        return tuple(self._outdir / name for name in self._kinds)

    def __enter__(self) -> Writer:
        try:
            for name, kind in self._kinds.items():
                with explained(self._outdir / name):
                    if self._partial(name).parent != self._outdir:
                        self._partial(name).parent.mkdir(exist_ok=True)
                    self._begin(name, kind)
        except BaseException:
            self._discard()
            raise
        return self

    def _begin(self, name: str, kind: FileKind) -> None:
        _check_file_size(self._partial(name), needed=0)
        self._begun.append(name)
        try:
            self._files[name] = kind(self._partial(name), self._contents)
        except FileExistsError:
            # what has this name is another's, so it is not removed either
            self._begun.remove(name)
            raise

    def append(self, chunk: Chunk) -> None:
        """Write the next systems; chunks come in order.

        Raises:
            StorageError: if the disk is full or the file cannot be written.
        """
        for number, (name, file) in enumerate(self._files.items()):
            with explained(self._outdir / name):
                if number == 0:
                    _check_free_space(self._outdir, chunk.nbytes)
                _check_file_size(self._partial(name), chunk.nbytes)
                file.append(chunk)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            return self._discard()
        try:
            self.written = tuple(self._finished(name) for name in self._files)
        except BaseException:
            self._discard()
            raise

    def _finished(self, name: str) -> Written:
        """Complete a file, on the disk."""
        partial_path = self._partial(name)
        with explained(self._outdir / name):
            _check_free_space(self._outdir, needed=0)
            file = self._files[name]
            file.finish()
            known = file.summed if isinstance(file, Summing) else ()
            file.close()
            with ThreadPoolExecutor(1) as thread:
                # the disk is waited for while the checksum is computed
                on_disk = thread.submit(_flush, partial_path)
                size, checksum = size_and_checksum(partial_path, known=known)
                on_disk.result()
        return Written(str(partial_path.relative_to(self._outdir)), name, size, checksum)

    def _discard(self) -> None:
        """Close and remove the partial files, whatever state they are in."""
        for name in self._begun:
            path = self._partial(name)
            # On a full disk a file can only be closed after its space has been freed.
            with contextlib.suppress(OSError):
                os.truncate(path, 0)
            with contextlib.suppress(OSError, RuntimeError, KeyError, ValueError):
                self._files[name].close()
            remove(path)
        with contextlib.suppress(OSError):
            (self._outdir / FOLDER).rmdir()

    def _partial(self, name: str) -> Path:
        return self._outdir / f"{name}.{self._token}{PARTIAL}"


def commit(outdir: str | Path, written: tuple[Written, ...]) -> None:
    """Give files that are whole their final names; what had them is replaced.

    Raises:
        StorageError: if a file cannot be renamed.
    """
    folder = Path(outdir)
    for file in written:
        path = folder / file.name
        with explained(path):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.is_symlink() and (folder / file.partial).is_dir():
                path.unlink()
            (folder / file.partial).replace(path)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder, if it is there and may be removed."""
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def remove_partials(outdir: str | Path) -> None:
    """Remove the partial files that an earlier run has left in the folder of a dataset, and no others."""
    for folder in (Path(outdir), Path(outdir) / FOLDER):
        for path in folder.glob(f"*{PARTIAL}"):
            if _OUR_PARTIAL.fullmatch(path.name):
                remove(path)


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


def _flush(path: Path) -> None:
    """Wait until a file, or all of a folder, is on the disk."""
    for file in files_of(path):
        with file.open("rb") as written:
            os.fsync(written.fileno())


def _check_free_space(folder: Path, needed: int) -> None:
    """Raise the OSError of a full disk where less than `needed` bytes and the reserve are free."""
    if shutil.disk_usage(folder).free < needed + _RESERVE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _check_file_size(path: Path, needed: int) -> None:
    """Raise the OSError of a large file where one may not grow by `needed` bytes and the reserve."""
    if resource is None:
        return
    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    if limit == resource.RLIM_INFINITY:
        return
    size = path.stat().st_size if path.is_file() else 0
    if size + needed + _RESERVE_OF_FILE > limit:
        raise OSError(errno.EFBIG, f"{os.strerror(errno.EFBIG)} for the limit of {limit} bytes (ulimit -f)")


def _size(count: int) -> str:
    return f"{count / 1e9:.3g} GB"
