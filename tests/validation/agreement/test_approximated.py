"""The exact deflection beside a sum that stands for a profile."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from validation.agreement import references
from validation.agreement.exact import approximated


def test_a_density_is_projected_along_the_line_of_sight():
    """1 / (1 + r^2) has the convergence pi / sqrt(1 + x^2)."""
    x = np.array([1e-4, 0.3, 1.0, 20.0])
    found = approximated.projected(lambda r: 1.0 / (1.0 + r * r))(x)
    np.testing.assert_allclose(found, np.pi / np.sqrt(1.0 + x * x), rtol=1e-4)


@pytest.mark.long
def test_the_sum_of_cored_ellipsoids_is_the_halo_to_a_few_parts_in_a_million():
    group = references.load("mass_profiles")["NFW_ELLIPSE_CSE"]
    with jax.enable_x64(True):
        errors = approximated.errors("NFW_ELLIPSE_CSE", group)
    assert 1e-7 < np.max(errors) < 1e-5
