"""The elliptical power law (Tessore & Metcalf 2015, arXiv:1507.01819).

    kappa(x, y) = (3 - gamma) / 2 (theta_E / sqrt(q x'^2 + y'^2 / q))^(gamma - 1)

Their eqs. 22 and 23, written with z = x + iy and the complex ellipticity e = e1 + i e2, become

    zeta  = z - e conj(z),        t = gamma - 1,
    alpha = (theta_E sqrt(1 - |e|^2) / |zeta|)^t  zeta  2F1(1, t/2; 2 - t/2; -conj(e) zeta / conj(zeta)),

in which nothing but analytic functions of e1 and e2 is left: no position angle, no axis ratio, and so the
right gradient at e = 0.  With w the argument of 2F1, 1 - w = (1 - |e|^2) conj(z / zeta) without cancellation.
Away from w = 1 the hypergeometric function is Gauss's continued fraction of fixed length, near it (only
beyond |e| = 0.8) the logarithmic connection formula: together good to rounding up to the clip at 0.9999.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.elementary import exp, first_quadrant_angle, inverse_root, log
from jaxlens.kernels.ellipse import clip_ellipticity, shear_image
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Real

# Inside this |zeta|^2 (arcsec^2) the deflection falls linearly to zero: the one singular point.
MIN_RADIUS_SQUARED = 1e-18
# Within this distance of w = 1 the series about that point is summed.
NEAR_ONE = 0.2

Complex = tuple[jax.Array, jax.Array]


def _fraction_terms(dtype: jnp.dtype) -> int:
    """How many terms of the continued fraction reach the precision of `dtype` where |1 - w| > NEAR_ONE."""
    return 40 if jnp.finfo(dtype).bits == 64 else 16


def _series_terms(dtype: jnp.dtype) -> int:
    """How many powers of NEAR_ONE reach the precision of `dtype`."""
    return 23 if jnp.finfo(dtype).bits == 64 else 10


def _hypergeometric(t: Real, real: jax.Array, imag: jax.Array) -> Complex:
    """2F1(1, t/2; 2 - t/2; w) where 1 - w = real + i imag, |w| < 1, 0 < t < 2."""
    modulus_squared = real * real + imag * imag
    # the centre of a lens arrives as 1 - w = 0, and any finite value will do there
    near = (modulus_squared < NEAR_ONE**2) & (modulus_squared > 0.0)
    close = _near_one(t, jnp.where(near, real, 0.5 * NEAR_ONE), jnp.where(near, imag, 0.0))
    away = modulus_squared >= NEAR_ONE**2
    far = _continued_fraction(t, jnp.where(away, 1.0 - real, 0.0), jnp.where(away, -imag, 0.0))
    return jnp.where(near, close[0], far[0]), jnp.where(near, close[1], far[1])


def _continued_fraction(t: Real, real: jax.Array, imag: jax.Array) -> Complex:
    """2F1(1, t/2; 2 - t/2; w) of complex w = real + i imag away from 1.

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

    # A loop, since unrolled in full it takes most of an image's compile time; by two it is a third faster.
    levels = jnp.arange(_fraction_terms(real.dtype), 0, -1, dtype=real.dtype)
    (v_real, v_imag), _ = jax.lax.scan(level, (v_real, v_imag), levels, unroll=2)
    norm = v_real * v_real + v_imag * v_imag
    return v_real / norm, -v_imag / norm


def _reflection(delta: jax.Array) -> jax.Array:
    """h(delta) / delta, h = ln[Gamma(1/2 + delta/2) Gamma(1 - delta) / Gamma(1/2 - delta/2)], abs(delta) < 1.

    After taking out ln(1 + delta) the nearest singularity is delta = 2: a Chebyshev series in delta.
    """
    degree = 23 if jnp.finfo(delta.dtype).bits == 64 else 11

    def smooth(points: np.ndarray) -> np.ndarray:
        lgamma = math.lgamma
        logs = [lgamma(1.5 + d / 2) - lgamma(1.5 - d / 2) + lgamma(2.0 - d) for d in points]
        return np.array(logs) / points

    series = np.polynomial.Chebyshev.interpolate(smooth, degree, domain=[-1.0, 1.0])
    total, last = jnp.zeros_like(delta), jnp.zeros_like(delta)
    for coefficient in series.coef[:0:-1]:
        total, last = 2.0 * delta * total - last + coefficient, total
    return (
        delta * total - last + series.coef[0] - _ratio_at_zero(jnp.log1p, (1.0, -1 / 2, 1 / 3, -1 / 4), delta)
    )


