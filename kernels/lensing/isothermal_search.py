"""Where the images behind one singular isothermal lens are, from a search in one dimension.

The deflection of a singular isothermal lens depends on the direction alone in which a ray passes the lens,
and every further deflection (shear, convergence) is linear.  Along theta = centre + r n the ray ends at

    beta(r) = beta(1) + (r - 1) A n,     A = 1 - the linear deflections' derivative,

so that with f = beta(1) - beta_source there is an image where

    g = A n x f = 0     at     r = 1 - (A n . f) / |A n|^2 > 0.

g is sampled around the lens.  Intervals in which it changes its sign, or comes close to zero and turns back,
are cut again.  At the end the former have one root and the latter two, a pair next to a fold, or none.

A thin lens deflects very differently on the two sides of its long axis.  Directions are counted by an angle
t from there, in which samples are as close as it takes, with axis ratio q:  tan phi = q^(cos^2 t) tan t.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.ellipse import ellipticity_to_phi_q
from jaxlens.kernels.fastmath.elementary import exp
from jaxlens.kernels.lensing.selection import lowest, ranked

Points = tuple[jax.Array, jax.Array]
Residual = Callable[[jax.Array, jax.Array], Points]
# Cosine and sine of the intervals' lower ends (2, n); which of them are real; (g, slope) at both their ends
# (2, 2, n), the ends first; and g where the intervals have been cut, (CUTS + 7, n).
SearchState = tuple[jax.Array, jax.Array, jax.Array, jax.Array]

KEPT, CUTS, LEVELS = 8, 12, 2  # intervals at each level, at first the whole circle, and their parts
WIDTHS = 2.0 * np.pi / KEPT / CUTS ** np.arange(LEVELS + 1)
# What g, in units of theta_E^2, may miss zero by where it turns back and still have roots: single precision.
ROUNDING = 3e-6
LEAST_RADIUS = 1e-3  # arcsec: for lenses without mass


class Isothermal(NamedTuple):
    """An SIE, or an SIS with e1 = e2 = 0: its parameters, each ()."""

    theta_E: jax.Array
    e1: jax.Array
    e2: jax.Array
    center_x: jax.Array
    center_y: jax.Array


class Directions(NamedTuple):
    """The lens equation on rays out of the centre; all numbers are ()."""

    residual: Residual
    lens: Isothermal
    scale: jax.Array  # arcsec: how far from the centre rays are cast
    axis: Points  # cosine and sine of the long axis
    log_q: jax.Array
    matrix: tuple[Points, Points]  # the columns of A

    def cast(self, cos: jax.Array, sin: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
        """G in units of theta_E^2 at t, and were it 0, where the image is: x, y (arcsec) and r."""
        along, across = self.scale * cos, self.scale * sin * exp(self.log_q * (cos * cos))
        x = self.axis[0] * along - self.axis[1] * across
        y = self.axis[1] * along + self.axis[0] * across
        u, v = self.residual(self.lens.center_x + x, self.lens.center_y + y)
        p, q = (x * a + y * b for a, b in zip(*self.matrix, strict=True))
        r = 1.0 - (p * u + q * v) / jnp.maximum(p * p + q * q, jnp.finfo(p.dtype).tiny)
        return (p * v - q * u) / self.scale**2, self.lens.center_x + r * x, self.lens.center_y + r * y, r


def isothermal_starts(
    residual: Residual, lens: Isothermal, half_width: jax.Array, count: int
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """Near which points (count,) the images in the window are, and which of these are real.

    `residual` says where a ray ends relative to the source, behind `lens` and linear deflections.  Returns
    x, y, how far a step of Newton's method may go from there (arcsec, (count,)), and the mask.
    """
    directions = _directions(residual, lens)
    cos, sin, real = _roots(_intervals(directions))
    _, x, y, r = directions.cast(cos, sin)
    inside = jnp.maximum(jnp.abs(x), jnp.abs(y)) <= half_width + 0.01 * directions.scale
    real = real & (r > 0.0) & inside
    order = ranked(jnp.where(real, 1.0, 0.0).astype(x.dtype), count)
    step = jnp.broadcast_to(0.1 * directions.scale, (count,))
    return x[order], y[order], step, real[order] & (jnp.arange(count) < x.size)


def _directions(residual: Residual, lens: Isothermal) -> Directions:
    phi, q = ellipticity_to_phi_q(lens.e1, lens.e2)
    scale = jnp.maximum(lens.theta_E, LEAST_RADIUS)
    # The ends of two rays in the same direction differ by A times what they are apart.
    reach = scale * np.array([[1.0, 2.0, 0.0, 0.0], [0.0, 0.0, 1.0, 2.0]], np.float32)
    u, v = residual(lens.center_x + reach[0], lens.center_y + reach[1])
    a_xx, a_xy, a_yx, a_yy = ((w[k + 1] - w[k]) / scale for w in (u, v) for k in (0, 2))
    axis = jnp.cos(phi), jnp.sin(phi)
    return Directions(residual, lens, scale, axis, jnp.log(q), ((a_xx, a_yx), (a_xy, a_yy)))


def _intervals(directions: Directions) -> SearchState:
    """The intervals of the finest level, those in which g comes closest to zero."""
    # Cosines and sines (LEVELS, 2, CUTS + 7) of the angles that cut an interval, and three beyond either end.
    angles = WIDTHS[1:, None] * np.arange(-3, CUTS + 4)
    parts = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    def cast(k: jax.Array, state: SearchState) -> SearchState:
        low, real, ends, _ = state
        g, *_ = directions.cast(*_turned(low[:, None, :], jnp.asarray(parts)[k // 2, :, :, None]))
        return low, real, ends, g

    def choose(k: jax.Array, state: SearchState) -> SearchState:
        low, real, _, g = state
        width = jnp.asarray(WIDTHS[1:].astype(np.float32))[k // 2]
        slope = (8.0 * (g[3:-1] - g[1:-3]) - (g[4:] - g[:-4])) / (12.0 * width)  # exact for quartics
        both = jnp.stack([g[2:-2], slope])
        left, right = both[:, :-1], both[:, 1:]
        # Once cut, an interval is looked at with a part of its neighbours: a root at its end may be found on
        # the other side with the next level's rounding.
        own = (k > 1) | (np.arange(-1, CUTS + 1) % (CUTS + 1) < CUTS)
        close = jnp.where(own[:, None] & real[None, :], _closeness(left, right, width), jnp.inf).ravel()
        best = lowest(close, KEPT)
        part, parent = best // KEPT, best % KEPT
        real = jnp.arange(KEPT) < jnp.sum(close < jnp.inf, dtype=jnp.int32)
        ends = jnp.stack([left[:, part, parent], right[:, part, parent]])
        low = jnp.stack(_turned(low[:, parent], jnp.asarray(parts)[k // 2][:, part + 2]))
        return low, real, ends, g

    # Two branches of a loop, though they run in turn: see `lens_equation`.
    def turn(k: jax.Array, state: SearchState) -> SearchState:
        return jax.lax.switch(k % 2, (cast, choose), k, state)

    first = np.arange(KEPT) * WIDTHS[0]
    low = jnp.asarray(np.stack([np.cos(first), np.sin(first)]), jnp.float32)
    ends, g = jnp.zeros((2, 2, KEPT), jnp.float32), jnp.zeros((CUTS + 7, KEPT), jnp.float32)
    start = (low, jnp.ones(KEPT, bool), ends, g)
    state: SearchState = jax.lax.fori_loop(0, 2 * LEVELS, turn, start)
    return state


def _turned(direction: jax.Array, by: jax.Array) -> Points:
    """Cosine and sine of the sum of two angles, each given by these two (2, ...)."""
    (cos, sin), (c, s) = direction, by
    return cos * c - sin * s, sin * c + cos * s


def _closeness(left: jax.Array, right: jax.Array, width: jax.Array) -> jax.Array:
    """How close to zero g comes in intervals, in units of its bend there; infinity where it does not turn.

    `left` and `right` are (g, slope) at the ends.  The closeness is zero where g changes its sign.
    """
    turns, _, height, bend = _turn(left, right, width)
    height = jnp.maximum(height, 0.0) / (bend * width**2)
    return jnp.where(_crosses(left, right), 0.0, jnp.where(turns, height, jnp.inf))


def _crosses(left: jax.Array, right: jax.Array) -> jax.Array:
    return (left[0] > 0.0) != (right[0] > 0.0)


def _turn(
    left: jax.Array, right: jax.Array, width: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """Whether g turns towards zero and back in intervals; where and at what height; its second derivative.

    g is the cubic with these values and slopes.  Signs are such that g > 0 at the left end.
    """
    sign = jnp.where(left[0] > 0.0, 1.0, -1.0)
    g, slope, g_right, slope_right = (sign * value for value in (*left, *right))
    bend = jnp.maximum((slope_right - slope) / width, jnp.finfo(g.dtype).tiny)
    s = jnp.clip(-slope / (bend * width), 0.0, 1.0)
    rest = 1.0 - s
    height = rest**2 * ((1.0 + 2.0 * s) * g + s * width * slope)
    height += s**2 * ((1.0 + 2.0 * rest) * g_right - rest * width * slope_right)
    return (slope < 0.0) & (slope_right > 0.0), s * width, height, bend


def _roots(state: SearchState) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Cosines and sines of the roots in the finest intervals, (2 KEPT,) each, and which are real."""
    low, real, (left, right), _ = state
    width = jnp.float32(WIDTHS[-1])
    crosses, (turns, where, height, bend) = _crosses(left, right), _turn(left, right, width)
    apart = jnp.minimum(jnp.sqrt(2.0 * (jnp.maximum(-height, 0.0) + ROUNDING) / bend), width)
    pair = turns & ~crosses & (height < ROUNDING)
    first = jnp.where(crosses, width * _crossing(left, right, width), where - apart)
    angle = jnp.stack([first, where + apart])
    small = jnp.stack([1.0 - 0.5 * angle**2, angle * (1.0 - angle**2 / 6.0)])
    cos, sin = _turned(low[:, None, :], small)
    return cos.ravel(), sin.ravel(), jnp.concatenate([real & (crosses | pair), real & pair])


def _crossing(left: jax.Array, right: jax.Array, width: jax.Array) -> jax.Array:
    """Where in intervals, 0 to 1, g changes its sign: the root of a parabola with both values and a slope."""
    sign = jnp.where(left[0] > 0.0, 1.0, -1.0)
    g, slope, fall = sign * left[0], sign * left[1] * width, sign * (left[0] - right[0])
    root = jnp.sqrt(jnp.maximum(slope**2 + 4.0 * (fall + slope) * g, 0.0))
    return jnp.clip(2.0 * g / jnp.maximum(root - slope, jnp.finfo(g.dtype).tiny), 0.0, 1.0)
