"""The halo mass function: colossus' numbers."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from jaxlens.kernels.halos.sheth_tormen import ln_number_density

OWN = {"H0": 67.5, "Om0": 0.309}
MASSES = np.array([[1e6, 1e8, 1e10, 1e13]])
REDSHIFTS = np.array([[0.2], [1.0], [3.0]])
# dn / dln M (comoving Mpc^-3) of colossus' sheth99 for these redshifts and masses.
NUMBERS = [
    [4.42005753e02, 6.57274125e00, 1.05584642e-01, 2.06099264e-04],
    [5.41832363e02, 7.97303846e00, 1.22831235e-01, 1.47979290e-04],
    [7.26908717e02, 9.84384068e00, 1.17984816e-01, 1.16617778e-05],
]


@jax.jit
def cold(masses: jax.Array, redshifts: jax.Array) -> jax.Array:
    """ln(dn / dln M)."""
    return ln_number_density(masses, redshifts, **OWN)


def test_the_mass_function_is_that_of_colossus():
    ours = np.exp(cold(MASSES, REDSHIFTS))
    np.testing.assert_allclose(ours, NUMBERS, rtol=2e-3)


@pytest.mark.slow
def test_a_change_of_the_slope_leaves_the_number_at_the_pivot():
    tilted = jax.jit(lambda masses, z: ln_number_density(masses, z, slope_change=0.2, **OWN))
    changed = tilted(MASSES, REDSHIFTS)
    difference = changed - cold(MASSES, REDSHIFTS)
    expected = np.broadcast_to(0.2 * np.log(MASSES / 1e8), difference.shape)
    np.testing.assert_allclose(difference, expected, atol=1e-5)
