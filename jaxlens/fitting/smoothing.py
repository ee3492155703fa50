"""Smoothed images, in which a model that is far from the data still has a gradient towards it."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

# The standard deviation of the wider Gaussian, in units of the image's side.
FIRST_WIDTH = 1.0 / 16.0
# The standard deviation of the narrower Gaussian, in units of that of the wider one.
SECOND_WIDTH = 0.4


def smoothing_widths(num_pix: int) -> tuple[float, ...]:
    """The standard deviations (pixels) of the Gaussians that smooth an image of `num_pix` pixels a side.

    The wider one is first; the narrower one is left out where it would be below a pixel.

    >>> smoothing_widths(80), smoothing_widths(20)
    ((5.0, 2.0), (1.25,))
    """
    first = max(1.0, num_pix * FIRST_WIDTH)
    second = first * SECOND_WIDTH
    return (first, second) if second >= 1.0 else (first,)


def smoothed(images: jax.Array, width: float, side: int | None = None, factor: int = 1) -> jax.Array:
    """Images (..., y, x), convolved with a Gaussian and sampled at points about `width` pixels apart.

    The samples are scaled such that the sum of their squares is about that over all pixels of the convolved
    image.

    Args:
        images: the images.
        width: the standard deviation of the Gaussian, in pixels.
        side: the number of pixels along a side, of images with wide pixels; None: as many as they have.
        factor: pixels along a side of a wide pixel.  The light of a wide pixel is that of all of them.
    """
    length = images.shape[-1] if side is None else side
    weights = jnp.asarray(smoothing_weights(length, width, factor) / factor, images.dtype)
    return jnp.einsum("iy,...yx,jx->...ij", weights, images, weights, precision="highest")


def smoothing_weights(side: int, width: float, factor: int = 1) -> np.ndarray:
    """The weights of pixels in each sample of `smoothed` along one axis, (points, wide pixels).

    They are Gaussians about points that are about `width` pixels apart.  An image is smoothed by multiplying
    both axes by them.  The sum of each Gaussian is the square root of the distance between points.

    Args:
        side: the number of pixels along the axis.
        width: the standard deviation of the Gaussians, in pixels.
        factor: pixels along a side of a wide pixel; wide pixels have the same middle as all pixels.

    >>> smoothing_weights(97, 6.0, 2).shape
    (16, 49)
    """
    points, wide = max(1, round(side / width)), -(-side // factor)
    places = (np.arange(points) + 0.5) * side / points - 0.5
    pixels = (np.arange(wide) - 0.5 * (wide - 1)) * factor + 0.5 * (side - 1)
    weights = np.exp(-0.5 * ((places[:, None] - pixels[None, :]) / width) ** 2)
    return weights / weights.sum(axis=1, keepdims=True) * np.sqrt(side / points)
