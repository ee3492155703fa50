"""Truncation radii: their formulas, and pyHalo's numbers."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.kernels import cosmology
from jaxlens.kernels.halos import enclosed_density, truncation_by_overdensity, truncation_by_position


def test_radii_by_position_are_those_of_pyhalo() -> None:
    """TruncationRoche of pyHalo 1.5.2, which rounds to 1 pc."""
    found = truncation_by_position(np.float32([1e6, 1e8, 3e9]), np.float32([5.0, 100.0, 300.0]))
    np.testing.assert_allclose(found, [0.140, 4.788, 30.946], atol=6e-4)


def test_radii_by_position_follow_their_powers() -> None:
    numbers = {"truncation_norm": 2.0, "truncation_mass_slope": 0.5, "truncation_radius_slope": 1.0}
    assert float(truncation_by_position(4e7, 25.0, **numbers)) == pytest.approx(2.0, rel=1e-6)


def test_the_mean_density_inside_r_n_is_n_times_the_critical_one() -> None:
    flat = {"H0": 70.0, "Om0": 0.3}
    expansion = cosmology.expansion_rate(0.6, **flat)
    radius = truncation_by_overdensity(1e8, truncation_overdensity=200.0, H0=70.0, E=expansion)
    density = 1e8 / (4.0 / 3.0 * np.pi * (float(radius) / 1e3) ** 3)
    assert density == pytest.approx(float(enclosed_density("200c", 0.6, **flat)), rel=1e-5)
