"""Gaussian point spread functions: the blur of an image.

Follows lenstronomy's numerics: the blur is separable, its taps are exp(-k^2 / (2 sigma^2)) for
|k| <= int(5 sigma + 0.5) pixels, renormalised, and beyond its edges the image continues with the value of the
edge pixels.  The width is traced, so the number of taps is a static bound, and taps beyond the radius are
zero.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.custom_derivatives import SymbolicZero

from jaxlens.kernels.fastmath.compiler import computed_apart
from jaxlens.kernels.psf.nearest import filtered_nearest, with_tails
from jaxlens.kernels.psf.shifts import filtered
from jaxlens.kernels.types import Real, Tangent

# Full width at half maximum of a Gaussian in units of sigma.
FWHM_PER_SIGMA = 2.0 * np.sqrt(2.0 * np.log(2.0))
# The radius (in units of sigma) at which a Gaussian is cut, as in lenstronomy.
TRUNCATION = 5.0
# The smallest radius (pixels) of the taps of `blur_matrix`.
MIN_MATRIX_REACH = 256


def fwhm_to_sigma(fwhm: Real) -> jax.Array:
    """Standard deviation of a Gaussian of full width at half maximum `fwhm`."""
    return jnp.asarray(fwhm) / FWHM_PER_SIGMA


def blur_radius(sigma: float) -> int:
    """How many pixels a Gaussian blur of `sigma` pixels reaches: int(5 sigma + 0.5).

    >>> blur_radius(1.453)
    7
    """
    return int(TRUNCATION * sigma + 0.5)


@partial(jax.custom_jvp, nondiff_argnums=(2,))
def gaussian_blur(image: jax.Array, sigma: jax.Array, radius: int) -> jax.Array:
    """An image blurred by a Gaussian; scipy's ndimage.gaussian_filter with mode="nearest" and truncate=5.

    Args:
        image: (..., ny, nx).
        sigma: standard deviation (pixels), () or (..., 1, 1).
        radius: how many pixels the blur may reach, at least `blur_radius` of the largest sigma; static.

    Returns:
        The blurred image, of the same shape; NaN where `radius` is too small for sigma.

    >>> import jax.numpy as jnp
    >>> spike = jnp.zeros((9, 9)).at[4, 4].set(1.0)
    >>> print(f"{jnp.sum(gaussian_blur(spike, jnp.asarray(0.7), 4)):.4f}")
    1.0000
    """
    return computed_apart(_blurred, image, _bounded_taps(jnp.atleast_2d(sigma), radius))


def _gaussian_blur_jvp(
    radius: int, primals: tuple[jax.Array, jax.Array], tangents: tuple[Tangent, Tangent]
) -> tuple[jax.Array, jax.Array]:
    """The blurred image and its tangent; for the derivative in sigma, reverse mode keeps one image."""
    (image, sigma), (d_image, d_sigma) = primals, tangents
    sigma = jnp.atleast_2d(sigma)
    taps, taps_in_sigma = jax.jvp(partial(_bounded_taps, radius=radius), (sigma,), (jnp.ones_like(sigma),))
    if isinstance(d_sigma, SymbolicZero):
        blurred = computed_apart(_blurred, image, taps)
        change = jnp.zeros_like(blurred)
    else:
        blurred, derivative = computed_apart(_blurred_with_derivative, image, taps, taps_in_sigma)
        change = derivative * d_sigma
    if not isinstance(d_image, SymbolicZero):
        change = change + computed_apart(_blurred, d_image, taps)
    return blurred, change


gaussian_blur.defjvp(_gaussian_blur_jvp, symbolic_zeros=True)


def _blurred(image: jax.Array, taps: jax.Array) -> jax.Array:
    rows = computed_apart(partial(_along, axis=-2), image, taps)
    return _along(rows, taps, -1)


def _along(image: jax.Array, taps: jax.Array, axis: int) -> jax.Array:
    """The image blurred along one axis, -1 or -2."""
    return filtered(_padded(image, len(taps) - 1, axis), taps, axis)


def _blurred_with_derivative(
    image: jax.Array, taps: jax.Array, taps_in_sigma: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """The blurred image and its derivative in sigma; `taps_in_sigma` is the derivative of the taps."""
    padded = _padded(image, len(taps) - 1, -2)
    rows, rows_in_sigma = (
        _padded(filtered(padded, of, -2), len(taps) - 1, -1) for of in (taps, taps_in_sigma)
    )
    return filtered(rows, taps, -1), filtered(rows_in_sigma, taps, -1) + filtered(rows, taps_in_sigma, -1)


@partial(jax.custom_jvp, nondiff_argnums=(2,))
def gaussian_blur_in_passes(image: jax.Array, sigma: jax.Array, radius: int) -> jax.Array:
    """`gaussian_blur` in the form for a GPU: one pass over the image along each axis.

    Reverse mode keeps the images before the two passes and computes their derivatives in sigma again.

    Args:
        image: as in `gaussian_blur`.
        sigma: as in `gaussian_blur`.
        radius: as in `gaussian_blur`.

    Returns:
        As `gaussian_blur`.
    """
    weights = with_tails(_bounded_taps(jnp.atleast_2d(sigma), radius))
    return filtered_nearest(filtered_nearest(image, weights, -2), weights, -1)


def _gaussian_blur_in_passes_jvp(
    radius: int, primals: tuple[jax.Array, jax.Array], tangents: tuple[Tangent, Tangent]
) -> tuple[jax.Array, jax.Array]:
    (image, sigma), (d_image, d_sigma) = primals, tangents
    sigma = jnp.atleast_2d(sigma)
    taps, taps_in_sigma = jax.jvp(partial(_bounded_taps, radius=radius), (sigma,), (jnp.ones_like(sigma),))
    weights, in_sigma = with_tails(taps), with_tails(taps_in_sigma)
    change = d_image
    for axis in (-2, -1):
        change = _tangent_along(axis, image, weights, in_sigma, change, d_sigma)
        image = filtered_nearest(image, weights, axis)
    return image, jnp.zeros_like(image) if isinstance(change, SymbolicZero) else change


gaussian_blur_in_passes.defjvp(_gaussian_blur_in_passes_jvp, symbolic_zeros=True)


def _tangent_along(
    axis: int, image: jax.Array, weights: jax.Array, in_sigma: jax.Array, d_image: Tangent, d_sigma: Tangent
) -> Tangent:
    """The tangent of an image filtered along one axis; `in_sigma` is the derivative of the weights."""
    if isinstance(d_sigma, SymbolicZero):
        return d_image if isinstance(d_image, SymbolicZero) else filtered_nearest(d_image, weights, axis)

    @partial(jax.checkpoint, prevent_cse=False)
    def with_sigma(image: jax.Array, in_sigma: jax.Array, d_sigma: jax.Array) -> jax.Array:
        return filtered_nearest(image, in_sigma, axis) * d_sigma

    change = with_sigma(image, in_sigma, d_sigma)
    return change if isinstance(d_image, SymbolicZero) else change + filtered_nearest(d_image, weights, axis)


def _padded(image: jax.Array, radius: int, axis: int) -> jax.Array:
    """The image with its edge pixels repeated `radius` times on both sides of `axis`, -1 or -2."""
    widths = [(0, 0)] * image.ndim
    widths[axis] = (radius, radius)
    return jnp.pad(image, widths, mode="edge")


def blur_taps(sigma: jax.Array, radius: int) -> jax.Array:
    """The taps k = 0..radius of the blur, (radius + 1, *sigma.shape), for sigma (pixels) of any shape."""
    k = jnp.reshape(jnp.arange(radius + 1, dtype=sigma.dtype), (-1,) + (1,) * sigma.ndim)
    sigma = jnp.expand_dims(sigma, 0)
    inside = k <= jnp.floor(TRUNCATION * sigma + 0.5)
    taps = jnp.where(inside, jnp.exp(-0.5 * (k / sigma) ** 2), 0.0)
    return taps / (2.0 * jnp.sum(taps, axis=0, keepdims=True) - taps[:1])


def _bounded_taps(sigma: jax.Array, radius: int) -> jax.Array:
    """`blur_taps`, NaN where they reach beyond `radius`, so that a truncated blur does not go unnoticed."""
    fits = jnp.floor(TRUNCATION * sigma + 0.5) <= radius
    return jnp.where(fits, blur_taps(sigma, radius), jnp.nan)


def gaussian_blur_by_matrix(image: jax.Array, sigma: jax.Array) -> jax.Array:
    """`gaussian_blur` by two products with banded matrices, for which sigma needs no static bound.

    `image` is (..., ny, nx), and `sigma` (pixels) is (..., 1, 1).
    """
    sigma = jnp.reshape(sigma, sigma.shape[:-2])
    rows, columns = blur_matrix(sigma, image.shape[-2]), blur_matrix(sigma, image.shape[-1])
    highest = jax.lax.Precision.HIGHEST
    blurred_rows = jnp.einsum("...ij,...jk->...ik", rows, image, precision=highest)
    return jnp.einsum("...ij,...kj->...ki", columns, blurred_rows, precision=highest)


def blur_matrix(sigma: jax.Array, size: int) -> jax.Array:
    """The blur as a matrix (*sigma.shape, size, size) that acts on a column of `size` pixels.

    Pixels beyond an edge count as the edge pixel.  Taps reach at most 4 `size` or 256 pixels, whichever is
    more, which is enough for a full width at half maximum of 1.8 times the image.
    """
    reach = max(4 * size, MIN_MATRIX_REACH)
    taps = jnp.moveaxis(blur_taps(sigma, reach), 0, -1)
    i = np.arange(size)
    band = taps[..., np.abs(i[:, None] - i[None, :])]
    # tail[k] is the weight of all taps beyond k on one side
    tail = jnp.flip(jnp.cumsum(jnp.flip(taps, -1), -1), -1) - taps
    return band.at[..., :, 0].add(tail[..., i]).at[..., :, -1].add(tail[..., i[::-1]])
