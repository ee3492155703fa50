"""Interpolation of light curves in time: one search, one gather and one polynomial for each time and band."""

from __future__ import annotations

from typing import Literal

import jax
import jax.numpy as jnp

from jaxlens.kernels.transients.registry import LightCurve


def flux_at(
    curve: LightCurve,
    times: jax.Array,
    *,
    cubic: bool = False,
    outside: Literal["zero", "constant"] = "zero",
) -> jax.Array:
    """The flux of a light curve at any times, each band at times of its own.

    Between two times of the curve, at a distance of h and with s from 0 to 1, the flux is linear in s, or the
    cubic Hermite polynomial

        f(s) = f_0 + s (d_0 + s (3 D - 2 d_0 - d_1 + s (d_0 + d_1 - 2 D))),    D = f_1 - f_0,

    where d_i is h times the slope of the parabola through the point i and its neighbours.  At equal distances
    that is the spline of Catmull & Rom (1974).  Its derivative is continuous, and it needs no system of
    equations to be solved.  Slopes are limited to abs(d_i) <= 3 abs(f_i), with which flux that is positive at
    all points is positive between them (Schmidt & Hess 1988, BIT 28, 340).

    Args:
        curve: the light curve, with at least one time; times that are equal must have equal flux.
        times: the times, (..., bands), in the units and the frame of `curve.times`.
        cubic: whether the polynomial is cubic; otherwise it is linear.
        outside: the flux before the first and after the last time: zero, or that of the end.

    Returns:
        The flux, of the shape of `times`; NaN where a time is NaN.

    >>> curve = LightCurve(jnp.array([0.0, 1.0, 3.0]), jnp.array([[0.0], [2.0], [4.0]]))
    >>> print(flux_at(curve, jnp.array([[0.5], [2.0], [3.5]]))[:, 0])
    [1. 3. 0.]
    >>> print(flux_at(curve, jnp.array([[3.5]]), outside="constant"))
    [[4.]]
    """
    count, bands = curve.flux.shape
    first, last = curve.times[0], curve.times[-1]
    rows = jnp.reshape(times, (-1, bands))
    inside = jnp.clip(rows, first, last)
    low = jnp.clip(jnp.searchsorted(curve.times, inside, side="right") - 1, 0, max(count - 2, 0))
    high = jnp.minimum(low + 1, count - 1)
    step = jnp.take(curve.times, high) - jnp.take(curve.times, low)
    s = (inside - jnp.take(curve.times, low)) / jnp.where(step > 0.0, step, 1.0)
    start, end = (jnp.take_along_axis(curve.flux, i, axis=0) for i in (low, high))
    rise = end - start
    flux = start + s * rise
    if cubic:
        slopes = _slopes(curve)
        d_0, d_1 = (step * jnp.take_along_axis(slopes, i, axis=0) for i in (low, high))
        flux = start + s * (d_0 + s * (3.0 * rise - 2.0 * d_0 - d_1 + s * (d_0 + d_1 - 2.0 * rise)))
    if outside == "zero":
        flux = jnp.where((rows < first) | (rows > last), 0.0, flux)
    return jnp.reshape(flux, times.shape)


def _slopes(curve: LightCurve) -> jax.Array:
    """The limited slope of the parabola through each point and its neighbours, (times, bands).

    The slope at an end is that of the line to its neighbour.  Where two times are equal the slope of the line
    between them is taken as zero.
    """
    h = jnp.diff(curve.times)[:, None]
    line = jnp.diff(curve.flux, axis=0) / jnp.where(h > 0.0, h, 1.0)
    if line.shape[0] == 0:
        return jnp.zeros_like(curve.flux)
    before, after = h[:-1], h[1:]
    both = before + after
    middle = (after * line[:-1] + before * line[1:]) / jnp.where(both > 0.0, both, 1.0)
    slopes = jnp.concatenate([line[:1], middle, line[-1:]])
    longest = jnp.concatenate([h[:1], jnp.maximum(before, after), h[-1:]])
    limit = 3.0 * jnp.abs(curve.flux) / jnp.where(longest > 0.0, longest, 1.0)
    return jnp.clip(slopes, -limit, limit)
