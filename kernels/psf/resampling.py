"""Between the pixels of an image and a grid that cuts each of them in `factor` x `factor`.

A kernel is (..., k, k) with k odd, and has its centre in the middle of the middle pixel.  Changing its grid
keeps its sum and, for an even factor too, its centre; both ways are those of lenstronomy's kernel_util, as
products with fixed matrices.
"""

from __future__ import annotations

from functools import partial, reduce

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.psf.shifts import computed_apart

# Corrections that lenstronomy makes to an interpolated kernel.
ITERATIONS = 5


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def averaged(image: jax.Array, factor: int) -> jax.Array:
    """The mean over each pixel of an image (..., n factor, n factor) on the fine grid: (..., n, n)."""
    if factor == 1:
        return image
    # XLA's CPU compiler reduces short axes without vector instructions, others add the pieces on the way.
    return computed_apart(
        partial(_mean_of_slices, factor=factor), image, elsewhere=partial(_mean, factor=factor)
    )


@averaged.defjvp
def _averaged_rule(
    factor: int, values: tuple[jax.Array], changes: tuple[jax.Array]
) -> tuple[jax.Array, jax.Array]:
    """The mean as a reduction, whose transpose is one broadcast instead of many padded images."""
    return averaged(*values, factor), _mean(*changes, factor)


def _mean(image: jax.Array, factor: int) -> jax.Array:
    ny, nx = (size // factor for size in image.shape[-2:])
    return jnp.mean(jnp.reshape(image, (*image.shape[:-2], ny, factor, nx, factor)), axis=(-3, -1))


def _mean_of_slices(image: jax.Array, factor: int) -> jax.Array:
    return _every(_every(image, factor, -2), factor, -1) / factor**2


def _every(image: jax.Array, factor: int, axis: int) -> jax.Array:
    """Each `factor` neighbours along an axis (-1 or -2) added up."""
    size = image.shape[axis]
    parts = (jax.lax.slice_in_dim(image, k, size, factor, axis) for k in range(factor))
    return reduce(jnp.add, parts)


def cropped(kernel: jax.Array, side: int) -> jax.Array:
    """The middle `side` (odd) pixels of a kernel along both axes; all of a smaller one."""
    start = max(0, (kernel.shape[-1] - side) // 2)
    stop = kernel.shape[-1] - start
    return kernel[..., start:stop, start:stop]


def _both_axes(matrix: np.ndarray, kernel: jax.Array) -> jax.Array:
    """The product M K M^T of a matrix and a kernel."""
    m = jnp.asarray(matrix, kernel.dtype)
    return jnp.einsum("ia,...ab,jb->...ij", m, kernel, m, precision=jax.lax.Precision.HIGHEST)


def _degraded_side(side: int, factor: int) -> int:
    """How few pixels, an odd number, hold all fine ones."""
    return next(n for n in range(1, side + 2, 2) if n * factor >= side + (factor % 2 == 0))


def resampled_side(side: int, factor: int, wanted: int) -> int:
    """How many pixels along an axis a kernel of `side` has after `resampled`.

    >>> resampled_side(21, 3, 1), resampled_side(7, 1, 2)
    (7, 13)
    """
    if factor == wanted:
        return side
    low = side if factor == 1 else _degraded_side(side, factor)
    return low if wanted == 1 else low * wanted - (wanted % 2 == 0)


def _shares(side: int, factor: int) -> np.ndarray:
    """How much of each fine pixel of a kernel lies in each pixel, (pixels, side): one, none or a half."""
    reach, pixels = (side - 1) // 2, _degraded_side(side, factor)
    low = (np.arange(pixels) - pixels // 2 - 0.5)[:, None] * factor
    fine = (np.arange(side) - reach - 0.5)[None, :]
    return np.clip(np.minimum(low + factor, fine + 1.0) - np.maximum(low, fine), 0.0, 1.0)


def degraded(kernel: jax.Array, factor: int) -> jax.Array:
    """A kernel of the fine grid on the pixels: the sum over each of them (kernel_util.degrade_kernel).

    For an even factor the pixels' edges cut fine pixels in halves, since both have their centre in a middle.

    >>> print(np.asarray(degraded(jnp.ones((3, 3)), 2)))
    [[0.25 1.   0.25]
     [1.   4.   1.  ]
     [0.25 1.   0.25]]
    """
    return kernel if factor == 1 else _both_axes(_shares(kernel.shape[-1], factor), kernel)


def _interpolation(side: int, factor: int) -> np.ndarray:
    """Linear interpolation from `side` pixels to side x factor, one less where that is even.

    Both divide the same length; beyond the outermost centres values are constant.
    """
    fine = side * factor - (factor % 2 == 0)
    at = np.clip((np.arange(fine) + 0.5) / fine * side - 0.5, 0.0, side - 1.0)
    return np.maximum(1.0 - np.abs(at[:, None] - np.arange(side)[None, :]), 0.0)


def _unit_sum(kernel: jax.Array) -> jax.Array:
    return kernel / jnp.sum(kernel, axis=(-2, -1), keepdims=True)


def refined(kernel: jax.Array, factor: int) -> jax.Array:
    """A kernel of unit sum on the fine grid, interpolated: lenstronomy's kernel_util.subgrid_kernel.

    A kernel is looked for whose linear interpolation has the given one as its mean over each pixel, in five
    steps.  For an odd factor what is still missing then is added, the same to all parts of a pixel.

    >>> spike = jnp.zeros((3, 3)).at[1, 1].set(1.0)
    >>> refined(spike, 2).shape, refined(spike, 3).shape
    ((5, 5), (9, 9))
    """
    if factor == 1:
        return kernel
    rise = _interpolation(kernel.shape[-1], factor)
    fall = _shares(len(rise), factor) / factor
    tried, fine = kernel, _unit_sum(_both_axes(rise, kernel))
    for _ in range(ITERATIONS):
        tried = tried + kernel - _both_axes(fall, fine)
        fine = _unit_sum(_both_axes(rise, tried))
    if factor % 2 == 0:
        return fine
    missing = kernel - _unit_sum(_both_axes(fall, fine))
    return _unit_sum(fine + _both_axes(fall.T, missing))


def resampled(kernel: jax.Array, factor: int, wanted: int) -> jax.Array:
    """A kernel on a grid of `factor` pixels to an image's pixel, on one of `wanted`.

    Where neither is 1 it goes by way of the image's pixels, as lenstronomy's PSF class has it.
    """
    return kernel if factor == wanted else refined(degraded(kernel, factor), wanted)
