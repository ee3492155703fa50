"""Image positions of a point source: every root of beta(theta) = beta_source in a window, at fixed shape.

1. The window is cut into square cells, each of two triangles.  The cells whose mapped triangles contain the
   source, or come closest to it in units of how far the map bends within the cell, are kept and cut again,
   so that the grid is fine only there.
2. From the centre of every cell of the finest level Newton's method (with shorter steps while the residual
   grows) runs in single precision.  Starts that have come to the same root are one candidate.
3. From every candidate it runs on to convergence.  Roots found twice are one; roots fainter than
   abs(mu) = 1e-3 are dropped: the image at the centre of a singular profile, which has no flux.

Behind one singular isothermal lens steps 1 and 2 are a search by direction instead (`isothermal_starts`).

Steps 1 and 2 are in single precision and step 3 in double whatever jax's default is: there are few points
left then, the rounding of a deflection comes back abs(mu) times as large in the position and abs(mu)^2 times
in mu, and near a caustic float32 cannot tell a root from a point where the residual is small.

The search itself is not differentiated.  Derivatives of the positions follow from the lens equation:
d theta = A^-1 (d beta_source - d_args beta), with A = d beta / d theta.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.lensing.isothermal_search import Isothermal, isothermal_starts
from jaxlens.kernels.lensing.rays import bounded_determinant, jacobian, magnification
from jaxlens.kernels.lensing.selection import lowest, ranked
from jaxlens.kernels.types import Real

RaysWithArgs = Callable[[jax.Array, jax.Array, Any], tuple[jax.Array, jax.Array]]
Points = tuple[jax.Array, jax.Array]
IsothermalOf = Callable[[Any], Isothermal]
Residual = Callable[[jax.Array, jax.Array], Points]
NewtonState = tuple[tuple[jax.Array, ...], tuple[jax.Array, ...], jax.Array]
SearchState = tuple[jax.Array, jax.Array, jax.Array, jax.Array, jax.Array]
T = TypeVar("T")

MIN_MAGNIFICATION = 1e-3
LEVELS = 3
ROUGH_STEPS, FINE_STEPS = 10, 48
# A start is a candidate where the residual has come below the one; candidates of equal parity that are closer
# than the other are the same, as far as single precision can tell (arcsec).
ROUGHLY_CONVERGED, ROUGHLY_SAME = 1e-4, 1e-3
CANDIDATES = 16  # at least, and twice as many as there are slots
# Behind an isothermal lens: four images, a pair next to a fold or two that turn out to be none.
DIRECTIONS = 8
CONVERGED = 1e-9  # arcsec, in the source's plane
EXACT = 1e-13  # arcsec, where Newton's method may stop
STALLED = 1e-4  # and where less than this of a step would be tried, because no longer one did better
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
    row: int = 8,
    isothermal: IsothermalOf | None = None,
) -> ImagePositions:
    """All images of the source at (beta_x, beta_y) with abs(x), abs(y) <= half_width (arcsec).

    `rays(x, y, args)` maps the sky to the source plane; `args` is a pytree of floats, with respect to which
    (and to the source position) the result is differentiable to any order.  `slots`, `cells` and `row`
    are static: the window is first cut into about cells x cells, and row x row cells are kept at each level.

    Behind one singular isothermal lens, with no other deflections than linear ones, the search on a grid can
    be left out: `isothermal(args)` are the lens's parameters, and the images are then looked for by
    direction, which is several times as fast.

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
    root = _search(rays, *fixed, slots=slots, cells=cells, row=row, isothermal=isothermal)
    lensed = _implicit(rays, args, beta_x, beta_y, root.mask, root.x, root.y, root.magnification)
    x, y, mu = (jnp.where(root.mask, v, 0.0) for v in lensed)
    return ImagePositions(x, y, mu, root.mask, root.found)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _implicit(
    rays: RaysWithArgs,
    args: Any,
    beta_x: jax.Array,
    beta_y: jax.Array,
    mask: jax.Array,
    x: jax.Array,
    y: jax.Array,
    mu: jax.Array,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """(x, y, mu) as a function of args and the source position through the lens equation."""
    return x, y, mu


@_implicit.defjvp
def _implicit_jvp(rays: RaysWithArgs, primals: Any, tangents: Any) -> tuple[Any, Any]:
    args, _, _, mask, *_ = primals
    d_args, d_beta_x, d_beta_y, *_ = tangents
    x, y, mu = _implicit(rays, *primals)
    _, (drift_x, drift_y) = jax.jvp(lambda a: rays(x, y, a), (args,), (d_args,))
    matrix = jacobian(lambda u, v: rays(u, v, args), x, y)
    identity = (1.0, 0.0, 0.0, 1.0)
    a_xx, a_xy, a_yx, a_yy = (jnp.where(mask, a, i) for a, i in zip(matrix, identity, strict=True))
    right_x = jnp.where(mask, d_beta_x - drift_x, 0.0)
    right_y = jnp.where(mask, d_beta_y - drift_y, 0.0)
    det = bounded_determinant(a_xx, a_xy, a_yx, a_yy)
    dx, dy = (a_yy * right_x - a_xy * right_y) / det, (a_xx * right_y - a_yx * right_x) / det

    def brightness(a: Any, x: jax.Array, y: jax.Array) -> jax.Array:
        return magnification(lambda u, v: rays(u, v, a), x, y)

    _, d_mu = jax.jvp(brightness, (args, x, y), (d_args, dx, dy))
    return (x, y, mu), (dx, dy, d_mu)


def _search(
    rays: RaysWithArgs,
    args: Any,
    beta_x: jax.Array,
    beta_y: jax.Array,
    half_width: jax.Array,
    *,
    slots: int,
    cells: int,
    row: int,
    isothermal: IsothermalOf | None,
) -> ImagePositions:
    """The images, without derivatives."""
    given = (args, beta_x, beta_y, half_width)
    with jax.enable_x64(False):
        *single, width = _cast(given, jnp.dtype(jnp.float32))
        residual = _residual(rays, *single)
        if isothermal is None:
            x, y, size = _starts(residual, width, -(-cells // row), row)
            x, y, real = _candidates(residual, x, y, size, width, max(CANDIDATES, 2 * slots))
        else:
            lens, count = isothermal(single[0]), max(DIRECTIONS, slots + 2)
            x, y, size, real = isothermal_starts(residual, lens, width, count)
    with jax.enable_x64(True):
        *double, width, x, y, size = _cast((*given, x, y, size), jnp.dtype(jnp.float64))
        roots = _newton(_residual(rays, *double), x, y, size, FINE_STEPS, real)
        images = _distinct_roots(*roots, real, width, slots)
        return _cast(images, beta_x.dtype)


def _residual(rays: RaysWithArgs, args: Any, beta_x: jax.Array, beta_y: jax.Array) -> Residual:
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


def _starts(
    residual: Residual, half_width: jax.Array, cuts: int, row: int
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Lower-left corners (row^2,) and side of the cells of the finest level that are closest to the source.

    At each level every cell, at first row x row of them, is cut into cuts x cuts, of which the best row^2 are
    kept.
    """
    kept = row**2

    def cast_rays(state: SearchState) -> SearchState:
        x, y, size, _, _ = state
        # The cells run along the last axis, the longest: that is the one a CPU vectorises.
        steps = size / cuts * jnp.arange(cuts + 1, dtype=x.dtype)
        corners = jnp.broadcast_arrays(
            x[None, None, :] + steps[None, :, None], y[None, None, :] + steps[:, None, None]
        )
        return x, y, size, *residual(*corners)

    def choose(state: SearchState) -> SearchState:
        x, y, size, u, v = state
        best = lowest(_scaled_distance(u, v).ravel(), kept)
        parent, cell = best % kept, best // kept
        size = size / cuts
        return x[parent] + size * (cell % cuts), y[parent] + size * (cell // cuts), size, u, v

    # Two branches of a loop, though they run in turn: XLA compiles a branch by itself.  In one computation it
    # computes the rays again for each of their twenty uses.
    def turn(k: jax.Array, state: SearchState) -> SearchState:
        return jax.lax.switch(k % 2, (cast_rays, choose), state)

    size = 2.0 * half_width / row
    edge = -half_width + size * jnp.arange(row, dtype=half_width.dtype)
    y, x = (c.ravel() for c in jnp.meshgrid(edge, edge, indexing="ij"))
    rays = jnp.zeros((cuts + 1, cuts + 1, kept), x.dtype)
    x, y, size, _, _ = jax.lax.fori_loop(0, 2 * LEVELS, turn, (x, y, size, rays, rays))
    return x, y, size


def _scaled_distance(u: jax.Array, v: jax.Array) -> jax.Array:
    """How far the mapped cells (c, c, n) with corners (c + 1, c + 1, n) are from the origin, squared.

    The unit is the bend of the map in the cell (how far its corners are from a parallelogram) and, added in
    square, a seventh of the cell's mapped diagonals.
    """
    low = slice(None, -1), slice(1, None)
    a, b, c, d = ((u[i, j], v[i, j]) for i in low for j in low)
    sides = [(a, b), (b, c), (c, a), (b, d), (d, c)]
    ab, bc, ca, bd, dc = (p[0] * q[1] - p[1] * q[0] for p, q in sides)
    inside = _alike(ab, bc, ca) | _alike(bd, dc, -bc)
    distance = _squared_distance(*sides[0])
    for side in sides[1:]:
        distance = jnp.minimum(distance, _squared_distance(*side))
    bend = _squared(a[0] - b[0] - c[0] + d[0], a[1] - b[1] - c[1] + d[1])
    diagonals = _squared(a[0] - d[0], a[1] - d[1]) + _squared(b[0] - c[0], b[1] - c[1])
    return jnp.where(inside, 0.0, distance) / (bend + 0.02 * diagonals + jnp.finfo(u.dtype).tiny)


def _alike(a: jax.Array, b: jax.Array, c: jax.Array) -> jax.Array:
    """Whether three numbers have the same sign, or zero any."""
    return ((a >= 0) & (b >= 0) & (c >= 0)) | ((a <= 0) & (b <= 0) & (c <= 0))


def _squared(x: jax.Array, y: jax.Array) -> jax.Array:
    return x * x + y * y


def _squared_distance(p: Points, q: Points) -> jax.Array:
    """Squared distance of the origin from the segment p q."""
    dx, dy = q[0] - p[0], q[1] - p[1]
    length_squared = jnp.maximum(_squared(dx, dy), jnp.finfo(dx.dtype).tiny)
    along = jnp.clip(-(p[0] * dx + p[1] * dy) / length_squared, 0.0, 1.0)
    return _squared(p[0] + along * dx, p[1] + along * dy)


def _candidates(
    residual: Residual, x: jax.Array, y: jax.Array, size: jax.Array, half_width: jax.Array, count: int
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Near which points (count,) the roots are, and which of these are real; single precision.

    `x`, `y` and `size` are the cells of `_starts`.  Where there are too many the best converged stay.
    """
    x, y, distance, det = _newton(residual, x + 0.5 * size, y + 0.5 * size, 4.0 * size, ROUGH_STEPS)
    new = _first_of_its_kind(x, y, det, distance < ROUGHLY_CONVERGED, half_width + size, ROUGHLY_SAME)
    order = ranked(jnp.where(new, -distance, -jnp.inf), count)
    return x[order], y[order], new[order] & (jnp.arange(count) < x.size)


def _newton(
    residual: Residual,
    x: jax.Array,
    y: jax.Array,
    max_step: jax.Array,
    steps: int,
    wanted: jax.Array | None = None,
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """Newton's method from every (x, y); a step that does not shrink the residual is cut to a quarter.

    It ends after `steps`, or earlier where every `wanted` point is exact or stalls.  Returns the positions,
    what is left of the residual there, and det A.
    """

    def update(state: NewtonState) -> tuple[tuple[jax.Array, ...], jax.Array]:
        """The better of the best point and the one just tried, and how much of the step from it to try."""
        best, tried, damping = state
        new = _newton_step(tried, max_step)
        better = new[2] < best[2]
        best = tuple(jnp.where(better, n, b) for n, b in zip(new, best, strict=True))
        return best, jnp.where(better, jnp.minimum(2.0 * damping, 1.0), 0.25 * damping)

    def step(_: jax.Array, state: NewtonState) -> NewtonState:
        best, damping = update(state)
        x, y = best[0] + damping * best[4], best[1] + damping * best[5]
        # What is computed at a point is carried to the next turn of the loop before it is used: used at once,
        # XLA would compute the rays again for every use, on a CPU for tens to hundreds of times as long.
        return best, (x, y, *residual(x, y), *jacobian(residual, x, y)), damping

    zero, one, far = jnp.zeros_like(x), jnp.ones_like(x), jnp.full_like(x, jnp.finfo(x.dtype).max)
    # Before the first point nothing has been tried: a residual too long to be better than none.
    best = (x, y, jnp.full_like(x, jnp.inf), one, zero, zero)
    state: NewtonState = (best, (x, y, far, far, one, zero, zero, one), 4.0 * one)
    state = _repeated(step, state, steps, wanted)
    (x, y, distance, det, *_), _ = update(state)
    return x, y, distance, det


def _repeated(
    step: Callable[[jax.Array, NewtonState], NewtonState],
    state: NewtonState,
    steps: int,
    wanted: jax.Array | None,
) -> NewtonState:
    """Newton's loop: all `steps`, or while a `wanted` point is neither exact nor stalled."""
    if wanted is None:
        return jax.lax.fori_loop(0, steps, step, state)

    def unfinished(state: tuple[jax.Array, NewtonState]) -> jax.Array:
        number, (best, tried, damping) = state
        left = jnp.minimum(best[2], jnp.hypot(tried[2], tried[3]))
        return (number < steps) & jnp.any(wanted & (left > EXACT) & (damping > STALLED))

    def once(state: tuple[jax.Array, NewtonState]) -> tuple[jax.Array, NewtonState]:
        return state[0] + 1, step(*state)

    return jax.lax.while_loop(unfinished, once, (jnp.zeros((), jnp.int32), state))[1]


def _newton_step(at: tuple[jax.Array, ...], max_step: jax.Array) -> tuple[jax.Array, ...]:
    """x, y, the residual's length, det A, and Newton's step (at most `max_step` long) from x, y, u, v, A."""
    x, y, u, v, a_xx, a_xy, a_yx, a_yy = at
    det = bounded_determinant(a_xx, a_xy, a_yx, a_yy)
    dx, dy = (a_xy * v - a_yy * u) / det, (a_yx * u - a_xx * v) / det
    shrink = jnp.minimum(1.0, max_step / (jnp.hypot(dx, dy) + jnp.finfo(x.dtype).tiny))
    return x, y, jnp.hypot(u, v), det, dx * shrink, dy * shrink


def _first_of_its_kind(
    x: jax.Array, y: jax.Array, det: jax.Array, valid: jax.Array, half_width: jax.Array, near: float
) -> jax.Array:
    """Which of the valid roots in the window have flux and are not the same as one before them.

    Two images closer than `near` have opposite parity (a fold pair), so equal parity means the same root.
    """
    inside = jnp.maximum(jnp.abs(x), jnp.abs(y)) <= half_width
    valid = valid & inside & (jnp.abs(det) * MIN_MAGNIFICATION < 1.0)
    apart = _squared(x[:, None] - x[None, :], y[:, None] - y[None, :])
    same = (apart < near**2) & ((det[:, None] > 0.0) == (det[None, :] > 0.0))
    before = np.tril(np.ones((x.size, x.size), dtype=bool), k=-1)
    return valid & ~jnp.any(same & valid[None, :] & before, axis=1)


def _distinct_roots(
    x: jax.Array,
    y: jax.Array,
    distance: jax.Array,
    det: jax.Array,
    real: jax.Array,
    half_width: jax.Array,
    slots: int,
) -> ImagePositions:
    """The converged roots, each once, brightest first.  Empty slots lie at the window's corner."""
    valid = _first_of_its_kind(x, y, det, real & (distance < CONVERGED), half_width, SAME_ROOT)
    mu = 1.0 / det
    order = ranked(jnp.where(valid, jnp.abs(mu), -1.0), slots)
    mask = valid[order]
    return ImagePositions(
        jnp.where(mask, x[order], half_width),
        jnp.where(mask, y[order], half_width),
        jnp.where(mask, mu[order], 1.0),
        mask,
        jnp.sum(valid, dtype=jnp.int32),
    )
