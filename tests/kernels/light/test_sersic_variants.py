"""Sersic profiles by axis ratio, and distorted, are SERSIC_ELLIPSE in other coordinates."""

from __future__ import annotations

import numpy as np

from jaxlens.kernels.light.sersic import sersic_ellipse
from jaxlens.kernels.light.sersic_variants import sersic_ellipse_flexion, sersic_ellipse_q_phi

X, Y = np.array([0.4, -1.1, 0.9, 2.3]), np.array([0.3, 0.7, -1.6, -0.2])
SERSIC = {"R_sersic": 0.7, "n_sersic": 1.5}


def test_by_axis_ratio_and_angle(x64):
    e1, e2 = 0.25 * np.cos(0.8), 0.25 * np.sin(0.8)
    found = sersic_ellipse_q_phi(X, Y, q=0.6, phi=0.4, **SERSIC)
    np.testing.assert_allclose(found, sersic_ellipse(X, Y, e1=e1, e2=e2, **SERSIC), rtol=1e-13)


def test_flexion_is_the_complex_polynomial(x64):
    z, center, shape = X + 1j * Y, 0.1 - 0.2j, {"e1": 0.1, "e2": -0.2}
    b, c, d = 0.05 + 0.02j, 0.01 - 0.02j, -0.015 + 0.005j

    def distorted(z):
        w = np.conj(z)
        return 1.03 * z + b * w + np.conj(c) * z**2 + 2.0 * c * z * w + d * w**2

    moved = distorted(z) - distorted(center)
    numbers = {"a": 0.03, "b1": 0.05, "b2": 0.02, "c1": 0.01, "c2": -0.02, "d1": -0.015, "d2": 0.005}
    found = sersic_ellipse_flexion(X, Y, center_x=0.1, center_y=-0.2, **numbers, **shape, **SERSIC)
    np.testing.assert_allclose(found, sersic_ellipse(moved.real, moved.imag, **shape, **SERSIC), rtol=1e-12)
