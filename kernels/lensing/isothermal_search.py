"""Points near the images behind one singular isothermal lens, by a search in one dimension.

The deflection of a singular isothermal lens depends only on the direction in which a ray passes the lens,
and every further deflection (shear, convergence) is linear.  Along theta = centre + r n the ray ends at

    beta(r) = beta(1) + (r - 1) A n,     A = 1 - the linear deflections' derivative,

so that with f = beta(1) - beta_source there is an image where

    g = A n x f = 0     at     r = 1 - (A n . f) / |A n|^2 > 0.

g is sampled around the lens.  The intervals in which g changes sign, or in which abs(g) has a minimum close
to zero, are cut again.  In the end an interval of the first kind has one root; an interval of the second kind
has two roots, which are a pair of images near a fold, or none.

The deflection of a thin lens changes quickly across its long axis.  Directions are therefore counted by an
angle t from that axis in which such changes are well sampled.  With position angle phi and axis ratio q,

    tan phi = q^(cos^2 t) tan t.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.ellipse import ellipticity_to_phi_q
from jaxlens.kernels.fastmath.compiler import in_turn
from jaxlens.kernels.fastmath.elementary import exp
from jaxlens.kernels.lensing.rays import Rays
from jaxlens.kernels.lensing.selection import lowest, ranked
from jaxlens.kernels.types import Pair

# Intervals that are kept at each level; at the first level they make up the whole circle.
KEPT = 8
# Parts into which an interval is cut.
CUTS = 12
# Levels: intervals are cut this often.
LEVELS = 2
# Widths of the intervals (radians) at each level.
WIDTHS = 2.0 * np.pi / KEPT / CUTS ** np.arange(LEVELS + 1)
# Samples beyond either end of an interval, from which derivatives at its ends are computed.
MARGIN = 3
# A minimum of abs(g) (in units of theta_E^2) below this is zero in single precision.
ROUNDING = 3e-6
# The smallest radius (arcsec) at which rays are shot; otherwise it is theta_E.
MIN_RADIUS = 1e-3
# The longest step (in units of theta_E) that Newton's method may make from a point found here.
MAX_STEP = 0.1
# The distance (in units of theta_E) by which a point may be outside the window.
WINDOW_MARGIN = 0.01


class Isothermal(NamedTuple):
    """An SIE, or an SIS with e1 = e2 = 0: its parameters, each ()."""

    theta_E: jax.Array
    e1: jax.Array
    e2: jax.Array
    center_x: jax.Array
    center_y: jax.Array


class Intervals(NamedTuple):
    """Intervals of the angle t, n of them.

    Attributes:
        low: cosine and sine of t at the lower ends, (2, n).
        valid: which of them are intervals, (n,).
        ends: g and its derivative at both ends, (2 ends, 2, n).
        g: g where the intervals have been cut, and MARGIN samples beyond, (CUTS + 1 + 2 MARGIN, n).
    """

    low: jax.Array
    valid: jax.Array
    ends: jax.Array
    g: jax.Array


class Directions(NamedTuple):
    """The lens equation on rays through the points at a fixed distance from the lens."""

    residual: Rays
    lens: Isothermal
    radius: jax.Array  # arcsec, ()
    axis: Pair  # cosine and sine of the long axis's position angle
    log_q: jax.Array
    matrix: tuple[Pair, Pair]  # the columns of A

    def shoot(self, cos: jax.Array, sin: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
        """The function g at the angles t, in units of radius^2, and the image that is there if g is zero.

        Args:
            cos: cosine of t, any shape.
            sin: sine of t.

        Returns:
            g, the image's x and y (arcsec), and its distance r from the centre in units of the radius.
        """
        along, across = self.radius * cos, self.radius * sin * exp(self.log_q * (cos * cos))
        x = self.axis[0] * along - self.axis[1] * across
        y = self.axis[1] * along + self.axis[0] * across
        u, v = self.residual(self.lens.center_x + x, self.lens.center_y + y)
        p, q = (x * a + y * b for a, b in zip(*self.matrix, strict=True))
        r = 1.0 - (p * u + q * v) / jnp.maximum(p * p + q * q, jnp.finfo(p.dtype).tiny)
        return (p * v - q * u) / self.radius**2, self.lens.center_x + r * x, self.lens.center_y + r * y, r


def isothermal_starts(
    residual: Rays, lens: Isothermal, half_width: jax.Array, count: int
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """A point near each image in the window, found in single precision.

    Args:
        residual: `(x, y)` -> beta(x, y) - beta_source (arcsec), behind `lens` and linear deflections.
        lens: the isothermal lens.
        half_width: half of the window's side (arcsec), ().
        count: how many points are returned; static.

    Returns:
        x and y (count,), the longest step (count,) that Newton's method may make from there, all in arcsec,
        and which points are valid (count,).
    """
    directions = _directions(residual, lens)
    cos, sin, valid = _roots(_finest_intervals(directions))
    _, x, y, r = directions.shoot(cos, sin)
    inside = jnp.maximum(jnp.abs(x), jnp.abs(y)) <= half_width + WINDOW_MARGIN * directions.radius
    valid = valid & (r > 0.0) & inside
    order = ranked(jnp.where(valid, 1.0, 0.0).astype(x.dtype), count)
    max_step = jnp.broadcast_to(MAX_STEP * directions.radius, (count,))
    return x[order], y[order], max_step, valid[order] & (jnp.arange(count) < x.size)


def _directions(residual: Rays, lens: Isothermal) -> Directions:
    """The lens equation of `lens` by direction, with A from the residual at four points."""
    phi, q = ellipticity_to_phi_q(lens.e1, lens.e2)
    radius = jnp.maximum(lens.theta_E, MIN_RADIUS)
    # Two rays in the same direction have the same isothermal deflection, so their ends differ by A times the
    # difference of their positions.
    offsets = radius * np.array([[1.0, 2.0, 0.0, 0.0], [0.0, 0.0, 1.0, 2.0]], np.float32)
    u, v = residual(lens.center_x + offsets[0], lens.center_y + offsets[1])
    a_xx, a_xy, a_yx, a_yy = ((w[k + 1] - w[k]) / radius for w in (u, v) for k in (0, 2))
    axis = jnp.cos(phi), jnp.sin(phi)
    return Directions(residual, lens, radius, axis, jnp.log(q), ((a_xx, a_yx), (a_xy, a_yy)))


def _finest_intervals(directions: Directions) -> Intervals:
    """The intervals of the last level: those in which g comes closest to zero."""
    # Cosines and sines, (LEVELS, 2, CUTS + 1 + 2 MARGIN), of the angles from an interval's lower end to where
    # it is cut, and to the samples beyond its ends.
    angles = WIDTHS[1:, None] * np.arange(-MARGIN, CUTS + 1 + MARGIN)
    parts = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    def shoot(level: jax.Array, intervals: Intervals) -> Intervals:
        low, valid, ends, _ = intervals
        g, *_ = directions.shoot(*_rotated(low[:, None, :], jnp.asarray(parts)[level, :, :, None]))
        return Intervals(low, valid, ends, g)

    def choose(level: jax.Array, intervals: Intervals) -> Intervals:
        low, valid, _, g = intervals
        width = jnp.asarray(WIDTHS[1:].astype(np.float32))[level]
        # Central differences of fourth order.
        derivative = (8.0 * (g[3:-1] - g[1:-3]) - (g[4:] - g[:-4])) / (12.0 * width)
        samples = jnp.stack([g[2:-2], derivative])
        left, right = samples[:, :-1], samples[:, 1:]
        # From the second level on one part beyond either end is allowed too: rounding errors may move a root
        # at an interval's end to the other side.
        allowed = (level > 0) | (np.arange(-1, CUTS + 1) % (CUTS + 1) < CUTS)
        allowed = allowed[:, None] & valid[None, :]
        closeness = jnp.where(allowed, _closeness(left, right, width), jnp.inf).ravel()
        best = lowest(closeness, KEPT)
        part, parent = best // KEPT, best % KEPT
        valid = jnp.arange(KEPT) < jnp.sum(closeness < jnp.inf, dtype=jnp.int32)
        ends = jnp.stack([left[:, part, parent], right[:, part, parent]])
        low = jnp.stack(_rotated(low[:, parent], jnp.asarray(parts)[level][:, part + (MARGIN - 1)]))
        return Intervals(low, valid, ends, g)

    first = np.arange(KEPT) * WIDTHS[0]
    low = jnp.asarray(np.stack([np.cos(first), np.sin(first)]), jnp.float32)
    ends, g = jnp.zeros((2, 2, KEPT), jnp.float32), jnp.zeros((CUTS + 1 + 2 * MARGIN, KEPT), jnp.float32)
    return in_turn((shoot, choose), LEVELS, Intervals(low, jnp.ones(KEPT, bool), ends, g))


def _rotated(direction: jax.Array, angle: jax.Array) -> Pair:
    """Cosine and sine of the sum of two angles, each given as (cosine, sine), (2, ...)."""
    (cos, sin), (c, s) = direction, angle
    return cos * c - sin * s, sin * c + cos * s


def _closeness(left: jax.Array, right: jax.Array, width: jax.Array) -> jax.Array:
    """How close to zero g comes in intervals; zero where it changes sign.

    It is the height of the minimum of abs(g) in units of g'' times the squared width, and infinite where
    there is no minimum.  `left` and `right` are (g, derivative) at the ends.
    """
    has_minimum, _, height, second = _minimum(left, right, width)
    height = jnp.maximum(height, 0.0) / (second * width**2)
    return jnp.where(_changes_sign(left, right), 0.0, jnp.where(has_minimum, height, jnp.inf))


def _changes_sign(left: jax.Array, right: jax.Array) -> jax.Array:
    """Whether g changes sign in intervals; `left` and `right` are (g, derivative) at the ends."""
    return (left[0] > 0.0) != (right[0] > 0.0)


def _minimum(
    left: jax.Array, right: jax.Array, width: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """Whether abs(g) has a minimum in intervals; its distance from the left end, its height, and g'' there.

    g is the cubic with the values and derivatives `left` and `right` at the ends.  Signs are such that g > 0
    at the left end.
    """
    sign = jnp.where(left[0] > 0.0, 1.0, -1.0)
    g, derivative, g_right, derivative_right = (sign * value for value in (*left, *right))
    second = jnp.maximum((derivative_right - derivative) / width, jnp.finfo(g.dtype).tiny)
    s = jnp.clip(-derivative / (second * width), 0.0, 1.0)
    rest = 1.0 - s
    height = rest**2 * ((1.0 + 2.0 * s) * g + s * width * derivative)
    height += s**2 * ((1.0 + 2.0 * rest) * g_right - rest * width * derivative_right)
    return (derivative < 0.0) & (derivative_right > 0.0), s * width, height, second


def _roots(intervals: Intervals) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Cosines and sines (2 KEPT,) of the angles of the roots in the finest intervals, and which are valid."""
    low, valid, (left, right), _ = intervals
    width = jnp.float32(WIDTHS[-1])
    single, (has_minimum, place, height, second) = _changes_sign(left, right), _minimum(left, right, width)
    # Half of the distance between the two roots beside a minimum of that height.
    half_gap = jnp.minimum(jnp.sqrt(2.0 * (jnp.maximum(-height, 0.0) + ROUNDING) / second), width)
    pair = has_minimum & ~single & (height < ROUNDING)
    first = jnp.where(single, width * _sign_change(left, right, width), place - half_gap)
    angle = jnp.stack([first, place + half_gap])
    small = jnp.stack([1.0 - 0.5 * angle**2, angle * (1.0 - angle**2 / 6.0)])
    cos, sin = _rotated(low[:, None, :], small)
    return cos.ravel(), sin.ravel(), jnp.concatenate([valid & (single | pair), valid & pair])


def _sign_change(left: jax.Array, right: jax.Array, width: jax.Array) -> jax.Array:
    """Where in intervals, from 0 to 1, g changes sign.

    It is the root of the parabola with the values of g at both ends and the derivative at the left one.
    """
    sign = jnp.where(left[0] > 0.0, 1.0, -1.0)
    g, derivative, fall = sign * left[0], sign * left[1] * width, sign * (left[0] - right[0])
    root = jnp.sqrt(jnp.maximum(derivative**2 + 4.0 * (fall + derivative) * g, 0.0))
    return jnp.clip(2.0 * g / jnp.maximum(root - derivative, jnp.finfo(g.dtype).tiny), 0.0, 1.0)
