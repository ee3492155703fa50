"""Lenses whose convergence is constant on ellipses, as integrals over confocal ellipses.

An ellipse of complex ellipticity e = e1 + i e2 has as confocal ellipses those of v e, with v from 0 to 1.
With z = x + iy, k = |e|^2 and X = q x'^2 + y'^2 / q the squared product-average radius,

    alpha = (1 - k) int_0^1 kappa(X_v) [(1 + k v^2) z - 2 v e conj(z)] / (1 - k v^2)^2 dv,
    psi   = 1/2 int_0^1 X_v mean_kappa(X_v) dv / v,
    X_v   = v (1 - k) |z - v e conj(z)|^2 / (1 - k v^2)^2 = v a(v) (1 - k) |z|^2,

with mean_kappa that of a round lens.  These are the integrals over lambda of Schramm (1990, A&A 231, 19),
which Keeton (2001, astro-ph/0102341) has in another variable; they are analytic in e1 and e2.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.types import Pair


def direction(
    x: jax.Array, y: jax.Array, e1: jax.Array, e2: jax.Array, smallest: float
) -> tuple[jax.Array, jax.Array]:
    """The squared radius, and the angle from the major axis as Re(e conj(z)^2) / |z|^2.

    Args:
        x: position relative to the centre (arcsec), any shape.
        y: the other coordinate.
        e1: ellipticity.
        e2: its other component.
        smallest: the squared radius (arcsec^2) below which |z|^2 stays the same.

    Returns:
        |z|^2 in arcsec^2, and |e| times the cosine of twice the angle.
    """
    radius_squared = jnp.maximum(x * x + y * y, smallest)
    return radius_squared, (e1 * (x * x - y * y) + 2.0 * e2 * x * y) / radius_squared


def excess(v: jax.Array, cosine: jax.Array, k: jax.Array) -> jax.Array:
    """How a(v) of the module's equations differs from 1.

    Args:
        v: which of the confocal ellipses, from 0 to 1.
        cosine: the angle, as `direction` gives it.
        k: the squared modulus of the ellipticity.

    Returns:
        a(v) - 1, of the shape to which the arguments broadcast.
    """
    square = k * v * v
    one_minus = 1.0 - square
    return (3.0 * square - square * square - 2.0 * v * cosine) / (one_minus * one_minus)


def combined(
    along: jax.Array, across: jax.Array, x: jax.Array, y: jax.Array, e1: jax.Array, e2: jax.Array
) -> Pair:
    """The vector along z - across e conj(z).

    Args:
        along: its part along the position.
        across: its part along e conj(z).
        x: position relative to the centre (arcsec), any shape.
        y: the other coordinate.
        e1: ellipticity.
        e2: its other component.

    Returns:
        Its two components.
    """
    return along * x - across * (e1 * x + e2 * y), along * y - across * (e2 * x - e1 * y)
