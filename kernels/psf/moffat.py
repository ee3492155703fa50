"""Moffat point spread functions, as kernels of pixels for `convolution`."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

# The radius (in full widths at half maximum) at which a kernel is cut.
MOFFAT_TRUNCATION = 10.0
# The largest radius of a kernel (pixels of the image).
MAX_MOFFAT_RADIUS = 110


def moffat_radius(fwhm: float, factor: int = 1) -> int:
    """How many fine pixels a Moffat kernel of `fwhm` fine pixels reaches, at most 110 pixels of the image.

    `factor` is the number of fine pixels along the side of an image's pixel.

    >>> moffat_radius(3.42)
    34
    """
    return round(max(1.0, min(MOFFAT_TRUNCATION * fwhm, MAX_MOFFAT_RADIUS * factor)))


def moffat_kernel(fwhm: jax.Array, beta: jax.Array, radius: int) -> jax.Array:
    """The Moffat profile [1 + (r / alpha)^2]^-beta at pixel centres, with unit sum.

    alpha = fwhm / (2 sqrt(2^(1 / beta) - 1)).  It is zero beyond the box of round(10 fwhm) pixels, and equals
    lenstronomy's kernel_util.kernel_moffat with as many pixels.

    Args:
        fwhm: full width at half maximum (pixels), (...).
        beta: exponent, of the same shape.
        radius: the kernel's radius (pixels), at least `moffat_radius` of the largest fwhm; static.

    Returns:
        The kernel (..., k, k) with k = 2 radius + 1.

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
