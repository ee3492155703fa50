"""Point spread functions: blur an image by a Gaussian, make a Moffat kernel.

Gaussian PSFs follow lenstronomy's numerics: the blur is separable, its taps are exp(-k^2 / (2 sigma^2)) for
|k| <= int(5 sigma + 0.5) pixels, renormalised, and the image continues as its edge pixels.  The width is
traced, so the number of taps is a static bound and taps beyond the radius weigh nothing.  Kernels of pixels,
among them the Moffat profile, blur by `convolution`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.custom_derivatives import SymbolicZero

from jaxlens.kernels.psf.shifts import computed_apart, filtered
from jaxlens.kernels.types import Real

FWHM_PER_SIGMA = 2.0 * np.sqrt(2.0 * np.log(2.0))
TRUNCATION = 5.0
# A Moffat kernel ends here: in full widths at half maximum, and in pixels.
MOFFAT_TRUNCATION = 10.0
MAX_MOFFAT_RADIUS = 110


def fwhm_to_sigma(fwhm: Real) -> jax.Array:
    """Standard deviation of a Gaussian of full width at half maximum `fwhm`."""
    return jnp.asarray(fwhm) / FWHM_PER_SIGMA


def blur_radius(sigma: float) -> int:
    """How many pixels a Gaussian blur of `sigma` pixels reaches: int(5 sigma + 0.5).

    >>> blur_radius(1.453)
    7
    """
    return int(TRUNCATION * sigma + 0.5)


def blur_taps(sigma: jax.Array, radius: int) -> jax.Array:
    """The taps k = 0..radius of the blur, (radius + 1, *sigma.shape), for sigma (pixels) of any shape."""
    k = jnp.reshape(jnp.arange(radius + 1, dtype=sigma.dtype), (-1,) + (1,) * sigma.ndim)
    sigma = jnp.expand_dims(sigma, 0)
    inside = k <= jnp.floor(TRUNCATION * sigma + 0.5)
    taps = jnp.where(inside, jnp.exp(-0.5 * (k / sigma) ** 2), 0.0)
    return taps / (2.0 * jnp.sum(taps, axis=0, keepdims=True) - taps[:1])


def _bounded_taps(sigma: jax.Array, radius: int) -> jax.Array:
    """`blur_taps`; NaN where they do not all fit in, since a blur without them would be wrong unnoticed."""
    fits = jnp.floor(TRUNCATION * sigma + 0.5) <= radius
    return jnp.where(fits, blur_taps(sigma, radius), jnp.nan)


def _padded(image: jax.Array, radius: int) -> jax.Array:
    """The image continued as its edge pixels, `radius` pixels to all sides."""
    return jnp.pad(image, [(0, 0)] * (image.ndim - 2) + [(radius, radius)] * 2, mode="edge")


def _blurred(image: jax.Array, taps: jax.Array) -> jax.Array:
    return filtered(filtered(_padded(image, len(taps) - 1), taps, -2), taps, -1)


def _blurred_and_slope(image: jax.Array, taps: jax.Array, slopes: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The blurred image and its derivative in what the taps change with at `slopes`."""
    padded = _padded(image, len(taps) - 1)
    rows = filtered(padded, taps, -2)
    slope = filtered(filtered(padded, slopes, -2), taps, -1) + filtered(rows, slopes, -1)
    return filtered(rows, taps, -1), slope


@partial(jax.custom_jvp, nondiff_argnums=(2,))
def gaussian_blur(image: jax.Array, sigma: jax.Array, radius: int) -> jax.Array:
    """Blur (..., ny, nx) by a Gaussian of `sigma` pixels, shape () or (..., 1, 1); sums of shifted images.

    `radius` is static and at least `blur_radius` of the largest sigma: a larger one gives NaN.  It is scipy's
    ndimage.gaussian_filter with mode="nearest" and truncate=5.

    >>> import jax.numpy as jnp
    >>> spike = jnp.zeros((9, 9)).at[4, 4].set(1.0)
    >>> print(f"{jnp.sum(gaussian_blur(spike, jnp.asarray(0.7), 4)):.4f}")
    1.0000
    """
    return computed_apart(_blurred, image, _bounded_taps(jnp.atleast_2d(sigma), radius))


