"""Cored steep ellipsoids: their convergence, and what their sums stand for."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.ellipse import elliptical_radius_squared
from jaxlens.kernels.mass.cse import cse, hernquist_ellipse_cse, nfw_ellipse_cse
from jaxlens.kernels.mass.hernquist import hernquist
from jaxlens.kernels.mass.nfw import nfw


def test_the_convergence_of_one(x64):
    def deflection(z):
        return jnp.stack(cse(z[0], z[1], a=0.7, s=0.4, e1=0.2, e2=-0.1))

    z = jnp.asarray([0.5, -0.8])
    found = 0.5 * jnp.trace(jax.jacfwd(deflection)(z))
    expected = 0.35 * (0.16 + elliptical_radius_squared(z[0], z[1], 0.2, -0.1)) ** -1.5
    assert float(found) == pytest.approx(float(expected), rel=1e-13)


@pytest.mark.long
def test_round_sums_are_the_haloes_that_they_stand_for(x64):
    x = jnp.asarray(10.0 ** np.linspace(-3.0, 1.5, 30))
    zero, flat = jnp.zeros_like(x), {"e1": 0.0, "e2": 0.0}
    found = nfw_ellipse_cse(x, zero, Rs=0.8, alpha_Rs=1.2, **flat)[0]
    np.testing.assert_allclose(found, nfw(x, zero, Rs=0.8, alpha_Rs=1.2)[0], rtol=5e-6)
    found = hernquist_ellipse_cse(x, zero, sigma0=0.3, Rs=0.8, **flat)[0]
    np.testing.assert_allclose(found, hernquist(x, zero, sigma0=0.3, Rs=0.8)[0], rtol=5e-6)
