"""Finding and reading the files of a dataset."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from jaxlens.files.contents import Stored
from jaxlens.files.csv import read_csv
from jaxlens.files.errors import StorageError, explained
from jaxlens.files.formats import FORMATS, IMAGE_FORMATS
from jaxlens.files.hdf5 import read_hdf5_metadata
from jaxlens.files.metadata import natural_key

# The exceptions of h5py, numpy and pandas for a file of another format.
_READ_ERRORS = (OSError, RuntimeError, KeyError, ValueError)


def find(outdir: str | Path) -> dict[str, Path]:
    """The image file of each configuration in `outdir`, by label; the newest where there are two formats.

    Raises:
        StorageError: if the folder does not exist or has no image files.
    """
    files = [path for path in Path(outdir).glob("*_images.*") if path.suffix[1:] in IMAGE_FORMATS]
    if not files:
        raise StorageError(f"{outdir}: no *_images.h5 or *_images.npy there; give the OUTDIR of a dataset")
    newest = sorted(files, key=lambda path: path.stat().st_mtime)
    by_label = {path.stem.removesuffix("_images"): path for path in newest}
    return dict(sorted(by_label.items(), key=lambda item: natural_key(item[0])))


def read(path: str | Path, stop: int | None = None) -> Stored:
    """Images, metadata and attributes of the first `stop` systems of one image file, or of all.

    The metadata of a `.npy` file is in the CSV beside it (an empty table where there is none); an HDF5
    file has its own.  Only HDF5 has attributes.

    Raises:
        StorageError: if the file is missing or is not a file of images.
    """
    path = Path(path)
    with explained(path, "give an *_images.h5 or *_images.npy that jaxlens wrote", _READ_ERRORS):
        return FORMATS["npy" if path.suffix == ".npy" else "h5"].read(path, stop)


def read_metadata(path: str | os.PathLike[str]) -> pd.DataFrame:
    """The metadata table in a CSV, or in an HDF5 file of images.

    Raises:
        StorageError: if the file is missing or has no such table.
    """
    path = Path(path)
    with explained(path, "give a *_metadata.csv or an *_images.h5 that jaxlens wrote", _READ_ERRORS):
        return read_hdf5_metadata(path) if path.suffix == ".h5" else read_csv(path)
