"""Stamps of point sources by cubic splines: smooth functions of the position, also at the borders of pixels.

A kernel on the fine grid is the sum c_jk B(x - j) B(y - k) of cubic B-splines B, which passes through its
pixels (Unser 1999, IEEE Signal Processing Magazine 16, 22).  Its value and its slope are continuous, where a
bilinear shift has a slope that jumps and blurs the kernel between pixels.  The sum of the stamp is that of
the kernel, wherever the source is.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from scipy import ndimage

# Zeros that are added on each side of a kernel (fine pixels), since the coefficients of a spline reach beyond
# its knots: they fall by the factor 0.27 a pixel.
MARGIN = 6


def spline_coefficients(kernel: np.ndarray) -> np.ndarray:
    """The coefficients of the spline through a kernel, which is zero outside.

    Args:
        kernel: (..., k, k), k odd.

    Returns:
        (..., k + 2 MARGIN, k + 2 MARGIN).
    """
    around = [(0, 0)] * (kernel.ndim - 2) + [(MARGIN, MARGIN)] * 2
    found = np.pad(np.asarray(kernel, np.float64), around)
    for axis in (-1, -2):
        found = ndimage.spline_filter1d(found, order=3, axis=axis, mode="mirror")
    return found.astype(kernel.dtype)


def spline_kernel(coefficients: np.ndarray) -> np.ndarray:
    """The kernel of coefficients (..., k + 2 MARGIN, k + 2 MARGIN): the inverse of `spline_coefficients`."""
    found = np.asarray(coefficients, np.float64)
    for axis in (-1, -2):
        found = ndimage.correlate1d(found, [1 / 6, 2 / 3, 1 / 6], axis=axis, mode="mirror")
    return found[..., MARGIN:-MARGIN, MARGIN:-MARGIN].astype(coefficients.dtype)


def cubic_spline(t: jax.Array) -> jax.Array:
    """The cubic B-spline: 2/3 - t^2 + abs(t)^3 / 2 up to 1, (2 - abs(t))^3 / 6 up to 2, then 0."""
    far = jnp.abs(t)
    outer = jnp.maximum(2.0 - far, 0.0) ** 3 / 6.0
    return jnp.where(far < 1.0, 2.0 / 3.0 - t * t * (1.0 - 0.5 * far), outer)


def spline_response(place: jax.Array, num_pix: int, side: int, factor: int = 1) -> jax.Array:
    """One axis of the stamp: what each coefficient adds to each pixel.

    Args:
        place: the source, in pixels from the centre of the first pixel, ().
        num_pix: pixels along the axis; static.
        side: coefficients along the axis, odd; static.
        factor: fine pixels along a pixel; static.

    Returns:
        (num_pix, side).
    """
    fine = place * factor + (factor - 1) / 2.0
    pixels = jnp.arange(num_pix * factor, dtype=place.dtype)[:, None] - fine
    knots = jnp.arange(side, dtype=place.dtype)[None, :] - side // 2
    each = cubic_spline(pixels - knots)
    return jnp.sum(jnp.reshape(each, (num_pix, factor, side)), axis=1)


def spline_stamp(
    x: jax.Array, y: jax.Array, coefficients: jax.Array, num_pix: int, factor: int = 1
) -> jax.Array:
    """The image of a point source of unit flux.

    Args:
        x: the source, in pixels from the centre of the first pixel, (); it may be outside of the image.
        y: the other coordinate.
        coefficients: of the kernel on the fine grid, (side, side), from `spline_coefficients`.
        num_pix: side of the image; static.
        factor: fine pixels along a pixel; static.

    Returns:
        (num_pix, num_pix).

    >>> kernel = np.zeros((3, 3)); kernel[1] = [0.25, 0.5, 0.25]
    >>> stamp = spline_stamp(jnp.asarray(2.0), jnp.asarray(1.0), jnp.asarray(spline_coefficients(kernel)), 4)
    >>> print(np.abs(np.round(stamp, 3)))
    [[0.   0.   0.   0.  ]
     [0.   0.25 0.5  0.25]
     [0.   0.   0.   0.  ]
     [0.   0.   0.   0.  ]]
    """
    side = coefficients.shape[-1]
    rows = spline_response(y, num_pix, side, factor)
    columns = spline_response(x, num_pix, side, factor)
    precision = jax.lax.Precision.HIGHEST
    across = jnp.matmul(coefficients, columns.T, precision=precision)
    return jnp.matmul(rows, across, precision=precision)
