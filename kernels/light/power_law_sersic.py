"""A Sersic profile whose volume density is a power law inside a break radius: PL_SERSIC (Du et al. 2020).

With j(r) the luminosity density, 1 at r_c times the amplitude,

    j(r) = (r / r_c)^(-alpha_c)                                   inside r_c,
    j(r) = (r / r_c)^(-u) exp[-(r / s)^(1/n) + (r_c / s)^(1/n)]   outside,

s = R_sersic / (2 n), lenstronomy's (the literature has (2 n)^n), and u = 1 - 0.6097 / n + 0.054635 / n^2
(Lima Neto et al. 1999), the brightness inside r_c is the integral of j along the line of sight, and outside,
in lenstronomy's approximation to that integral, I_0 exp[-(R / s)^(1/n)].  There the brightness jumps by about
a percent.  The integrals are Gauss-Legendre sums in variables in which their integrands are smooth; with
ORDER nodes their relative error is below 1e-9 for n from 0.5 to 8.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import elliptical_radius_squared
from jaxlens.kernels.fastmath.gamma import log_gamma
from jaxlens.kernels.fastmath.quadrature import unit_integral
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import light_profile
from jaxlens.kernels.types import Real

# Nodes of each sum.
ORDER = 64
# The light ends at so many R_sersic, as in lenstronomy.
LAST_RADIUS = 1000.0
# The radius (in units of r_c) inside which the light is constant.
SMALLEST = 1e-6
# The density outside is followed until its exponential has fallen by e to this power.
E_FOLDINGS = 40.0
MEANINGS = {
    "alpha_c": Meaning("", "logarithmic slope of the density inside r_c, below 3", 0.3, 1.5),
    "r_c": Meaning("arcsec", "break radius", 0.1, 0.5),
}


def _typed(*values: Real) -> tuple[jax.Array, ...]:
    """The values as arrays of one floating type and one shape."""
    dtype = jnp.result_type(*values, float)
    return tuple(jnp.broadcast_arrays(*(jnp.asarray(value, dtype) for value in values)))


def _outer(R_sersic: jax.Array, n: jax.Array, r_c: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """ln(r_c / s), u, and x_c = (r_c / s)^(1/n)."""
    log_ratio = jnp.log(2.0 * n * r_c / R_sersic)
    return log_ratio, 1.0 - 0.6097 / n + 0.054635 / (n * n), jnp.exp(log_ratio / n)


def _density_outside(log_r: jax.Array, n: jax.Array, u: jax.Array, x_c: jax.Array) -> jax.Array:
    """The density at ln(r / r_c), from 0."""
    return jnp.exp(-u * log_r - x_c * jnp.expm1(log_r / n))


def _volume(node: jax.Array, last: jax.Array, n: jax.Array, u: jax.Array, x_c: jax.Array) -> jax.Array:
    """What is integrated over the volume outside r_c, at ln(r / r_c) = node `last`."""
    log_r = node * last
    return last * jnp.exp(3.0 * log_r) * _density_outside(log_r, n, u, x_c)


def pl_sersic_total_flux(
    *, R_sersic: Real, n_sersic: Real, alpha_c: Real, r_c: Real, **ignored: Real
) -> jax.Array:
    """Flux of `pl_sersic` at unit amplitude, that of its volume density; lenstronomy's total_flux.

        F = 4 pi [r_c^3 / (3 - alpha_c) + int_(r_c)^inf j(r) r^2 dr]

    The brightness outside r_c is an approximation to the projected density, so its integral differs from F
    by a per cent or two.

    Args:
        R_sersic: radius of the Sersic profile (arcsec), any shape.
        n_sersic: Sersic index.
        alpha_c: logarithmic slope of the density inside r_c, below 3.
        r_c: break radius (arcsec).
        **ignored: the profile's other parameters, on which the flux does not depend.

    Returns:
        The flux, in counts/s for an amplitude in counts/s/arcsec^3.
    """
    radius, n, slope, edge = _typed(R_sersic, n_sersic, alpha_c, r_c)
    _, u, x_c = _outer(radius, n, edge)
    last = n * jnp.log1p((E_FOLDINGS + 3.0 * n) / x_c)
    outside = unit_integral(_volume, ORDER, last, n, u, x_c)
    return 4.0 * jnp.pi * edge**3 * (1.0 / (3.0 - slope) + outside)


def _core(node: jax.Array, R: jax.Array, last: jax.Array, slope: jax.Array) -> jax.Array:
    """What is integrated along the line of sight inside r_c, at R sinh(node `last`) in units of r_c."""
    r = R * jnp.cosh(node * last)
    return last * jnp.exp((1.0 - slope) * jnp.log(r))


def _envelope(
    node: jax.Array,
    R: jax.Array,
    first: jax.Array,
    last: jax.Array,
    n: jax.Array,
    u: jax.Array,
    x_c: jax.Array,
) -> jax.Array:
    """What is integrated along the line of sight outside, at `first` + exp(node `last`) - 1, units of r_c."""
    growth = jnp.exp(node * last)
    depth = first + growth - 1.0
    log_r = 0.5 * jnp.log(R * R + depth * depth)
    return last * growth * _density_outside(log_r, n, u, x_c)


@light_profile("PL_SERSIC", total_flux=pl_sersic_total_flux, meanings=MEANINGS)
def pl_sersic(
    x: Real,
    y: Real,
    *,
    R_sersic: Real,
    n_sersic: Real,
    alpha_c: Real,
    r_c: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """A Sersic profile with a power law inside r_c; lenstronomy's PL_SERSIC (Du et al. 2020, ApJ 892, 62).

    The amplitude is the density at r_c.  Where alpha_c is 1 or more the light has a cusp: inside 1e-6 r_c it
    is constant.  It is discontinuous at r_c by the error of the approximation outside.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        R_sersic: 2 n scale radii of the Sersic profile, product average of the axes (arcsec).
        n_sersic: Sersic index.
        alpha_c: logarithmic slope of the density inside r_c, below 3.
        r_c: break radius (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness at unit amplitude, of the shape to which the arguments broadcast.
    """
    r_squared = elliptical_radius_squared(x - center_x, y - center_y, e1, e2)
    r_squared, radius, n, slope, edge = _typed(r_squared, R_sersic, n_sersic, alpha_c, r_c)
    log_ratio, u, x_c = _outer(radius, n, edge)
    t = r_squared / (edge * edge)
    is_inside = t < 1.0
    inside = jnp.clip(jnp.where(is_inside, t, 0.5), SMALLEST**2, 1.0)
    projected, depth = jnp.sqrt(inside), jnp.sqrt(1.0 - inside)
    core = unit_integral(_core, ORDER, projected, jnp.arcsinh(depth / projected), slope)
    farthest = jnp.exp(n * jnp.log1p(E_FOLDINGS / x_c))
    envelope = unit_integral(_envelope, ORDER, projected, depth, jnp.log1p(farthest), n, u, x_c)
    within = 2.0 * edge * (core + envelope)
    # I_0 = 2 s j_0 Gamma(n (3 - u)) / Gamma(2 n), with j_0 the density continued to r = s
    log_peak = u * log_ratio + x_c - log_ratio + log_gamma(n * (3.0 - u)) - log_gamma(2.0 * n)
    outside = jnp.where(is_inside, 2.0, t)
    beyond = 2.0 * edge * jnp.exp(log_peak - x_c * jnp.exp(0.5 * jnp.log(outside) / n))
    value = jnp.where(is_inside, within, jnp.where(jnp.isnan(slope), slope, beyond))
    return jnp.where(r_squared > (LAST_RADIUS * radius) ** 2, 0.0, value)
