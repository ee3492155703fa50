"""Numbers of two words against rational arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from jaxlens.kernels.fastmath.double_words import DoubleWord, add, divide, double_word, less, multiply

RANDOM = np.random.default_rng(4)


def numbers() -> DoubleWord:
    """Fifty random positive numbers of two float32 words."""
    high = np.float32(np.exp(RANDOM.normal(0.0, 5.0, 50)))
    return DoubleWord(high, np.float32(high * RANDOM.uniform(-(2.0**-25), 2.0**-25, 50)))


def exact(number: DoubleWord) -> list[Fraction]:
    return [Fraction(float(h)) + Fraction(float(low)) for h, low in zip(*number, strict=True)]


@pytest.mark.parametrize("operation", [add, multiply, divide])
def test_results_have_twice_the_digits(operation) -> None:
    a, b = numbers(), numbers()
    if operation is divide:
        found, expected = (
            divide(a, b.high),
            [x / Fraction(float(y)) for x, y in zip(exact(a), b.high, strict=True)],
        )
    else:
        symbol = Fraction.__add__ if operation is add else Fraction.__mul__
        found, expected = operation(a, b), [symbol(x, y) for x, y in zip(exact(a), exact(b), strict=True)]
    errors = [abs(float(f / e - 1)) for f, e in zip(exact(found), expected, strict=True)]
    assert max(errors) < 2.0**-44


def test_order_and_conversion() -> None:
    one = double_word(1.0)
    assert bool(less(one, one._replace(low=np.float32(1e-9))))
    assert not bool(less(one, one))
