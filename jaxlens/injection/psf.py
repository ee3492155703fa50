"""The PSF of an image at places on the sky: one kernel, the nearest of a cube, or a function of position.

Kernels have the pixels of the image, or a whole number of theirs to one side of it, and its orientation.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jaxlens.config.fits_extensions import image_unit, missing_image, split_extension
from jaxlens.config.imported_files import import_file
from jaxlens.files.errors import StorageError, explained
from jaxlens.files.wcs import Floats, sky_positions
from jaxlens.fitting.external_psf import psf_kernel
from jaxlens.injection.images import BandImage

# Kernels, each of unit sum, of places on the sky (degrees): (ra, dec) -> (n, k, k).
Kernels = Callable[[Floats, Floats], Floats]

# The columns of the places of a cube's kernels, on the sky (degrees) or in the image (pixels from 0).
_SKY, _PIXELS = ("ra", "dec"), ("x", "y")


@dataclass(frozen=True, eq=False)
class NearestKernel:
    """The kernels of a cube, of which each place has the nearest.

    Attributes:
        kernels: each of unit sum, (kernels, k, k).
        ra: where they belong, degrees, (kernels,).
        dec: their declinations.
    """

    kernels: Floats
    ra: Floats
    dec: Floats

    def __call__(self, ra: Floats, dec: Floats) -> Floats:
        """The nearest kernel of each place, (n, k, k)."""
        from scipy.spatial import cKDTree

        if len(self.kernels) == 1:
            return np.broadcast_to(self.kernels, (len(ra), *self.kernels.shape[1:]))
        _, nearest = cKDTree(_unit_vectors(self.ra, self.dec)).query(_unit_vectors(ra, dec))
        return self.kernels[nearest]


@dataclass(frozen=True, eq=False)
class KernelFunction:
    """The kernels that a function of the user gives.

    Attributes:
        function: called with right ascension, declination (degrees) and the band; returns a kernel.
        band: the band.
        name: the function's name in messages.
    """

    function: Callable[[float, float, str], Any]
    band: str
    name: str

    def __call__(self, ra: Floats, dec: Floats) -> Floats:
        """The kernel of each place, (n, k, k), padded to the largest."""
        return stacked([self._kernel(*place) for place in zip(ra.tolist(), dec.tolist(), strict=True)])

    def _kernel(self, ra: float, dec: float) -> Floats:
        try:
            return psf_kernel(np.asarray(self.function(ra, dec, self.band)), 1)[0]
        except ValueError as error:
            raise ValueError(f"{self.name}({ra:.6f}, {dec:.6f}, {self.band!r}): {error}") from error


def kernels_of(given: Any, image: BandImage) -> Kernels:
    """The PSF of an image.

    Args:
        given: a kernel as an array (k, k); a FITS file with a kernel, or with a cube of kernels (n, k, k) and
            a table of their places (columns ra and dec in degrees, or x and y in pixels from 0); a function
            of (ra, dec, band) that returns a kernel, or its name as `module:function` or `FILE.py:function`.
        image: the image to which it belongs.

    Raises:
        ValueError: if it is none of these, or a kernel cannot be a PSF (see `fitting.external_psf`).
        StorageError: if the file cannot be read.
    """
    if callable(given):
        return KernelFunction(given, image.band, getattr(given, "__name__", "psf"))
    if not isinstance(given, str | os.PathLike):
        return NearestKernel(psf_kernel(np.asarray(given), 1), np.zeros(1), np.zeros(1))
    text = os.fspath(given)
    file, _ = split_extension(text)
    if ":" in text and not Path(file).exists() and not Path(text).exists():
        return KernelFunction(_named_function(text), image.band, text)
    return _kernels_in(text, image)


def stacked(kernels: list[Floats]) -> Floats:
    """Square kernels of odd sides as one array, with zeros around the smaller ones.

    >>> stacked([np.ones((1, 1)), np.ones((3, 3))])[0].tolist()
    [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    side = max((len(kernel) for kernel in kernels), default=1)
    return np.stack([np.pad(kernel, (side - len(kernel)) // 2) for kernel in kernels])


def _named_function(text: str) -> Callable[[float, float, str], Any]:
    """The function `module:function` or `FILE.py:function`."""
    where, _, name = text.rpartition(":")
    if where.endswith(".py"):
        import_file(where)
        module = sys.modules[Path(where).resolve().stem]
    else:
        try:
            module = importlib.import_module(where)
        except ImportError as error:
            raise ValueError(
                f"psf {text!r}: {error}; give a FITS file, module:function, or FILE.py:function"
            ) from error
    found = getattr(module, name, None)
    if not callable(found):
        raise ValueError(f"psf {text!r}: {where} has no function {name}; give one of (ra, dec, band)")
    return found


def _kernels_in(text: str, image: BandImage) -> Kernels:
    """The kernel or the cube of kernels of a FITS file."""
    from astropy.io import fits

    file, extension = (text, None) if Path(text).exists() else split_extension(text)
    reading = explained(Path(file), "give a FITS file with the kernel of the PSF", (OSError,))
    with reading, fits.open(file) as units:
        unit = image_unit(units, extension)
        if unit is None:
            raise StorageError(f"{file}: {missing_image(units, extension)}")
        array = np.asarray(unit.data, np.float64)
        table = next((np.array(one.data) for one in units if _has_places(one)), None)
    if array.ndim == 2:
        return NearestKernel(psf_kernel(array, 1), np.zeros(1), np.zeros(1))
    if array.ndim != 3:
        raise ValueError(f"psf {file} has shape {array.shape}; give (k, k), or (n, k, k) with n places")
    kernels = np.concatenate([psf_kernel(kernel, 1) for kernel in array])
    if table is None:
        raise ValueError(f"psf {file} has no table with columns ra and dec, or x and y; add the places")
    if len(table) != len(kernels):
        raise ValueError(f"psf {file} has {len(kernels)} kernels, but {len(table)} places; give one for each")
    return NearestKernel(kernels, *_places_in(table, image, file))


def _has_places(unit: Any) -> bool:
    names = {} if unit.is_image else {name.casefold() for name in unit.columns.names}
    return set(_SKY) <= set(names) or set(_PIXELS) <= set(names)


def _places_in(table: np.ndarray, image: BandImage, file: str) -> tuple[Floats, Floats]:
    """Right ascension and declination of the rows of the table of a file."""
    columns = {name.casefold(): np.asarray(table[name], np.float64) for name in table.dtype.names or ()}
    if all(name in columns for name in _SKY):
        ra, dec = columns["ra"], columns["dec"]
    else:
        ra, dec = sky_positions(image.wcs, columns["x"], columns["y"])
    if not np.all(np.isfinite(ra) & np.isfinite(dec)):
        raise ValueError(f"psf {file} has places that are not finite; give each kernel its place")
    return ra, dec


def _unit_vectors(ra: Floats, dec: Floats) -> Floats:
    a, d = np.radians(ra), np.radians(dec)
    return np.stack([np.cos(d) * np.cos(a), np.cos(d) * np.sin(a), np.sin(d)], axis=-1)
