"""Observed images: read from FITS files or arrays, with their noise, PSF, mask, unit and place on the sky.

A mask is True or 1 where a pixel is used, as lenstronomy's.  Flags of bad pixels, such as the data quality
arrays of HST and JWST, are not zero where a pixel is bad, and are given as `bad`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from jaxlens.files.fits import Source, cube
from jaxlens.files.image_headers import image_headers
from jaxlens.fitting.bad_pixels import saturated
from jaxlens.fitting.calibration import Calibration, Subtracted, calibrated
from jaxlens.fitting.external_psf import psf_kernel
from jaxlens.fitting.image_checks import GIVE_MASK, as_mask, checked, like
from jaxlens.fitting.image_units import Conversion
from jaxlens.fitting.noise_maps import NoiseMap, noise_map, psf_variance_map
from jaxlens.fitting.observation import Observation
from jaxlens.fitting.observed_sky import sky_pixels
from jaxlens.fitting.windows import Center, Size

__all__ = ["Observation", "read_image"]

# The value of `mask` that leaves out the pixels that are not finite.
_NONFINITE = "nonfinite"


def read_image(
    image: Source,
    sigma: Source | None = None,
    psf: Source | None = None,
    mask: Source | None = None,
    bad: Source | None = None,
    bands: Sequence[str] | None = None,
    *,
    variance: Source | None = None,
    inverse_variance: Source | None = None,
    pixel_scale: float | None = None,
    unit: Any = None,
    exposure_time: Any = None,
    gain: Any = None,
    zero_point: Any = None,
    background: Source | None = None,
    lens_light: Source | None = None,
    lens_light_variance: Source | None = None,
    saturation: float | str | None = None,
    psf_error: Source | None = None,
    psf_variance: Source | None = None,
    psf_factor: int = 1,
    crop: Size | None = None,
    center: Center | None = None,
) -> Observation:
    """Read an observed lens for a fit.

    Each of the images, such as `image`, `sigma`, `psf`, `mask` and `bad`, is a FITS file or an array, of
    shape (bands, y, x) or, for one band, (y, x).  It can also be a list of files or arrays (y, x), one for
    each band, or a mapping from the bands' names to them.  A time series is (epochs, bands, y, x), or
    (epochs, y, x) for each band of a list or mapping; what is given of it without epochs, such as a mask, is
    the same at all of them.  The first image of a file is read, whatever its extension is called;
    `"lens.fits[ERR]"` or `"lens.fits[2]"` names another extension.

    The WCS of the image says how large its pixels are and how they lie on the sky.  Its unit is that of BUNIT
    or `unit`, and what is read is in counts/s.  `unit`, `exposure_time`, `gain` and `zero_point` are one
    value, or a list or mapping with one for each band.

    Args:
        image: the data.
        sigma: the noise's standard deviation, in the unit of its own BUNIT, or else of the image; without it
            a fit takes the simulator's noise model.
        psf: the kernel of the PSF, with an odd number of pixels along both axes; it is scaled to unit sum.
        mask: 1 where a pixel is used and 0 elsewhere, or "nonfinite", which leaves out the pixels whose data
            or sigma are not finite.
        bad: flags of bad pixels; pixels whose flag is not zero are left out.
        bands: the names of the bands, in the order of the images.
        variance: in place of `sigma`, its square in the image's unit.
        inverse_variance: in place of `sigma`, a map of weights, 1 / sigma^2; pixels with 0 are left out.
        pixel_scale: the side of a pixel, arcsec, of an image without WCS; with one it must agree to 0.5%.
        unit: the unit of a pixel, such as "electron/s", "electron", "ADU" or "nJy", in place of BUNIT.
        exposure_time: seconds, by which counts are divided; by default EXPTIME of the header.
        gain: electrons per count, by which counts and ADU become electrons; without it they stay.
        zero_point: the AB magnitude of one count/s, the configuration's `magnitude_zero_point`, for images in
            flux densities.
        background: the sky, a number, one for each band or an image in the image's unit, which is subtracted.
        lens_light: an image of the lens's light in the image's unit, which is subtracted.
        lens_light_variance: its variance, which is added to that of the noise.
        saturation: the level in the image's unit at which pixels, and their neighbours, are left out; or
            "header" for that of SATURATE.
        psf_error: the relative error of each pixel of the PSF.
        psf_variance: in its place, the variance of each pixel of `psf`, lenstronomy's `psf_variance_map`.
        psf_factor: the number of the kernel's pixels along one side of an image pixel.
        crop: the part that is read: pixels along a side, (columns, rows), or an angle as "6 arcsec".
        center: the column and row, from 0 at the centre of the first pixel, or {"ra": ..., "dec": ...} in
            degrees, about which is cropped and where x = y = 0; by default the centre of the image.

    Returns:
        The image with its sigma, mask and PSF, checked.

    Raises:
        ValueError: if shapes do not match; if used pixels are not finite, or their sigma is not above zero;
            if no pixel is used; if the mask has values other than 0 and 1; if the kernel cannot be a PSF
            (see `psf_kernel`); if a unit is unknown or needs a number that is missing; if the WCS has another
            pixel scale than `pixel_scale`; if the crop reaches beyond the image.
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
    headers = image_headers(image, names)
    noise = noise_map(images.shape, names, sigma, variance, inverse_variance)
    used = _used_pixels(images, noise, mask, bad, names)
    if saturation is not None:
        used = used & ~saturated(images, headers, saturation)
    units = Calibration(Conversion(unit, exposure_time, gain, zero_point), headers, names, count)
    subtracted = Subtracted(background, lens_light, lens_light_variance)
    images, deviation = calibrated(images, noise, units, subtracted)
    middle = 0.5 * (images.shape[-1] - 1), 0.5 * (images.shape[-2] - 1)
    kernel, kernel_variance = _psf(psf, psf_error, psf_variance, names, count)
    whole = Observation(
        images[None],
        None if deviation is None else deviation[None],
        used[None],
        kernel,
        names,
        psf_factor=psf_factor,
        psf_variance=kernel_variance,
        **sky_pixels(headers, middle, pixel_scale)._asdict(),
        center=middle,
        unit=units.image.unit,
    )
    part = whole.crop(crop, center)
    advice = f'{GIVE_MASK}, or mask="{_NONFINITE}"' if mask is None else GIVE_MASK
    return replace(part, **checked(part.images, part.noise_sigma, part.mask, advice)._asdict())


