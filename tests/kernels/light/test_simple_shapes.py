"""Simple shapes of light: where they begin and end."""

from __future__ import annotations

import numpy as np

from jaxlens.kernels.light.simple_shapes import ellipsoid, line_profile, linear

X, Y = np.array([0.0, 0.9, 1.1, 2.0]), np.zeros(4)


def test_an_ellipse_has_its_flux_inside():
    found = ellipsoid(X, Y, radius=1.0, e1=0.0, e2=0.0)
    np.testing.assert_allclose(found, np.array([1.0, 1.0, 0.0, 0.0]) / np.pi, rtol=1e-6)


def test_a_falling_slope_ends():
    found = linear(X, Y, amp=1.5, k=-1.0)
    np.testing.assert_allclose(found, [1.5, 0.6, 0.4, 0.0], rtol=1e-6)


def test_a_bar_goes_from_its_start_away_from_y():
    along, across = np.array([-0.1, 0.1, 0.9, 1.1]), np.array([0.0, 0.3, -0.3, 0.6])
    cos, sin = np.cos(np.pi / 6.0), np.sin(np.pi / 6.0)
    x, y = 0.2 + cos * along + sin * across, -0.1 - sin * along + cos * across
    found = line_profile(x, y, angle=30.0, length=1.0, width=1.0, start_x=0.2, start_y=-0.1)
    np.testing.assert_array_equal(found, [0.0, 1.0, 1.0, 0.0])