def _blur_rule(
    radius: int, values: tuple[jax.Array, jax.Array], changes: tuple[Any, Any]
) -> tuple[jax.Array, jax.Array]:
    """The blurred image and its change: all that reverse mode keeps of the width is one image."""
    (image, sigma), (image_change, sigma_change) = values, changes
    sigma = jnp.atleast_2d(sigma)
    taps, slopes = jax.jvp(partial(_bounded_taps, radius=radius), (sigma,), (jnp.ones_like(sigma),))
    if isinstance(sigma_change, SymbolicZero):
        blurred = computed_apart(_blurred, image, taps)
        change = jnp.zeros_like(blurred)
    else:
        blurred, slope = computed_apart(_blurred_and_slope, image, taps, slopes)
        change = slope * sigma_change
    if not isinstance(image_change, SymbolicZero):
        change = change + computed_apart(_blurred, image_change, taps)
    return blurred, change


gaussian_blur.defjvp(_blur_rule, symbolic_zeros=True)


def blur_matrix(sigma: jax.Array, size: int) -> jax.Array:
    """The blur as a matrix (*sigma.shape, size, size) acting on a column; the width needs no bound.

    Pixels beyond the edge count as the edge pixel.  Taps reach at most 4 `size` or 256 pixels, whichever is
    more: enough for a full width at half maximum of 1.8 times the image.
    """
    reach = max(4 * size, 256)
    taps = jnp.moveaxis(blur_taps(sigma, reach), 0, -1)
    i = np.arange(size)
    band = taps[..., np.abs(i[:, None] - i[None, :])]
    # tail[k] is the weight of all taps beyond k on one side
    tail = jnp.flip(jnp.cumsum(jnp.flip(taps, -1), -1), -1) - taps
    return band.at[..., :, 0].add(tail[..., i]).at[..., :, -1].add(tail[..., i[::-1]])


def gaussian_blur_by_matrix(image: jax.Array, sigma: jax.Array) -> jax.Array:
    """`gaussian_blur` by two banded matrix products: sigma has no static bound."""
    sigma = jnp.reshape(sigma, sigma.shape[:-2])
    rows, columns = blur_matrix(sigma, image.shape[-2]), blur_matrix(sigma, image.shape[-1])
    highest = jax.lax.Precision.HIGHEST
    once = jnp.einsum("...ij,...jk->...ik", rows, image, precision=highest)
    return jnp.einsum("...ij,...kj->...ki", columns, once, precision=highest)


def moffat_radius(fwhm: float, factor: int = 1) -> int:
    """How many fine pixels a Moffat kernel of `fwhm` fine pixels reaches, at most 110 pixels of the image.

    >>> moffat_radius(3.42)
    34
    """
    return round(max(1.0, min(MOFFAT_TRUNCATION * fwhm, MAX_MOFFAT_RADIUS * factor)))


def moffat_kernel(fwhm: jax.Array, beta: jax.Array, radius: int) -> jax.Array:
    """The Moffat profile [1 + (r / alpha)^2]^-beta of unit sum at pixel centres: (..., k, k).

    alpha = fwhm / (2 sqrt(2^(1 / beta) - 1)) and k = 2 radius + 1; fwhm (pixels) and beta are of one shape
    (...).  It is zero beyond the box of round(10 fwhm) pixels, of which `radius` (static) is a bound:
    lenstronomy's kernel_util.kernel_moffat with so many pixels.

    >>> kernel = moffat_kernel(jnp.asarray(2.0), jnp.asarray(3.0), moffat_radius(2.0))
    >>> kernel.shape, f"{kernel[20, 21] / kernel[20, 20]:.3f}"
    ((41, 41), '0.500')
    """
    k = jnp.arange(-radius, radius + 1, dtype=fwhm.dtype)
    fwhm, beta = fwhm[..., None, None], beta[..., None, None]
    k = jnp.reshape(k, (1,) * (fwhm.ndim - 1) + (-1,))
    column = jnp.swapaxes(k, -1, -2)
    over_alpha_squared = 4.0 * jnp.expm1(np.log(2.0) / beta) / jnp.square(fwhm)
    profile = jnp.exp(-beta * jnp.log1p((jnp.square(k) + jnp.square(column)) * over_alpha_squared))
    reach = jnp.maximum(jnp.round(MOFFAT_TRUNCATION * fwhm), 1.0)
    profile = jnp.where((jnp.abs(k) <= reach) & (jnp.abs(column) <= reach), profile, 0.0)
    return profile / jnp.sum(profile, axis=(-2, -1), keepdims=True)
