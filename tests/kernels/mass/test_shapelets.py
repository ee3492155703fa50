"""Shapelets in the potential: gradients, orders of the coefficients, and incomplete sets."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.kernels.registry import MASS_PROFILES

X, Y = np.array([0.0, 0.3, -0.5, 0.9]), np.array([0.0, -0.2, 0.4, 0.6])


def psi(name, coeffs):
    return np.asarray(MASS_PROFILES[name].potential(X, Y, coeffs=coeffs, beta=0.4))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SHAPELETS_CART", "SHAPELETS_POLAR"])
def test_missing_coefficients_are_zero(x64, name):
    coeffs = (0.3, -0.2, 0.5, 0.1)
    np.testing.assert_allclose(psi(name, coeffs), psi(name, (*coeffs, 0.0, 0.0)), rtol=1e-14)


def test_both_families_have_the_same_functions_of_low_order(x64):
    """The dipoles of one are those of the other, and l = k = 1 the sum of (2, 0) and (0, 2)."""
    x_dipole, y_dipole = psi("SHAPELETS_CART", (0.0, 1.0)), psi("SHAPELETS_CART", (0.0, 0.0, 1.0))
    np.testing.assert_allclose(psi("SHAPELETS_POLAR", (0.0, 0.0, 1.0)) * np.sqrt(2.0), x_dipole, atol=1e-14)
    np.testing.assert_allclose(psi("SHAPELETS_POLAR", (0.0, 1.0)) * np.sqrt(2.0), -y_dipole, atol=1e-14)
    both = psi("SHAPELETS_CART", (0.0, 0.0, 0.0, 1.0, 0.0, 1.0))
    found = psi("SHAPELETS_POLAR", (0.0, 0.0, 0.0, 0.0, 1.0))
    np.testing.assert_allclose(found * np.sqrt(2.0), both, atol=1e-14)
    assert np.all(psi("SHAPELETS_POLAR", (0.0, 0.0, 0.0, 1.0)) == 0.0)
