"""Lenses with a spherical density rho(r) ~ s^-g f(s), s = r / Rs, by quadrature over spherical shells.

The mass of a shell of radius s that lies within the projected radius x, y = x / s, is the part
1 - sqrt(1 - y^2) of it, and all of it where s < x.  So with a = 3 - g

    m(x) = int_0^x s^(a-1) f ds + x^a int_0^1 y^(g-2) f(x / y) / [1 + sqrt(1 - y^2)] dy,
    psi'(r) / r = 4 kappa_s m(x) / x^2,        kappa_s = rho_s Rs / Sigma_crit,

Keeton (2001, astro-ph/0102341), with rho_s the factor of s^-g f.  The first integral is taken by parts,
with the steepness -d ln f / d ln s, since that leaves one power more of s:

    int_0^x s^(a-1) f ds = [x^a f(x) + int_0^x s^(a-1) f steepness ds] / a.

The potential has the same integrals with other weights, those of the potential of a shell.  Both are summed
by Gauss-Legendre quadrature in the fourth root of s / x and of the distance of y from 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.elementary import exp, log
from jaxlens.kernels.fastmath.quadrature import unit_integral

# ln f and its steepness -d ln f / d ln s, as a function of (s, g, *parameters).
Density = Callable[..., tuple[jax.Array, jax.Array]]

# Nodes of each integral by precision in bits.  Their error is below 1e-6 and 1e-12 of the largest deflection
# for radii from 0.01 to 100 times that at which f bends.
NODES = {32: 32, 64: 64}


class Projection(NamedTuple):
    """Functions of (x, g, *the density's parameters), arrays of one floating type, and x > 0.

    Attributes:
        mean: m(x) / x^2 of the module's equation.
        potential: the integral of m(x) / x from 0 to x.
    """

    mean: Callable[..., jax.Array]
    potential: Callable[..., jax.Array]


def projection(density: Density) -> Projection:
    """The mean convergence and the potential of a density; made once for a family."""

    def inner(u: jax.Array, x: jax.Array, g: jax.Array, *shape: jax.Array) -> jax.Array:
        log_f, steepness = density(x * u**4, g, *shape)
        return 4.0 * steepness * exp((11.0 - 4.0 * g) * log(u) + log_f)

    def inner_potential(u: jax.Array, x: jax.Array, g: jax.Array, *shape: jax.Array) -> jax.Array:
        return _weight_inside(-4.0 * log(u), g) * inner(u, x, g, *shape)

    def outer_at(u: jax.Array, x: jax.Array, g: jax.Array, *shape: jax.Array) -> tuple[jax.Array, jax.Array]:
        eta = u**4
        y = eta * (2.0 - eta)
        log_f, _ = density(x / y, g, *shape)
        cosine = (1.0 - eta) * jnp.sqrt(1.0 + y)
        return 8.0 * u**3 * (1.0 - eta) * exp((g - 4.0) * log(y) + log_f), y * y / (1.0 + cosine)

    def outer(u: jax.Array, x: jax.Array, g: jax.Array, *shape: jax.Array) -> jax.Array:
        weight, cap = outer_at(u, x, g, *shape)
        return weight * cap

    def outer_potential(u: jax.Array, x: jax.Array, g: jax.Array, *shape: jax.Array) -> jax.Array:
        weight, cap = outer_at(u, x, g, *shape)
        return weight * (cap + jnp.log1p(-0.5 * cap))

    def mean(x: jax.Array, g: jax.Array, *shape: jax.Array) -> jax.Array:
        order = NODES[jnp.finfo(x.dtype).bits]
        at_edge = exp(density(x, g, *shape)[0])
        inside = (at_edge + unit_integral(inner, order, x, g, *shape)) / (3.0 - g)
        return exp((1.0 - g) * log(x)) * (inside + unit_integral(outer, order, x, g, *shape))

    def potential(x: jax.Array, g: jax.Array, *shape: jax.Array) -> jax.Array:
        order = NODES[jnp.finfo(x.dtype).bits]
        at_edge = exp(density(x, g, *shape)[0]) * _weight_inside(0.0, g)
        inside = at_edge + unit_integral(inner_potential, order, x, g, *shape)
        total = inside / (3.0 - g) + unit_integral(outer_potential, order, x, g, *shape)
        return exp((3.0 - g) * log(x)) * total

    return Projection(mean, potential)


def _weight_inside(log_ratio: jax.Array | float, g: jax.Array) -> jax.Array:
    """A / s^a times the integral of s^(a - 1) with the potential ln(x / s) + 1 - ln 2 of a shell of s < x."""
    return log_ratio + (1.0 - math.log(2.0)) + 1.0 / (3.0 - g)
