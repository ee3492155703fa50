"""Functions with a removable singularity: values and derivatives on both sides of the switch, and at 0."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.fastmath.removable import decay, decay_remainder, log1p_ratio

Z = np.array([-20.0, -3.0, -1.001, -0.999, -1e-3, 1e-8, 0.01, 0.9, 1.1, 7.0, 60.0])
X = np.array([1e-9, 1e-5, 9e-5, 2e-4, 9e-3, 0.02, 0.3, 2.0, 1e3, 1e8, 1e12])


def exact(z: np.ndarray, first: int) -> np.ndarray:
    """sum_k (-z)^k / (k + first)!, in extended precision where it is not far from 0."""
    wide = np.asarray(z, np.longdouble)
    terms = [np.ones_like(wide) / (1.0 if first == 1 else 2.0)]
    for k in range(1, 200):
        terms.append(-terms[-1] * wide / (k + first))
    closed = -np.expm1(-wide) / wide
    closed = closed if first == 1 else (1.0 - closed) / wide
    return np.asarray(np.where(np.abs(wide) < 2.0, sum(terms), closed), float)


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 5e-7), ("float64", 1e-15)])
def test_values_are_exact(precision: str, tolerance: float) -> None:
    with jax.enable_x64(precision == "float64"):
        z, x = jnp.asarray(Z, precision), jnp.asarray(X, precision)
        for function, first in ((decay, 1), (decay_remainder, 2)):
            np.testing.assert_allclose(function(z), exact(np.asarray(z), first), rtol=2.0 * tolerance)
        wide = np.asarray(x, np.longdouble)
        np.testing.assert_allclose(log1p_ratio(x), np.asarray(np.log1p(wide) / wide, float), rtol=tolerance)


@pytest.mark.usefixtures("x64")
def test_derivatives_at_zero_are_those_of_the_series() -> None:
    zero, one = jnp.zeros(11), jnp.ones(11)
    for function, expected in (
        (decay, (1.0, -1 / 2, 1 / 3)),
        (decay_remainder, (1 / 2, -1 / 6, 1 / 12)),
        (log1p_ratio, (1.0, -1 / 2, 2 / 3)),
    ):

        def slope(z, function=function):
            return jax.jvp(function, (z,), (one,))[1]

        first, second = jax.jvp(slope, (zero,), (one,))
        for value, number in zip((function(zero), first, second), expected, strict=True):
            np.testing.assert_allclose(value, number, rtol=1e-14)
