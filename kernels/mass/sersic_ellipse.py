"""The Sersic profile of mass on ellipses, in lenstronomy's conventions.

    kappa(x, y) = k_eff exp(-b_n [(R / R_sersic)^(1/n) - 1]),
    R^2 = x'^2 + y'^2 / q^2,    q = 1 - |(e1, e2)|.

Unlike in other profiles the axis ratio is 1 - |e|, and R is the major axis.  Deflection and potential are
integrals over confocal ellipses (`confocal`), of the ellipticity (1 - q) / (1 + q), summed by Gauss-Legendre
quadrature in the sixth root of v.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import safe_sqrt
from jaxlens.kernels.fastmath.elementary import exp, log
from jaxlens.kernels.fastmath.incomplete_gamma import mean_exponential
from jaxlens.kernels.fastmath.quadrature import unit_integral
from jaxlens.kernels.mass.confocal import combined, direction, excess
from jaxlens.kernels.mass.sersic import SMOOTHING, reduced_radius
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.sersic_index import b_n
from jaxlens.kernels.types import Pair, Real

# The smallest axis ratio, as in lenstronomy.
MIN_AXIS_RATIO = 1e-5
# Nodes by precision in bits: the error is below 1e-6 and 1e-11 of the largest deflection for |e| < 0.6,
# 0.6 < n_sersic < 9 and radii up to 50 R_sersic.
NODES = {32: 24, 64: 48}
# The power of the integration variable that is v.
POWER = 6


class _Ellipse(NamedTuple):
    """What the integrals need.

    Attributes:
        x: position relative to the centre (arcsec).
        y: the other coordinate.
        e1: the ellipticity of `confocal`.
        e2: its other component.
        k: its squared modulus.
        radius_squared: |z|^2 in arcsec^2.
        cosine: the angle, as in `confocal.direction`.
        s: b_n (R / R_sersic)^(1/n), with R^2 = (1 - k) |z|^2 / q.
        n_sersic: the Sersic index.
        scale: the convergence at the centre.
    """

    x: jax.Array
    y: jax.Array
    e1: jax.Array
    e2: jax.Array
    k: jax.Array
    radius_squared: jax.Array
    cosine: jax.Array
    s: jax.Array
    n_sersic: jax.Array
    scale: jax.Array

    def integral(self, integrand: Callable[..., Any]) -> Any:
        """The integral over v of a function of (u, s, n_sersic, cosine, k)."""
        nodes = NODES[jnp.finfo(self.s.dtype).bits]
        return unit_integral(integrand, nodes, self.s, self.n_sersic, self.cosine, self.k)


def _ellipse(x: Real, y: Real, k_eff: Real, R_sersic: Real, n_sersic: Real, e1: Real, e2: Real) -> _Ellipse:
    """The lens at positions relative to its centre."""
    dtype = jnp.result_type(x, y, k_eff, R_sersic, n_sersic, e1, e2, float)
    x, y, k_eff, R_sersic, n_sersic, e1, e2 = (
        jnp.asarray(value, dtype) for value in (x, y, k_eff, R_sersic, n_sersic, e1, e2)
    )
    modulus = safe_sqrt(e1 * e1 + e2 * e2)
    q = jnp.maximum(1.0 - modulus, MIN_AXIS_RATIO)
    # where q is at its smallest, the ellipticity is scaled to that q
    inside = modulus < 1.0 - MIN_AXIS_RATIO
    factor = jnp.where(inside, 1.0, (1.0 - q) / jnp.where(inside, 1.0, modulus))
    e1, e2 = (component * factor / (1.0 + q) for component in (e1, e2))
    k = e1 * e1 + e2 * e2
    radius_squared, cosine = direction(x, y, e1, e2, SMOOTHING**2)
    s = reduced_radius((1.0 - k) * radius_squared / q, R_sersic, n_sersic)
    scale = k_eff * jnp.exp(b_n(n_sersic))
    return _Ellipse(x, y, e1, e2, k, radius_squared, cosine, s, n_sersic, scale)


def sersic_ellipse_kappa_potential(
    x: Real,
    y: Real,
    *,
    k_eff: Real,
    R_sersic: Real,
    n_sersic: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `sersic_ellipse_kappa`, 0 at the centre; lenstronomy has none.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        k_eff: convergence where the major axis is R_sersic.
        R_sersic: half-light radius, along the major axis (arcsec).
        n_sersic: Sersic index.
        e1: ellipticity; the axis ratio is 1 - |e|.
        e2: its other component.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    lens = _ellipse(x - center_x, y - center_y, k_eff, R_sersic, n_sersic, e1, e2)
    area = (1.0 - lens.k) * (lens.x * lens.x + lens.y * lens.y)
    return 0.5 * lens.scale * area * lens.integral(_mean)


@mass_profile("SERSIC_ELLIPSE_KAPPA", potential=sersic_ellipse_kappa_potential)
def sersic_ellipse_kappa(
    x: Real,
    y: Real,
    *,
    k_eff: Real,
    R_sersic: Real,
    n_sersic: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """Deflection of a Sersic profile of mass on ellipses; lenstronomy's SERSIC_ELLIPSE_KAPPA.

        kappa(x, y) = k_eff exp(-b_n [(R / R_sersic)^(1/n) - 1]),
        R^2 = x'^2 + y'^2 / q^2,    q = 1 - |e|

    Keeton (2001, astro-ph/0102341).  As q has a kink at e1 = e2 = 0, so has the deflection; its derivative
    in e1 and e2 there is the mean of those on both sides.  Inside of 1e-4 arcsec the deflection is linear.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        k_eff: convergence where the major axis is R_sersic.
        R_sersic: half-light radius, along the major axis (arcsec).
        n_sersic: Sersic index.
        e1: ellipticity; the axis ratio is 1 - |e|.
        e2: its other component.
        center_x: centre of the lens (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    lens = _ellipse(x - center_x, y - center_y, k_eff, R_sersic, n_sersic, e1, e2)
    along, across = lens.integral(_deflection)
    scale = lens.scale * (1.0 - lens.k)
    return combined(scale * along, 2.0 * scale * across, lens.x, lens.y, lens.e1, lens.e2)


def _reduced(
    u: jax.Array, s: jax.Array, n_sersic: jax.Array, cosine: jax.Array, k: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """v, dv / du, a(v), and s at X_v."""
    v = u**POWER
    a = 1.0 + excess(v, cosine, k)
    return v, POWER * u ** (POWER - 1), a, s * exp((POWER * log(u) + log(a)) * (0.5 / n_sersic))


def _deflection(u: jax.Array, s: jax.Array, n_sersic: jax.Array, cosine: jax.Array, k: jax.Array) -> Pair:
    """The integrands of the parts along z and e conj(z), relative to the central convergence."""
    v, step, _, own_s = _reduced(u, s, n_sersic, cosine, k)
    one_minus = 1.0 - k * v * v
    kappa = step * exp(-own_s) / (one_minus * one_minus)
    return (1.0 + k * v * v) * kappa, v * kappa


def _mean(u: jax.Array, s: jax.Array, n_sersic: jax.Array, cosine: jax.Array, k: jax.Array) -> jax.Array:
    """The integrand of the potential: X_v / v times the mean convergence."""
    _, step, a, own_s = _reduced(u, s, n_sersic, cosine, k)
    return step * a * mean_exponential(1, 2.0 * n_sersic, own_s)
