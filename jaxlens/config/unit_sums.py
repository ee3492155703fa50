"""Scaling numbers to a sum of one, however large or small they are: kernels of a PSF, and weights."""

from __future__ import annotations

import numpy as np

# The smallest sum that is no rounding error, as a share of the sum of the absolute values.
SMALLEST_SUM = 1e-6


def unit_sum(array: np.ndarray) -> np.ndarray:
    """Numbers scaled to a sum of one, in double precision; their own sum may be above all floats.

    Args:
        array: finite numbers of any shape, with a `sum_problem` of "".

    >>> unit_sum(np.full(4, 1e308))
    array([0.25, 0.25, 0.25, 0.25])
    """
    scaled = without_overflow(array)
    return scaled / np.sum(scaled)


def without_overflow(array: np.ndarray) -> np.ndarray:
    """Finite numbers times the power of two by which the largest is about 1; their ratios are the same."""
    values = np.asarray(array, np.float64)
    _, exponent = np.frexp(np.max(np.abs(values), initial=0.0))
    return np.ldexp(values, -exponent)


def sum_problem(array: np.ndarray) -> str:
    """What is wrong with numbers that cannot be scaled to a sum of one; "" where nothing is.

    >>> sum_problem(np.array([1.0, -1.0]))
    'sums to 0; the sum must be above 0, and is scaled to 1'
    """
    scaled = without_overflow(array)
    total, size = float(np.sum(scaled)), float(np.sum(np.abs(scaled)))
    if total > SMALLEST_SUM * size:
        return ""
    with np.errstate(over="ignore"):
        found = f"sums to {np.sum(array, dtype=np.float64):g}"
    if total > 0.0:
        return f"{found}, as pixels above and below 0 cancel; give a kernel that is mostly above 0"
    return f"{found}; the sum must be above 0, and is scaled to 1"
