"""Distances against astropy and where they have a closed form, and their derivatives.

(`validation.agreement.checks.cosmology` holds flat universes against astropy and lenstronomy.)
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from astropy import units
from astropy.cosmology import FlatLambdaCDM, FlatwCDM, LambdaCDM, w0waCDM
from jax.test_util import check_grads

from jaxlens.kernels import cosmology

UNIVERSE = {"H0": 67.4, "Om0": 0.315, "Tcmb0": 2.7255, "Neff": 3.046, "m_nu": 0.06}
# The parameters that astropy's classes have besides those of FlatLambdaCDM, and where they are drawn.
CLASSES = {
    FlatLambdaCDM: {},
    LambdaCDM: {"Ode0": (0.0, 1.0)},
    FlatwCDM: {"w0": (-1.6, -0.4)},
    w0waCDM: {"Ode0": (0.0, 1.0), "w0": (-1.6, -0.4), "wa": (-1.0, 0.3)},
}
REDSHIFTS = np.array([0.01, 0.2, 0.5, 1.1, 2.5, 6.0, 10.0])


def random_universes(own, count):
    """The first has no radiation, the second massless neutrinos."""
    rng = np.random.default_rng(17)
    for i in range(count):
        values = {"H0": rng.uniform(50, 90), "Om0": rng.uniform(0.05, 0.95), "Tcmb0": 2.7 * (i > 0)}
        values |= {"Neff": rng.uniform(1, 5), "m_nu": 10 ** rng.uniform(-3, 0) * (i > 1)}
        yield values | {name: rng.uniform(*ends) for name, ends in own.items()}


@jax.jit
def distances(universe):
    return (
        cosmology.transverse_comoving_distance(REDSHIFTS, **universe),
        cosmology.distances_between(REDSHIFTS, **universe),
        cosmology.curvature(**universe),
    )


jitted_distance = jax.jit(cosmology.transverse_comoving_distance)


def check_against_astropy(theirs, astropys_between, count, tolerance):
    for universe in random_universes(CLASSES[theirs], count):
        astropys = theirs(**(universe | {"m_nu": universe["m_nu"] * units.eV}))
        given = {name: jnp.asarray(value, jnp.result_type(float)) for name, value in universe.items()}
        far, between, curvature = (np.asarray(value, np.float64) for value in distances(given))
        np.testing.assert_allclose(
            far, astropys.comoving_transverse_distance(REDSHIFTS).value, rtol=tolerance
        )
        i, j = np.triu_indices(REDSHIFTS.size, 1)
        z, z_far = REDSHIFTS[i], REDSHIFTS[j]
        expected = astropys_between(astropys, z, z_far)
        np.testing.assert_allclose(between[i, j], expected, atol=tolerance * far.max())
        np.testing.assert_allclose(between, -between.T, atol=tolerance * far.max())
        assert float(curvature) == pytest.approx(astropys.Ok0, abs=max(1e-10, 0.1 * tolerance))


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("theirs", CLASSES)
def test_distances_are_astropys(theirs, astropys_between):
    """From us and between planes, to z = 10, in open, flat and closed universes."""
    check_against_astropy(theirs, astropys_between, 10, 1e-9)


@pytest.mark.parametrize("theirs", CLASSES)
def test_distances_are_astropys_in_single_precision(theirs, astropys_between):
    check_against_astropy(theirs, astropys_between, 4, 1e-5)


@pytest.mark.usefixtures("x64")
def test_an_empty_universe_has_a_closed_form():
    """Milne: T = (c / H0) sinh(ln(1 + z)), without any matter."""
    z = jnp.array([0.1, 1.0, 20.0, 1100.0])
    found = jitted_distance(z, H0=70.0, Om0=0.0, Ode0=0.0)
    expected = cosmology.SPEED_OF_LIGHT / 70.0 * np.sinh(np.log1p(z))
    np.testing.assert_allclose(found, expected, rtol=1e-11)


@pytest.mark.usefixtures("x64")
def test_a_closed_universe_of_matter_has_a_closed_form():
    """Mattig (1958): T = (2 c / H0) [Om z + (Om - 2) (sqrt(1 + Om z) - 1)] / (Om^2 (1 + z))."""
    z, om = np.array([0.1, 1.0, 10.0]), 2.0
    expected = (
        2
        * cosmology.SPEED_OF_LIGHT
        / 70.0
        * (om * z + (om - 2) * (np.sqrt(1 + om * z) - 1))
        / om**2
        / (1 + z)
    )
    found = jitted_distance(z, H0=70.0, Om0=om, Ode0=0.0)
    np.testing.assert_allclose(found, expected, rtol=1e-11)


@pytest.mark.usefixtures("x64")
def test_a_flat_universe_is_flat_however_it_is_given():
    """With the Ode0 that makes it so, with w0 = -1, or without them; and so are the derivatives."""
    z = jnp.array([0.3, 2.0])
    given = [{}, {"w0": -1.0}, {"w0": -1.0, "wa": 0.0}, {"Ode0": 0.7}]

    @jax.jit
    def all_of_them(H0):
        return [
            jax.value_and_grad(lambda H0, more=more: distance_sum(z, H0=H0, Om0=0.3, **more))(H0)
            for more in given
        ]

    first, *others = all_of_them(jnp.asarray(70.0))
    for other in others:
        np.testing.assert_allclose(other, first, rtol=1e-13)


def distance_sum(z, **universe):
    return jnp.sum(cosmology.distances_between(z, **universe)[0]) + jnp.sum(
        cosmology.transverse_comoving_distance(z, **universe)
    )


@jax.jit
def sum_with_gradient(constants):
    """Some distances in a universe of given dark energy (Gpc), and their gradient."""
    return jax.value_and_grad(
        lambda constants: distance_sum(jnp.array([0.5, 3.0]), H0=70.0, **constants) / 1000.0
    )(constants)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("Ode0", [0.55, 0.7, 0.85])
def test_derivatives_with_respect_to_dark_energy(Ode0, central_difference):
    """Ode0 = 0.7 is flat to rounding: the derivative with respect to the curvature goes through there."""
    values = {"Om0": 0.3, "Ode0": Ode0, "w0": -0.9, "wa": 0.2}
    constants = {name: jnp.asarray(value) for name, value in values.items()}
    _, gradient = sum_with_gradient(constants)
    for name, found in gradient.items():
        expected = central_difference(
            lambda v, name=name: sum_with_gradient(constants | {name: jnp.asarray(v)})[0], values[name]
        )
        np.testing.assert_allclose(found, expected, rtol=1e-5)
        assert abs(float(found)) > 1e-3


@pytest.mark.usefixtures("x64")
def test_matter_alone_has_a_closed_form():
    """Einstein and de Sitter: T = (2 c / H0) (1 - 1 / sqrt(1 + z))."""
    z = jnp.array([0.01, 0.5, 2.0, 20.0])
    expected = 2 * cosmology.SPEED_OF_LIGHT / 70.0 * (1 - 1 / np.sqrt(1 + z))
    found = jitted_distance(z, H0=70.0, Om0=1.0)
    np.testing.assert_allclose(found, expected, rtol=1e-11)


def distance_in_gpc(z, constants):
    return cosmology.transverse_comoving_distance(z, **constants) / 1000.0


@pytest.mark.usefixtures("x64")
def test_derivatives_with_respect_to_redshift_and_cosmology(check_first_derivatives):
    check_first_derivatives(
        lambda z, scales: distance_in_gpc(
            z, {name: value * (1.0 + 0.1 * scales[name]) for name, value in UNIVERSE.items()}
        ),
        jnp.array([0.9, 1.7]),
        dict.fromkeys(UNIVERSE, 0.0),
    )


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_derivatives_with_respect_to_redshift_and_cosmology_to_second_order():
    constants = {name: jnp.asarray(value) for name, value in UNIVERSE.items()}
    values = jnp.array([0.3, 1.7]), constants
    check_grads(jax.jit(distance_in_gpc), values, order=2, rtol=1e-5, atol=1e-8)


@pytest.mark.usefixtures("x64")
def test_derivative_of_the_distance_is_the_hubble_length():
    """dT/dz = c / H(z)."""

    @jax.jit
    def both(z):
        derivative = jax.grad(lambda z: cosmology.transverse_comoving_distance(z, **UNIVERSE))(z)
        return derivative, cosmology.expansion_rate(z, **UNIVERSE)

    derivative, rate = both(0.8)
    assert float(derivative * rate) == pytest.approx(cosmology.SPEED_OF_LIGHT / UNIVERSE["H0"], rel=1e-10)


def test_gradient_is_finite_without_radiation():
    def distance(Tcmb0, m_nu):
        return cosmology.transverse_comoving_distance(1.0, H0=70.0, Om0=0.3, Tcmb0=Tcmb0, m_nu=m_nu)

    assert np.isfinite(jax.jit(jax.grad(distance, argnums=(0, 1)))(0.0, 0.0)).all()


@pytest.mark.usefixtures("x64")
def test_vmap_changes_nothing():
    z = jnp.array([0.2, 0.9, 3.0])
    together = jitted_distance(z, **UNIVERSE)
    single = [jitted_distance(jnp.asarray(value), **UNIVERSE) for value in np.asarray(z)]
    np.testing.assert_allclose(together, single, rtol=1e-14)
    batched = jax.jit(jax.vmap(lambda z: cosmology.transverse_comoving_distance(z, **UNIVERSE)))
    np.testing.assert_allclose(batched(z), together, rtol=1e-14)


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
def test_jit_changes_nothing():
    z = jnp.array([0.2, 0.9, 3.0])
    eager = cosmology.transverse_comoving_distance(z, **UNIVERSE)
    np.testing.assert_allclose(jitted_distance(z, **UNIVERSE), eager, rtol=1e-14)


@pytest.mark.usefixtures("x64")
def test_einstein_radius_in_a_curved_universe(astropys_between):
    """D_ds is not D_s - D_d (1 + z_d) / (1 + z_s) there; astropy's is."""
    universe = LambdaCDM(H0=70.0, Om0=0.3, Ode0=0.4)
    z = jnp.array([0.5, 2.0])
    given = {"H0": 70.0, "Om0": 0.3, "Ode0": 0.4}
    far, between = jax.jit(
        lambda z: (
            cosmology.transverse_comoving_distance(z, **given),
            cosmology.distances_between(z, **given),
        )
    )(z)
    found = cosmology.sigma_v_to_theta_E(250.0, far[0], far[1], between[0, 1])
    ratio = astropys_between(universe, 0.5, 2.0) / universe.comoving_transverse_distance(2.0).value
    expected = 4 * np.pi * (250.0 / cosmology.SPEED_OF_LIGHT) ** 2 * float(ratio) * 648000 / np.pi
    assert float(found) == pytest.approx(expected, rel=1e-9)
    assert abs(float(cosmology.sigma_v_to_theta_E(250.0, far[0], far[1]) / found) - 1.0) > 1e-3


def test_a_source_in_front_of_the_lens_has_no_einstein_radius():
    """At the lens's own distance it is 0."""
    assert np.isnan(cosmology.sigma_v_to_theta_E(250.0, 2000.0, 1000.0))
    assert np.isnan(cosmology.sigma_v_to_theta_E(250.0, 1000.0, 2000.0, -1.0))
    assert float(cosmology.sigma_v_to_theta_E(250.0, 1000.0, 1000.0)) == 0.0
