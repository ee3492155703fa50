"""Gauss-Legendre quadrature: polynomials are exact, and so are derivatives in the operands."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.fastmath.quadrature import unit_integral


def integrand(u, a, b):
    return {"power": a * u**7, "exponential": jnp.exp(-b * u)}


@pytest.mark.usefixtures("x64")
def test_integrals_and_their_derivatives_in_both_modes() -> None:
    a, b = jnp.asarray([1.0, 2.0]), jnp.asarray([0.5, 3.0])
    tangents = jnp.asarray([1.0, 0.0]), jnp.asarray([0.0, 1.0])

    @jax.jit
    def everything(a, b):
        function = lambda a, b: unit_integral(integrand, 12, a, b)  # noqa: E731
        value, forward = jax.jvp(function, (a, b), tangents)
        reverse = jax.grad(lambda a, b: jnp.sum(function(a, b)["exponential"]), argnums=1)(a, b)
        return value, forward, reverse

    value, forward, reverse = everything(a, b)
    np.testing.assert_allclose(value["power"], np.asarray(a) / 8.0, rtol=1e-14)
    b = np.asarray(b)
    np.testing.assert_allclose(value["exponential"], -np.expm1(-b) / b, rtol=1e-14)
    slope = (np.exp(-b) * (1.0 + b) - 1.0) / b**2
    np.testing.assert_allclose(reverse, slope, rtol=1e-13)
    np.testing.assert_allclose(forward["power"], [1.0 / 8.0, 0.0], rtol=1e-14)
    np.testing.assert_allclose(forward["exponential"], [0.0, slope[1]], rtol=1e-13)
