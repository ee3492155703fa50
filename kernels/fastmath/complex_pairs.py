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
    """Elements of one of two complex arrays; `jnp.where`.

    Args:
        condition: booleans, any shape.
        a: elements where `condition` holds.
        b: elements elsewhere.

    Returns:
        The complex array, of the shape to which the arguments broadcast.
    """
    return jnp.where(condition, a[0], b[0]), jnp.where(condition, a[1], b[1])
