"""What the projections of haloes are made of: F and its relatives, smooth functions of the squared radius.

With t = x^2 the squared radius in units of the scale radius and w = 1 - t,

    F(t) = arcsech(x) / sqrt(1 - x^2)   for x < 1,     arcsec(x) / sqrt(x^2 - 1)   for x > 1,

which is artanh(s) / s with s = sqrt(w), and Carlson's R_C(1, t).  It is analytic at t = 1, where F = 1; about
that point its series is summed.  Near the centre the sums that follow would cancel; with L = ln(2 / x) and
q = (1 - s) / (1 + s), artanh(s) is L - log1p(q), and they are written so that nothing cancels.

The squared radius is floored at 1e-12, where F diverges as L: inside x = 1e-6 all functions are constant.

The hyperbolic functions (`hyperbolic`, `hyperbolic_mean`, `hyperbolic_integral`) are those of
arsinh(1 / x), which has no singular point at x = 1.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.fastmath.elementary import first_quadrant_angle, log, log1p, polynomial

# The smallest squared radius, in units of the scale radius; a float32 holds the inverse of its cube.
SMALLEST = 1e-12
# Where abs(1 - t) is below this, the series about t = 1 are summed.
NEAR_ONE = 0.3
# Degree of the series that is enough for float32: 0.3^15 / 31 is 5e-10.
DEGREE = 14
# Degree of the series that is enough for float64 and two derivatives: 0.3^33 / 67 is 8e-20.
DEGREE_64 = 32


class Arcsech(NamedTuple):
    """A squared radius t and the elementary functions of it that all functions of this module need.

    Attributes:
        t: the squared radius, at least 1e-12.
        w: 1 - t.
        near: whether the series about t = 1 are summed.
        root: sqrt(abs(w)), and 1 where `near`.
        big: L = ln(2 / sqrt t).
        small: log1p(q) with q = (1 - s) / (1 + s), where t < 1.
        angle: arctan(root), where t > 1.
    """

    t: jax.Array
    w: jax.Array
    near: jax.Array
    root: jax.Array
    big: jax.Array
    small: jax.Array
    angle: jax.Array

    def choose(self, coefficients: tuple[float, ...], inside: jax.Array, outside: jax.Array) -> jax.Array:
        """A function that is a series near t = 1, and two formulae elsewhere.

        Args:
            coefficients: those of the series in w, the constant first.
            inside: the function where t < 1.
            outside: the function where t > 1.

        Returns:
            The function, of the shape of t.
        """
        series = polynomial(coefficients, jnp.where(self.near, self.w, 0.0))
        return jnp.where(self.near, series, jnp.where(self.w > 0.0, inside, outside))

    @property
    def degree(self) -> int:
        """The degree of the series."""
        return DEGREE if self.t.dtype == jnp.float32 else DEGREE_64


def arcsech(t: jax.Array) -> Arcsech:
    """The elementary functions of the squared radius t >= 0 (in units of the scale radius), of its shape."""
    t = jnp.maximum(t, SMALLEST)
    w = 1.0 - t
    near = jnp.abs(w) < NEAR_ONE
    root = jnp.sqrt(jnp.where(near, 1.0, jnp.abs(w)))
    small = log1p(t / jnp.square(1.0 + root))
    return Arcsech(t, w, near, root, _big(t), small, first_quadrant_angle(root, jnp.ones_like(root)))


def value(p: Arcsech) -> jax.Array:
    """F(t)."""
    coefficients = tuple(1.0 / (2 * k + 1) for k in range(p.degree + 1))
    return p.choose(coefficients, (p.big - p.small) / p.root, p.angle / p.root)


def quotient(p: Arcsech) -> jax.Array:
    """D(t) = (F - 1) / (1 - t), which is 1/3 at t = 1."""
    coefficients = tuple(1.0 / (2 * k + 3) for k in range(p.degree + 1))
    far = (value(p) - 1.0) / jnp.where(p.near, 1.0, p.w)
    return p.choose(coefficients, far, far)


def second_quotient(p: Arcsech) -> jax.Array:
    """(3 D - F) / (1 - t) = [(2 + t) F - 3] / (1 - t)^2, which is 4/15 at t = 1."""
    coefficients = tuple(4.0 * k / ((2 * k + 1) * (2 * k + 3)) for k in range(1, p.degree + 2))
    far = (3.0 * quotient(p) - value(p)) / jnp.where(p.near, 1.0, p.w)
    return p.choose(coefficients, far, far)


def mean(p: Arcsech) -> jax.Array:
    """M(t) = [F + ln(x / 2)] / t: near t = 0 it is L / 2 - 1/4."""
    direct = (value(p) - p.big) / p.t
    # s (1 + s) M = L - [log1p(q) / q] / (1 + s)
    one_plus = 1.0 + p.root
    inside = (p.big - p.small * one_plus / p.t) / (p.root * one_plus)
    return jnp.where(p.near | (p.w < 0.0), direct, inside)


def integral(p: Arcsech) -> jax.Array:
    """h(t) = L^2 - (1 - t) F^2, the integral of M from 0: L^2 - arcsech(x)^2, or L^2 + arcsec(x)^2."""
    near = jnp.square(p.big) - p.w * jnp.square(value(p))
    inside = p.small * (2.0 * p.big - p.small)
    outside = jnp.square(p.big) + jnp.square(p.angle)
    return jnp.where(p.near, near, jnp.where(p.w > 0.0, inside, outside))


class Hyperbolic(NamedTuple):
    """A squared radius t, and the elementary functions of it that the hyperbolic functions need.

    Attributes:
        t: the squared radius, at least 1e-12.
        root: U = sqrt(1 + t).
        excess: U - 1, without cancellation.
        big: L = ln(2 / sqrt t).
        small: l = ln((1 + U) / 2), so that arsinh(1 / sqrt t) is L + l.
    """

    t: jax.Array
    root: jax.Array
    excess: jax.Array
    big: jax.Array
    small: jax.Array


def hyperbolic(t: jax.Array) -> Hyperbolic:
    """The elementary functions of the squared radius t >= 0 (in units of a radius), of its shape."""
    t = jnp.maximum(t, SMALLEST)
    root = jnp.sqrt(1.0 + t)
    excess = t / (1.0 + root)
    return Hyperbolic(t, root, excess, _big(t), log1p(0.5 * excess))


def hyperbolic_mean(p: Hyperbolic) -> jax.Array:
    """J(t) = [U arsinh(1 / x) - L] / t: near t = 0 it is L / 2 + 1/4."""
    return (p.big + p.root * p.small / p.excess) / (1.0 + p.root)


def hyperbolic_integral(p: Hyperbolic) -> jax.Array:
    """The integral of J from 0: L^2 - arsinh(1 / x)^2 + 2 U arsinh(1 / x) - 2 L."""
    return 2.0 * p.big * (p.excess - p.small) - jnp.square(p.small) + 2.0 * p.root * p.small


def _big(t: jax.Array) -> jax.Array:
    """L = ln(2 / sqrt t)."""
    return float(np.log(2.0)) - 0.5 * log(t)
