"""Isothermal light and its differences: NIE, CHAMELEON and sums of them (Suyu et al. 2014, ApJ 788, L35).

    NIE          I = 1 / (2 sqrt(s^2 + R^2))
    CHAMELEON    I = 1 / (2 N) [1 / sqrt(s_c^2 + R^2) - 1 / sqrt(s_t^2 + R^2)]

R is the product-average elliptical radius, s = 2 w / (1 + q) for w = w_c and w_t, and N such that the mass
profile of the same name has the deflection 1 at 1 arcsec.  The difference is written with the factor
w_t - w_c, by which N is divided too, so that it is right where w_c = w_t, where lenstronomy divides zero by
zero.  Where w_t < w_c there is no light, as in lenstronomy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import MAX_ELLIPTICITY, elliptical_radius_squared, safe_sqrt
from jaxlens.kernels.fastmath.elementary import inverse_root
from jaxlens.kernels.registry import describe, light_profile
from jaxlens.kernels.types import Real

# The smallest core radius (arcsec), so that the centre is finite.
MIN_CORE = 1e-10
# The parameters of each part of a sum, to whose names its number is added.
OWN = ("w_c", "w_t", "e1", "e2")


@light_profile("NIE", no_flux="it falls as the inverse of the radius")
def nie(
    x: Real,
    y: Real,
    *,
    e1: Real,
    e2: Real,
    s_scale: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Isothermal light with a core: I = 1 / (2 sqrt(s_scale^2 + R^2)); lenstronomy's NIE.

    R is the product-average elliptical radius; Suyu et al. (2014).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        e1: ellipticity.
        e2: its other component.
        s_scale: core radius (arcsec).
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness at unit amplitude, of the shape to which the arguments broadcast.
    """
    r_squared = elliptical_radius_squared(x - center_x, y - center_y, e1, e2)
    return 0.5 * inverse_root(r_squared + (jnp.square(s_scale) + MIN_CORE**2))


def _stretched(w_c: Real, w_t: Real, e1: Real, e2: Real) -> tuple[jax.Array, jax.Array, jax.Array]:
    """s_c, s_t and (s_t - s_c) / N."""
    # 1 plus the modulus is 2 / (1 + q)
    stretch = 1.0 + jnp.minimum(safe_sqrt(jnp.square(e1) + jnp.square(e2)), MAX_ELLIPTICITY)
    w_c, w_t = jnp.asarray(w_c), jnp.asarray(w_t)
    h_c, h_t = jnp.sqrt(1.0 + w_c * w_c), jnp.sqrt(1.0 + w_t * w_t)
    norm = (1.0 + (w_c + w_t) / (h_c + h_t)) / ((h_c + w_c) * (h_t + w_t))
    return stretch * w_c, stretch * w_t, stretch / norm


def chameleon_total_flux(*, w_c: Real, w_t: Real, e1: Real, e2: Real, **ignored: Real) -> jax.Array:
    """Flux of a chameleon at unit amplitude, pi (s_t - s_c) / N; lenstronomy has none.

    Args:
        w_c: core radius (arcsec), any shape.
        w_t: truncation radius (arcsec).
        e1: ellipticity.
        e2: its other component.
        **ignored: the profile's other parameters, on which the flux does not depend.

    Returns:
        The flux, in counts/s for an amplitude in counts/s/arcsec^2.
    """
    return jnp.pi * _stretched(w_c, w_t, e1, e2)[2]


@light_profile("CHAMELEON", total_flux=chameleon_total_flux)
def chameleon(
    x: Real,
    y: Real,
    *,
    w_c: Real,
    w_t: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Difference of two isothermal profiles (equation above); lenstronomy's CHAMELEON.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        w_c: core radius (arcsec).
        w_t: truncation radius (arcsec), at least w_c.
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        The brightness at unit amplitude, of the shape to which the arguments broadcast.
    """
    s_c, s_t, scale = _stretched(w_c, w_t, e1, e2)
    r_squared = elliptical_radius_squared(x - center_x, y - center_y, e1, e2) + MIN_CORE**2
    rho_c, rho_t = jnp.sqrt(s_c * s_c + r_squared), jnp.sqrt(s_t * s_t + r_squared)
    light = 0.5 * scale * (s_c + s_t) / ((rho_c + rho_t) * (rho_c * rho_t))
    return jnp.where(s_t < s_c, 0.0, light)


def _shares(ratios: list[Real]) -> list[jax.Array]:
    """The fraction of the whole that each part has, the first over each other being a given ratio."""
    inverse = [1.0 / jnp.asarray(ratio) for ratio in ratios]
    first = 1.0 / (1.0 + sum(inverse[1:], inverse[0]))
    return [first, *(first * value for value in inverse)]


def _register(name: str, ratios: tuple[str, ...], doc: str) -> Callable[..., jax.Array]:
    """Registers a sum of one chameleon more than there are ratios."""
    numbers = range(1, len(ratios) + 2)

    def weighted(function: Callable[..., jax.Array], light: dict[str, Any]) -> jax.Array:
        shares = _shares([light[ratio] for ratio in ratios])
        parts = [
            share * function(**{key: light[f"{key}{n}"] for key in OWN})
            for n, share in zip(numbers, shares, strict=True)
        ]
        return sum(parts[1:], parts[0])

    def total_flux(**light: Any) -> jax.Array:
        return weighted(chameleon_total_flux, light)

    def brightness(
        x: Real, y: Real, *, center_x: Real = 0.0, center_y: Real = 0.0, **light: Any
    ) -> jax.Array:
        return weighted(lambda **own: chameleon(x - center_x, y - center_y, **own), light)

    describe(brightness, name, doc, (*ratios, *(f"{key}{n}" for n in numbers for key in OWN)))
    return light_profile(name, total_flux=total_flux)(brightness)


double_chameleon = _register(
    "DOUBLE_CHAMELEON",
    ("ratio",),
    """Sum of two chameleons; lenstronomy's DOUBLE_CHAMELEON.

    1 / (1 + 1 / ratio) times CHAMELEON with w_c1, w_t1, e11, e21, and 1 / (1 + ratio) times one with w_c2,
    w_t2, e12, e22; Suyu et al. (2014).
    """,
)
triple_chameleon = _register(
    "TRIPLE_CHAMELEON",
    ("ratio12", "ratio13"),
    """Sum of three chameleons; lenstronomy's TRIPLE_CHAMELEON.

    a = 1 / (1 + 1 / ratio12 + 1 / ratio13) times CHAMELEON with w_c1, w_t1, e11, e21, a / ratio12 times one
    with w_c2, w_t2, e12, e22, and a / ratio13 times one with w_c3, w_t3, e13, e23; Suyu et al. (2014).
    """,
)
