"""The NFW halo with a core (Penarrubia et al. 2012, ApJ 759, L42): CNFW.

    rho(r) = rho0 / [(r_core / Rs + r / Rs) (1 + r / Rs)^2]

With x = r / Rs, b = r_core / Rs, and m(a) what 1 / (x + a) is in projection, 1 / [(x + b) (x + 1)^2] is the
second divided difference of m at b, 1 and 1.  With T = x^2 / a^2 and the functions of `fastmath.arcsech`,

    mean convergence   m = M - F,                    a m' = 2 M - F,              a^2 m'' = 2 M - D,
    its integral       m = a^2 (h + 2 T M - 2 T F),  m' = 2 a (h + T M - T F),    m'' = 2 (h - T M).

Where b is near 1 the difference is the integral of (1 - l) m''(1 + l (b - 1)) over l from 0 to 1, by
Gauss-Jacobi quadrature; its nodes are enough for the precision.  alpha_Rs is the deflection at Rs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.ellipse import safe_sqrt
from jaxlens.kernels.fastmath.arcsech import Arcsech, arcsech, integral, mean, quotient, value
from jaxlens.kernels.mass.radial import Radial, register_elliptical_potential, register_round
from jaxlens.kernels.types import Pair, Real

# The smallest core radius in units of Rs; below it the core has this size, and the derivative in r_core is
# that at this size.
SMALLEST_CORE = 1e-6
# Where abs(b - 1) is below this, the divided difference is an integral.
NEAR_ONE = 0.4
# Nodes of the quadrature: its error is 1e-7, enough for float32.
NODES = 4
# Nodes of the quadrature for float64: its error is 1e-15.
NODES_64 = 9
# The largest 1 - q of the elliptical potential, as in lenstronomy.
MAX_FLATTENING = 0.99


class _Family(NamedTuple):
    """m(a), its first and its second derivative in a, as functions of a and of `arcsech` of (x / a)^2."""

    own: Callable[[jax.Array, Arcsech], jax.Array]
    first: Callable[[jax.Array, Arcsech], jax.Array]
    second: Callable[[jax.Array, Arcsech], jax.Array]


_MEAN = _Family(
    own=lambda a, p: mean(p) - value(p),
    first=lambda a, p: (2.0 * mean(p) - value(p)) / a,
    second=lambda a, p: (2.0 * mean(p) - quotient(p)) / jnp.square(a),
)
_INTEGRAL = _Family(
    own=lambda a, p: jnp.square(a) * (integral(p) + 2.0 * p.t * (mean(p) - value(p))),
    first=lambda a, p: 2.0 * a * (integral(p) + p.t * (mean(p) - value(p))),
    second=lambda a, p: 2.0 * (integral(p) - p.t * mean(p)),
)


def _difference(t: jax.Array, b: jax.Array, family: _Family) -> jax.Array:
    """The divided difference of m at b, 1 and 1, for squared radii t."""
    step = b - 1.0
    near = jnp.abs(step) < NEAR_ONE
    one, at_one = jnp.ones_like(t), arcsech(t)
    apart = jnp.where(near, 1.0, step)
    far_b = 1.0 + apart
    linear = family.own(one, at_one) + apart * family.first(one, at_one)
    far = (family.own(far_b, arcsech(t / jnp.square(far_b))) - linear) / jnp.square(apart)
    close, small_step = jnp.zeros_like(far), jnp.where(near, step, 0.0)
    for node, weight in _nodes(NODES if t.dtype == jnp.float32 else NODES_64):
        a = 1.0 + node * small_step
        close = close + weight * family.second(a, arcsech(t / jnp.square(a)))
    return jnp.where(near, close, far)


@cache
def _nodes(count: int) -> tuple[tuple[float, float], ...]:
    """Nodes l and weights of the quadrature of (1 - l) f(l) over 0..1 (Golub & Welsch 1969)."""
    n = np.arange(count, dtype=float)
    # Jacobi's polynomials for the weight 1 - y on -1..1
    diagonal = -1.0 / ((2.0 * n + 1.0) * (2.0 * n + 3.0))
    m = n[1:]
    beside = np.sqrt(m * (m + 1.0)) / (2.0 * m + 1.0)
    y, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
    return tuple(zip(((1.0 + y) / 2.0).tolist(), (0.5 * vectors[0] ** 2).tolist(), strict=True))


def _core(r_core: Real, Rs: Real) -> jax.Array:
    """r_core / Rs, at least `SMALLEST_CORE`."""
    b = jnp.asarray(r_core) / Rs
    return b + jax.lax.stop_gradient(jnp.maximum(b, SMALLEST_CORE) - b)


def cnfw_slope(r_squared: jax.Array, *, Rs: Real, alpha_Rs: Real, r_core: Real) -> jax.Array:
    """The deflection over the radius.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        Rs: scale radius (arcsec), above 0.
        alpha_Rs: deflection at the scale radius (arcsec).
        r_core: core radius (arcsec).

    Returns:
        alpha / r, of the shape to which the arguments broadcast.
    """
    b = _core(r_core, Rs)
    at_rs = _difference(jnp.ones_like(b), b, _MEAN)
    return alpha_Rs / (Rs * at_rs) * _difference(r_squared / jnp.square(Rs), b, _MEAN)


def cnfw_potential(r_squared: jax.Array, *, Rs: Real, alpha_Rs: Real, r_core: Real) -> jax.Array:
    """The potential, 0 at the centre.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        Rs: scale radius (arcsec), above 0.
        alpha_Rs: deflection at the scale radius (arcsec).
        r_core: core radius (arcsec).

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    b = _core(r_core, Rs)
    at_rs = _difference(jnp.ones_like(b), b, _MEAN)
    return 0.5 * alpha_Rs * Rs / at_rs * _difference(r_squared / jnp.square(Rs), b, _INTEGRAL)


