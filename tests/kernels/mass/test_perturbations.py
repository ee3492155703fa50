"""The dipole and the waves along an arc at their singular centres."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.mass.perturbations import arc_pert, dipole

DIPOLE = {"com_x": 0.1, "com_y": 0.2, "phi_dipole": 0.5, "coupling": 0.3}
WAVES = {"coeff": 0.05, "d_r": 0.4, "d_phi": 1.0, "center_x": 0.1, "center_y": 0.2}


@pytest.mark.long
def test_the_deflection_and_its_derivatives_are_finite_at_the_centre():
    at = jnp.float32(0.1), jnp.float32(0.2)
    for deflection, parameters in ((dipole, DIPOLE), (arc_pert, WAVES)):
        assert np.all(np.asarray(deflection(*at, **parameters)) == 0.0)
        derivatives = jax.jacrev(lambda x, y, f=deflection, p=parameters: f(x, y, **p), argnums=(0, 1))(*at)
        assert np.all(np.isfinite(jax.tree.leaves(derivatives)))


def test_a_dipole_deflects_along_its_axis_only():
    alpha_x, alpha_y = dipole(jnp.float32(1.1), jnp.float32(0.2), **DIPOLE)
    np.testing.assert_allclose(alpha_y / alpha_x, np.tan(0.5), rtol=1e-6)
    np.testing.assert_allclose(np.hypot(alpha_x, alpha_y), 0.3 * np.cos(0.5), rtol=1e-6)
