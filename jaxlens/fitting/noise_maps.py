"""The noise's standard deviation in each pixel: from variances or weights, and with the error of a PSF."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from jaxlens.files.fits import Source, as_floats, cube
from jaxlens.fitting.image_checks import like

# How a standard deviation follows from each kind of map.
_KINDS = ("sigma", "variance", "inverse_variance")


class NoiseMap(NamedTuple):
    """A map of the noise in the unit of its file.

    Attributes:
        name: "sigma", "variance" or "inverse_variance".
        source: what was given.
        sigma: the standard deviation, of the shape of the images.
        used: False where an inverse variance is 0, of that shape.
    """

    name: str
    source: Source
    sigma: np.ndarray
    used: np.ndarray


def noise_map(
    shape: tuple[int, ...],
    bands: tuple[str, ...],
    sigma: Source | None = None,
    variance: Source | None = None,
    inverse_variance: Source | None = None,
) -> NoiseMap | None:
    """The noise's standard deviation from one of three maps; None where none is given.

    Args:
        shape: the shape of the images.
        bands: the names of the bands; () where they are not known.
        sigma: the standard deviation.
        variance: its square.
        inverse_variance: one over its square, a weight map; a pixel with 0 is not used.

    Raises:
        ValueError: if two of them are given; if shapes do not match; if a variance or its inverse is below 0.
    """
    given = dict(zip(_KINDS, (sigma, variance, inverse_variance), strict=True))
    named = [name for name, source in given.items() if source is not None]
    if not named:
        return None
    if len(named) > 1:
        raise ValueError(f"{' and '.join(named)} are given; give one of {', '.join(_KINDS)}")
    (name,) = named
    source = given[name]
    assert source is not None
    values = like(name, cube(name, source, bands), shape)
    used = np.ones(shape, bool)
    if name == "sigma":
        return NoiseMap(name, source, values, used)
    below = values < 0.0
    if below.any():
        count = int(np.count_nonzero(below))
        raise ValueError(
            f"{name}: {count} pixel{'s' * (count != 1)} below 0, the first {values[below][0]:g}; give "
            f"{'0 where a pixel is not used' if name == 'inverse_variance' else 'variances'}"
        )
    if name == "variance":
        return NoiseMap(name, source, np.sqrt(values), used)
    used = values != 0.0
    return NoiseMap(name, source, 1.0 / np.sqrt(np.where(used, values, 1.0)), used)


def psf_variance_map(
    kernel: NDArray[np.float64] | None,
    total: ArrayLike,
    error: ArrayLike | None = None,
    variance: ArrayLike | None = None,
) -> np.ndarray | None:
    """The variance of each pixel of a PSF of unit sum; None where no error is given.

    Args:
        kernel: the PSF, scaled to unit sum, (1 or bands, k, k).
        total: the sum of the kernel before it was scaled, (1 or bands,).
        error: the relative error of each pixel, so that its variance is (error kernel)^2.
        variance: the variance of each pixel of the kernel as it was given, before it was scaled, which is
            lenstronomy's `psf_variance_map`.

    Returns:
        The variance, of the shape of the kernel.

    Raises:
        ValueError: if both are given; if there is no kernel; if shapes differ; if one is not finite or is
            below 0.
    """
    if error is None and variance is None:
        return None
    if error is not None and variance is not None:
        raise ValueError("psf_error and psf_variance are given; give one of them")
    name, given = ("psf_variance", variance) if error is None else ("psf_error", error)
    if kernel is None:
        raise ValueError(f"{name} is given without a PSF; give psf= too")
    assert given is not None
    array = as_floats(name, given)
    array = array[None] if array.ndim == 2 else array
    wanted = kernel.shape[-2:]
    if array.ndim not in (0, 3) or (array.ndim == 3 and array.shape[-2:] != wanted):
        raise ValueError(f"{name} has shape {np.shape(given)}; it must be that of the PSF, {wanted}")
    if not (np.isfinite(array) & (array >= 0.0)).all():
        raise ValueError(f"{name} has values that are not finite or below 0; give an error of each pixel")
    if name == "psf_error":
        return np.asarray((array * kernel) ** 2)
    return np.asarray(array / np.asarray(total, np.float64)[:, None, None] ** 2 + np.zeros_like(kernel))


def noise_with_psf_error(
    sigma: ArrayLike, kernel_variance: ArrayLike, positions: ArrayLike, fluxes: ArrayLike
) -> np.ndarray:
    """The noise of an image with the error of the PSF at its point sources.

    sigma_i^2 becomes sigma_i^2 + sum over sources of f^2 v_i, where v is the variance of the pixels of a PSF
    of unit sum, shifted linearly to the place of the source, as lenstronomy's `psf_variance_map`.  Without
    it the core of a bright quasar decides a fit by pixels in which the PSF is not known well enough.

    Args:
        sigma: the standard deviation of the noise, (y, x), or (..., bands, y, x).
        kernel_variance: the variance of each pixel of the PSF, in the pixels of the image, (k, k) or
            (bands, k, k) with k odd, as `Observation.psf_variance` has it.
        positions: the column and the row of each source, in pixels from the centre of the first one, (n, 2).
        fluxes: the flux of each source in the unit of `sigma`, (n,), or (n, bands).

    Returns:
        The standard deviation with the error of the PSF, of the shape of `sigma`.

    Raises:
        ValueError: if shapes do not match.

    >>> sigma = noise_with_psf_error(np.ones((5, 5)), np.full((1, 1), 0.01), [[2.0, 3.0]], [10.0])
    >>> float(round(sigma[3, 2], 6)), float(sigma[0, 0])
    (1.414214, 1.0)
    """
    noise = np.array(as_floats("sigma", sigma), np.float64)
    kernels = as_floats("kernel_variance", kernel_variance)
    kernels = kernels[None] if kernels.ndim == 2 else kernels
    places, flux = np.asarray(positions, np.float64), np.asarray(fluxes, np.float64)
    flux = flux[:, None] if flux.ndim == 1 else flux
    bands = noise.shape[-3] if noise.ndim > 2 else 1
    if noise.ndim < 2 or kernels.ndim != 3 or len(kernels) not in (1, bands) or kernels.shape[-1] % 2 == 0:
        raise ValueError(
            f"sigma has shape {noise.shape} and kernel_variance {np.shape(kernel_variance)}; give (y, x) and "
            "(k, k), or (..., bands, y, x) and (k, k) or (bands, k, k), with k odd"
        )
    if places.ndim != 2 or places.shape[1] != 2 or flux.shape not in ((len(places), 1), (len(places), bands)):
        raise ValueError(
            f"positions has shape {places.shape} and fluxes {np.shape(fluxes)}; give (n, 2) and (n,), or "
            "(n, bands)"
        )
    added = np.zeros((bands, *noise.shape[-2:]))
    for place, own in zip(places, np.broadcast_to(flux, (len(places), bands)), strict=True):
        for band in range(bands):
            _add(added[band], kernels[band % len(kernels)] * own[band] ** 2, *place)
    return np.sqrt(noise**2 + (added if noise.ndim > 2 else added[0]))


def _add(image: NDArray[np.float64], stamp: NDArray[np.float64], x: float, y: float) -> None:
    """Add a stamp to an image, with its middle at a place between pixels, by linear interpolation."""
    first = np.floor([x, y]).astype(int)
    right, up = np.array([x, y]) - first
    radius = (np.array(stamp.shape) - 1) // 2
    for step, share in (
        ((0, 0), (1.0 - right) * (1.0 - up)),
        ((1, 0), right * (1.0 - up)),
        ((0, 1), (1.0 - right) * up),
        ((1, 1), right * up),
    ):
        column, row = first + step - radius[::-1]
        rows, columns = np.arange(stamp.shape[0]) + row, np.arange(stamp.shape[1]) + column
        in_rows = (rows >= 0) & (rows < image.shape[0])
        in_columns = (columns >= 0) & (columns < image.shape[1])
        image[np.ix_(rows[in_rows], columns[in_columns])] += share * stamp[np.ix_(in_rows, in_columns)]
