"""Sums, products and quotients of numbers that are held as two words, with about twice the digits of one.

A number is high + low, where abs(low) is at most half a unit in the last place of high.  Sums are those of
Knuth, and products of halves of words are exact (Dekker 1971, Numer. Math. 18, 224).  A compiler may join a
product and a sum to one operation with one rounding, as those of GPUs do: that changes nothing, since the
products whose sums must be exact are so themselves.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.types import Real

# The bits of the upper half of a word, by precision in bits: sign, exponent and 12 or 26 binary digits.
UPPER_HALF = {32: 0xFFFFF000, 64: 0xFFFFFFFFF8000000}


class DoubleWord(NamedTuple):
    """The number high + low; both are of one shape and type."""

    high: jax.Array
    low: jax.Array


def double_word(value: Real) -> DoubleWord:
    """A number of one word as one of two."""
    high = jnp.asarray(value, jnp.result_type(value, float))
    return DoubleWord(high, jnp.zeros_like(high))


def add(a: DoubleWord, b: DoubleWord) -> DoubleWord:
    """A + b, with a relative error of some 2^-45 in float32 where both have one sign."""
    total, error = _sum(a.high, b.high)
    return _normalised(total, error + (a.low + b.low))


def multiply(a: DoubleWord, b: DoubleWord) -> DoubleWord:
    """A b, with a relative error of some 2^-45 in float32."""
    product, error = _product(a.high, b.high)
    return _normalised(product, error + (a.high * b.low + a.low * b.high))


def divide(a: DoubleWord, b: jax.Array) -> DoubleWord:
    """A / b, of a number b of one word, with a relative error of some 2^-45 in float32."""
    quotient = a.high / b
    product, error = _product(quotient, b)
    remainder = ((a.high - product) - error) + a.low
    return _normalised(quotient, remainder / b)


def less(a: DoubleWord, b: DoubleWord) -> jax.Array:
    """Whether a < b."""
    return (a.high < b.high) | ((a.high == b.high) & (a.low < b.low))


def _sum(a: jax.Array, b: jax.Array) -> DoubleWord:
    """The sum of two words, exactly."""
    total = a + b
    part = total - a
    return DoubleWord(total, (a - (total - part)) + (b - part))


def _normalised(high: jax.Array, low: jax.Array) -> DoubleWord:
    """High + low as two words, where abs(low) is below abs(high)."""
    total = high + low
    return DoubleWord(total, low - (total - high))


def _product(a: jax.Array, b: jax.Array) -> DoubleWord:
    """The product of two words, to twice the digits unless it is very small or large."""
    (a1, a2), (b1, b2) = _halves(a), _halves(b)
    cross = _sum(a1 * b2, a2 * b1)
    upper = _sum(a1 * b1, cross.high)
    return _normalised(upper.high, upper.low + (cross.low + a2 * b2))


def _halves(a: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Two words with half as many digits, whose sum is a."""
    bits = jnp.finfo(a.dtype).bits
    words = jax.lax.bitcast_convert_type(a, f"uint{bits}")
    upper = jax.lax.bitcast_convert_type(words & jnp.asarray(UPPER_HALF[bits], words.dtype), a.dtype)
    return upper, a - upper
