"""Critical curves: where an isothermal sphere with shear, and round power laws, have them."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.products.critical_curves import CriticalCurves
from tests.products.lenses import lens, simulator


def curves(shear: float, **mass: float) -> CriticalCurves:
    """Those of the file with other numbers of the shear or the mass."""
    return simulator().critical_curves(lens(shear, **mass), points=100)[0]


def test_an_isothermal_sphere_with_shear() -> None:
    """Where det = (1 - g^2) - (theta_E / r) (1 - g cos 2 phi) is 0; the caustic is an astroid."""
    found = curves(0.1)
    (tangential,), (caustic,), (cut,) = found.tangential, found.tangential_caustics, found.cuts
    x, y = tangential.T
    expected = 1.2 * (1.0 - 0.1 * np.cos(2.0 * np.arctan2(y, x))) / (1.0 - 0.1**2)
    np.testing.assert_allclose(np.hypot(x, y), expected, rtol=2e-6)
    np.testing.assert_array_equal(tangential[0], tangential[-1])
    assert found.radial == found.radial_caustics == []
    area = np.pi * 1.2**2 * (1.0 + 0.5 * 0.1**2) / (1.0 - 0.1**2) ** 2
    assert found.einstein_radius == pytest.approx(np.sqrt(area / np.pi), rel=2e-6)
    # along x the critical point is at r = theta_E / (1 + g), whose image is r (1 - g) - theta_E
    cusp = 1.2 * ((1.0 - 0.1) / (1.0 + 0.1) - 1.0)
    assert caustic[:, 0].min() == pytest.approx(cusp, rel=1e-3)
    assert caustic[:, 0].max() == pytest.approx(-cusp, rel=1e-3)
    # the deflection is theta_E at the centre, in any direction
    np.testing.assert_allclose(np.hypot(*cut.T), 1.2, rtol=1e-4)


@pytest.mark.parametrize("gamma", [1.6, 1.95])
def test_a_shallow_power_law_has_a_radial_curve(gamma: float) -> None:
    """The deflection is theta_E (r / theta_E)^(2 - gamma), whose derivative is 1 on it, however small."""
    found = curves(0.0, gamma=gamma, center_x=0.31, center_y=-0.2)
    (tangential,), (radial,) = found.tangential, found.radial
    centre = np.array([0.31, -0.2])
    np.testing.assert_allclose(np.hypot(*(tangential - centre).T), 1.2, rtol=2e-6)
    exponent = 2.0 - gamma
    radius = 1.2 * exponent ** (1.0 / (1.0 - exponent))
    np.testing.assert_allclose(np.hypot(*(radial - centre).T), radius, rtol=1e-4)
    # the tangential caustic of a round lens is a point
    np.testing.assert_allclose(
        found.tangential_caustics[0], np.broadcast_to(centre, tangential.shape), atol=1e-5
    )
    beyond = radius * (1.0 / exponent - 1.0)
    np.testing.assert_allclose(np.hypot(*(found.radial_caustics[0] - centre).T), beyond, rtol=1e-4)
    assert found.einstein_radius == pytest.approx(1.2, rel=2e-6)
    assert found.cuts == []


def test_a_lens_that_is_wider_than_the_image_has_whole_curves() -> None:
    found = curves(0.05, theta_E=30.0)
    np.testing.assert_array_equal(found.tangential[0][0], found.tangential[0][-1])
    assert found.einstein_radius == pytest.approx(30.0, rel=0.01)


def test_without_mass_there_is_no_curve() -> None:
    found = curves(0.0, theta_E=0.0)
    assert found == CriticalCurves([], [], [], [], [], 0.0)
