"""Observed images: read from FITS files or arrays, with their noise, PSF and mask.

A mask is True or 1 where a pixel is used, as lenstronomy's.  Flags of bad pixels, such as the data quality
arrays of HST and JWST, are not zero where a pixel is bad, and are given as `bad`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jaxlens.files.fits import Source, cube
from jaxlens.fitting.external_psf import psf_kernel
from jaxlens.fitting.image_checks import GIVE_MASK, as_mask, checked, like

# The value of `mask` that leaves out the pixels that are not finite.
_NONFINITE = "nonfinite"


@dataclass(frozen=True, eq=False, repr=False)
class Observation:
    """One observed system, as `read_image` gives it.

    Attributes:
        images: the data, (1, bands, y, x), in the units of the files; of a time series
            (1, epochs, bands, y, x).
        noise_sigma: the noise's standard deviation in each pixel, of that shape, or None without one.
        mask: the pixels that are used, of that shape.
        psf: the kernel of the PSF, (1 or bands, k, k), each of unit sum, or None where none was given.
        bands: the names of the bands; empty where none were given.
    """

    images: np.ndarray
    noise_sigma: np.ndarray | None
    mask: np.ndarray
    psf: np.ndarray | None
    bands: tuple[str, ...]

    def __repr__(self) -> str:
        _, *epochs, bands, rows, columns = self.images.shape
        extras = {"sigma": self.noise_sigma, "PSF": self.psf}
        given = " and ".join(name for name, array in extras.items() if array is not None)
        unused = int(np.count_nonzero(~self.mask))
        series = f"{epochs[0]} epoch{'s' * (epochs[0] > 1)}, " if epochs else ""
        size = (
            f"{series}{bands} band{'s' * (bands > 1)}, {rows} x {columns} pixels, {unused} of them not used"
        )
        return f"Observation of {size}{', with ' + given if given else ''}"


def read_image(
    image: Source,
    sigma: Source | None = None,
    psf: Source | None = None,
    mask: Source | None = None,
    bad: Source | None = None,
    bands: Sequence[str] | None = None,
) -> Observation:
    """Read an observed lens for a fit.

    Each of `image`, `sigma`, `psf`, `mask` and `bad` is a FITS file or an array, of shape (bands, y, x) or,
    for one band, (y, x).  It can also be a list of files or arrays (y, x), one for each band, or a mapping
    from the bands' names to them.  A time series is (epochs, bands, y, x), or (epochs, y, x) for each band of
    a list or mapping; what is given of it without epochs, such as a mask, is the same at all of them.  The
    first image of a file is read, whatever its extension is called; `"lens.fits[ERR]"` or `"lens.fits[2]"`
    names another extension.

    Args:
        image: the data, in the units of the configuration that will be fitted (counts/s).
        sigma: the noise's standard deviation, in the same units; without it a fit takes the simulator's noise
            model.  A map of inverse variances must be converted first.
        psf: the kernel of the PSF, with an odd number of pixels along both axes; it is scaled to unit sum.
        mask: 1 where a pixel is used and 0 elsewhere, or "nonfinite", which leaves out the pixels whose data
            or sigma are not finite.
        bad: flags of bad pixels; pixels whose flag is not zero are left out.
        bands: the names of the bands, in the order of the images.

    Returns:
        The image with its sigma, mask and PSF, checked.

    Raises:
        ValueError: if shapes do not match; if used pixels are not finite, or their sigma is not above zero;
            if no pixel is used; if the mask has values other than 0 and 1; if the kernel cannot be a PSF
            (see `psf_kernel`).
        StorageError: if a file is missing, is not FITS, or does not have the image.

    >>> import numpy as np
    >>> data = np.ones((8, 8))
    >>> data[0, 0] = np.nan
    >>> read_image(data, sigma=0.1, mask="nonfinite")
    Observation of 1 band, 8 x 8 pixels, 1 of them not used, with sigma
    """
    names = tuple(bands) if bands is not None else tuple(image) if isinstance(image, Mapping) else ()
    images = cube("image", image, names)
    count = images.shape[-3] if images.ndim else 0
    if names and len(names) != count:
        raise ValueError(f"image has {count} bands, but {len(names)} are named: {', '.join(names)}")
    noise = None if sigma is None else like("sigma", cube("sigma", sigma, names), images.shape)
    used = _used_pixels(images, noise, mask, bad, names)
    advice = f'{GIVE_MASK}, or mask="{_NONFINITE}"' if mask is None else GIVE_MASK
    pixels = checked(images[None], None if noise is None else noise[None], used[None], advice)
    kernel = None if psf is None else psf_kernel(cube("psf", psf, names), count)
    return Observation(*pixels, kernel, names)


def _used_pixels(
    images: np.ndarray, noise: np.ndarray | None, mask: Any, bad: Source | None, names: tuple[str, ...]
) -> np.ndarray:
    """The pixels, of the shape of `images`, that neither `mask` nor `bad` excludes."""
    used = np.ones(images.shape, bool)
    if isinstance(mask, str) and mask == _NONFINITE:
        used = np.isfinite(images) if noise is None else np.isfinite(images) & np.isfinite(noise)
    elif mask is not None:
        used = like("mask", as_mask(cube("mask", mask, names)), images.shape)
    return used if bad is None else used & like("bad", cube("bad", bad, names) == 0, images.shape)
