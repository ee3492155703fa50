"""T(w) = arctan(sqrt w) / sqrt w of complex abs(w) < 1, which is analytic also at w = 0."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.complex_pairs import product, quotient, select
from jaxlens.kernels.fastmath.elementary import first_quadrant_angle, log
from jaxlens.kernels.types import Pair

# Below this abs(w) power series are summed.
SERIES_BELOW = 0.1
# Terms of those series, enough for float32.
SERIES_TERMS = 7
# Terms of those series, enough for float64.
SERIES_TERMS_64 = 16


@jax.custom_jvp
def arctan_ratio(real: jax.Array, imag: jax.Array) -> Pair:
    """T of w = real + i imag; its error is a few units in the last place where abs(w) is below 0.99.

    >>> value, _ = arctan_ratio(jnp.asarray(0.25), jnp.zeros(()))  # 2 arctan(1/2)
    >>> print(f"{value:.5f}")
    0.92730
    """
    small = _is_small(real, imag)
    coefficients = [(-1.0) ** n / (2 * n + 1) for n in range(_terms(real))]
    near = _series(coefficients, jnp.where(small, real, 0.0), jnp.where(small, imag, 0.0))
    return select(small, near, _by_arctan(jnp.where(small, 0.5, real), jnp.where(small, 0.0, imag)))


@arctan_ratio.defjvp
def _arctan_ratio_jvp(primals: Pair, tangents: Pair) -> tuple[Pair, Pair]:
    """T' = [1 / (1 + w) - T] / (2 w), and its power series near w = 0."""
    real, imag = primals
    value, small = arctan_ratio(real, imag), _is_small(real, imag)
    coefficients = [(-1.0) ** n * n / (2 * n + 1) for n in range(1, _terms(real) + 1)]
    near = _series(coefficients, jnp.where(small, real, 0.0), jnp.where(small, imag, 0.0))
    w = jnp.where(small, 0.5, real), jnp.where(small, 0.0, imag)
    inverse = quotient((jnp.ones_like(real), jnp.zeros_like(imag)), (1.0 + w[0], w[1]))
    far = quotient((inverse[0] - value[0], inverse[1] - value[1]), (2.0 * w[0], 2.0 * w[1]))
    return value, product(select(small, near, far), tangents)


def _is_small(real: jax.Array, imag: jax.Array) -> jax.Array:
    return real * real + imag * imag < SERIES_BELOW**2


def _terms(like: jax.Array) -> int:
    return SERIES_TERMS_64 if jnp.finfo(like.dtype).bits == 64 else SERIES_TERMS


def _series(coefficients: list[float], real: jax.Array, imag: jax.Array) -> Pair:
    """The polynomial with these coefficients, the constant first."""
    total = jnp.full_like(real, coefficients[-1]), jnp.zeros_like(imag)
    for coefficient in reversed(coefficients[:-1]):
        higher = product(total, (real, imag))
        total = higher[0] + coefficient, higher[1]
    return total


def _by_arctan(real: jax.Array, imag: jax.Array) -> Pair:
    """arctan(Z) / Z of one of the two roots Z of w.

    Its real part is arctan(2 Re Z / (1 - |Z|^2)) / 2 and its imaginary part artanh(2 Im Z / (1 + |Z|^2)) / 2.
    """
    modulus = jnp.sqrt(real * real + imag * imag)
    larger = jnp.sqrt(0.5 * (modulus + jnp.abs(real)))
    smaller = 0.5 * imag / larger
    x, y = jnp.where(real < 0.0, smaller, larger), jnp.where(real < 0.0, larger, smaller)
    angle = 0.5 * first_quadrant_angle(2.0 * jnp.abs(x), 1.0 - modulus)
    artanh = 0.25 * (log(1.0 + modulus + 2.0 * y) - log(1.0 + modulus - 2.0 * y))
    inverse = 1.0 / modulus
    return product((jnp.where(x < 0.0, -angle, angle), artanh), (x * inverse, -y * inverse))
