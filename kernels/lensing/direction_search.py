"""Points near the images behind one power-law lens, by a search in one dimension.

The deflection of a power-law lens is r^(1 - t) times a function alpha of the direction in which a ray passes
the lens, with t = 1 if it is isothermal, and every further deflection (shear, convergence) is linear.  Along
theta = centre + r n the ray ends at

    beta(r) - beta_source = r A n - r^(1 - t) alpha + f,     A = 1 - the linear deflections' derivative,

so that there is an image where

    r - a r^(1 - t) = b,    a = A n . alpha / |A n|^2,    b = -A n . f / |A n|^2      (`power_law_radius`)
    g = A n x f - r^(1 - t) A n x alpha = 0.

For t < 1 there may be two such r: the inner one has the image next to the lens's centre.  g is sampled around
the lens.  The intervals in which g changes sign, or in which abs(g) has a minimum close to zero, are cut
again.  In the end an interval of the first kind has one root; an interval of the second kind has two roots,
which are a pair of images near a fold, or none.

The deflection of a thin lens changes quickly across its long axis.  Directions are therefore counted by an
angle from that axis in which such changes are well sampled.  With position angle phi, axis ratio q and that
angle u,

    tan phi = q^(cos^2 u) tan u.

For t != 1 it is assumed that a > 0: a shear or a sheet of mass above one, which would turn images over
without the lens, is left to Newton's method.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.ellipse import ellipticity_to_phi_q
from jaxlens.kernels.fastmath.compiler import in_turn
from jaxlens.kernels.fastmath.elementary import exp
from jaxlens.kernels.lensing.intervals import changes_sign, closeness, minimum, sign_change, smaller_share
from jaxlens.kernels.lensing.power_law_radius import power_law_radius
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
# A point is not returned where abs(1 / mu), computed as if the lens was round, is larger: 1e3 counts.
MAX_INVERSE_MAGNIFICATION = 3e4
# The distance (in units of theta_E) by which a point may be outside the window.
WINDOW_MARGIN = 0.01


class PowerLaw(NamedTuple):
    """An elliptical power law, or a round one with e1 = e2 = 0: its parameters, each ().

    Attributes:
        theta_E: Einstein radius (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.
        gamma: slope of the density, 1 < gamma < 3; None if the lens is isothermal.
    """

    theta_E: jax.Array
    e1: jax.Array
    e2: jax.Array
    center_x: jax.Array
    center_y: jax.Array
    gamma: jax.Array | None = None


class Intervals(NamedTuple):
    """Intervals of the angle t, n of them.

    Attributes:
        low: cosine and sine of t at the lower ends, (2, n).
        inner: for which of them r is the inner radius, (n,).
        valid: which of them are intervals, (n,).
        meets: in which of them the inner and the outer radius meet, (n,); None if the lens is isothermal.
        ends: g and its derivative at both ends, (2 ends, 2, n).
        g: g where the intervals have been cut, and MARGIN samples beyond, (CUTS + 1 + 2 MARGIN, n).
        exists: whether there is a radius r, of the same shape; None if the lens is isothermal.
    """

    low: jax.Array
    inner: jax.Array
    valid: jax.Array
    meets: jax.Array | None
    ends: jax.Array
    g: jax.Array
    exists: jax.Array | None


class Shot(NamedTuple):
    """What `Directions.shoot` returns."""

    g: jax.Array
    x: jax.Array
    y: jax.Array
    bright: jax.Array
    exists: jax.Array | None


class Directions(NamedTuple):
    """The lens equation on rays through the points at a fixed distance from the lens."""

    residual: Rays
    lens: PowerLaw
    radius: jax.Array  # arcsec, ()
    axis: Pair  # cosine and sine of the long axis's position angle
    log_q: jax.Array
    matrix: tuple[Pair, Pair]  # the columns of A
    offset: Pair  # f, arcsec

    def shoot(self, cos: jax.Array, sin: jax.Array, inner: jax.Array) -> Shot:
        """The function g at the angles u, in units of radius^2, and the image that is there if g is zero.

        Args:
            cos: cosine of u, any shape.
            sin: sine of u.
            inner: where r is the inner radius; it broadcasts.

        Returns:
            g, the image's x and y (arcsec), whether it may be bright enough, and whether there is such an r.
        """
        along, across = self.radius * cos, self.radius * sin * exp(self.log_q * (cos * cos))
        x = self.axis[0] * along - self.axis[1] * across
        y = self.axis[1] * along + self.axis[0] * across
        u, v = self.residual(self.lens.center_x + x, self.lens.center_y + y)
        # A n, here and below in units of the inverse radius.
        p, q = (x * a + y * b for a, b in zip(*self.matrix, strict=True))
        inverse = 1.0 / jnp.maximum(p * p + q * q, jnp.finfo(p.dtype).tiny)
        if self.lens.gamma is None:
            r = 1.0 - (p * u + q * v) * inverse
            exists, bright = None, r > 0.0
            g = p * v - q * u
        else:
            f_x, f_y = self.offset
            alpha_x, alpha_y = (p - u) + f_x, (q - v) + f_y
            a, b = (p * alpha_x + q * alpha_y) * inverse, -(p * f_x + q * f_y) * inverse
            r, power, exists, faintness = power_law_radius(a, b, self.lens.gamma - 1.0, inner)
            bright = faintness < MAX_INVERSE_MAGNIFICATION
            g = (p * f_y - q * f_x) - power * (p * alpha_y - q * alpha_x)
        g = g / self.radius**2
        return Shot(g, self.lens.center_x + r * x, self.lens.center_y + r * y, bright, exists)


def direction_starts(
    residual: Rays, lens: PowerLaw, half_width: jax.Array, count: int
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """A point near each image in the window, found in single precision.

    Args:
        residual: `(x, y)` -> beta(x, y) - beta_source (arcsec), behind `lens` and linear deflections.
        lens: the power law.
        half_width: half of the window's side (arcsec), ().
        count: how many points are returned; static.

    Returns:
        x and y (count,), the longest step (count,) that Newton's method may make from there, all in arcsec,
        and which points are valid (count,).
    """
    directions = _directions(residual, lens)
    cos, sin, inner, valid = _roots(_finest_intervals(directions))
    _, x, y, bright, _ = directions.shoot(cos, sin, inner)
    inside = jnp.maximum(jnp.abs(x), jnp.abs(y)) <= half_width + WINDOW_MARGIN * directions.radius
    valid = valid & bright & inside
    order = ranked(jnp.where(valid, 1.0, 0.0).astype(x.dtype), count)
    max_step = jnp.broadcast_to(MAX_STEP * directions.radius, (count,))
    return x[order], y[order], max_step, valid[order] & (jnp.arange(count) < x.size)


def _directions(residual: Rays, lens: PowerLaw) -> Directions:
    """The lens equation of `lens` by direction, with A and f from the residual at five points."""
    phi, q = ellipticity_to_phi_q(lens.e1, lens.e2)
    radius = jnp.maximum(lens.theta_E, MIN_RADIUS)
    offsets = radius * np.array([[1.0, 2.0, 0.0, 0.0, -1.0], [0.0, 0.0, 1.0, 2.0, 0.0]], np.float32)
    u, v = residual(lens.center_x + offsets[0], lens.center_y + offsets[1])
    # The deflections of the power law at opposite points cancel.
    offset = 0.5 * (u[0] + u[4]), 0.5 * (v[0] + v[4])
    # At twice the radius its deflection is `growth` times that at the radius.
    growth = 1.0 if lens.gamma is None else jnp.exp2(2.0 - lens.gamma)
    a_xx, a_xy, a_yx, a_yy = (
        (w[k + 1] - f - growth * (w[k] - f)) / ((2.0 - growth) * radius)
        for w, f in zip((u, v), offset, strict=True)
        for k in (0, 2)
    )
    axis = jnp.cos(phi), jnp.sin(phi)
    return Directions(residual, lens, radius, axis, jnp.log(q), ((a_xx, a_yx), (a_xy, a_yy)), offset)


def _finest_intervals(directions: Directions) -> Intervals:
    """The intervals of the last level: those in which g comes closest to zero."""
    # Cosines and sines, (LEVELS, 2, CUTS + 1 + 2 MARGIN), of the angles from an interval's lower end to where
    # it is cut, and to the samples beyond its ends.
    angles = WIDTHS[1:, None] * np.arange(-MARGIN, CUTS + 1 + MARGIN)
    parts = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    def shoot(level: jax.Array, intervals: Intervals) -> Intervals:
        angles = _rotated(intervals.low[:, None, :], jnp.asarray(parts)[level, :, :, None])
        shot = directions.shoot(*angles, intervals.inner[None, :])
        return intervals._replace(g=shot.g, exists=shot.exists)

    def choose(level: jax.Array, intervals: Intervals) -> Intervals:
        low, inner, valid, _, _, g, exists = intervals
        width = jnp.asarray(WIDTHS[1:].astype(np.float32))[level]
        # Central differences of fourth order.
        derivative = (8.0 * (g[3:-1] - g[1:-3]) - (g[4:] - g[:-4])) / (12.0 * width)
        samples = jnp.stack([g[2:-2], derivative])
        left, right = samples[:, :-1], samples[:, 1:]
        # From the second level on one part beyond either end is allowed too: rounding errors may move a root
        # at an interval's end to the other side.
        allowed = (level > 0) | (np.arange(-1, CUTS + 1) % (CUTS + 1) < CUTS)
        allowed, meets = allowed[:, None] & valid[None, :], None
        if exists is not None:
            before, after = exists[2:-3], exists[3:-2]
            meets, allowed = before != after, allowed & (before | after)
        distance = jnp.where(allowed, closeness(left, right, width, meets), jnp.inf).ravel()
        best = lowest(distance, kept)
        part, parent = best // kept, best % kept
        valid = jnp.arange(kept) < jnp.sum(distance < jnp.inf, dtype=jnp.int32)
        ends = jnp.stack([left[:, part, parent], right[:, part, parent]])
        low = jnp.stack(_rotated(low[:, parent], jnp.asarray(parts)[level][:, part + (MARGIN - 1)]))
        chosen = None if meets is None else meets[part, parent]
        return Intervals(low, inner[parent], valid, chosen, ends, g, exists)

    # Intervals of a power law's inner radius follow those of the outer one.
    isothermal = directions.lens.gamma is None
    kept = KEPT if isothermal else 2 * KEPT
    first = np.arange(kept) % KEPT * WIDTHS[0]
    low = jnp.asarray(np.stack([np.cos(first), np.sin(first)]), jnp.float32)
    inner = jnp.asarray(np.arange(kept) >= KEPT)
    ends, g = jnp.zeros((2, 2, kept), jnp.float32), jnp.zeros((CUTS + 1 + 2 * MARGIN, kept), jnp.float32)
    meets, exists = (None, None) if isothermal else (jnp.zeros(kept, bool), jnp.ones(g.shape, bool))
    every = jnp.ones(kept, bool)
    return in_turn((shoot, choose), LEVELS, Intervals(low, inner, every, meets, ends, g, exists))


def _rotated(direction: jax.Array, angle: jax.Array) -> Pair:
    """Cosine and sine of the sum of two angles, each given as (cosine, sine), (2, ...)."""
    (cos, sin), (c, s) = direction, angle
    return cos * c - sin * s, sin * c + cos * s


def _roots(intervals: Intervals) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """The roots in the n finest intervals, at most two in each.

    Returns:
        Cosine and sine of the angle, whether r is the inner radius, and which are valid, each (2 n,).
    """
    low, inner, valid, meets, (left, right), _, _ = intervals
    width = jnp.float32(WIDTHS[-1])
    single, (has_minimum, place, height, second) = changes_sign(left, right), minimum(left, right, width)
    # Half of the distance between the two roots beside a minimum of that height.
    half_gap = jnp.minimum(jnp.sqrt(2.0 * (jnp.maximum(-height, 0.0) + ROUNDING) / second), width)
    pair = has_minimum & (height < ROUNDING)
    if meets is not None:
        # Two roots where the radii meet: Newton's method starts at both ends.
        pair = jnp.where(meets, smaller_share(left, right) < 1.0, pair)
        place, half_gap = (jnp.where(meets, 0.5 * width, value) for value in (place, half_gap))
    pair = pair & ~single
    first = jnp.where(single, width * sign_change(left, right, width), place - half_gap)
    angle = jnp.stack([first, place + half_gap])
    small = jnp.stack([1.0 - 0.5 * angle**2, angle * (1.0 - angle**2 / 6.0)])
    cos, sin = _rotated(low[:, None, :], small)
    valid = jnp.concatenate([valid & (single | pair), valid & pair])
    return cos.ravel(), sin.ravel(), jnp.concatenate([inner, inner]), valid