def flattened_half_gradient(x: jax.Array, y: jax.Array, e1: Real, e2: Real) -> Pair:
    """As `radial.half_gradient`, of R^2 = q x'^2 + (2 - q) y'^2 along the axes of the ellipse.

    It is lenstronomy's for CNFW_ELLIPSE_POTENTIAL, with 1 - q of at most 0.99, and it has a kink in the
    second derivative at e1 = e2 = 0, because 1 - q is 2 |e| / (1 + |e|).

    Args:
        x: position relative to the centre (arcsec), any shape.
        y: the other coordinate.
        e1: ellipticity.
        e2: its other component.

    Returns:
        Its two components, arcsec, of the shape to which the arguments broadcast.
    """
    modulus = safe_sqrt(jnp.square(e1) + jnp.square(e2))
    largest = MAX_FLATTENING / (2.0 - MAX_FLATTENING)
    scale = jnp.where(modulus > largest, largest / jnp.maximum(modulus, largest), 1.0)
    factor = 2.0 * scale / (1.0 + jnp.minimum(modulus, largest))
    k1, k2 = factor * e1, factor * e2
    return (1.0 - k1) * x - k2 * y, (1.0 + k1) * y - k2 * x


CNFW = Radial(cnfw_slope, cnfw_potential)

cnfw = register_round(
    "CNFW",
    CNFW,
    """NFW halo with a core: rho = rho0 / [(r_core/Rs + r/Rs) (1 + r/Rs)^2]; lenstronomy's CNFW.

    (Penarrubia et al. 2012, ApJ 759, L42.)  It is computed for every r_core, r_core = Rs too, where
    lenstronomy's formula loses all digits.  lenstronomy's deflection is constant inside 0.001 arcsec.
    """,
)

cnfw_ellipse_potential = register_elliptical_potential(
    "CNFW_ELLIPSE_POTENTIAL",
    CNFW,
    """CNFW whose potential is constant on ellipses; lenstronomy's CNFW_ELLIPSE_POTENTIAL.

    psi(R) of the round one, with R^2 = q x'^2 + (2 - q) y'^2 along the axes of the ellipse: another ellipse
    than that of the other elliptical potentials.
    """,
    gradient=flattened_half_gradient,
)
