"""Images and kernels between the pixels and a fine grid, which cuts each pixel in `factor` x `factor`.

A kernel is (..., k, k) with k odd, and has its centre in the middle of the middle pixel.  Changing its grid
keeps its sum and, for an even factor too, its centre.  Both directions are those of lenstronomy's
kernel_util, written as products with constant matrices.
"""

from __future__ import annotations

from functools import partial, reduce

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.fastmath.compiler import computed_apart

# Corrections of an interpolated kernel, as many as lenstronomy makes.
ITERATIONS = 5


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def averaged(image: jax.Array, factor: int) -> jax.Array:
    """The mean over each pixel of an image (..., n factor, n factor) on the fine grid: (..., n, n)."""
    if factor == 1:
        return image
    # XLA's CPU compiler reduces short axes without vector instructions; a sum of slices has them.
    return computed_apart(
        partial(_mean_of_slices, factor=factor), image, elsewhere=partial(_mean, factor=factor)
    )


@averaged.defjvp
def _averaged_jvp(
    factor: int, primals: tuple[jax.Array], tangents: tuple[jax.Array]
) -> tuple[jax.Array, jax.Array]:
    """The tangent is a reduction, whose transpose is one broadcast instead of many padded images."""
    (image,), (d_image,) = primals, tangents
    return averaged(image, factor), _mean(d_image, factor)


def _mean(image: jax.Array, factor: int) -> jax.Array:
    """The mean over each pixel, as a reduction."""
    ny, nx = (size // factor for size in image.shape[-2:])
    return jnp.mean(jnp.reshape(image, (*image.shape[:-2], ny, factor, nx, factor)), axis=(-3, -1))


def _mean_of_slices(image: jax.Array, factor: int) -> jax.Array:
    """The mean over each pixel, as a sum of slices."""
    return _sum_of_slices(_sum_of_slices(image, factor, -2), factor, -1) / factor**2


def _sum_of_slices(image: jax.Array, factor: int, axis: int) -> jax.Array:
    """The sum over every `factor` neighbours along an axis (-1 or -2)."""
    size = image.shape[axis]
    parts = (jax.lax.slice_in_dim(image, k, size, factor, axis) for k in range(factor))
    return reduce(jnp.add, parts)


def cropped(kernel: jax.Array, side: int) -> jax.Array:
    """The middle `side` (odd) pixels of a kernel along both axes; a smaller kernel as it is."""
    start = max(0, (kernel.shape[-1] - side) // 2)
    stop = kernel.shape[-1] - start
    return kernel[..., start:stop, start:stop]


def _along_both_axes(matrix: np.ndarray, kernel: jax.Array) -> jax.Array:
    """The product M K M^T of a matrix M and a kernel K."""
    m = jnp.asarray(matrix, kernel.dtype)
    return jnp.einsum("ia,...ab,jb->...ij", m, kernel, m, precision=jax.lax.Precision.HIGHEST)


def _degraded_side(side: int, factor: int) -> int:
    """The smallest odd number of pixels that holds `side` fine pixels."""
    return next(n for n in range(1, side + 2, 2) if n * factor >= side + (factor % 2 == 0))


def resampled_side(side: int, factor: int, wanted: int) -> int:
    """How many pixels along an axis a kernel has after `resampled`.

    Args:
        side: its number of pixels along an axis before, odd.
        factor: fine pixels along a pixel of the image before.
        wanted: fine pixels along a pixel of the image afterwards.

    Returns:
        An odd number of pixels.

    >>> resampled_side(21, 3, 1), resampled_side(7, 1, 2)
    (7, 13)
    """
    if factor == wanted:
        return side
    low = side if factor == 1 else _degraded_side(side, factor)
    return low if wanted == 1 else low * wanted - (wanted % 2 == 0)


def _overlaps(side: int, factor: int) -> np.ndarray:
    """The fraction of each fine pixel that lies in each pixel, (pixels, side): 0, 1/2 or 1."""
    reach, pixels = (side - 1) // 2, _degraded_side(side, factor)
    low = (np.arange(pixels) - pixels // 2 - 0.5)[:, None] * factor
    fine = (np.arange(side) - reach - 0.5)[None, :]
    return np.clip(np.minimum(low + factor, fine + 1.0) - np.maximum(low, fine), 0.0, 1.0)


def degraded(kernel: jax.Array, factor: int) -> jax.Array:
    """A kernel on the fine grid summed over each pixel; lenstronomy's kernel_util.degrade_kernel.

    `kernel` is (..., k, k) and the result (..., l, l), both odd.  For an even factor the pixels' edges cut
    fine pixels in halves, since both grids have a pixel centre at the kernel's centre.

    >>> print(np.asarray(degraded(jnp.ones((3, 3)), 2)))
    [[0.25 1.   0.25]
     [1.   4.   1.  ]
     [0.25 1.   0.25]]
    """
    return kernel if factor == 1 else _along_both_axes(_overlaps(kernel.shape[-1], factor), kernel)


def _interpolation(side: int, factor: int) -> np.ndarray:
    """The matrix of linear interpolation from `side` pixels to side x factor, or one less where that is even.

    Both grids divide the same length.  Beyond the outermost pixel centres values are constant.
    """
    fine = side * factor - (factor % 2 == 0)
    place = np.clip((np.arange(fine) + 0.5) / fine * side - 0.5, 0.0, side - 1.0)
    return np.maximum(1.0 - np.abs(place[:, None] - np.arange(side)[None, :]), 0.0)


def _unit_sum(kernel: jax.Array) -> jax.Array:
    """The kernel divided by its sum."""
    return kernel / jnp.sum(kernel, axis=(-2, -1), keepdims=True)


def refined(kernel: jax.Array, factor: int) -> jax.Array:
    """A kernel of unit sum interpolated on the fine grid; lenstronomy's kernel_util.subgrid_kernel.

    Five iterations approach a kernel whose linear interpolation has the given one as its mean over each
    pixel.  For an odd factor the difference that remains is added, equally to all parts of a pixel.  `kernel`
    is (..., k, k) and the result (..., l, l), both odd.

    >>> spike = jnp.zeros((3, 3)).at[1, 1].set(1.0)
    >>> refined(spike, 2).shape, refined(spike, 3).shape
    ((5, 5), (9, 9))
    """
    if factor == 1:
        return kernel
    interpolate = _interpolation(kernel.shape[-1], factor)
    average = _overlaps(len(interpolate), factor) / factor
    coarse, fine = kernel, _unit_sum(_along_both_axes(interpolate, kernel))
    for _ in range(ITERATIONS):
        coarse = coarse + kernel - _along_both_axes(average, fine)
        fine = _unit_sum(_along_both_axes(interpolate, coarse))
    if factor % 2 == 0:
        return fine
    missing = kernel - _unit_sum(_along_both_axes(average, fine))
    return _unit_sum(fine + _along_both_axes(average.T, missing))


def resampled(kernel: jax.Array, factor: int, wanted: int) -> jax.Array:
    """A kernel on another fine grid, by way of the image's pixels, as in lenstronomy's PSF class.

    Args:
        kernel: (..., k, k), k odd, of unit sum.
        factor: fine pixels along a pixel of the image before; static.
        wanted: fine pixels along a pixel of the image afterwards; static.

    Returns:
        The kernel (..., l, l) with l = `resampled_side(k, factor, wanted)`.
    """
    return kernel if factor == wanted else refined(degraded(kernel, factor), wanted)
