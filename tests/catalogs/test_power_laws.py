"""Elliptical power laws: derivatives of the deflection, and the isothermal ellipsoid."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.catalogs.power_laws import power_law

X, Y = np.array([1.0, -0.4, 0.3]), np.array([0.2, 0.9, -1.1])
STEP = 1e-5


@pytest.mark.parametrize("gamma", [1.7, 2.0, 2.3])
@pytest.mark.parametrize(("e1", "e2"), [(0.2, -0.1), (0.0, 0.0)])
def test_convergence_and_shear_are_derivatives_of_the_deflection(gamma: float, e1: float, e2: float) -> None:
    numbers = (np.array(1.3), np.array(gamma), np.array(e1), np.array(e2))
    along_x, along_y = (
        (power_law(X + dx, Y + dy, *numbers).alpha - power_law(X - dx, Y - dy, *numbers).alpha) / (2 * STEP)
        for dx, dy in ((STEP, 0.0), (0.0, STEP))
    )
    found = power_law(X, Y, *numbers)
    np.testing.assert_allclose(found.kappa, (along_x.real + along_y.imag) / 2, rtol=1e-8)
    shear = (along_x.real - along_y.imag) / 2 + 1j * along_x.imag
    np.testing.assert_allclose(found.shear, shear, rtol=1e-8)
    area = (1 - along_x.real) * (1 - along_y.imag) - along_x.imag * along_y.real
    np.testing.assert_allclose(found.magnification, 1 / area, rtol=1e-6)


def test_it_is_the_profile_of_lenstronomy() -> None:
    """Against the deflection by lenstronomy's EPL, version 1.14.2."""
    found = power_law(X, Y, np.array(1.3), np.array(2.2), np.array(0.2), np.array(-0.1)).alpha
    along_x = [1.2494106810182972, -0.4133988830326515, 0.23083390768341056]
    along_y = [0.39815991052502125, 1.3244394335527125, -1.3424758773534302]
    np.testing.assert_allclose([found.real, found.imag], [along_x, along_y], rtol=1e-12)


def test_what_is_not_finite_stays_so() -> None:
    numbers = (np.array([1.3, np.nan, 1.3]), np.array([2.0, 2.0, np.nan]), np.zeros(3), np.zeros(3))
    assert not np.isfinite(
        power_law(np.array([0.0, 1.0, 1.0]), np.array([0.0, 1.0, 1.0]), *numbers).alpha
    ).any()
