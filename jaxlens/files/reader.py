"""Finding and reading the files of a dataset."""

from __future__ import annotations

import os
import struct
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from jaxlens.files.contents import Stored
from jaxlens.files.csv import read_csv
from jaxlens.files.csv_reading import CsvStoredFile
from jaxlens.files.errors import StorageError, explained
from jaxlens.files.formats import FORMATS
from jaxlens.files.metadata import natural_key
from jaxlens.files.names import images_name
from jaxlens.files.stored import StoredFile

if TYPE_CHECKING:
    import pandas as pd

# The exceptions of h5py, numpy, pandas, tarfile, ... for a file of another format or a broken one.
_READ_ERRORS = (
    *(OSError, RuntimeError, ValueError, TypeError, LookupError, EOFError),
    *(tarfile.TarError, struct.error),
)
_ADVICE = "give a file of images (*_images.h5, *_images.npy, ...) that jaxlens wrote"
# The format of each ending of a name.
_BY_ENDING = {fmt.ending: fmt for fmt in FORMATS.values()}


def find(outdir: str | Path) -> dict[str, Path]:
    """The image file of each configuration in `outdir`, by label; the newest where there are two formats.

    Of a configuration in several shards it is the first that is there; `find_shards` has all of them.

    Raises:
        StorageError: if the folder does not exist or has no image files.
    """
    return {label: shards[0] for label, shards in find_shards(outdir).items()}


def find_shards(outdir: str | Path) -> dict[str, tuple[Path, ...]]:
    """The image files of each configuration in `outdir`, by label, in the order of their systems.

    Where there are two formats, or files of another number of shards, it is those of the newest file.

    Raises:
        StorageError: if the folder does not exist or has no image files.
    """
    names = {path: images_name(path) for path in Path(outdir).glob("*_images*")}
    known = {path: name for path, name in names.items() if name and name.ending in _BY_ENDING}
    if not known:
        raise StorageError(f"{outdir}: no *_images.h5 or *_images.npy there; give the OUTDIR of a dataset")
    # the newest of each label comes last, and stays
    newest = {known[path].label: path for path in sorted(known, key=lambda path: path.stat().st_mtime)}
    found = {}
    for label in sorted(newest, key=natural_key):
        _, shard, ending = known[newest[label]]
        alike = [
            (name.shard or (0, 1), path)
            for path, name in known.items()
            if (name.label, name.ending, name.shard and name.shard[1]) == (label, ending, shard and shard[1])
        ]
        found[label] = tuple(path for _, path in sorted(alike))
    return found


def open_stored(path: str | Path) -> StoredFile:
    """One file of images, or a table of metadata, open for reading; close it, or use it as a context manager.

    Raises:
        StorageError: if the file is missing or is not a file of images.
        ImportError: if the library of its format is not installed.
    """
    path = Path(path)
    with explained(path, _ADVICE, _READ_ERRORS):
        if path.suffix == ".csv":
            return CsvStoredFile(path)
        return _BY_ENDING.get(path.suffix[1:], FORMATS["h5"]).open(path)


def read(path: str | Path, stop: int | None = None) -> Stored:
    """Images, metadata and attributes of the first `stop` systems of one image file, or of all.

    The metadata of a `.npy` file is in the CSV beside it (an empty table where there is none), and it has no
    attributes; a file of another format has its own.

    Raises:
        StorageError: if the file is missing or is not a file of images.
        ImportError: if the library of its format is not installed.
    """
    with open_stored(path) as file, explained(Path(path), _ADVICE, _READ_ERRORS):
        return file.stored(stop)


def read_metadata(path: str | os.PathLike[str]) -> pd.DataFrame:
    """The metadata table in a CSV, or in a file of images.

    Raises:
        StorageError: if the file is missing or has no such table.
        ImportError: if the library of its format is not installed.
    """
    path = Path(path)
    fmt = _BY_ENDING.get(path.suffix[1:])
    with explained(path, "give a *_metadata.csv or an *_images.h5 that jaxlens wrote", _READ_ERRORS):
        if fmt is None:
            return read_csv(path)
        with fmt.open(path) as file:
            return file.table(0, file.count)
