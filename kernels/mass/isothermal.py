"""Isothermal profiles: SIS, SIE, NIE.

    kappa(x, y) = theta_E / (2 sqrt(s_scale^2 + q x'^2 + y'^2 / q))

The closed form in the lens's own axes (Kormann, Schneider & Bartelmann 1994; Keeton & Kochanek 1998),
alpha' = (b/f) (arctan(f x' / (psi + s)), artanh(f y' / (psi + q^2 s))) with f^2 = 1 - q^2, is written here as

    alpha' = (b/f) (arcsin(f x' / sqrt(M)), arsinh(f y' / (q sqrt(M)))),

    M = r^2 + 2 s_scale^2 (1 + c^2) / (1 - c^2) + 2 s_scale rho,
    rho^2 = s_scale^2 + q x'^2 + y'^2 / q,     c = |e| = (1 - q) / (1 + q),

which does not overflow at small q.  The two terms are one function A of signed argument,
A(t) = arcsin(sqrt t) / sqrt t = arsinh(sqrt -t) / sqrt -t, taken at tau_1 = (f x')^2 / M and
tau_2 = -(f y' / q)^2 / M.  Turning back to the sky mixes them in two combinations only,

    alpha = theta_E sqrt(1 - c^2) / (2 sqrt M)  (G z + D E z),     E = [[e1, e2], [e2, -e1]],
    G = A(tau_1) / (1 + c) + A(tau_2) / (1 - c),    D = (A(tau_1) / (1 + c) - A(tau_2) / (1 - c)) / c,

and both are even in c, hence analytic in e1 and e2.  Near e = 0 they are summed as power series in the
symmetric functions tau_1 + tau_2 and tau_1 tau_2, so gradients at e = 0 are right to any order.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.ellipse import clip_ellipticity, safe_sqrt, shear_image
from jaxlens.kernels.registry import mass_profile
from jaxlens.kernels.types import Real

# lenstronomy's SIE is its NIE with this core radius (arcsec).
SIE_CORE = 1e-10
# Below this argument A(t) is summed as a series; at 0.02 eight terms reach 1e-16 and four 1e-9.
SERIES_BELOW = 0.02
# Below this |e| (where abs(tau) < 0.02) the two combinations are: above it they lose 1 / |e| to cancellation.
ROUND_BELOW = 0.005
TAN_22_5 = float(np.tan(np.pi / 8.0))


def _coefficients(dtype: jnp.dtype) -> list[float]:
    """a_n of A(t) = sum a_n t^n: a_n = (2n)! / (4^n n!^2 (2n + 1))."""
    terms = 9 if jnp.finfo(dtype).bits == 64 else 5
    binomials = [1.0]
    for n in range(1, terms):
        binomials.append(binomials[-1] * (2 * n - 1) / (2 * n))
    return [binomial / (2 * n + 1) for n, binomial in enumerate(binomials)]


def _series(t: jax.Array) -> jax.Array:
    total = jnp.zeros_like(t)
    for a in reversed(_coefficients(t.dtype)):
        total = total * t + a
    return total


def _series_slope(t: jax.Array) -> jax.Array:
    total = jnp.zeros_like(t)
    for n, a in reversed(list(enumerate(_coefficients(t.dtype)))[1:]):
        total = total * t + n * a
    return total


def _arctan_coefficients(dtype: jnp.dtype) -> list[float]:
    """Polynomial in t^2 for arctan(t) / t on abs(t) <= tan(pi / 8), to the precision of `dtype`."""
    degree = 11 if jnp.finfo(dtype).bits == 64 else 5
    chebyshev = np.polynomial.Chebyshev.interpolate(
        lambda s: np.arctan(np.sqrt(s)) / np.sqrt(s), degree, domain=[0.0, TAN_22_5**2]
    )
    return [float(c) for c in chebyshev.convert(kind=np.polynomial.Polynomial).coef]


def first_quadrant_angle(y: jax.Array, x: jax.Array) -> jax.Array:
    """arctan2(y, x) for x, y >= 0 (not both 0): arithmetic only, an order faster than XLA's on a CPU.

    arctan(t) = pi/4 + arctan((t - 1) / (t + 1)) and arctan(1/t) = pi/2 - arctan(t) bring t to tan(pi / 8).
    """
    low, high = jnp.minimum(x, y), jnp.maximum(x, y)
    upper = low > TAN_22_5 * high
    t = jnp.where(upper, low - high, low) / jnp.where(upper, low + high, high)
    s, total = t * t, jnp.zeros_like(t)
    for coefficient in reversed(_arctan_coefficients(t.dtype)):
        total = total * s + coefficient
    angle = t * total + jnp.where(upper, 0.25 * np.pi, 0.0)
    return jnp.where(y > x, 0.5 * np.pi - angle, angle)


@jax.custom_jvp
def arc_ratio(t: jax.Array, one_minus_t: jax.Array) -> jax.Array:
    """A(t) = arcsin(sqrt t) / sqrt t for 0 <= t < 1, arsinh(sqrt -t) / sqrt -t for t < 0.

    `one_minus_t` is 1 - t, given apart because the caller knows it without cancellation.  The derivative
    is that of the function: dA/dt = (1 / sqrt(1 - t) - A) / (2 t).
    """
    root = safe_sqrt(jnp.where(jnp.abs(t) < SERIES_BELOW, 0.0, jnp.abs(t)))
    angle = jnp.where(t > 0.0, first_quadrant_angle(root, jnp.sqrt(one_minus_t)), jnp.arcsinh(root))
    return jnp.where(root == 0.0, _series(t), angle / jnp.where(root == 0.0, 1.0, root))


@arc_ratio.defjvp
def _arc_ratio_jvp(
    primals: tuple[jax.Array, jax.Array], tangents: tuple[jax.Array, jax.Array]
) -> tuple[jax.Array, jax.Array]:
    t, one_minus_t = primals
    value = arc_ratio(t, one_minus_t)
    small = jnp.abs(t) < SERIES_BELOW
    slope = (1.0 / jnp.sqrt(one_minus_t) - value) / (2.0 * jnp.where(small, 1.0, t))
    # towards t = 1 the slope grows as the tangent of t shrinks, which is then known from 1 - t alone
    tangent = jnp.where(t > 0.5, -tangents[1], tangents[0])
    return value, jnp.where(small, _series_slope(t), slope) * tangent


def _even_combinations(
    c_squared: jax.Array,
    one: jax.Array,
    m: jax.Array,
    k: jax.Array,
    ratio: jax.Array,
    cosine_squared: jax.Array,
) -> tuple[jax.Array, jax.Array]:
    """G and D of the module's equation.

    one = 1 - c^2, m = r^2 / M, k = Re(conj(e) z^2) / M, ratio = m (1 + c^2) - 2 k and
    cosine_squared = 1 - tau_1.
    """
    g_series, d_series = _series_combinations(c_squared, one, m, k, ratio)
    round_lens = c_squared < ROUND_BELOW**2
    c = jnp.sqrt(jnp.where(round_lens, 0.25, c_squared))
    c_below_1 = jnp.where(round_lens, 0.75, one) / (1.0 + c)
    tau_1 = 2.0 * (c * m + k) / (1.0 + c) ** 2
    # 2 (k - c m) / (1 - c)^2 without that difference, which float32 loses on the major axis of a thin lens
    tau_2 = m - ratio / c_below_1**2
    major = arc_ratio(tau_1, jnp.where(round_lens, 1.0, cosine_squared)) / (1.0 + c)
    minor = arc_ratio(tau_2, 1.0 - tau_2) / c_below_1
    g = jnp.where(round_lens, g_series, major + minor)
    return g, jnp.where(round_lens, d_series, (major - minor) / c)


def _series_combinations(
    c_squared: jax.Array, one: jax.Array, m: jax.Array, k: jax.Array, ratio: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """G and D by power series in tau_1 + tau_2 and tau_1 tau_2, for |tau| below SERIES_BELOW.

    With p_n = tau_1^n + tau_2^n and h_n the complete homogeneous polynomial of degree n,
    A(tau_1) + A(tau_2) = sum a_n p_n and (A(tau_1) - A(tau_2)) / (tau_1 - tau_2) = sum a_n h_(n-1).
    """
    total = 4.0 * (k * (1.0 + c_squared) - 2.0 * c_squared * m) / one**2
    product = 4.0 * (k * k - c_squared * m * m) / one**2
    a = _coefficients(total.dtype)
    p_last, p = 2.0 * jnp.ones_like(total), total
    h_last, h = jnp.zeros_like(total), jnp.ones_like(total)
    values, differences = a[0] * p_last, jnp.zeros_like(total)
    for a_n in a[1:]:
        values, differences = values + a_n * p, differences + a_n * h
        p_last, p = p, total * p - product * p_last
        h_last, h = h, total * h - product * h_last
    spread = 4.0 * ratio / one**2
    g = (values - c_squared * spread * differences) / one
    return g, (spread * differences - values) / one


def nie_potential(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    e1: Real,
    e2: Real,
    s_scale: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Psi = x alpha_x + y alpha_y - theta_E s_scale ln(M) / 2, relative to the centre, in arcsec^2."""
    dx, dy = x - center_x, y - center_y
    alpha_x, alpha_y, big_m = _nie(dx, dy, theta_E, e1, e2, s_scale)
    return dx * alpha_x + dy * alpha_y - 0.5 * theta_E * s_scale * jnp.log(big_m)


