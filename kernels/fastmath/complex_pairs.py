"""Arithmetic of complex numbers given as pairs (real part, imaginary part).

XLA compiles complex arrays to slower programs, and JAX differentiates pairs like any other arrays.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.elementary import exp
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


def exponential(a: Pair) -> Pair:
    """e^a."""
    size = exp(a[0])
    return size * jnp.cos(a[1]), size * jnp.sin(a[1])


@jax.custom_jvp
def square_root(a: Pair) -> Pair:
    """The square root with a real part >= 0; its derivative is that along the cut too, where a < 0.

    At a = 0 it is 0, and its derivative is not finite.
    """
    size = jnp.hypot(*a)
    larger = jnp.sqrt(0.5 * (size + jnp.abs(a[0])))
    smaller = 0.5 * jnp.abs(a[1]) / jnp.where(larger > 0.0, larger, 1.0)
    right = a[0] >= 0.0
    imag = jnp.where(right, smaller, larger)
    return jnp.where(right, larger, smaller), jnp.where(a[1] < 0.0, -imag, imag)


@square_root.defjvp
def _square_root_jvp(primals: tuple[Pair], tangents: tuple[Pair]) -> tuple[Pair, Pair]:
    (a,), (da,) = primals, tangents
    root = square_root(a)
    return root, quotient((0.5 * da[0], 0.5 * da[1]), root)