def _used_pixels(
    images: np.ndarray, noise: NoiseMap | None, mask: Any, bad: Source | None, names: tuple[str, ...]
) -> np.ndarray:
    """The pixels, of the shape of `images`, that neither `mask`, `bad` nor a weight of 0 excludes."""
    used = np.ones(images.shape, bool) if noise is None else noise.used
    if isinstance(mask, str) and mask == _NONFINITE:
        used = used & (
            np.isfinite(images) if noise is None else np.isfinite(images) & np.isfinite(noise.sigma)
        )
    elif mask is not None:
        used = used & like("mask", as_mask(cube("mask", mask, names)), images.shape)
    return used if bad is None else used & like("bad", cube("bad", bad, names) == 0, images.shape)


def _psf(
    psf: Source | None,
    error: Source | None,
    variance: Source | None,
    names: tuple[str, ...],
    count: int,
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """The kernel of the PSF, and the variance of its pixels; None where they are not given."""
    given = {"psf": psf, "psf_error": error, "psf_variance": variance}
    arrays = {name: None if one is None else cube(name, one, names) for name, one in given.items()}
    kernels = arrays.pop("psf")
    kernel = None if kernels is None else psf_kernel(kernels, count)
    total = np.ones(1) if kernels is None else kernels.sum((-2, -1))
    return kernel, psf_variance_map(kernel, total, *arrays.values())
