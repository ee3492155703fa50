"""Haloes that cluster about the lens: colossus' bias and pyHalo's number."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.cosmology import comoving_distance
from jaxlens.kernels.halos.two_halo import clustering, host_bias

OWN = {"H0": 67.5, "Om0": 0.309}
# colossus' haloBias (tinker10, 200c) of these masses and redshifts.
MASSES, REDSHIFTS = np.array([1e12, 1e13, 1e14]), np.array([0.2, 0.5, 1.0])
BIAS = [0.8941582200617577, 1.4780391627698162, 4.452750366163206]
# pyHalo's two_halo_enhancement_factor for a lens of 1e13 at 0.5 and a step of 0.02: twice the mean excess
# beyond 0.5 Mpc.
ENHANCEMENT = 0.864864964200031


@pytest.mark.slow
def test_the_bias_is_that_of_colossus():
    bias = jax.jit(lambda mass, z: host_bias(mass, z, **OWN))
    np.testing.assert_allclose(bias(MASSES, REDSHIFTS), BIAS, rtol=2e-3)


@jax.jit
def first_slab(z: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The excess of the slab between two redshifts, of which the first is the host's, and its depth."""
    near, far = comoving_distance(z, **OWN)
    return clustering(near[None], far[None], z[0], 1e13, **OWN)[0], far - near


def test_the_excess_of_a_slab_is_that_of_pyhalo():
    excess, depth = first_slab(jnp.array([0.5, 0.52]))
    assert float(excess) == pytest.approx(float(0.5 * ENHANCEMENT * (depth - 0.5) / depth), rel=1e-3)


@pytest.mark.slow
def test_the_excess_is_the_same_on_both_sides_and_falls_with_distance():
    host = comoving_distance(jnp.array(0.5), **OWN)
    steps = jnp.array([-30.0, -20.0, -10.0, 0.0, 10.0, 20.0])
    slabs = jax.jit(lambda near: clustering(near, near + 10.0, 0.5, 1e13, **OWN))
    excess = np.asarray(slabs(host + steps))
    np.testing.assert_allclose(excess[:3], excess[:2:-1], rtol=1e-3)
    assert (np.diff(excess[3:]) < 0.0).all()
    assert (excess > 0.0).all()


@pytest.mark.slow
def test_slabs_of_any_depth_have_the_same_number_of_haloes():
    host = comoving_distance(jnp.array(0.5), **OWN)
    near = host + jnp.arange(0.0, 60.0, 10.0)
    slabs = jax.jit(lambda near, depth: jnp.sum(depth * clustering(near, near + depth, 0.5, 1e13, **OWN)))
    fine, whole = slabs(near, jnp.full(6, 10.0)), slabs(near[:1], jnp.full(1, 60.0))
    assert float(fine) == pytest.approx(float(whole), rel=1e-4)
