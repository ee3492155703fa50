"""Reading one array of numbers from a file that the configuration names: FITS, npy, npz or HDF5.

`psf.fits` is the first image of a FITS file, `psf.fits[1]` or `psf.fits[SCI]` that of an extension;
`stack.h5[galaxies]` is a dataset of an HDF5 file, and `stack.npz[galaxies]` an array of a npz file.  The
brackets may be left out where the file has one only, or one that is called `images`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from jaxlens.config.errors import Place, Report, nearest, shown
from jaxlens.config.files import is_file, locate, resolve
from jaxlens.config.fits_extensions import image_unit, missing_image, split_extension
from jaxlens.config.limited_files import TooLarge, opened, read_npy, read_npz
from jaxlens.config.reader import Node
from jaxlens.config.values import word

# The endings of the names of FITS files.
FITS = (".fits", ".fit", ".fts")
# The ending of the names of npy files.
NPY = (".npy",)
# The ending of the names of npz files, which have several arrays.
NPZ = (".npz",)
# The endings of the names of HDF5 files.
HDF5 = (".h5", ".hdf5", ".hdf")
# The array that is meant where a file has several.
IMAGES = "images"
# Reports a problem with the content of a file.
Complain = Callable[[str], None]


class Wanted(NamedTuple):
    """What is asked for, in the words of messages.

    Attributes:
        suffixes: the endings of the names of files that are read.
        limit: the largest size of the file, unpacked, and of its array, in bytes.
        smaller: how to correct a larger one.
        array: how to correct a file without an array of numbers.
        file: how to correct a name that is not that of such a file.
    """

    suffixes: tuple[str, ...]
    limit: int
    smaller: str
    array: str
    file: str


class ArrayFile(NamedTuple):
    """An array that was read.

    Attributes:
        source: the absolute path of its file, with the extension or dataset in brackets.
        shown: the file as messages name it.
        array: real numbers of any type.
        path: the absolute path of its file.
    """

    source: str
    shown: str
    array: np.ndarray
    path: Path


def read_array(node: Node, report: Report, wanted: Wanted, at_name: bool = False) -> ArrayFile | None:
    """The array in the file that a node names.

    Args:
        node: the name.
        report: the problems are added to it.
        wanted: what is asked for.
        at_name: whether a problem with the content of the file is one of the place of its name; otherwise it
            is one of the file.

    Returns:
        The array; None, and a problem, where there is none.
    """
    written = word(node, report, wanted.file)
    name, extension = (written, None) if is_file(node.place, written) else split_extension(written)
    path = resolve(node.place, name, report) if name else None
    as_shown = locate(node.place, name, report) if path else None
    if path is None or as_shown is None:
        return None
    suffix = path.suffix.lower()
    if suffix not in wanted.suffixes or (suffix in NPY and extension):
        report.problem(node.place, f"{shown(name)} {_other_kind(suffix, wanted)}; {wanted.file}")
        return None
    report.sources.append(str(as_shown))

    def complain(finding: str) -> None:
        if at_name:
            report.problem(node.place, f"{as_shown} {finding}")
        else:
            report.problem(Place(str(as_shown)), finding)

    if path.stat().st_size > wanted.limit:
        complain(f"is over {wanted.limit // 10**6} MB; {wanted.smaller}")
        return None
    brackets = f"[{extension}]" if extension else ""
    if node.place in report.paths:
        report.paths[node.place] += brackets
    array = _content(path, extension, wanted, complain)
    return None if array is None else ArrayFile(f"{path}{brackets}", str(as_shown), array, path)


def _other_kind(suffix: str, wanted: Wanted) -> str:
    """What is wrong with a file of this ending, or with its extension."""
    if suffix in NPY:
        return "has no extensions, since it is no FITS file"
    if NPZ[0] in wanted.suffixes:
        return "is neither FITS, npy, npz nor HDF5"
    return "is neither FITS, npy nor HDF5" if HDF5[0] in wanted.suffixes else "is neither FITS nor npy"


def _content(path: Path, extension: str | None, wanted: Wanted, complain: Complain) -> np.ndarray | None:
    """The array in a file; None, and a problem, where it cannot be read."""
    suffix = path.suffix.lower()
    readers = dict.fromkeys(NPY, _read_npy) | dict.fromkeys(NPZ, _read_npz) | dict.fromkeys(FITS, _read_fits)
    read = readers.get(suffix, _read_hdf5)
    try:
        with warnings.catch_warnings():
            # astropy only warns where a file is shorter than its header says
            warnings.filterwarnings("error", message=".*truncated.*")
            return read(path, extension, wanted, complain)
    except TooLarge as error:
        complain(str(error))
    except Exception:  # for a broken file the libraries raise many kinds of errors, as EOFError, zlib.error
        kind = "FITS" if suffix in FITS else "HDF5"
        kind = f"an {suffix[1:]} file of numbers" if suffix in (*NPY, *NPZ) else kind
        complain(f"cannot be read as {kind}; {wanted.array}")
    return None


def _read_npy(path: Path, extension: str | None, wanted: Wanted, complain: Complain) -> np.ndarray:
    """The array in a npy file."""
    return _real(read_npy(path, wanted.limit, wanted.smaller))


def _read_npz(path: Path, name: str | None, wanted: Wanted, complain: Complain) -> np.ndarray | None:
    """An array of a npz file; None, and a problem, where there is none of that name."""
    arrays = read_npz(path, wanted.limit, wanted.smaller, lambda shape: len(shape) > 1)
    key = dataset_key(arrays, path, name, complain)
    return None if key is None else _real(arrays[key])


def dataset_key(found: Collection[str], path: Path, name: str | None, complain: Complain) -> str | None:
    """Which of the arrays of a file is meant; None, and a problem, where none is.

    Args:
        found: their names.
        path: the file.
        name: the name in brackets, or None.
        complain: reports the problem.
    """
    key = next(iter(found), "") if name is None and len(found) == 1 else (name or IMAGES).strip("/")
    if key in found:
        return key
    finding = "has several datasets" if name is None and found else f"has no dataset {name or 'at all'}"
    several = f"write the name of one in brackets, as {path.name}[{next(iter(found), IMAGES)}]"
    complain(f"{finding}; {nearest(name, found) if name else several}")
    return None


def _read_fits(path: Path, extension: str | None, wanted: Wanted, complain: Complain) -> np.ndarray | None:
    """The image in an extension of a FITS file (see `image_unit`); None, and a problem, without one."""
    from astropy.io import fits

    with opened(path, wanted.limit, wanted.smaller) as stream, fits.open(stream, memmap=False) as file:
        part = image_unit(file, extension)
        if part is None:
            complain(missing_image(file, extension) if extension else f"has no image; {wanted.array}")
            return None
        # a compressed image may be large although its file is small
        _check_size(math.prod(part.shape) * abs(part.header["BITPIX"]) // 8, wanted)
        return _real(part.data)


def _read_hdf5(path: Path, name: str | None, wanted: Wanted, complain: Complain) -> np.ndarray | None:
    """A dataset of an HDF5 file; None, and a problem, where there is none of that name."""
    import h5py

    with h5py.File(path, "r") as file:
        found: dict[str, Any] = {}
        file.visititems(lambda key, item: found.update({key: item} if isinstance(item, h5py.Dataset) else {}))
        key = dataset_key(found, path, name, complain)
        if key is None:
            return None
        _check_size(found[key].size * found[key].dtype.itemsize, wanted)
        return _real(found[key][()])


def _check_size(size: int, wanted: Wanted) -> None:
    if size > wanted.limit:
        raise TooLarge(f"is over {wanted.limit // 10**6} MB; {wanted.smaller}")


def _real(array: np.ndarray) -> np.ndarray:
    """Real numbers in single or double precision; TypeError where they are others."""
    values = np.asarray(array)
    single = np.can_cast(values.dtype.newbyteorder("="), np.float32, casting="safe")
    with np.errstate(over="ignore"):
        return values.astype(np.float32 if single else np.float64, casting="same_kind")
