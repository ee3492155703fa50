"""Power laws with round and elliptical potentials: what they are where they are isothermal or round."""

from __future__ import annotations

import numpy as np

from jaxlens.kernels.mass.isothermal import sis
from jaxlens.kernels.mass.power_law_potential import spep, spep_potential, spp

X, Y = np.array([0.4, -1.1, 0.9, 2.3]), np.array([0.3, 0.7, -1.6, -0.2])


def test_the_isothermal_round_one_is_the_sphere_and_a_round_ellipse_is_round(x64):
    np.testing.assert_allclose(spp(X, Y, theta_E=1.2, gamma=2.0), sis(X, Y, theta_E=1.2), rtol=1e-14)
    round_one = spep(X, Y, theta_E=1.2, gamma=1.7, e1=0.0, e2=0.0)
    np.testing.assert_allclose(round_one, spp(X, Y, theta_E=1.2, gamma=1.7), rtol=1e-14)


def test_the_isothermal_potential_is_the_elliptical_radius(x64):
    modulus, phi = 0.25, 0.5 * np.arctan2(-0.2, 0.15)
    q = (1.0 - modulus) / (1.0 + modulus)
    along, across = X * np.cos(phi) + Y * np.sin(phi), Y * np.cos(phi) - X * np.sin(phi)
    expected = 1.2 * np.sqrt(q * along**2 + across**2 / q)
    found = spep_potential(X, Y, theta_E=1.2, gamma=2.0, e1=0.15, e2=-0.2)
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_the_centre_deflects_nothing():
    zero = np.zeros(4, np.float32)
    assert not np.any(spp(zero, zero, theta_E=1.2, gamma=2.4))
