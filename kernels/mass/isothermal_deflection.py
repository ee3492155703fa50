"""The deflection of an isothermal ellipsoid with a core, as one complex function.

With z = x + iy, the complex ellipticity e = e1 + i e2 and s = s_scale the closed form of Kormann, Schneider &
Bartelmann (1994) and Keeton & Kochanek (1998) is

    zeta = z - e conj(z),   rho^2 = s^2 + |zeta|^2 / (1 - |e|^2),   eta = zeta / [sqrt(1 - |e|^2) (rho + s)],

    alpha = theta_E sqrt(1 - |e|^2) eta T(conj(e) eta^2),   T(w) = arctan(sqrt w) / sqrt w.

T is analytic in abs(w) < 1 and abs(w) <= |e|, so alpha is analytic in e1 and e2.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import safe_sqrt
from jaxlens.kernels.fastmath.elementary import first_quadrant_angle, log1p
from jaxlens.kernels.mass.isothermal_derivatives import core_term, deflection_tangent
from jaxlens.kernels.types import Pair, Tangent

# The smallest |e|, far below rounding errors: it keeps divisions by sqrt(|e|) finite for a round lens.
MIN_ELLIPTICITY = 1e-20


@jax.custom_jvp
def unit_deflection(
    x: jax.Array, y: jax.Array, e1: jax.Array, e2: jax.Array, one_minus_e2: jax.Array, s: jax.Array
) -> Pair:
    """Deflection of a centred NIE of theta_E = 1.

    In the lens's own axes Z = sqrt(conj(e)) eta, and alpha is sqrt((1 - |e|^2) / e) times

        arctan Z = arctan(2 Re Z / (1 - |Z|^2)) / 2 + i artanh(2 Im Z / (1 + |Z|^2)) / 2.

    Args:
        x: position relative to the centre (arcsec); all arguments have one floating type.
        y: the other coordinate.
        e1: ellipticity.
        e2: its other component.
        one_minus_e2: 1 - |e|^2, as `clip_ellipticity` returns it.  The derivatives with respect to e1 and e2
            include that of this argument.
        s: core radius (arcsec).

    Returns:
        (alpha_x, alpha_y) in arcsec, of the shape to which the arguments broadcast.
    """
    modulus = safe_sqrt(e1 * e1 + e2 * e2)
    cos, sin = _major_axis(e1, e2, modulus)
    c = jnp.maximum(modulus, MIN_ELLIPTICITY)
    one_minus_c, root_c, root = one_minus_e2 / (1.0 + modulus), jnp.sqrt(c), jnp.sqrt(one_minus_e2)
    along, across = root_c * one_minus_c / root, root_c * (1.0 + modulus) / root
    # sqrt(conj(e)) zeta / sqrt(1 - |e|^2), and then Z = u + iv
    u, v = (along * cos) * x + (along * sin) * y, (across * cos) * y - (across * sin) * x
    rho = jnp.sqrt(s * s + (u * u + v * v) / c)
    inverse = 1.0 / (rho + s)
    u, v = u * inverse, v * inverse
    one_minus_z2 = one_minus_c + (2.0 * c * s) * inverse
    # |1 + Z^2|^2 = (1 + |Z|^2)^2 - (2 Im Z)^2 without that difference
    m = x * x + y * y + 2.0 * core_term(e1, e2, one_minus_e2, s, rho)
    norm = one_minus_e2 * m * (inverse * inverse)
    two_v = 2.0 * jnp.abs(v)
    arctan = first_quadrant_angle(2.0 * jnp.abs(u), one_minus_z2)
    artanh = 0.5 * log1p(2.0 * two_v * ((2.0 - one_minus_z2) + two_v) / norm)
    scale = 0.5 * root / root_c
    real = scale * jnp.where(u < 0.0, -arctan, arctan)
    imag = scale * jnp.where(v < 0.0, -artanh, artanh)
    return cos * real - sin * imag, sin * real + cos * imag


def _unit_deflection_jvp(primals: tuple[jax.Array, ...], tangents: tuple[Tangent, ...]) -> tuple[Pair, Pair]:
    (x, y, e1, e2, one_minus_e2, s), (dx, dy, de1, de2, _, ds) = primals, tangents
    alpha = unit_deflection(x, y, e1, e2, one_minus_e2, s)
    return alpha, deflection_tangent(x, y, e1, e2, one_minus_e2, s, (dx, dy, de1, de2, ds), alpha)


unit_deflection.defjvp(_unit_deflection_jvp, symbolic_zeros=True)


def _major_axis(e1: jax.Array, e2: jax.Array, modulus: jax.Array) -> Pair:
    """Cosine and sine of the position angle of the major axis, which is half of the angle of (e1, e2)."""
    elliptical = modulus > 0.0
    inverse = 1.0 / jnp.where(elliptical, modulus, 1.0)
    cos, sin = jnp.where(elliptical, e1 * inverse, 1.0), e2 * inverse
    larger = jnp.sqrt(0.5 + 0.5 * jnp.abs(cos))
    smaller = 0.5 * jnp.abs(sin) / larger
    half_sin = jnp.where(cos < 0.0, larger, smaller)
    return jnp.where(cos < 0.0, smaller, larger), jnp.where(sin < 0.0, -half_sin, half_sin)
