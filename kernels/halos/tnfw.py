"""The slopes of NFW and TNFW haloes in float32, with few operations for each pair of a halo and a ray.

With t = r^2 / Rs^2, x = sqrt t, i = (Rs / r_trunc)^2, T = i t, U = sqrt(1 + T), and the functions
L = ln(2 / x), F, M and J of `fastmath.arcsech`, the deflection over the radius (`mass.truncated_nfw`) is

    alpha / r = a / t {(1 - i) [t M - T J] + 2 i H + pi sqrt(i) [1 - 1 / (U + sqrt T)]},
    H = t F - pi x / 2,     a = alpha_Rs / [Rs (1 - ln 2) (1 + i)^2].

H, which goes to -1 far outside, is a polynomial in 1 / (x + 0.4); where x < 0.6, M = A L + B with polynomials
A and B in t.  Of the two forms

    T J = (U - 1) L_T + U ln[(1 + U) / 2] = U arsinh(1 / sqrt T) - L_T,     L_T = ln(2 / sqrt T),

the first loses no digits where T < 1, the second none elsewhere.  So a pair takes two logarithms, two roots
and four divisions, and the relative error is below 4e-6 at all radii, also far outside of the truncation,
where the sum in `mass.truncated_nfw` cancels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.fastmath.arcsech import SMALLEST
from jaxlens.kernels.fastmath.elementary import log, log1p
from jaxlens.kernels.mass.nfw import MEAN_AT_RS

# Where x is below this, M is computed from its logarithm and two polynomials.
NEAR = 0.6
# H is a polynomial in 1 / (x + SHIFT): about as far from its singular points at x = 0 and at x = -1.
SHIFT = 0.4
# Degree of the polynomial for H, whose error is then 2e-9 and that of its derivative 1e-7.
DEGREE_FAR = 9
# Degree of the polynomials for M, likewise.
DEGREE_NEAR = 7
PI = float(np.pi)

Numbers = Mapping[str, jax.Array]


def nfw_numbers(*, Rs: jax.Array, alpha_Rs: jax.Array) -> dict[str, jax.Array]:
    """What `nfw_slope` needs of haloes, computed once a halo.

    Args:
        Rs: scale radii (arcsec), any shape.
        alpha_Rs: deflections at the scale radii (arcsec).

    Returns:
        Numbers by name, of the same shape.
    """
    return {"scale": 1.0 / jnp.square(Rs), "mean": alpha_Rs / (Rs * MEAN_AT_RS)}


def nfw_slope(r_squared: jax.Array, *, scale: jax.Array, mean: jax.Array) -> jax.Array:
    """The deflection over the radius of NFW haloes.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        scale: of `nfw_numbers`.
        mean: of `nfw_numbers`.

    Returns:
        alpha / r, of the shape to which the arguments broadcast.
    """
    t = jnp.maximum(r_squared * scale, SMALLEST)
    x = jnp.sqrt(t)
    inverse = 1.0 / t
    return mean * inverse * _of_scale(t, x, _log_of_two_over(t), inverse)[1]


def tnfw_numbers(*, Rs: jax.Array, alpha_Rs: jax.Array, r_trunc: jax.Array) -> dict[str, jax.Array]:
    """What `tnfw_slope` needs of haloes, computed once a halo.

    Args:
        Rs: scale radii (arcsec), any shape.
        alpha_Rs: deflections at the scale radii without truncation (arcsec).
        r_trunc: truncation radii (arcsec).

    Returns:
        Numbers by name, of the same shape.
    """
    ratio = Rs / r_trunc
    i = jnp.square(ratio)
    mean = alpha_Rs / (Rs * MEAN_AT_RS * jnp.square(1.0 + i))
    return {
        "scale": 1.0 / jnp.square(Rs),
        "ratio": ratio,
        "inverse_ratio": jax.lax.stop_gradient(1.0 / ratio),
        "log_ratio": jax.lax.stop_gradient(jnp.log(ratio)),
        "logarithms": mean * (1.0 - i),
        "twice": 2.0 * i * mean,
        "root": PI * ratio * mean,
    }


def tnfw_tangents(*, inverse_ratio: jax.Array, **_: jax.Array) -> dict[str, dict[str, jax.Array]]:
    """How numbers of `tnfw_numbers` that follow another one change with it."""
    return {"ratio": {"inverse_ratio": -jnp.square(inverse_ratio), "log_ratio": inverse_ratio}}


def tnfw_slope(
    r_squared: jax.Array,
    *,
    scale: jax.Array,
    ratio: jax.Array,
    inverse_ratio: jax.Array,
    log_ratio: jax.Array,
    logarithms: jax.Array,
    twice: jax.Array,
    root: jax.Array,
) -> jax.Array:
    """The deflection over the radius of TNFW haloes.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        scale: of `tnfw_numbers`, as all that follow.
        ratio: Rs / r_trunc.
        inverse_ratio: r_trunc / Rs.
        log_ratio: the logarithm of Rs / r_trunc.
        logarithms: the factor of t M - T J.
        twice: the factor of H.
        root: the factor of 1 - 1 / (U + sqrt T).

    Returns:
        alpha / r, of the shape to which the arguments broadcast.
    """
    t = jnp.maximum(r_squared * scale, SMALLEST)
    x = jnp.sqrt(t)
    root_t = x * ratio
    u = jnp.sqrt(1.0 + root_t * root_t)
    q, excess = 1.0 / (u + root_t), root_t * root_t / (1.0 + u)
    inverse = 1.0 / t
    log_x = _log_of_two_over(t)
    log_t = log_x - log_ratio
    outside = root_t > 1.0
    # ln[(1 + U) / 2] = log1p((U - 1) / 2), and arsinh(s) = log1p(s [1 + 1 / (U + 1 / s)])
    smaller = log1p(jnp.where(outside, x * inverse * inverse_ratio * (1.0 + q), 0.5 * excess))
    t_j = u * smaller + jnp.where(outside, -log_t, excess * log_t)
    near, t_m, h = _of_scale(t, x, log_x, inverse)
    inside = twice * (t * (log_x + t_m)) - root * excess
    rest = jnp.where(near, inside, twice * h + root * ((excess + root_t) * q))
    return inverse * (logarithms * (t_m - t_j) + rest)


def _of_scale(t: jax.Array, x: jax.Array, log_x: jax.Array, inverse: jax.Array) -> tuple[jax.Array, ...]:
    """Whether x < NEAR, t M, and H where it is not.

    Args:
        t: squared radii, in units of the scale radius.
        x: radii.
        log_x: ln(2 / x).
        inverse: 1 / t.

    Returns:
        Three arrays of the shape of t.
    """
    near = x < NEAR
    h = _polynomial(_far(), 1.0 / (x + SHIFT))
    # elsewhere the polynomials would overflow, and so would what is not chosen in derivatives
    small = jnp.where(near, t, 0.0)
    inside = small * (_polynomial(_of_logarithm(), small) * log_x + _polynomial(_beside_logarithm(), small))
    return near, jnp.where(near, inside, (h + 0.5 * PI * x) * inverse - log_x), h


def _polynomial(coefficients: tuple[float, ...], x: jax.Array) -> jax.Array:
    """Sum of c_n x^n by Estrin's scheme, in which a CPU need not wait for one term after the other."""
    terms: list[jax.Array | float] = list(coefficients)
    while len(terms) > 1:
        pairs = [terms[k] + terms[k + 1] * x for k in range(0, len(terms) - 1, 2)]
        terms, x = [*pairs, *terms[2 * len(pairs) :]], x * x
    return jnp.asarray(terms[0])


