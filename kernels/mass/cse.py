"""The cored steep ellipsoid, and sums of it.

    kappa(R) = a / [2 (s^2 + R^2)^(3/2)]

with R the product-average elliptical radius (Oguri 2021, PASP 133, 074504, eqs. 14-20).  It is the derivative
of the isothermal ellipsoid with a core in the core radius.  With rho = sqrt(s^2 + R^2), z = x + i y and
c = (1 + |e|^2) / (1 - |e|^2), in which nothing depends on the position angle of the ellipse,

    alpha = a [(rho + c s) z - 2 s e conj(z) / (1 - |e|^2)] / (s rho Phi),     Phi = r^2 + 2 rho s + 2 c s^2,
    psi   = a / (2 s) ln[Phi (1 - |e|^2) / (4 s^2)].

Other profiles are one sum of such ellipsoids over a table (`elliptical_haloes`).
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.ellipse import circularized, clip_ellipticity
from jaxlens.kernels.fastmath.compiler import folded
from jaxlens.kernels.fastmath.elementary import log1p
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Pair, Real

# Rows of amplitude and core radius.
Table: TypeAlias = tuple[tuple[float, float], ...]
# Ellipsoids that are added in one turn of the loop on a CPU.
UNROLLED = 4


class _Ray(NamedTuple):
    """What all ellipsoids about one centre need of a position."""

    x: jax.Array
    y: jax.Array
    r_squared: jax.Array
    ellipse: jax.Array
    e1: Real
    e2: Real
    one_minus_e2: jax.Array
    # (1 + |e|^2) / (1 - |e|^2)
    c: jax.Array


def _ray(x: jax.Array, y: jax.Array, e1: Real, e2: Real) -> _Ray:
    """A position relative to the centre."""
    e1, e2, one_minus_e2 = clip_ellipticity(e1, e2)
    inverse = 1.0 / one_minus_e2
    u, v = circularized(x, y, e1, e2)
    return _Ray(
        x, y, x * x + y * y, (u * u + v * v) * inverse, e1, e2, one_minus_e2, (2.0 - one_minus_e2) * inverse
    )


def _terms(ray: _Ray, a: Real, s: Real) -> Pair:
    """A / (rho Phi) and a / (s Phi) of one ellipsoid."""
    rho = jnp.sqrt(s * s + ray.ellipse)
    scale = a / (rho * (ray.r_squared + (2.0 * s) * (rho + ray.c * s)))
    return scale, rho * (1.0 / s) * scale


def _deflection(ray: _Ray, steep: jax.Array, shallow: jax.Array) -> Pair:
    """The deflection of ellipsoids from the sums of their `_terms`."""
    direct, mirrored = shallow + ray.c * steep, (2.0 / ray.one_minus_e2) * steep
    return (
        direct * ray.x - mirrored * (ray.e1 * ray.x + ray.e2 * ray.y),
        direct * ray.y - mirrored * (ray.e2 * ray.x - ray.e1 * ray.y),
    )


def _potential(ray: _Ray, a: Real, s: Real) -> jax.Array:
    """The potential of one ellipsoid, 0 at the centre."""
    rho = jnp.sqrt(s * s + ray.ellipse)
    excess = ray.r_squared + 2.0 * s * ray.ellipse / (rho + s)
    return (0.5 * a / s) * log1p(excess * (0.25 * ray.one_minus_e2 / (s * s)))


def sum_of_deflections(x: jax.Array, y: jax.Array, e1: Real, e2: Real, table: Table) -> Pair:
    """The deflection of all ellipsoids of a table.

    Args:
        x: position relative to their centre, in the unit of the table, any shape.
        y: the other coordinate.
        e1: ellipticity.
        e2: its other component.
        table: amplitudes and core radii.

    Returns:
        (alpha_x, alpha_y), of the shape to which the arguments broadcast.
    """
    ray = _ray(x, y, e1, e2)

    def add(sums: Pair, row: jax.Array) -> tuple[Pair, None]:
        a, over_s, s_squared, twice_s, twice_s_squared = row
        rho = jnp.sqrt(s_squared + ray.ellipse)
        phi = ray.r_squared + (twice_s * rho + twice_s_squared * ray.c)
        return (sums[0] + a / (rho * phi), sums[1] + over_s / phi), None

    zero = jnp.zeros_like(ray.ellipse)
    a, s = np.asarray(table).T
    rows = np.stack([a, a / s, s * s, 2.0 * s, 2.0 * s * s], axis=1)
    sums, _ = folded(add, (zero, zero), jnp.asarray(rows, ray.ellipse.dtype), unroll=UNROLLED)
    return _deflection(ray, *sums)


def sum_of_potentials(x: jax.Array, y: jax.Array, e1: Real, e2: Real, table: Table) -> jax.Array:
    """The potential of all ellipsoids of a table, 0 at the centre.

    Args:
        x: position relative to their centre, in the unit of the table, any shape.
        y: the other coordinate.
        e1: ellipticity.
        e2: its other component.
        table: amplitudes and core radii.

    Returns:
        psi, of the shape to which the arguments broadcast.
    """
    ray = _ray(x, y, e1, e2)

    def add(total: jax.Array, row: jax.Array) -> tuple[jax.Array, None]:
        return total + _potential(ray, row[0], row[1]), None

    rows = jnp.asarray(table, ray.ellipse.dtype)
    return folded(add, jnp.zeros_like(ray.ellipse), rows, unroll=UNROLLED)[0]


def cse_potential(
    x: Real,
    y: Real,
    *,
    a: Real,
    s: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Potential of `cse`, 0 at the centre.

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        a: amplitude (arcsec^3).
        s: core radius (arcsec), above 0.
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    return _potential(_ray(jnp.asarray(x) - center_x, jnp.asarray(y) - center_y, e1, e2), a, s)


@mass_profile("CSE", potential=cse_potential)
def cse(
    x: Real,
    y: Real,
    *,
    a: Real,
    s: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> Pair:
    """Cored steep ellipsoid, kappa = a / [2 (s^2 + R^2)^(3/2)]; lenstronomy's CSE.

    R is the product-average elliptical radius (Oguri 2021, PASP 133, 074504, eqs. 14-20).

    Args:
        x: position (arcsec), any shape.
        y: the other coordinate.
        a: amplitude (arcsec^3).
        s: core radius (arcsec), above 0.
        e1: ellipticity.
        e2: its other component.
        center_x: centre (arcsec).
        center_y: its other coordinate.

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    ray = _ray(jnp.asarray(x) - center_x, jnp.asarray(y) - center_y, e1, e2)
    return _deflection(ray, *_terms(ray, a, s))
