"""Polar shapelets: functions of the radius times cos(m phi) or -sin(m phi).

SHAPELETS_POLAR (Massey & Refregier 2005, MNRAS 363, 197, eq. 8), with t = (r / beta)^2, m <= n, n - m even:

    chi_nm = (-1)^p sqrt(p! / (pi (p + m)!)) (r / beta)^m L_p^m(t) e^(-t/2) / beta,    p = (n - m) / 2

SHAPELETS_POLAR_EXP (Berge et al. 2019, MNRAS 486, 544, eq. 20), with x = 2 r / (beta (2 n + 1)), m <= n:

    chi_nm = (-1)^p sqrt(2 p! / (pi (2 n + 1)^3 (n + m)!)) x^m L_p^(2m)(x) e^(-x/2) / beta,    p = n - m

The entries of `amp` go through n, and within n through m; in the first the cosine comes before the sine, in
the second after it, and at m = 0 there is no sine.  So the first has the order (n, m) = (0, 0), (1, 1) cos,
(1, 1) sin, (2, 0), (2, 2) cos, (2, 2) sin, ... and the second (0, 0), (1, 0), (1, 1) sin, (1, 1) cos, (2, 0),
(2, 1) sin, ...  r^m cos(m phi) and -r^m sin(m phi) are the real and imaginary part of (x - i y)^m, so that no
angle is needed.  The exponential ones have a cusp at the centre, where the derivative of r is taken as 0.

A set that has a flux of zero, or a negative one, cannot be given a magnitude.
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.basis_functions import is_zero, laguerre_functions
from jaxlens.kernels.fastmath.complex_pairs import product
from jaxlens.kernels.fastmath.elementary import exp
from jaxlens.kernels.light.shapelets import AMPLITUDES, check_count
from jaxlens.kernels.registry import light_profile
from jaxlens.kernels.types import Pair, Real, Reals

# What `amp` is for exponential shapelets, of which there are more.
EXPONENTIAL_AMPLITUDES = {"amp": AMPLITUDES["amp"]._replace(entries=16)}


def gaussian_orders(n_max: int) -> list[tuple[int, int, int]]:
    """(n, m, part) of each entry of `amp` of SHAPELETS_POLAR; part 0 is the cosine, 1 the sine."""
    pairs = [(n, m) for n in range(n_max + 1) for m in range(n % 2, n + 1, 2)]
    return [(n, m, part) for n, m in pairs for part in ((0, 1) if m else (0,))]


def exponential_orders(n_max: int) -> list[tuple[int, int, int]]:
    """The same for SHAPELETS_POLAR_EXP."""
    pairs = [(n, m) for n in range(n_max + 1) for m in range(n + 1)]
    return [(n, m, part) for n, m in pairs for part in ((1, 0) if m else (0,))]


def shapelets_polar_total_flux(*, amp: Reals, n_max: int, beta: Real, **ignored: object) -> jax.Array:
    """Flux of `shapelets_polar`: 2 sqrt(pi) beta times the sum of the amplitudes with m = 0.

    Args:
        amp: amplitude of each function, any shapes.
        n_max: the largest order.
        beta: scale (arcsec).
        **ignored: the profile's other parameters, on which the flux does not depend.

    Returns:
        The flux.
    """
    orders = gaussian_orders(n_max)
    check_count(amp, len(orders), n_max)
    round_ones = [jnp.asarray(a) for a, (_, m, _) in zip(amp, orders, strict=True) if m == 0]
    return 2.0 * math.sqrt(math.pi) * beta * sum(round_ones[1:], round_ones[0])


def shapelets_polar_exp_total_flux(*, amp: Reals, n_max: int, beta: Real, **ignored: object) -> jax.Array:
    """Flux of `shapelets_polar_exp`: beta sqrt(8 pi) sum (2 n + 1)^(3/2) amp, over the functions with m = 0.

    Args:
        amp: amplitude of each function, any shapes.
        n_max: the largest order.
        beta: scale (arcsec).
        **ignored: the profile's other parameters, on which the flux does not depend.

    Returns:
        The flux.
    """
    orders = exponential_orders(n_max)
    check_count(amp, len(orders), n_max)
    round_ones = [
        jnp.asarray(a) * (2 * n + 1) ** 1.5 for a, (n, m, _) in zip(amp, orders, strict=True) if m == 0
    ]
    return math.sqrt(8.0 * math.pi) * beta * sum(round_ones[1:], round_ones[0])


@light_profile("SHAPELETS_POLAR", total_flux=shapelets_polar_total_flux, meanings=AMPLITUDES)
def shapelets_polar(
    x: Real,
    y: Real,
    *,
    amp: Reals,
    n_max: int,
    beta: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Polar shapelets; lenstronomy's SHAPELETS_POLAR.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: amplitude of each of the (n_max + 1) (n_max + 2) / 2 functions, in the order of the module.
        n_max: the largest order n.
        beta: scale (arcsec).
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness, of the shape to which the arguments broadcast.
    """
    orders = gaussian_orders(n_max)
    check_count(amp, len(orders), n_max)
    own = dict(zip(orders, amp, strict=True))
    inverse = 1.0 / jnp.asarray(beta)
    u, v = _relative(x, y, center_x, center_y, inverse)
    half_square = 0.5 * (u * u + v * v)
    factor = exp(-half_square) * (inverse / math.sqrt(math.pi))
    u, v = (jnp.where(is_zero(half_square), 0.0, component) for component in (u, v))
    t = u * u + v * v
    result = jnp.zeros((), factor.dtype)
    for m, power in enumerate(_powers(u, v, n_max)):
        count = (n_max - m) // 2 + 1
        radial = laguerre_functions(t, m, factor / math.sqrt(math.factorial(m)), count)
        for part in range(2 if m else 1):
            terms = [own[m + 2 * p, m, part] * radial[p] for p in range(count)]
            result = result + sum(terms[1:], terms[0]) * power[part]
    return result


