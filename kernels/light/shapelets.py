"""Shapelets: sums of orthogonal functions, each a polynomial times a Gaussian or an exponential.

Cartesian shapelets (Refregier 2003, MNRAS 338, 35) have h_n of `fastmath.basis_functions`:

    I = sum_(n1, n2) amp h_n1(x / beta) h_n2(y / beta),    n1 + n2 <= n_max

with the entries of `amp` in the order (n1, n2) = (0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2), ...  Unlike
those of Refregier they lack the factor 1 / beta, as lenstronomy's do.  lenstronomy sets them to zero where
x or y is above 5 beta sqrt(n + 2), where they are below 1e-10; here they go on.

A set that has a flux of zero, or a negative one, cannot be given a magnitude.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import MIN_ONE_MINUS_E2, circularized
from jaxlens.kernels.fastmath.basis_functions import hermite_functions, hermite_integrals
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import light_profile
from jaxlens.kernels.types import Real, Reals

# What `amp` is for shapelets.
AMPLITUDES = {
    "amp": Meaning("", "amplitude of each function, relative where magnitude is given", 0.5, 1.5, 10)
}


def cartesian_orders(n_max: int) -> list[tuple[int, int]]:
    """(n1, n2) of each entry of `amp`."""
    return [(n - k, k) for n in range(n_max + 1) for k in range(n + 1)]


def check_count(amp: Reals, count: int, n_max: int) -> None:
    """Whether there are as many amplitudes as functions.

    Args:
        amp: the amplitudes.
        count: how many functions there are.
        n_max: the largest order, for the message.

    Raises:
        ValueError: there are more or fewer.
    """
    if len(amp) != count:
        raise ValueError(f"amp has {len(amp)} entries; n_max = {n_max} needs {count}")


def shapelets_total_flux(*, amp: Reals, n_max: int, beta: Real, **ignored: object) -> jax.Array:
    """Flux of Cartesian shapelets: beta^2 sum amp I_n1 I_n2, with the integrals of h_n.

    Args:
        amp: amplitude of each function, any shapes.
        n_max: the largest order.
        beta: scale (arcsec).
        **ignored: the profile's other parameters, on which the flux does not depend.

    Returns:
        The flux.
    """
    orders, integrals = cartesian_orders(n_max), hermite_integrals(n_max + 1)
    check_count(amp, len(orders), n_max)
    weights = [integrals[n1] * integrals[n2] for n1, n2 in orders]
    even = [jnp.asarray(a) * weight for a, weight in zip(amp, weights, strict=True) if weight]
    return jnp.square(beta) * sum(even[1:], even[0])


def _profile(x: jax.Array, y: jax.Array, amp: Reals, n_max: int) -> jax.Array:
    """The sum at coordinates in units of beta: for each n2 the sum over n1, times h_n2(y)."""
    check_count(amp, (n_max + 1) * (n_max + 2) // 2, n_max)
    own = dict(zip(cartesian_orders(n_max), amp, strict=True))
    along_x, along_y = hermite_functions(x, n_max + 1), hermite_functions(y, n_max + 1)
    result = jnp.zeros((), x.dtype)
    for n2 in range(n_max + 1):
        row = own[0, n2] * along_x[0]
        for n1 in range(1, n_max + 1 - n2):
            row = row + own[n1, n2] * along_x[n1]
        result = result + row * along_y[n2]
    return result


@light_profile("SHAPELETS", total_flux=shapelets_total_flux, meanings=AMPLITUDES)
def shapelets(
    x: Real,
    y: Real,
    *,
    amp: Reals,
    n_max: int,
    beta: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Cartesian shapelets; lenstronomy's SHAPELETS.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: amplitude of each of the (n_max + 1) (n_max + 2) / 2 functions.
        n_max: the largest order n1 + n2.
        beta: scale (arcsec).
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness, of the shape to which the arguments broadcast.

    >>> print(f"{shapelets(0.0, 0.0, amp=[1.0], n_max=0, beta=0.3):.4f}")
    0.5642
    """
    inverse = 1.0 / jnp.asarray(beta)
    return _profile((jnp.asarray(x) - center_x) * inverse, (jnp.asarray(y) - center_y) * inverse, amp, n_max)


@light_profile("SHAPELETS_ELLIPSE", total_flux=shapelets_total_flux, meanings=AMPLITUDES)
def shapelets_ellipse(
    x: Real,
    y: Real,
    *,
    amp: Reals,
    n_max: int,
    beta: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Cartesian shapelets that are elliptical; lenstronomy's SHAPELETS_ELLIPSE.

    The coordinates are those in which the ellipse is a circle: the map of `ellipse.circularized`, divided by
    sqrt(1 - |e|^2), keeps areas.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        amp: amplitude of each of the (n_max + 1) (n_max + 2) / 2 functions.
        n_max: the largest order n1 + n2.
        beta: scale (arcsec).
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness, of the shape to which the arguments broadcast.
    """
    u, v = circularized(x - center_x, y - center_y, e1, e2)
    one_minus_e2 = jnp.maximum(jnp.abs(1.0 - jnp.square(e1) - jnp.square(e2)), MIN_ONE_MINUS_E2)
    inverse = 1.0 / (beta * jnp.sqrt(one_minus_e2))
    return _profile(u * inverse, v * inverse, amp, n_max)