def _ratio_at_zero(
    function: Callable[[jax.Array], jax.Array], series: tuple[float, ...], x: jax.Array
) -> jax.Array:
    """function(x) / x, by the first terms of its power series where abs(x) is small."""
    small = jnp.abs(x) < 1e-3
    safe = jnp.where(small, 1.0, x)
    total = jnp.zeros_like(x)
    for coefficient in reversed(series):
        total = total * x + coefficient
    return jnp.where(small, total, function(safe) / safe)


def _power_ratio(delta: jax.Array, real: jax.Array, imag: jax.Array) -> Complex:
    """(s^delta - 1) / delta of complex s = real + i imag, which tends to ln s at delta = 0."""
    log_s, turned = 0.5 * log(real * real + imag * imag), first_quadrant_angle(jnp.abs(imag), real)
    angle = jnp.where(imag < 0.0, -turned, turned)
    turn = delta * angle
    growth = log_s * _ratio_at_zero(jnp.expm1, (1.0, 1 / 2, 1 / 6, 1 / 24), delta * log_s)
    # (cos(turn) - 1) / delta without dividing by delta; jnp.sinc(x) is sin(pi x) / (pi x)
    bend = -angle * jnp.sin(0.5 * turn) * jnp.sinc(0.5 * turn / np.pi)
    return growth * jnp.cos(turn) + bend, (1.0 + delta * growth) * angle * jnp.sinc(turn / np.pi)


def _near_one(t: Real, real: jax.Array, imag: jax.Array) -> Complex:
    """2F1(1, t/2; 2 - t/2; 1 - s) of small complex s = real + i imag.

    Abramowitz & Stegun 15.3.6 with b = t/2 and delta = 1 - t: the second of its two series sums to a power,

        2F1 = [(1 - b) 2F1(1, b; 2b; s) - g s^delta (1 - s)^(b - 1)] / delta,
        g = Gamma(2 - b) Gamma(2b) / Gamma(b).

    Both terms diverge at delta = 0, the isothermal profile, but not their difference.  Power by power

        2F1 = sum_n s^n [d_n - q_n (s^delta - 1) / delta],    q_0 = g,    d_0 = (1 - b - g) / delta,
        q_(n+1) = q_n (1 - b + n) / (1 + n),    d_(n+1) = [d_n (b + n) - q_n b / (1 + n)] / (2b + n).
    """
    b = 0.5 * jnp.asarray(t, real.dtype)
    delta = 1.0 - 2.0 * b
    h = _reflection(delta)
    growth = h * _ratio_at_zero(jnp.expm1, (1.0, 1 / 2, 1 / 6, 1 / 24), delta * h)
    d, q = (b - 1.0) * growth, (1.0 - b) * (1.0 + delta * growth)

    def after(dq: Complex, n: jax.Array) -> tuple[Complex, Complex]:
        d, q = dq
        d = (d * (b + n) - q * b / (1.0 + n)) / (2.0 * b + n)
        return (d, q * (1.0 - b + n) / (1.0 + n)), dq

    terms = _series_terms(real.dtype)
    _, (ds, qs) = jax.lax.scan(after, (d, q), jnp.arange(terms, dtype=real.dtype))
    d_real, d_imag, q_real, q_imag = ds[-1], jnp.zeros_like(imag), qs[-1], jnp.zeros_like(imag)
    for n in reversed(range(terms - 1)):
        d_real, d_imag = ds[n] + d_real * real - d_imag * imag, d_real * imag + d_imag * real
        q_real, q_imag = qs[n] + q_real * real - q_imag * imag, q_real * imag + q_imag * real
    log_real, log_imag = _power_ratio(delta, real, imag)
    return d_real - q_real * log_real + q_imag * log_imag, d_imag - q_real * log_imag - q_imag * log_real


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
    dx, dy = jnp.asarray(x) - center_x, jnp.asarray(y) - center_y
    e1, e2, determinant = clip_ellipticity(e1, e2)
    u, v = shear_image(dx, dy, e1, e2)
    # Coordinates over |zeta| rather than squares over |zeta|^2: the slopes at the centre fit float32.
    root = inverse_root(jnp.maximum(u * u + v * v, MIN_RADIUS_SQUARED))
    x, y, cos, sin = dx * root, dy * root, u * root, v * root
    # conj(z / zeta) = conj(z) zeta / |zeta|^2
    real, imag = x * cos + y * sin, x * sin - y * cos
    f_real, f_imag = _hypergeometric(gamma - 1.0, determinant * real, determinant * imag)
    # the power of an array goes by its logarithm; that of a number is right where theta_E = 0
    scale = (theta_E * jnp.sqrt(determinant)) ** (gamma - 1.0) * exp((gamma - 1.0) * log(root))
    return scale * (u * f_real - v * f_imag), scale * (u * f_imag + v * f_real)