@light_profile(
    "SHAPELETS_POLAR_EXP", total_flux=shapelets_polar_exp_total_flux, meanings=EXPONENTIAL_AMPLITUDES
)
def shapelets_polar_exp(
    x: Real,
    y: Real,
    *,
    amp: Reals,
    n_max: int,
    beta: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Exponential shapelets; lenstronomy's SHAPELETS_POLAR_EXP.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: amplitude of each of the (n_max + 1)^2 functions, in the order of the module.
        n_max: the largest order n.
        beta: scale (arcsec).
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness, of the shape to which the arguments broadcast.
    """
    orders = exponential_orders(n_max)
    check_count(amp, len(orders), n_max)
    own = dict(zip(orders, amp, strict=True))
    inverse = 1.0 / jnp.asarray(beta)
    u, v = _relative(x, y, center_x, center_y, inverse)
    r = _radius(u, v)
    far = is_zero(r / (2 * n_max + 1))
    powers = _powers(jnp.where(far, 0.0, u), jnp.where(far, 0.0, v), n_max)
    result = jnp.zeros((), r.dtype)
    for n in range(n_max + 1):
        scale = 2.0 / (2 * n + 1)
        factor = exp((-0.5 * scale) * r) * (inverse * math.sqrt(2.0 / (math.pi * (2 * n + 1) ** 3)))
        for m in range(n + 1):
            # l_0 = 1 stands for (2m)!^(-1/2) L_0, and x^m is scale^m r^m
            start = factor * (scale**m / math.sqrt(math.factorial(2 * m)))
            radial = laguerre_functions(jnp.where(far, 0.0, scale * r), 2 * m, start, n - m + 1)[-1]
            angular = own[n, m, 0] * powers[m][0]
            angular = angular + own[n, m, 1] * powers[m][1] if m else angular
            result = result + radial * angular
    return result


def _relative(x: Real, y: Real, center_x: Real, center_y: Real, inverse: jax.Array) -> Pair:
    """The position in units of beta."""
    u, v = (jnp.asarray(x) - center_x) * inverse, (jnp.asarray(y) - center_y) * inverse
    return tuple(jnp.broadcast_arrays(u, v))  # type: ignore[return-value]


def _radius(u: jax.Array, v: jax.Array) -> jax.Array:
    """The radius, with derivative 0 at the centre."""
    square = u * u + v * v
    centre = square == 0.0
    return jnp.where(centre, 0.0, jnp.sqrt(jnp.where(centre, 1.0, square)))


def _powers(u: jax.Array, v: jax.Array, n_max: int) -> list[Pair]:
    """(u - i v)^m of m = 0..n_max."""
    powers: list[Pair] = [(jnp.ones_like(u), jnp.zeros_like(v))]
    for _ in range(n_max):
        powers.append(product(powers[-1], (u, -v)))
    return powers
