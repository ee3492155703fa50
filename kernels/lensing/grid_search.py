"""Points near the images of a point source, by a search on a grid that is fine only where it needs to be.

1. The window is cut into square cells, each of two triangles.  The cells whose mapped triangles contain the
   source, or come closest to it in units of how far the map is from linear within the cell, are kept and cut
   again.
2. From the centre of every cell of the finest level Newton's method runs in single precision.  Points that
   have converged to the same root count once.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.compiler import in_turn
from jaxlens.kernels.lensing.rays import Rays
from jaxlens.kernels.lensing.roots import are_distinct, newton
from jaxlens.kernels.lensing.selection import lowest, ranked
from jaxlens.kernels.types import Pair

# Levels of the grid: the cells that are kept are cut this often.
LEVELS = 3
# Newton steps from each cell of the finest level.
STEPS = 10
# Residual (arcsec in the source plane) below which a point is close to a root.
CONVERGED = 1e-4
# Distance (arcsec) below which two points of equal parity are at the same root, in single precision.
SAME_ROOT = 1e-3
# The smallest number of points that are returned; otherwise twice the number of slots for images.
MIN_STARTS = 16
# Weight of a mapped cell's squared diagonals in the squared unit of `_scaled_distance`: about (1 / 7)^2.
DIAGONAL_WEIGHT = 0.02


class Cells(NamedTuple):
    """Square cells: their lower left corners, their side, and the residual where they have been cut."""

    x: jax.Array  # (n,) arcsec
    y: jax.Array
    size: jax.Array  # () arcsec
    u: jax.Array  # (cuts + 1, cuts + 1, n) arcsec
    v: jax.Array


def grid_starts(
    residual: Rays, half_width: jax.Array, *, slots: int, cells: int, row: int
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """A point near each image in the window, found in single precision.

    Args:
        residual: `(x, y)` -> beta(x, y) - beta_source (arcsec).
        half_width: half of the window's side (arcsec), ().
        slots: the number of images for which there is a slot in the end; static.
        cells: the window is first cut into about cells x cells; static.
        row: row x row cells are kept at each level; static.

    Returns:
        x and y (n,), the longest step () that Newton's method may make from there, all in arcsec, and which
        points are valid (n,).
    """
    x, y, size = closest_cells(residual, half_width, -(-cells // row), row)
    count = max(MIN_STARTS, 2 * slots)
    x, y, valid = _candidates(residual, x, y, size, half_width, count)
    return x, y, size, valid


def closest_cells(
    residual: Rays, half_width: jax.Array, cuts: int, row: int
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """The cells of the finest level that are closest to the source.

    At each level every cell, at first row x row of them, is cut into cuts x cuts, of which the best row^2 are
    kept.

    Args:
        residual: `(x, y)` -> beta(x, y) - beta_source (arcsec).
        half_width: half of the window's side (arcsec), ().
        cuts: parts into which a cell is cut along each axis; static.
        row: square root of the number of cells; static.

    Returns:
        The lower left corners x and y (row^2,) and the side () of the cells, in arcsec.
    """
    kept = row**2

    def shoot(_: jax.Array, cells: Cells) -> Cells:
        x, y, size, _, _ = cells
        # The cells are along the last axis, which is the longest and the one that a CPU vectorises.
        steps = size / cuts * jnp.arange(cuts + 1, dtype=x.dtype)
        corners = jnp.broadcast_arrays(
            x[None, None, :] + steps[None, :, None], y[None, None, :] + steps[:, None, None]
        )
        return Cells(x, y, size, *residual(*corners))

    def choose(_: jax.Array, cells: Cells) -> Cells:
        x, y, size, u, v = cells
        best = lowest(_scaled_distance(u, v).ravel(), kept)
        parent, part = best % kept, best // kept
        size = size / cuts
        return Cells(x[parent] + size * (part % cuts), y[parent] + size * (part // cuts), size, u, v)

    size = 2.0 * half_width / row
    edge = -half_width + size * jnp.arange(row, dtype=half_width.dtype)
    y, x = (c.ravel() for c in jnp.meshgrid(edge, edge, indexing="ij"))
    zeros = jnp.zeros((cuts + 1, cuts + 1, kept), x.dtype)
    x, y, size, _, _ = in_turn((shoot, choose), LEVELS, Cells(x, y, size, zeros, zeros))
    return x, y, size


def _scaled_distance(u: jax.Array, v: jax.Array) -> jax.Array:
    """Squared distance of mapped cells (c, c, n) from the origin; (u, v) are their corners (c + 1, c + 1, n).

    The unit squared is the square of how far the mapped corners are from a parallelogram, plus 0.02 times the
    squares of the mapped diagonals.
    """
    low = slice(None, -1), slice(1, None)
    a, b, c, d = ((u[i, j], v[i, j]) for i in low for j in low)
    sides = [(a, b), (b, c), (c, a), (b, d), (d, c)]
    ab, bc, ca, bd, dc = (p[0] * q[1] - p[1] * q[0] for p, q in sides)
    inside = _same_sign(ab, bc, ca) | _same_sign(bd, dc, -bc)
    distance = _squared_distance(*sides[0])
    for side in sides[1:]:
        distance = jnp.minimum(distance, _squared_distance(*side))
    nonlinearity = _squared_length(a[0] - b[0] - c[0] + d[0], a[1] - b[1] - c[1] + d[1])
    diagonals = _squared_length(a[0] - d[0], a[1] - d[1]) + _squared_length(b[0] - c[0], b[1] - c[1])
    distance = jnp.where(inside, 0.0, distance)
    return distance / (nonlinearity + DIAGONAL_WEIGHT * diagonals + jnp.finfo(u.dtype).tiny)


def _same_sign(a: jax.Array, b: jax.Array, c: jax.Array) -> jax.Array:
    """Whether none of three numbers is negative, or none positive."""
    return ((a >= 0) & (b >= 0) & (c >= 0)) | ((a <= 0) & (b <= 0) & (c <= 0))


def _squared_length(x: jax.Array, y: jax.Array) -> jax.Array:
    return x * x + y * y


def _squared_distance(p: Pair, q: Pair) -> jax.Array:
    """Squared distance of the origin from the segment p q."""
    dx, dy = q[0] - p[0], q[1] - p[1]
    length_squared = jnp.maximum(_squared_length(dx, dy), jnp.finfo(dx.dtype).tiny)
    along = jnp.clip(-(p[0] * dx + p[1] * dy) / length_squared, 0.0, 1.0)
    return _squared_length(p[0] + along * dx, p[1] + along * dy)


def _candidates(
    residual: Rays, x: jax.Array, y: jax.Array, size: jax.Array, half_width: jax.Array, count: int
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Points x and y (count,) near the roots, and which are valid; the best converged where there are more.

    `x`, `y` and `size` are the cells of `closest_cells`.
    """
    x, y, distance, det = newton(residual, x + 0.5 * size, y + 0.5 * size, 4.0 * size, STEPS)
    new = are_distinct(x, y, det, distance < CONVERGED, half_width + size, SAME_ROOT)
    order = ranked(jnp.where(new, -distance, -jnp.inf), count)
    return x[order], y[order], new[order] & (jnp.arange(count) < x.size)
