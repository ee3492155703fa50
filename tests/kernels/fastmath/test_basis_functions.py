"""Hermite and Laguerre functions against scipy's polynomials."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
from scipy.special import eval_genlaguerre, eval_hermite

from jaxlens.kernels.fastmath import basis_functions as basis

X = np.array([-7.0, -1.3, 0.0, 0.4, 2.2, 5.0])


def hermite(n, x):
    return (
        eval_hermite(n, x) * np.exp(-0.5 * x * x) / math.sqrt(2.0**n * math.factorial(n) * math.sqrt(np.pi))
    )


def test_hermite_functions_and_their_derivatives(x64):
    functions = basis.hermite_functions(jnp.asarray(X), 22)
    expected = np.array([hermite(n, X) for n in range(22)])
    np.testing.assert_allclose(functions, expected, rtol=1e-12, atol=1e-14)
    slopes = [-X * expected[0]] + [math.sqrt(2 * n) * expected[n - 1] - X * expected[n] for n in range(1, 21)]
    np.testing.assert_allclose(basis.hermite_derivatives(functions), slopes, rtol=1e-11, atol=1e-13)


def test_the_integrals_of_hermite_functions(x64):
    x = np.linspace(-12.0, 12.0, 801)
    sums = [np.sum(hermite(n, x)) * (x[1] - x[0]) for n in range(9)]
    np.testing.assert_allclose(basis.hermite_integrals(9), sums, atol=1e-13)
    assert basis.hermite_integrals(1) == basis.hermite_integrals(9)[:1]


def test_laguerre_functions(x64):
    t = np.array([0.0, 0.3, 2.0, 9.0, 40.0])
    for k in (0, 3):
        functions = basis.laguerre_functions(jnp.asarray(t), k, jnp.exp(-0.5 * t), 12)
        factors = [
            math.sqrt(math.factorial(p) * math.factorial(k) / math.factorial(p + k)) for p in range(12)
        ]
        expected = [
            (-1) ** p * f * eval_genlaguerre(p, k, t) * np.exp(-0.5 * t) for p, f in enumerate(factors)
        ]
        np.testing.assert_allclose(functions, expected, rtol=1e-10, atol=1e-13)
