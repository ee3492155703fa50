"""Interpolation in arrays of values on a grid: between two neighbours along each axis, or four.

Positions are in units of the grid, from the first value.  Only the values around a position are read, in one
gather each, and derivatives with respect to the position read the same ones: none is written to the array.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero

# The index of a neighbour along an axis, and its weight.
Neighbours = tuple[tuple[jax.Array, jax.Array], ...]
# A weight as a function of the part of a pixel by which the position is beyond the pixel before it.
Weight = Callable[[jax.Array], jax.Array]


def image_value(image: jax.Array, u: jax.Array, v: jax.Array, order: int = 1) -> jax.Array:
    """An image between its pixels; beyond its edge it falls to zero within one pixel, or two.

    Order 1 is bilinear interpolation in the image with a border of zeros, which lenstronomy has.  Order 3 is
    cubic convolution (Keys 1981, IEEE ASSP 29, 1153): it goes through the pixels too, and its derivative is
    continuous.  The integral of both is the sum of the pixels.

    Args:
        image: (ny, nx), or (bands, ny, nx).
        u: the column in pixels from the centre of the first one, any shape; with bands (1 or bands, ...).
        v: the row, of the same shape.
        order: 1 or 3.

    Returns:
        The values, of the shape of `u`; with bands (bands, ...).

    Raises:
        ValueError: if the order is another.

    >>> image = jnp.asarray([[0.0, 2.0], [4.0, 8.0]])
    >>> print(image_value(image, jnp.asarray([0.5, 1.5]), jnp.asarray([0.0, 1.0])))
    [1. 4.]
    """
    if order not in (1, 3):
        raise ValueError(f"order is {order!r}; give 1 for linear interpolation, or 3 for cubic")
    if image.ndim == 2:
        return _between_pixels(image, u, v, order)
    u, v = (jnp.broadcast_to(w, (image.shape[0], *w.shape[1:])) for w in (u, v))
    return jax.vmap(lambda own, u, v: image_value(own, u, v, order))(image, u, v)


def grid_values(tables: tuple[jax.Array, ...], u: jax.Array, v: jax.Array) -> list[jax.Array]:
    """Bilinear interpolation in several arrays at once; beyond the edge the value is that at the edge.

    Args:
        tables: arrays (ny, nx).
        u: the column, from 0 for the first value; any shape.
        v: the row, of the same shape.

    Returns:
        The value of each array, of the shape of `u`.
    """
    ny, nx = tables[0].shape
    columns, rows = _inside(u, nx), _inside(v, ny)
    return [_weighted(table, columns, rows) for table in tables]


def position(axis: jax.Array, n: int, x: jax.Array) -> jax.Array:
    """Where a coordinate is on an axis, in units of the grid from its first value.

    Args:
        axis: increasing coordinates (n,); or the first and the last of n in equal steps, (2,).
        n: the number of coordinates.
        x: coordinates, any shape.

    Returns:
        The position, of the shape of `x`; from 0 to n - 1 within the grid.

    >>> print(position(jnp.asarray([1.0, 2.0, 4.0]), 3, jnp.asarray([1.5, 3.0])))
    [0.5 1.5]
    """
    if axis.shape[0] == 2:
        return (x - axis[0]) * ((n - 1) / (axis[1] - axis[0]))
    k = interval(axis, x)
    low, high = _taken(axis, k), _taken(axis, k + 1)
    return k.astype(low.dtype) + (x - low) / (high - low)


def interval(axis: jax.Array, x: jax.Array) -> jax.Array:
    """The index k for which axis[k] <= x < axis[k + 1]; the first or the last interval outside of all.

    Args:
        axis: coordinates (n,), none smaller than the one before it.
        x: coordinates, any shape.
    """
    k = jnp.searchsorted(axis, x, side="right", method="scan_unrolled").astype(jnp.int32)
    return jnp.clip(k - 1, 0, axis.shape[0] - 2)


def _weighted(image: jax.Array, columns: Neighbours, rows: Neighbours) -> jax.Array:
    """The sum over neighbours of weight times pixel of an image (ny, nx)."""
    pixels, width = jnp.ravel(image), image.shape[1]
    along_rows = [(sum(w * _taken(pixels, k * width + i) for i, w in columns), own) for k, own in rows]
    return sum(own * value for value, own in along_rows)  # type: ignore[return-value]


def _taken(values: jax.Array, k: jax.Array) -> jax.Array:
    """The values (n,) at some indices, all of which are inside."""
    return values.at[k].get(mode="promise_in_bounds")


@partial(jax.custom_jvp, nondiff_argnums=(3,))
def _between_pixels(image: jax.Array, u: jax.Array, v: jax.Array, order: int) -> jax.Array:
    """`image_value` of one image (ny, nx)."""
    ny, nx = image.shape
    return _weighted(image, _neighbours(u, nx, _WEIGHTS[order]), _neighbours(v, ny, _WEIGHTS[order]))


def _between_pixels_jvp(order: int, primals: Any, tangents: Any) -> tuple[jax.Array, jax.Array]:
    """The derivative from the slopes of the weights, so that reverse mode keeps two numbers a position."""
    (image, u, v), (d_image, d_u, d_v) = primals, tangents
    ny, nx = image.shape
    columns, rows = _neighbours(u, nx, _WEIGHTS[order]), _neighbours(v, ny, _WEIGHTS[order])
    value = _weighted(image, columns, rows)
    change = jnp.zeros_like(value)
    if not isinstance(d_u, SymbolicZero):
        change = change + d_u * _weighted(image, _neighbours(u, nx, _SLOPES[order]), rows)
    if not isinstance(d_v, SymbolicZero):
        change = change + d_v * _weighted(image, columns, _neighbours(v, ny, _SLOPES[order]))
    if not isinstance(d_image, SymbolicZero):
        change = change + _weighted(d_image, columns, rows)
    return value, change


_between_pixels.defjvp(_between_pixels_jvp, symbolic_zeros=True)


def _near(t: jax.Array) -> jax.Array:
    """The weight of cubic convolution at a distance t up to one pixel."""
    return 1.0 + t * t * (1.5 * t - 2.5)


def _far(t: jax.Array) -> jax.Array:
    """The weight at a distance 1 + t of up to two pixels."""
    return -0.5 * t * (1.0 - t) * (1.0 - t)


def _near_slope(t: jax.Array) -> jax.Array:
    """The derivative of `_near`."""
    return t * (4.5 * t - 5.0)


def _far_slope(t: jax.Array) -> jax.Array:
    """The derivative of `_far`."""
    return (1.0 - t) * (1.5 * t - 0.5)


# The weights of the neighbours of a position, the one before the two pixels around it first, by the order.
_WEIGHTS: dict[int, tuple[Weight, ...]] = {
    1: (lambda t: 1.0 - t, lambda t: t),
    3: (_far, _near, lambda t: _near(1.0 - t), lambda t: _far(1.0 - t)),
}
# Their derivatives.
_SLOPES: dict[int, tuple[Weight, ...]] = {
    1: (lambda t: -jnp.ones_like(t), jnp.ones_like),
    3: (_far_slope, _near_slope, lambda t: -_near_slope(1.0 - t), lambda t: -_far_slope(1.0 - t)),
}


def _neighbours(u: jax.Array, n: int, weights: tuple[Weight, ...]) -> Neighbours:
    """The neighbours of a position among n pixels.

    Args:
        u: the position.
        n: the number of pixels.
        weights: of the neighbours, of which as many are before the position as behind it.

    Returns:
        Indices inside of the image and weights, which are zero where the neighbour is outside.
    """
    half = len(weights) // 2
    # farther away all neighbours are outside
    inside = jnp.clip(u, -half - 1.0, n - 1.0 + half)
    first = jnp.floor(inside)
    part, k = inside - first, first.astype(jnp.int32) - (half - 1)
    # a product and no choice, so that NaN stays NaN
    return tuple(
        (jnp.clip(k + tap, 0, n - 1), weight(part) * ((k + tap >= 0) & (k + tap < n)).astype(u.dtype))
        for tap, weight in enumerate(weights)
    )


def _inside(u: jax.Array, n: int) -> Neighbours:
    """The two neighbours of a position that is moved to the nearest edge where it is outside."""
    inside = jnp.clip(u, 0.0, n - 1.0)
    first = jnp.clip(jnp.floor(jax.lax.stop_gradient(inside)), 0.0, max(n - 2.0, 0.0))
    part, k = inside - first, first.astype(jnp.int32)
    return (k, 1.0 - part), (jnp.minimum(k + 1, n - 1), part)