@mass_profile("NIE", potential=nie_potential, sigma_v=True)
def nie(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    e1: Real,
    e2: Real,
    s_scale: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> tuple[jax.Array, jax.Array]:
    """Deflection (arcsec) of the ellipsoid with core radius s_scale > 0 (arcsec); lenstronomy's NIE."""
    alpha_x, alpha_y, _ = _nie(x - center_x, y - center_y, theta_E, e1, e2, s_scale)
    return alpha_x, alpha_y


def _nie(
    x: Real, y: Real, theta_E: Real, e1: Real, e2: Real, s_scale: Real
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Deflection of a centred NIE, and M."""
    e1, e2, one = clip_ellipticity(e1, e2)
    c_squared = e1 * e1 + e2 * e2
    u, v = shear_image(x, y, e1, e2)
    rho = jnp.sqrt(s_scale * s_scale + (u * u + v * v) / one)
    big_m = x * x + y * y + 2.0 * s_scale * (s_scale * (1.0 + c_squared) / one + rho)
    # Coordinates over sqrt(M) rather than squares over M: the slopes at an SIE's centre fit float32.
    root = jax.lax.rsqrt(big_m)
    x, y, u, v = x * root, y * root, u * root, v * root
    c = safe_sqrt(c_squared)
    q = one / (1.0 + c) ** 2
    cosine_squared = ((q * rho + s_scale) * root) ** 2 / q
    m, k = x * x + y * y, e1 * (x * x - y * y) + 2.0 * e2 * x * y
    g, d = _even_combinations(c_squared, one, m, k, u * u + v * v, cosine_squared)
    scale = 0.5 * theta_E * jnp.sqrt(one)
    alpha_x = scale * (g * x + d * (e1 * x + e2 * y))
    alpha_y = scale * (g * y + d * (e2 * x - e1 * y))
    return alpha_x, alpha_y, big_m


def sie_potential(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """The potential of the NIE with s_scale = 1e-10 arcsec, in arcsec^2."""
    dx, dy = x - center_x, y - center_y
    return nie_potential(dx, dy, theta_E=theta_E, e1=e1, e2=e2, s_scale=SIE_CORE)


@mass_profile("SIE", potential=sie_potential, sigma_v=True)
def sie(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    e1: Real,
    e2: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> tuple[jax.Array, jax.Array]:
    """Deflection (arcsec) of the singular isothermal ellipsoid; lenstronomy's SIE.

    The NIE with s_scale = 1e-10 arcsec, so that it is differentiable at its centre too (where the
    deflection is zero and its slope theta_E / 2e-10).

    >>> alpha_x, alpha_y = sie(2.0, 0.0, theta_E=1.0, e1=0.0, e2=0.0)
    >>> print(f"{alpha_x:.4f} {alpha_y:.4f}")
    1.0000 0.0000
    """
    dx, dy = x - center_x, y - center_y
    alpha_x, alpha_y, _ = _nie(dx, dy, theta_E, e1, e2, SIE_CORE)
    return alpha_x, alpha_y


def sis_potential(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> jax.Array:
    """Psi = theta_E sqrt(r^2 + s^2), in arcsec^2, with s = 1e-10 arcsec."""
    return theta_E * jnp.sqrt((x - center_x) ** 2 + (y - center_y) ** 2 + SIE_CORE**2)


@mass_profile("SIS", potential=sis_potential, sigma_v=True)
def sis(
    x: Real,
    y: Real,
    *,
    theta_E: Real,
    center_x: Real = 0.0,
    center_y: Real = 0.0,
) -> tuple[jax.Array, jax.Array]:
    """Alpha = theta_E (x, y) / sqrt(r^2 + s^2) with s = 1e-10 arcsec; lenstronomy's SIS.

    The core makes it differentiable at the centre, where the deflection is zero and its slope 1e10 theta_E.
    """
    dx, dy = x - center_x, y - center_y
    scale = theta_E / jnp.sqrt(dx * dx + dy * dy + SIE_CORE**2)
    return scale * dx, scale * dy
