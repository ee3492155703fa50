"""Gaussian mass profiles: sums, limits at the centre, and lists that do not fit."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.mass.gaussian import multi_gaussian
from jaxlens.kernels.registry import MASS_PROFILES

X, Y = np.array([0.0, 0.3, -1.2, 40.0]), np.array([0.0, -0.1, 0.7, 3.0])


@pytest.mark.slow
def test_a_list_is_the_sum_of_its_gaussians(x64):
    amp, sigma, shape = (1.0, 2.5), (0.3, 0.8), {"e1": 0.1, "e2": -0.2}
    for name, own in (("GAUSSIAN", {}), ("GAUSSIAN_ELLIPSE_POTENTIAL", shape)):
        several, one = MASS_PROFILES[name.replace("GAUSSIAN", "MULTI_GAUSSIAN", 1)], MASS_PROFILES[name]
        for kind in ("deflection", "potential"):
            found = getattr(several, kind)(X, Y, amp=amp, sigma=sigma, scale_factor=0.5, **own)
            parts = [getattr(one, kind)(X, Y, amp=a, sigma=s, **own) for a, s in zip(amp, sigma, strict=True)]
            expected = 0.5 * (np.asarray(parts[0]) + np.asarray(parts[1]))
            np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_the_convergence_at_the_centre_and_the_mass_at_infinity(x64):
    def along_x(x):
        return MASS_PROFILES["GAUSSIAN"].deflection(x, jnp.zeros_like(x), amp=3.0, sigma=0.5)[0]

    x = jnp.asarray([0.0, 20.0])
    value, slope = jax.jit(lambda x: jax.jvp(along_x, (x,), (jnp.ones_like(x),)))(x)
    assert float(slope[0]) == pytest.approx(3.0 / (2.0 * np.pi * 0.25), rel=1e-14)
    assert float(value[1]) == pytest.approx(3.0 / (np.pi * 20.0), rel=1e-14)


def test_lists_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="amp has 2, sigma has 1"):
        multi_gaussian(X, Y, amp=(1.0, 2.0), sigma=(0.5,))
