"""Haloes along the line of sight: where they are, how massive, and how many by plane."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.halos import FieldHaloes, FieldPlanes, field_haloes, field_planes

OWN = {"H0": 67.5, "Om0": 0.309}
ENDS, COUNTS, Z_LENS = (0.5, 2.0), (3, 5), 0.5
DRAWN = 20_000
# sqrt(-ln(p / 2) / 2) of the Kolmogorov-Smirnov test with p = 1e-4.
CRITICAL = 2.23


@partial(jax.jit, static_argnames="two_halo")
def planes_of(two_halo: bool, z_lens: jax.Array = Z_LENS, **numbers: jax.Array) -> FieldPlanes:
    """Planes of the mean number of haloes, or with those that cluster about the lens."""
    given = {"M_min": 1e6, "M_max": 1e10, "cone_radius": 3.0, **numbers, **OWN}
    return field_planes(jnp.array(ENDS), COUNTS, z_lens, M_host=1e13 if two_halo else None, **given)


@pytest.fixture(scope="module")
def planes() -> FieldPlanes:
    """Cold dark matter with clustering."""
    return planes_of(True, normalization=1.0)


@pytest.fixture(scope="module")
def drawn(planes: FieldPlanes) -> FieldHaloes:
    """Haloes of fixed uniform numbers."""
    uniform = np.random.default_rng(5).uniform(size=(4, DRAWN)).astype(np.float32)
    return jax.tree.map(np.asarray, jax.jit(field_haloes)(planes, *uniform))


def assert_uniform(values: np.ndarray) -> None:
    """They are uniform between 0 and 1, by the Kolmogorov-Smirnov test."""
    steps = np.arange(len(values) + 1) / len(values)
    ordered = np.sort(values)
    distance = max(np.abs(ordered - steps[1:]).max(), np.abs(ordered - steps[:-1]).max())
    assert distance < CRITICAL / np.sqrt(len(values))


@pytest.mark.slow
def test_planes_have_haloes_in_proportion_to_their_mean_number(planes, drawn):
    expected = DRAWN * np.asarray(planes.number / planes.number.sum(), float)
    found = np.bincount(drawn.plane, minlength=len(expected))
    assert (np.abs(found - expected) < 4.5 * np.sqrt(expected)).all()
    np.testing.assert_array_equal(drawn.z, np.asarray(planes.slabs.z)[drawn.plane])


def test_haloes_are_uniform_in_the_discs(planes, drawn):
    radius = np.asarray(planes.slabs.radius)[drawn.plane]
    assert_uniform((drawn.x**2 + drawn.y**2) / radius**2)
    assert_uniform(np.arctan2(drawn.y, drawn.x) / (2.0 * np.pi) + 0.5)


@pytest.mark.parametrize("plane", [2, 5])
def test_masses_follow_the_mass_function_of_their_plane(plane, planes, drawn):
    masses = np.log(drawn.mass[drawn.plane == plane])
    above = np.asarray(planes.masses.above[plane] / planes.masses.above[plane, 0])
    # the logarithm of the share above is nearly linear in ln M, save at its end
    share = np.exp(np.interp(masses, planes.masses.ln_mass[:-1], np.log(above[:-1])))
    assert_uniform(share)


def test_numbers_follow_normalization_and_clustering(planes):
    cold = planes_of(False, normalization=1.0).number
    np.testing.assert_allclose(planes_of(False, normalization=2.0).number, 2.0 * cold, rtol=1e-5)
    near = np.asarray(planes.number / cold)
    # the slabs on both sides of the lens
    assert (near[2:4] > 1.03).all()
    np.testing.assert_allclose(near[[0, 1, 4, 5, 6, 7]], 1.0, atol=0.02)
    none = planes_of(False, normalization=0.0)
    np.testing.assert_array_equal(none.number, 0.0)


@pytest.mark.slow
def test_there_are_fewer_haloes_in_warmer_dark_matter():
    numbers = [planes_of(False, half_mode_mass=10.0**k).number for k in (0.0, 7.0, 8.0, 9.0)]
    assert (np.diff(np.array(numbers), axis=0) < 0.0).all()
    cold = planes_of(False, half_mode_mass=0.0).number
    np.testing.assert_allclose(numbers[0], cold, rtol=1e-4)


@pytest.mark.slow
def test_no_haloes_cluster_where_there_is_no_lens():
    one, other = (planes_of(two_halo, z_lens=ENDS[-1]).number for two_halo in (False, True))
    np.testing.assert_allclose(one, other, rtol=1e-6)


@pytest.mark.slow
def test_no_haloes_are_finite():
    none = planes_of(False, normalization=0.0)
    uniform = np.random.default_rng(5).uniform(size=(4, DRAWN)).astype(np.float32)
    found = jax.jit(field_haloes)(none, *uniform)
    assert all(np.isfinite(values).all() for values in found)


@pytest.mark.long
def test_masses_are_differentiable_at_fixed_uniform_numbers(x64, check_first_derivatives):
    """The plane of a halo is a step function of its uniform number, so these numbers are far from a step."""
    uniform = (jnp.array([0.3, 0.5]), jnp.array([0.02, 0.7]), jnp.array([0.2, 0.6]), jnp.array([0.1, 0.4]))

    def haloes(half_mode: jax.Array, least: jax.Array, change: jax.Array, lens: jax.Array) -> jax.Array:
        own = {"M_min": 1e6 * least, "M_max": 1e10, "cone_radius": 3.0, **OWN}
        ends = jnp.stack([lens, jnp.full_like(lens, 2.0)])
        warm = {"half_mode_mass": 1e7 * half_mode, "slope_change": change}
        planes = field_planes(ends, COUNTS, lens, M_host=1e13, **own, **warm)
        found = field_haloes(planes, *uniform)
        return jnp.concatenate([jnp.log(found.mass), found.x, found.y, found.z, jnp.log(planes.number)])

    arguments = (jnp.array(x) for x in (1.3, 1.1, 0.05, 0.5))
    check_first_derivatives(haloes, *arguments, rtol=1e-5)
