"""Where the pixels of an image are on the sky: squares along x and y, or a linear map and a shift.

A plain grid is its pixel scale s: a point (i, j), in pixels from the centre of the image, is at x = s i and
y = s j.  A `PixelMap` has six numbers in its place,

    x = xx i + xy j + x_0,    y = yx i + yy j + y_0,

as lenstronomy's ImageData has in transform_pix2angle and, of the first pixel, ra_at_xy_0 and dec_at_xy_0.
The PSF belongs to the pixels: its widths in pixels are those on the sky over sqrt(abs(det)).
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.config.model import PIXEL_MAP, PIXEL_SCALE, TRANSFORM
from jaxlens.kernels.types import Pair, Params, Real


class PixelMap(NamedTuple):
    """A linear map from pixels to angles and a shift, each number ().

    Attributes:
        xx: the change of x with the column, arcsec per pixel.
        xy: the change of x with the row.
        yx: the change of y with the column.
        yy: the change of y with the row.
        x: the centre of the image, arcsec.
        y: the other coordinate.
    """

    xx: jax.Array
    xy: jax.Array
    yx: jax.Array
    yy: jax.Array
    x: jax.Array
    y: jax.Array

    @property
    def determinant(self) -> jax.Array:
        """The area of a pixel, arcsec^2, below 0 where the map mirrors the image."""
        return self.xx * self.yy - self.xy * self.yx


# The pixel scale of a plain grid, arcsec, (), or a map.
PixelGrid = jax.Array | PixelMap


def has_pixel_map(params: Params) -> bool:
    """Whether the parameters of a system are those of a scene whose pixels have a map."""
    return TRANSFORM[0] in params


def pixel_grid(params: Params) -> PixelGrid:
    """Where the pixels of a system are, from its parameters."""
    return PixelMap(*(params[name] for name in PIXEL_MAP)) if has_pixel_map(params) else params[PIXEL_SCALE]


def pixel_scale(params: Params) -> jax.Array:
    """The side of a pixel (arcsec) from the parameters of a system; with a map that of a square as large."""
    grid = pixel_grid(params)
    return jnp.sqrt(jnp.abs(grid.determinant)) if isinstance(grid, PixelMap) else grid


def pixel_area(grid: PixelGrid) -> jax.Array:
    """The area of a pixel, arcsec^2, ()."""
    return jnp.abs(grid.determinant) if isinstance(grid, PixelMap) else grid**2


def angles(grid: PixelGrid, i: jax.Array, j: jax.Array) -> Pair:
    """Where points of an image are on the sky.

    Args:
        grid: where the pixels are.
        i: pixels from the centre of the image along a row, of any shape.
        j: the other coordinate, of the same shape.

    Returns:
        x and y, arcsec.
    """
    if not isinstance(grid, PixelMap):
        return i * grid, j * grid
    return grid.xx * i + grid.xy * j + grid.x, grid.yx * i + grid.yy * j + grid.y


def image_pixels(grid: PixelGrid, num_pix: int, x: jax.Array, y: jax.Array) -> Pair:
    """Where points on the sky are in an image, the inverse of `angles`.

    Args:
        grid: where the pixels are.
        num_pix: pixels along a side of the image.
        x: arcsec, of any shape.
        y: the other coordinate, of the same shape.

    Returns:
        Pixels from the centre of the image's first pixel, along a row and along a column.
    """
    first = -(num_pix - 1) / 2.0  # its centre, in pixels from the centre of the image
    if not isinstance(grid, PixelMap):
        return x / grid - first, y / grid - first
    dx, dy = x - grid.x, y - grid.y
    across, along = grid.yy * dx - grid.xy * dy, grid.xx * dy - grid.yx * dx
    return across / grid.determinant - first, along / grid.determinant - first


def farthest_angle(grid: PixelGrid, pixels: Real) -> jax.Array:
    """The largest abs(x) or abs(y), arcsec, in the square of `pixels` to each side of the image's centre."""
    if not isinstance(grid, PixelMap):
        return pixels * grid
    x = jnp.abs(grid.x) + pixels * (jnp.abs(grid.xx) + jnp.abs(grid.xy))
    y = jnp.abs(grid.y) + pixels * (jnp.abs(grid.yx) + jnp.abs(grid.yy))
    return jnp.maximum(x, y)