def _log_of_two_over(t: jax.Array) -> jax.Array:
    """ln(2 / sqrt t)."""
    return float(np.log(2.0)) - 0.5 * log(t)


@cache
def _far() -> tuple[float, ...]:
    """Coefficients of the polynomial for H in 1 / (x + SHIFT), for x from NEAR to infinity."""

    def h(y: np.ndarray) -> np.ndarray:
        x = 1.0 / y - SHIFT
        root = np.sqrt(np.abs(1.0 - x * x))
        inside = np.arctanh(np.where(x < 1.0, root, 0.0))
        return x * x * np.where(x < 1.0, inside, np.arctan(root)) / root - 0.5 * PI * x

    return _interpolated(h, DEGREE_FAR, 1.0 / (NEAR + SHIFT))


@cache
def _of_logarithm() -> tuple[float, ...]:
    """Coefficients of the polynomial A for t up to NEAR^2: 1 / [s (1 + s)] with s = sqrt(1 - t)."""

    def factor(t: np.ndarray) -> np.ndarray:
        s = np.sqrt(1.0 - t)
        return 1.0 / (s * (1.0 + s))

    return _interpolated(factor, DEGREE_NEAR, NEAR**2)


@cache
def _beside_logarithm() -> tuple[float, ...]:
    """Coefficients of the polynomial B for t up to NEAR^2: -ln[2 / (1 + s)] / (s t)."""

    def rest(t: np.ndarray) -> np.ndarray:
        s = np.sqrt(1.0 - t)
        return -np.log1p(t / np.square(1.0 + s)) / (s * t)

    return _interpolated(rest, DEGREE_NEAR, NEAR**2)


def _interpolated(function: Callable[[np.ndarray], np.ndarray], degree: int, end: float) -> tuple[float, ...]:
    """Coefficients, the constant first, of the polynomial through Chebyshev's points of 0..end."""
    chebyshev = np.polynomial.Chebyshev.interpolate(function, degree, domain=[0.0, end])
    return tuple(float(c) for c in chebyshev.convert(kind=np.polynomial.Polynomial).coef)
