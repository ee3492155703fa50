"""FITS: reading images of a user from files or arrays, and writing images."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from jaxlens.config.fits_extensions import image_unit, missing_image, split_extension
from jaxlens.config.limited_files import TooLarge, opened
from jaxlens.files.errors import StorageError

# The largest size of a compressed file when it is unpacked, in bytes.
MAX_BYTES = 4 * 2**30
# A path, an array, or a path or array for each band.
Source = str | os.PathLike[str] | ArrayLike | Sequence[Any] | Mapping[str, Any]


def cube(name: str, source: Source, bands: tuple[str, ...]) -> np.ndarray:
    """The pixels of a source, (bands, y, x), or () where the source is a number for all pixels.

    Args:
        name: the name of the source in messages, such as "sigma".
        source: a path (see `read_fits`) or an array, (y, x), (bands, y, x) or, of a time series,
            (epochs, bands, y, x); or a sequence, or a mapping from the bands' names, of one path or array for
            each band, (y, x) or (epochs, y, x).
        bands: the names of the bands in their order; () where they are not known.

    Returns:
        An array of floats, shape (bands, y, x), (epochs, bands, y, x), or () for a number.

    Raises:
        ValueError: if shapes or bands are wrong.
        StorageError: if a file is missing, broken or no FITS file, or has no such image.

    >>> cube("sigma", {"r": np.ones((4, 4)), "g": np.zeros((4, 4))}, ("g", "r"))[:, 0, 0].tolist()
    [0.0, 1.0]
    """
    if isinstance(source, Mapping):
        wanted = bands or tuple(source)
        missing = [band for band in wanted if band not in source]
        if missing:
            raise ValueError(f"{name} lacks the band {missing[0]}; it has {', '.join(map(str, source))}")
        return _stacked(name, [source[band] for band in wanted])
    if isinstance(source, list | tuple) and any(isinstance(item, str | os.PathLike) for item in source):
        return _stacked(name, list(source))
    array = _array(name, source)
    if array.ndim not in (0, 2, 3, 4):
        right = "(y, x), (bands, y, x), or (epochs, bands, y, x) of a time series"
        raise ValueError(f"{name} has shape {array.shape}; it must be {right}")
    return array[None] if array.ndim == 2 else array


def _stacked(name: str, sources: list[Any]) -> np.ndarray:
    """The images of the bands, (y, x) or (epochs, y, x), as one array, (bands, y, x) or with epochs first."""
    arrays = [_array(name, source) for source in sources]
    for array in arrays:
        if array.ndim not in (2, 3) or array.shape != arrays[0].shape:
            right = "each band must have (y, x), or (epochs, y, x) of a time series, all of one size"
            raise ValueError(f"{name} has arrays of shape {', '.join(str(a.shape) for a in arrays)}; {right}")
    return np.stack(arrays, axis=-3)


def _array(name: str, source: Any) -> np.ndarray:
    return read_fits(os.fspath(source)) if isinstance(source, str | os.PathLike) else as_floats(name, source)


def as_floats(name: str, array: ArrayLike) -> np.ndarray:
    """An array of floats: the array itself where it has floats already, else in double precision.

    `name` is the name of the array in the message of the ValueError.

    >>> as_floats("mask", [1, 0])
    array([1., 0.])
    """
    try:
        given = np.asarray(array)
        is_floating = np.issubdtype(given.dtype, np.floating)
        return given if is_floating else given.astype(np.float64, casting="same_kind")
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} is no array of real numbers; give one, or the path of a FITS file"
        ) from None


def read_fits(path: str) -> np.ndarray:
    """The first image of a FITS file in double precision, or that of an extension given in brackets.

    `lens.fits[ERR]` is the extension of that name, and `lens.fits[2]` the extension of that number.

    Raises:
        StorageError: if the file is missing, broken or no FITS file, has no such image, or is far larger when
            it is unpacked.
    """
    from astropy.io import fits

    file, extension = (path, None) if Path(path).exists() else split_extension(path)
    with (
        reading(file),
        opened(Path(file), MAX_BYTES, "cut the image out of it") as stream,
        fits.open(stream, memmap=False) as units,
    ):
        return np.asarray(image_in(units, file, extension).data, np.float64)


@contextlib.contextmanager
def reading(file: str) -> Iterator[None]:
    """Make a StorageError of what goes wrong while a FITS file is read; a ValueError of ours stays one."""
    try:
        with warnings.catch_warnings():
            # astropy only warns where a file ends before its data
            warnings.filterwarnings("error", message=".*truncated.*")
            yield
    except StorageError:
        raise
    except TooLarge as error:
        raise StorageError(f"{file}: {error}") from error
    except Exception as error:  # astropy raises many kinds of exceptions for a broken file
        if isinstance(error, ValueError) and str(error).startswith(file):
            raise
        reason = getattr(error, "strerror", None) or "cannot be read as FITS"
        raise StorageError(f"{file}: {reason}; give a FITS image") from error


def image_in(units: Any, file: str, extension: str | None) -> Any:
    """The unit of an open FITS file that is its first image, or the image of that name or number.

    Args:
        units: the open file.
        file: its name in messages.
        extension: the name or number, or None.

    Raises:
        StorageError: if there is none.
    """
    chosen = image_unit(units, extension)
    if chosen is None:
        raise StorageError(f"{file}: {missing_image(units, extension)}")
    return chosen


def write_fits(
    path: str | os.PathLike[str],
    images: Mapping[str, np.ndarray],
    keywords: Mapping[str, str | float] | None = None,
) -> None:
    """Write images as a FITS file, each in an extension of its name; an earlier file is replaced.

    Args:
        path: the file.
        images: by name, (y, x), or with further axes in front.
        keywords: of the header of each extension, such as those of a WCS.

    Raises:
        StorageError: if the file cannot be written.
    """
    from astropy.io import fits

    header = fits.Header(list((keywords or {}).items()))
    extensions = [fits.ImageHDU(np.asarray(image), header, name=name) for name, image in images.items()]
    try:
        fits.HDUList([fits.PrimaryHDU(), *extensions]).writeto(path, overwrite=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(f"{path}: {reason}; choose a folder that you may write, with space") from error
