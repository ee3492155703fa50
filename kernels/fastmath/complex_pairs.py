"""Arithmetic of complex numbers given as pairs (real part, imaginary part).

XLA compiles complex arrays to slower programs, and JAX differentiates pairs like any other arrays.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.types import Pair


def product(a: Pair, b: Pair) -> Pair:
    """The product a b."""
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]


def quotient(a: Pair, b: Pair) -> Pair:
    """The quotient a / b."""
    inverse = 1.0 / (b[0] * b[0] + b[1] * b[1])
    real, imag = product(a, (b[0], -b[1]))
    return real * inverse, imag * inverse


def select(condition: jax.Array, a: Pair, b: Pair) -> Pair:
    """Elements of a where `condition` holds, of b elsewhere."""
    return jnp.where(condition, a[0], b[0]), jnp.where(condition, a[1], b[1])
