"""Images from outside: FITS files by the name of an extension, or arrays, for all bands or for each."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from numpy.typing import ArrayLike

from jaxlens.config.errors import nearest
from jaxlens.files.writer import StorageError

# One path, one array, or one of them for each band.
Source = str | os.PathLike[str] | ArrayLike | Sequence[Any] | Mapping[str, Any]


def cube(what: str, source: Source, names: tuple[str, ...]) -> np.ndarray:
    """What a source holds, (bands, y, x); a number that all pixels share stays as it is.

    `names` are the bands in their order, () where they are not known; `what` is what a message calls the
    source.  Raises ValueError where shapes or bands are wrong, and StorageError as `read_fits` does.
    """
    if isinstance(source, Mapping):
        wanted = names or tuple(source)
        missing = [name for name in wanted if name not in source]
        if missing:
            raise ValueError(f"{what} lacks the band {missing[0]}; it has {', '.join(map(str, source))}")
        return _stacked(what, [source[name] for name in wanted])
    if isinstance(source, list | tuple) and any(isinstance(one, str | os.PathLike) for one in source):
        return _stacked(what, list(source))
    array = _array(what, source)
    if array.ndim not in (0, 2, 3):
        raise ValueError(f"{what} has shape {array.shape}; it must be (y, x) or (bands, y, x)")
    return array[None] if array.ndim == 2 else array


def _stacked(what: str, sources: list[Any]) -> np.ndarray:
    """One (y, x) for each band, as (bands, y, x)."""
    arrays = [_array(what, source) for source in sources]
    for array in arrays:
        if array.ndim != 2 or array.shape != arrays[0].shape:
            right = "each band must have (y, x), all of one size"
            raise ValueError(f"{what} has arrays of shape {', '.join(str(a.shape) for a in arrays)}; {right}")
    return np.stack(arrays)


def _array(what: str, source: Any) -> np.ndarray:
    return read_fits(os.fspath(source)) if isinstance(source, str | os.PathLike) else numbers(what, source)


def numbers(what: str, array: ArrayLike) -> np.ndarray:
    """An array of real numbers, in double precision where it is not one of floats already."""
    try:
        given = np.asarray(array)
        real = np.issubdtype(given.dtype, np.floating)
        return given if real else given.astype(np.float64, casting="same_kind")
    except (TypeError, ValueError):
        raise ValueError(
            f"{what} is no array of real numbers; give one, or the path of a FITS file"
        ) from None


def read_fits(path: str) -> np.ndarray:
    """An image of a FITS file: the first, or that of the extension in brackets.

    `lens.fits[ERR]` is the extension of that name, `lens.fits[2]` that of that number.

    Raises:
        StorageError: if the file is missing, broken or no FITS file, or has no such image.
    """
    named = None if Path(path).exists() else re.fullmatch(r"(.+)\[([^\[\]]+)\]", path)
    file, extension = named.groups() if named else (path, None)
    try:
        with warnings.catch_warnings():
            # astropy only warns where a file ends before its data
            warnings.filterwarnings("error", message=".*truncated.*")
            with fits.open(file, memmap=False) as parts:
                return np.asarray(_image_in(parts, file, extension), np.float64)
    except StorageError:
        raise
    except Exception as error:  # a broken file makes astropy raise whatever comes along
        reason = getattr(error, "strerror", None) or "cannot be read as FITS"
        raise StorageError(f"{file}: {reason}; give a FITS image") from error


def _image_in(parts: Any, file: str, extension: str | None) -> np.ndarray:
    """The data of an open FITS file."""
    images = [(i, part) for i, part in enumerate(parts) if part.is_image and part.shape]
    if extension is None:
        chosen = [part for _, part in images]
    else:
        chosen = [part for i, part in images if extension.upper() in (str(i), part.name.upper())]
    if not chosen:
        named = [part.name for _, part in images if part.name]
        what = f"has no image {extension}; {nearest(extension, named)}" if extension else "has no image in it"
        raise StorageError(f"{file}: {what}")
    return np.asarray(chosen[0].data)


def write_fits(path: str | os.PathLike[str], images: Mapping[str, np.ndarray]) -> None:
    """Write images as a FITS file, each an extension of its name; an earlier file is replaced.

    Raises:
        StorageError: if the file cannot be written.
    """
    parts = [fits.ImageHDU(np.asarray(image), name=name) for name, image in images.items()]
    try:
        fits.HDUList([fits.PrimaryHDU(), *parts]).writeto(path, overwrite=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(f"{path}: {reason}; choose a folder that you may write, with room") from error
