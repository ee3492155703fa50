"""The double cone: where planes stand, how wide it is, and its volume."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.cosmology import ARCSEC, comoving_distance, transverse_comoving_distance
from jaxlens.kernels.halos.cone import Slabs, radius_at, slab_edges, slabs

FLAT = {"H0": 67.5, "Om0": 0.309}
CURVED = {"H0": 70.0, "Om0": 0.3, "Ode0": 0.6}
ENDS, COUNTS = np.array([0.5, 2.0]), (4, 6)
SIZE = {"cone_radius": 3.0, "cone_end": 0.05}


@partial(jax.jit, static_argnames="curved")
def cone(z_lens: jax.Array, z: jax.Array, curved: bool = False) -> tuple[Slabs, jax.Array, jax.Array]:
    """The slabs, and area and comoving distance at redshifts of any shape."""
    cosmology = CURVED if curved else FLAT
    radius = radius_at(z, z_lens, 2.0, **SIZE, **cosmology) * ARCSEC
    area = jnp.pi * (radius * transverse_comoving_distance(z, **cosmology)) ** 2
    found = slabs(jnp.array(ENDS), COUNTS, z_lens, **SIZE, **cosmology)
    return found, area, comoving_distance(z, **cosmology)


def grid() -> np.ndarray:
    """Redshifts from the front to the back of each slab, (points, planes)."""
    front = np.append(np.arange(4) / 8.0, 0.5 + np.arange(6) / 4.0)
    return front + np.linspace(0.0, 1.0, 201)[:, None] * np.repeat([0.125, 0.25], [4, 6])


def test_planes_stand_in_the_middle_of_slabs_of_equal_depth():
    front, back = slab_edges(jnp.array(ENDS), COUNTS)
    np.testing.assert_allclose(front[:4], [0.0, 0.125, 0.25, 0.375], atol=1e-6)
    np.testing.assert_allclose(back[4:], [0.75, 1.0, 1.25, 1.5, 1.75, 2.0], atol=1e-6)
    np.testing.assert_allclose(cone(0.5, grid())[0].z, 0.5 * (front + back), atol=1e-6)


@pytest.mark.slow
def test_a_segment_may_have_no_plane():
    front, _ = slab_edges(jnp.array([0.5, 1.0, 2.0]), (2, 0, 1))
    np.testing.assert_allclose(front, [0.0, 0.25, 1.0], atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("cosmology", [FLAT, CURVED])
def test_the_cone_closes_as_rays_converge(cosmology, x64):
    z = jnp.array([0.1, 0.5, 1.0, 2.0])
    radius = jax.jit(lambda z: radius_at(z, 0.5, 2.0, **SIZE, **cosmology))(z)
    np.testing.assert_allclose(radius[:2], 3.0)
    assert float(radius[3]) == pytest.approx(0.05 * 3.0)
    if cosmology is FLAT:
        T = transverse_comoving_distance(z, **FLAT)
        # a straight line in the comoving frame from the cone's edge at the lens to that at the source
        edge = jnp.interp(T[2], T[jnp.array([1, 3])], (radius * T)[jnp.array([1, 3])])
        assert float((radius * T)[2]) == pytest.approx(float(edge))


def test_without_a_lens_the_cone_does_not_close():
    found = cone(2.0, grid())[0]
    np.testing.assert_allclose(found.radius, 3.0, rtol=1e-6)
    assert np.isfinite(found.volume).all()


@pytest.mark.parametrize("curved", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_the_volume_is_the_integral_of_the_area(curved):
    found, area, path = cone(0.5, grid(), curved)
    area, path = np.asarray(area, float), np.asarray(path, float)
    volume = (0.5 * (area[1:] + area[:-1]) * np.diff(path, axis=0)).sum(axis=0)
    np.testing.assert_allclose(found.volume, volume, rtol=3e-3 if curved else 2e-4)


@pytest.mark.slow
def test_derivatives_are_central_differences(x64, check_first_derivatives):
    def volumes(ends: jax.Array, radius: jax.Array) -> jax.Array:
        found = slabs(ends, (2, 2), ends[0], cone_radius=radius, cone_end=0.05, **FLAT)
        return jnp.concatenate([found.volume, found.radius, found.z])

    check_first_derivatives(volumes, jnp.array(ENDS), jnp.array(3.0), rtol=1e-5)
