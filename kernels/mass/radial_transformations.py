"""Radial functions made from others: families of `radial.Radial` that need no kernel of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import jax
import jax.numpy as jnp

from jaxlens.kernels.mass.radial import Radial
from jaxlens.kernels.types import Real


def linear_inside(radial: Radial, radius: float) -> Radial:
    """The same outside a radius (arcsec), and inside it a deflection that is linear in the position.

    The mean convergence is constant there, and its derivative zero: the documented value at the centre of a
    profile that has no derivative there.  The potential goes on smoothly.
    """
    smallest = radius * radius

    @wraps(radial.slope)
    def slope(r_squared: jax.Array, **parameters: Any) -> jax.Array:
        return radial.slope(jnp.maximum(r_squared, smallest), **parameters)

    @wraps(radial.potential)
    def potential(r_squared: jax.Array, **parameters: Any) -> jax.Array:
        inside = 0.5 * jnp.minimum(r_squared - smallest, 0.0)
        outside = jnp.maximum(r_squared, smallest)
        return radial.potential(outside, **parameters) + inside * radial.slope(outside, **parameters)

    return Radial(slope, potential)


def without_central_sheet(radial: Radial, amplitude: str, scale: str) -> Radial:
    """The difference of a core and of the sheet that has its central convergence; lenstronomy's `*_MST`.

    The core has the central convergence (1 - lambda) / lambda and the core radius r_core, and near its centre
    the sheet takes away all of it: the approximate mass-sheet transformation of Blum, Castorina and
    Simonovic (2020, arXiv:2001.07182).

    Args:
        radial: the family of the core; its other parameters have a default.
        amplitude: the name of its parameter that is the central convergence.
        scale: the name of its parameter that is the core radius.

    Returns:
        The family with the parameters lambda_approx and r_core.
    """

    def core(
        function: Callable[..., jax.Array], r_squared: jax.Array, sheet: Real, r_core: Real
    ) -> jax.Array:
        return function(r_squared, **{amplitude: sheet, scale: r_core})

    def slope(r_squared: jax.Array, *, lambda_approx: Real, r_core: Real) -> jax.Array:
        sheet = (1.0 - lambda_approx) / lambda_approx
        return core(radial.slope, r_squared, sheet, r_core) - sheet

    def potential(r_squared: jax.Array, *, lambda_approx: Real, r_core: Real) -> jax.Array:
        sheet = (1.0 - lambda_approx) / lambda_approx
        return core(radial.potential, r_squared, sheet, r_core) - 0.5 * sheet * r_squared

    return Radial(slope, potential)
