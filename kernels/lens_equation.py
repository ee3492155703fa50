"""Image positions of a point source: every root of beta(theta) = beta_source in a window, at fixed shape.

1. The window is cut into square cells, each of two triangles.  The cells whose mapped triangles contain the
   source, or come closest to it in units of how far the map bends within the cell, are kept and cut again.
2. From the centre of every cell of the finest level Newton's method (with shorter steps while the residual
   grows) runs to convergence.
3. Roots found twice are one; roots fainter than abs(mu) = 1e-3 are dropped: the image at the centre of a
   singular profile, which has no flux.

Steps 2 and 3 are in double precision whatever jax's default is, at the few points left: the rounding of a
deflection comes back abs(mu) times as large in the position and abs(mu)^2 times in mu, and near a caustic
float32 cannot tell a root from a point where the residual is small.

The search itself is not differentiated.  Derivatives of the positions follow from the lens equation:
d theta = A^-1 (d beta_source - d_args beta), with A = d beta / d theta.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar

import jax
import jax.numpy as jnp

from jaxlens.kernels.rays import bounded_determinant, jacobian, magnification
from jaxlens.kernels.types import Real

RaysWithArgs = Callable[[jax.Array, jax.Array, Any], tuple[jax.Array, jax.Array]]
Points = tuple[jax.Array, jax.Array]
NewtonState = tuple[tuple[jax.Array, ...], tuple[jax.Array, ...], jax.Array]
T = TypeVar("T")

MIN_MAGNIFICATION = 1e-3
CUTS = 4  # a cell is cut into CUTS x CUTS at each level
LEVELS = 2
NEWTON_STEPS = 48
CONVERGED = 1e-9  # arcsec, in the source's plane
SAME_ROOT = 1e-5  # arcsec


class ImagePositions(NamedTuple):
    """The images of one point source, brightest first.

    x, y (slots,) in arcsec and the signed magnification (slots,) are zero where `mask` (slots,) is False.
    `found` counts the images; where it exceeds the number of slots the faintest are missing.
    """

    x: jax.Array
    y: jax.Array
    magnification: jax.Array
    mask: jax.Array
    found: jax.Array


def image_positions(
    rays: RaysWithArgs,
    args: Any,
    beta_x: Real,
    beta_y: Real,
    *,
    half_width: Real,
    slots: int,
    cells: int = 48,
) -> ImagePositions:
    """All images of the source at (beta_x, beta_y) with abs(x), abs(y) <= half_width (arcsec).

    `rays(x, y, args)` maps the sky to the source plane; `args` is a pytree of floats, with respect to which
    (and to the source position) the result is differentiable to any order.  `slots` and `cells` (coarse
    cells along a side) are static.

    >>> def point_lens(x, y, theta_E):
    ...     scale = 1 - theta_E**2 / (x * x + y * y + 1e-16)
    ...     return scale * x, scale * y
    >>> images = image_positions(point_lens, 1.0, 0.3, 0.0, half_width=3.0, slots=4)
    >>> int(images.found), [round(float(x), 3) for x in images.x[:2]]
    (2, [1.161, -0.861])
    """
    dtype = jnp.result_type(float)
    beta_x, beta_y = jnp.asarray(beta_x, dtype), jnp.asarray(beta_y, dtype)
    fixed = jax.lax.stop_gradient((args, beta_x, beta_y, jnp.asarray(half_width, dtype)))
    root = _search(rays, *fixed, slots=slots, cells=cells)
    mask, found = root.mask, root.found
    x, y = _implicit(rays, args, beta_x, beta_y, root.x, root.y, mask)
    mu = magnification(lambda u, v: rays(u, v, args), x, y)
    # The derivatives of this mu, the value of the search's, which was computed in double precision.
    mu = mu + jax.lax.stop_gradient(root.magnification - mu)
    return ImagePositions(
        jnp.where(mask, x, 0.0), jnp.where(mask, y, 0.0), jnp.where(mask, mu, 0.0), mask, found
    )


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _implicit(
    rays: RaysWithArgs,
    args: Any,
    beta_x: jax.Array,
    beta_y: jax.Array,
    x: jax.Array,
    y: jax.Array,
    mask: jax.Array,
) -> Points:
    """(x, y) as a function of args and the source position through the lens equation."""
    return x, y


@_implicit.defjvp
def _implicit_jvp(rays: RaysWithArgs, primals: Any, tangents: Any) -> tuple[Points, Points]:
    args, _, _, _, _, mask = primals
    d_args, d_beta_x, d_beta_y, *_ = tangents
    x, y = _implicit(rays, *primals)
    _, (drift_x, drift_y) = jax.jvp(lambda a: rays(x, y, a), (args,), (d_args,))
    matrix = jacobian(lambda u, v: rays(u, v, args), x, y)
    identity = (1.0, 0.0, 0.0, 1.0)
    a_xx, a_xy, a_yx, a_yy = (jnp.where(mask, a, i) for a, i in zip(matrix, identity, strict=True))
    right_x = jnp.where(mask, d_beta_x - drift_x, 0.0)
    right_y = jnp.where(mask, d_beta_y - drift_y, 0.0)
    det = bounded_determinant(a_xx, a_xy, a_yx, a_yy)
    dx, dy = (a_yy * right_x - a_xy * right_y) / det, (a_xx * right_y - a_yx * right_x) / det
    return (x, y), (dx, dy)


def _search(
    rays: RaysWithArgs,
    args: Any,
    beta_x: jax.Array,
    beta_y: jax.Array,
    half_width: jax.Array,
    *,
    slots: int,
    cells: int,
) -> ImagePositions:
    """The images, without derivatives."""
    starts = min(max(64, 8 * slots), cells * cells)
    residual = _residual(rays, args, beta_x, beta_y)
    size = 2.0 * half_width / cells
    edge = -half_width + size * jnp.arange(cells, dtype=half_width.dtype)
    y, x = (c.ravel() for c in jnp.meshgrid(edge, edge, indexing="ij"))
    x, y = _closest_cells(residual, x, y, size, 1, starts)

    def refine(_: int, state: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        x, y, size = state
        return (*_closest_cells(residual, x, y, size / CUTS, CUTS, starts), size / CUTS)

    x, y, size = jax.lax.fori_loop(0, LEVELS, refine, (x, y, size))
    with jax.enable_x64(True):
        *given, x, y, size, half_width = _cast(
            (args, beta_x, beta_y, x, y, size, half_width), jnp.dtype(jnp.float64)
        )
        roots = _newton(_residual(rays, *given), x + 0.5 * size, y + 0.5 * size, 4.0 * size)
        images = _distinct_roots(*roots, half_width, slots)
        return _cast(images, beta_x.dtype)


def _residual(
    rays: RaysWithArgs, args: Any, beta_x: jax.Array, beta_y: jax.Array
) -> Callable[[jax.Array, jax.Array], Points]:
    """Where a ray ends, relative to the source."""

    def residual(x: jax.Array, y: jax.Array) -> Points:
        u, v = rays(x, y, args)
        return u - beta_x, v - beta_y

    return residual


def _cast(values: T, dtype: jnp.dtype) -> T:
    """All floating-point numbers of a pytree in `dtype`."""

    def cast(value: Any) -> Any:
        array = jnp.asarray(value)
        return array.astype(dtype) if jnp.issubdtype(array.dtype, jnp.floating) else array

    return jax.tree.map(cast, values)


def _closest_cells(
    residual: Callable[[jax.Array, jax.Array], Points],
    x: jax.Array,
    y: jax.Array,
    size: jax.Array,
    cuts: int,
    keep: int,
) -> Points:
    """Cut the cells with lower-left corners (x, y) into cuts x cuts of side `size`; keep the best.

    For the coarsest level cuts is 1 and `size` the cells' own side.
    """
    # The cells run along the last axis, the longest: that is the one a CPU vectorises.
    steps = size * jnp.arange(cuts + 1, dtype=x.dtype)
    corner_x, corner_y = jnp.broadcast_arrays(
        x[None, None, :] + steps[None, :, None], y[None, None, :] + steps[:, None, None]
    )
    score = _scaled_distance(*residual(corner_x, corner_y)).ravel()
    _, best = jax.lax.top_k(-score, keep)
    return corner_x[:-1, :-1].ravel()[best], corner_y[:-1, :-1].ravel()[best]


def _scaled_distance(u: jax.Array, v: jax.Array) -> jax.Array:
    """How far the mapped cells (c, c, n) with corners (c + 1, c + 1, n) are from the origin.

    The unit is the bend of the map in the cell (how far its corners are from a parallelogram) plus a tenth
    of the cell's mapped diagonals.
    """
    low = slice(None, -1), slice(1, None)
    a, b, c, d = ((u[i, j], v[i, j]) for i in low for j in low)
    distance = jnp.minimum(_distance_to_triangle(a, b, c), _distance_to_triangle(d, b, c))
    bend = jnp.hypot(a[0] - b[0] - c[0] + d[0], a[1] - b[1] - c[1] + d[1])
    diagonals = jnp.hypot(a[0] - d[0], a[1] - d[1]) + jnp.hypot(b[0] - c[0], b[1] - c[1])
    return distance / (bend + 0.1 * diagonals + jnp.finfo(u.dtype).tiny)


def _distance_to_triangle(a: Points, b: Points, c: Points) -> jax.Array:
    """Distance of the origin from the triangle a b c; zero inside."""
    sides = [(a, b), (b, c), (c, a)]
    turns = [p[0] * q[1] - p[1] * q[0] for p, q in sides]
    inside = ((turns[0] >= 0) & (turns[1] >= 0) & (turns[2] >= 0)) | (
        (turns[0] <= 0) & (turns[1] <= 0) & (turns[2] <= 0)
    )
    to_sides = [_distance_to_segment(p, q) for p, q in sides]
    return jnp.where(inside, 0.0, jnp.minimum(jnp.minimum(to_sides[0], to_sides[1]), to_sides[2]))


def _distance_to_segment(p: Points, q: Points) -> jax.Array:
    dx, dy = q[0] - p[0], q[1] - p[1]
    length_squared = jnp.maximum(dx * dx + dy * dy, jnp.finfo(dx.dtype).tiny)
    along = jnp.clip(-(p[0] * dx + p[1] * dy) / length_squared, 0.0, 1.0)
    return jnp.hypot(p[0] + along * dx, p[1] + along * dy)


def _newton(
    residual: Callable[[jax.Array, jax.Array], Points], x: jax.Array, y: jax.Array, max_step: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """Newton's method from every (x, y); a step that does not shrink the residual is cut to a quarter.

    Returns the positions, what is left of the residual there, and det A.
    """

    def update(state: NewtonState) -> tuple[tuple[jax.Array, ...], jax.Array]:
        """The better of the best point and the one just tried, and how much of the step from it to try."""
        best, tried, damping = state
        new = _newton_step(tried, max_step)
        better = new[2] < best[2]
        best = tuple(jnp.where(better, n, b) for n, b in zip(new, best, strict=True))
        return best, jnp.where(better, jnp.minimum(2.0 * damping, 1.0), 0.25 * damping)

    def step(_: int, state: NewtonState) -> NewtonState:
        best, damping = update(state)
        x, y = best[0] + damping * best[4], best[1] + damping * best[5]
        # What is computed at a point is carried to the next turn of the loop before it is used: used at once,
        # XLA would compute the rays again for every use, on a CPU for tens to hundreds of times as long.
        return best, (x, y, *residual(x, y), *jacobian(residual, x, y)), damping

    zero, one, far = jnp.zeros_like(x), jnp.ones_like(x), jnp.full_like(x, jnp.finfo(x.dtype).max)
    # Before the first point nothing has been tried: a residual too long to be better than none.
    best = (x, y, jnp.full_like(x, jnp.inf), one, zero, zero)
    tried = (x, y, far, far, one, zero, zero, one)
    (x, y, distance, det, *_), _ = update(jax.lax.fori_loop(0, NEWTON_STEPS, step, (best, tried, 4.0 * one)))
    return x, y, distance, det


def _newton_step(at: tuple[jax.Array, ...], max_step: jax.Array) -> tuple[jax.Array, ...]:
    """x, y, the residual's length, det A, and Newton's step (at most `max_step` long) from x, y, u, v, A."""
    x, y, u, v, a_xx, a_xy, a_yx, a_yy = at
    det = bounded_determinant(a_xx, a_xy, a_yx, a_yy)
    dx, dy = (a_xy * v - a_yy * u) / det, (a_yx * u - a_xx * v) / det
    shrink = jnp.minimum(1.0, max_step / (jnp.hypot(dx, dy) + jnp.finfo(x.dtype).tiny))
    return x, y, jnp.hypot(u, v), det, dx * shrink, dy * shrink


def _distinct_roots(
    x: jax.Array,
    y: jax.Array,
    distance: jax.Array,
    det: jax.Array,
    half_width: jax.Array,
    slots: int,
) -> ImagePositions:
    """The converged roots, each once, brightest first.  Empty slots lie at the window's corner."""
    mu = 1.0 / det
    inside = jnp.maximum(jnp.abs(x), jnp.abs(y)) <= half_width
    valid = (distance < CONVERGED) & inside & (jnp.abs(mu) > MIN_MAGNIFICATION)
    # Two images that close have opposite parity (a fold pair), so equal parity means the same root.
    apart = jnp.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    same = (apart < SAME_ROOT) & (mu[:, None] * mu[None, :] > 0.0)
    repeated = jnp.any(jnp.tril(same & valid[None, :], k=-1), axis=1)
    valid = valid & ~repeated
    order = jax.lax.top_k(jnp.where(valid, jnp.abs(mu), -1.0), min(slots, x.size))[1]
    order = jnp.pad(order, (0, slots - order.size))
    mask = valid[order] & (jnp.arange(slots) < x.size)
    return ImagePositions(
        jnp.where(mask, x[order], half_width),
        jnp.where(mask, y[order], half_width),
        jnp.where(mask, mu[order], 1.0),
        mask,
        jnp.sum(valid, dtype=jnp.int32),
    )
