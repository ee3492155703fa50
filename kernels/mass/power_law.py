"""The elliptical power law (Tessore & Metcalf 2015, arXiv:1507.01819).

    kappa(x, y) = (3 - gamma) / 2 (theta_E / sqrt(q x'^2 + y'^2 / q))^(gamma - 1)

Their eqs. 22 and 23, written with z = x + iy and the complex ellipticity e = e1 + i e2, become

    zeta  = z - e conj(z),        t = gamma - 1,
    alpha = (theta_E sqrt(1 - |e|^2) / |zeta|)^t  zeta  2F1(1, t/2; 2 - t/2; -conj(e) zeta / conj(zeta)),

in which nothing but analytic functions of e1 and e2 is left: no position angle, no axis ratio, and so the
right gradient at e = 0.  The hypergeometric function is Gauss's continued fraction of fixed length: exact to
rounding up to |e| = 0.9, worse beyond (in float32 to some 1e-3 of the deflection at |e| = 0.99, and to a
tenth at the clip of 0.9999).
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.ellipse import clip_ellipticity, shear_image
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Real

# Inside this |zeta|^2 (arcsec^2) the deflection falls linearly to zero: the one singular point.
MIN_RADIUS_SQUARED = 1e-18


Complex = tuple[jax.Array, jax.Array]


def _fraction_terms(dtype: jnp.dtype) -> int:
    """How many terms of the continued fraction reach the precision of `dtype` up to |e| = 0.9."""
    return 40 if jnp.finfo(dtype).bits == 64 else 16


def _hypergeometric(t: Real, real: jax.Array, imag: jax.Array) -> Complex:
    """2F1(1, t/2; 2 - t/2; w) of complex w = real + i imag with |w| < 1.

    1 / (1 - a_1 w / (1 - a_2 w / (1 - ...))), Abramowitz & Stegun 15.2 with b = t/2, c = 2 - t/2:

        a_(2m+1) = (b + m) (c - 1 + m) / ((c + 2m - 1) (c + 2m)),
        a_(2m)   = m (c - 1 - b + m) / ((c + 2m - 2) (c + 2m - 1)).

    Since a_k tends to 1/4 the tail is replaced by the fixed point (1 + sqrt(1 - w)) / 2.
    """
    b, c = t / 2.0, 2.0 - t / 2.0
    modulus = jnp.sqrt((1.0 - real) ** 2 + imag**2)
    root_real = jnp.sqrt(0.5 * (modulus + 1.0 - real))
    v_real, v_imag = 0.5 * (1.0 + root_real), -0.25 * imag / root_real

    def level(v: Complex, k: jax.Array) -> tuple[Complex, None]:
        v_real, v_imag = v
        m = jnp.floor(k / 2.0)
        odd = (b + m) * (c - 1.0 + m) / ((c + 2.0 * m - 1.0) * (c + 2.0 * m))
        even = m * (c - 1.0 - b + m) / ((c + 2.0 * m - 2.0) * (c + 2.0 * m - 1.0))
        scale = jnp.where(k % 2.0 == 1.0, odd, even) / (v_real * v_real + v_imag * v_imag)
        next_real = 1.0 - scale * (real * v_real + imag * v_imag)
        return (next_real, -scale * (imag * v_real - real * v_imag)), None

    # A loop, not unrolled: unrolled it takes most of an image's compile time.
    levels = jnp.arange(_fraction_terms(real.dtype), 0, -1, dtype=real.dtype)
    (v_real, v_imag), _ = jax.lax.scan(level, (v_real, v_imag), levels)
    norm = v_real * v_real + v_imag * v_imag
    return v_real / norm, -v_imag / norm


def epl_potential(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    gamma: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Psi = (x alpha_x + y alpha_y) / (3 - gamma), relative to the centre, in arcsec^2."""
    dx, dy = x - center_x, y - center_y
    alpha_x, alpha_y = epl(dx, dy, theta_E=theta_E, gamma=gamma, e1=e1, e2=e2)
    return (dx * alpha_x + dy * alpha_y) / (3.0 - gamma)


@mass_profile("EPL", potential=epl_potential, sigma_v=True)
def epl(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    gamma: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> tuple[jax.Array, jax.Array]:
    """Deflection of the elliptical power law (equation above), in arcsec; lenstronomy's EPL.

    gamma is the slope of the density in three dimensions, 1 < gamma < 3; 2 is isothermal.
    """
    e1, e2 = clip_ellipticity(e1, e2)
    u, v = shear_image(x - center_x, y - center_y, e1, e2)
    r_squared = jnp.maximum(u * u + v * v, MIN_RADIUS_SQUARED)
    # -conj(e) zeta / conj(zeta) = -conj(e) zeta^2 / |zeta|^2
    cos, sin = (u * u - v * v) / r_squared, 2.0 * u * v / r_squared
    f_real, f_imag = _hypergeometric(gamma - 1.0, -(e1 * cos + e2 * sin), -(e1 * sin - e2 * cos))
    determinant = 1.0 - e1 * e1 - e2 * e2
    scale = (theta_E * jnp.sqrt(determinant / r_squared)) ** (gamma - 1.0)
    return scale * (u * f_real - v * f_imag), scale * (u * f_imag + v * f_real)
