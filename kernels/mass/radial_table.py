"""RADIAL_INTERPOL: a round lens whose convergence is a table of the radius.

The convergence is linear between the radii r_i of the table, and constant within the first one.  The
deflection at each r_i is the mean convergence within it times r_i, an integral that is exact; between the
radii it is linear, as in lenstronomy, and beyond the last one it is constant, so that the convergence falls
as 1 / r there.  The potential is the integral of that deflection.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.grids import interval
from jaxlens.kernels.mass.radial import Radial, register_round
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.types import Table

_MEANINGS = {
    "r_bin": Meaning("arcsec", "radii of the table, increasing", 0.0, 5.0),
    "kappa_r": Meaning("", "convergence at each radius", 0.0, 1.0),
}


class _Knots(NamedTuple):
    """What is known at each radius, the origin first; each (n + 1,)."""

    r: jax.Array  # arcsec
    alpha: jax.Array  # deflection, arcsec
    psi: jax.Array  # potential, arcsec^2


def _knots(r_bin: jax.Array, kappa_r: jax.Array) -> _Knots:
    """The deflection and the potential at the radii of the table, and at the origin, where they are zero."""
    r = jnp.concatenate([jnp.zeros_like(r_bin[:1]), r_bin])
    kappa = jnp.concatenate([kappa_r[:1], kappa_r])
    width = r[1:] - r[:-1]
    # the integrals of 2 r kappa over each interval
    moments = kappa[:-1] * (2.0 * r[:-1] + r[1:]) + kappa[1:] * (r[:-1] + 2.0 * r[1:])
    mass = jnp.cumsum(width * moments / 3.0)
    positive = r_bin > 0.0
    at_bins = jnp.where(positive, mass / jnp.where(positive, r_bin, 1.0), 0.0)
    alpha = jnp.concatenate([jnp.zeros_like(at_bins[:1]), at_bins])
    psi = jnp.cumsum(0.5 * width * (alpha[:-1] + alpha[1:]))
    return _Knots(r, alpha, jnp.concatenate([jnp.zeros_like(psi[:1]), psi]))


def _line(r: jax.Array, knots: _Knots) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Potential and deflection at the knot before r, continued to the origin, and the deflection's slope.

    With the three numbers c, a and s the deflection is a + s r, and the potential c + a r + s r^2 / 2.
    """
    width = knots.r[1:] - knots.r[:-1]
    rise = jnp.where(width > 0.0, knots.alpha[1:] - knots.alpha[:-1], 0.0)
    # one more interval without end
    slopes = jnp.concatenate([rise / jnp.where(width > 0.0, width, 1.0), jnp.zeros_like(rise[:1])])
    offsets = knots.alpha - slopes * knots.r
    constants = knots.psi - knots.alpha * knots.r + 0.5 * slopes * knots.r**2
    ends = jnp.concatenate([knots.r, jnp.full_like(knots.r[:1], jnp.inf)])
    k = interval(ends, r)
    return constants[k], offsets[k], slopes[k]


def _slope(r_squared: jax.Array, *, r_bin: Table, kappa_r: Table) -> jax.Array:
    """Alpha / r."""
    r = _radius(r_squared)
    _, offset, slope = _line(r, _knots(r_bin, kappa_r))
    # within the first radius the offset is 0
    return slope + offset / jnp.where(r_squared == 0.0, 1.0, r)


def _potential(r_squared: jax.Array, *, r_bin: Table, kappa_r: Table) -> jax.Array:
    """The potential."""
    r = _radius(r_squared)
    constant, offset, slope = _line(r, _knots(r_bin, kappa_r))
    return constant + offset * r + 0.5 * slope * r_squared


def _radius(r_squared: jax.Array) -> jax.Array:
    """The square root; at the origin, where nothing depends on it, with the derivative zero."""
    return jnp.where(r_squared == 0.0, 0.0, jnp.sqrt(jnp.where(r_squared == 0.0, 1.0, r_squared)))


radial_interpol = register_round(
    "RADIAL_INTERPOL",
    Radial(_slope, _potential),
    """A round lens from a table of its convergence; lenstronomy's RADIAL_INTERPOL.

    alpha(r_i) = (2 / r_i) int_0^(r_i) kappa(r) r dr, linear between the radii of the table; the potential is
    its integral, where lenstronomy interpolates psi / r^2.  Within the first radius the convergence is
    constant, where lenstronomy has no deflection.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        r_bin: radii (arcsec), increasing, (n,).
        kappa_r: convergence at each of them, (n,).
        center_x: position of the centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The two components of the deflection (arcsec), of the shape to which the arguments broadcast.
    """,
    meanings=_MEANINGS,
)
