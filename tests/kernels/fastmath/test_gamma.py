"""The gamma function: against scipy."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import digamma, gammaln

from jaxlens.kernels.fastmath.gamma import log_gamma, log_gamma_remainder

Z = np.array([0.02, 0.3, 0.5, 1.0, 1.5, 2.0, 7.3, 16.0, 60.0])


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 2e-6), ("float64", 5e-14)])
def test_the_logarithm_and_its_derivative_are_scipys(precision: str, tolerance: float) -> None:
    with jax.enable_x64(precision == "float64"):
        z = jnp.asarray(Z, precision)
        value, slope = jax.jvp(log_gamma, (z,), (jnp.ones_like(z),))
        exact = np.asarray(z, float)
        np.testing.assert_allclose(value, gammaln(exact), rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(slope, digamma(exact), rtol=tolerance, atol=4.0 * tolerance)


@pytest.mark.usefixtures("x64")
def test_the_remainder_falls_as_half_the_logarithm() -> None:
    z = jnp.asarray([1e3, 1e6])
    np.testing.assert_allclose(log_gamma_remainder(z), 0.5 * np.log(2.0 * np.pi / z), rtol=1e-4)
