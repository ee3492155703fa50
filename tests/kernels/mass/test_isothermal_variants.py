"""Relatives of the isothermal lenses in the cases in which they are one."""

from __future__ import annotations

import numpy as np

from jaxlens.kernels.mass.isothermal import sis
from jaxlens.kernels.mass.isothermal_variants import elliptical_nie, nie_simple, sis_truncated

X, Y = np.array([0.4, -1.1, 0.9, 2.3]), np.array([0.3, 0.7, -1.6, -0.2])
RADIUS = np.hypot(X, Y)


def test_a_round_lens_without_core_is_the_sphere(x64):
    sphere = np.asarray(sis(X, Y, theta_E=1.2))
    round_one = elliptical_nie(X, Y, theta_E=1.2, theta_c=0.0, e1=0.0, e2=0.0)
    np.testing.assert_allclose(round_one, sphere, rtol=1e-13)
    np.testing.assert_allclose(nie_simple(X, Y, b=1.2, s=1e-10, q=1.0), sphere, rtol=1e-9)


def test_a_truncated_sphere_ends(x64):
    """The sphere inside r_trunc, and the share 2 - r / r_trunc of it up to twice that."""
    sphere = np.asarray(sis(X, Y, theta_E=1.2))
    share = np.clip(2.0 - RADIUS / 1.0, 0.0, 1.0)
    assert {0.0, 1.0} < set(share)
    np.testing.assert_allclose(sis_truncated(X, Y, theta_E=1.2, r_trunc=1.0), share * sphere, atol=1e-15)
