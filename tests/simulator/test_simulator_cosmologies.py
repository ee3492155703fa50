"""Lenses in universes that are not flat, or whose dark energy is no constant."""

from __future__ import annotations

import warnings
from copy import deepcopy
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from astropy.cosmology import FlatwCDM, LambdaCDM, w0waCDM
from astropy.utils.exceptions import AstropyDeprecationWarning

import jaxlens
from jaxlens.imaging.derived import derived_quantities
from jaxlens.imaging.rays import _weights

pytestmark = pytest.mark.slow

KEY = jax.random.key(1, impl="threefry2x32")
THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"


def with_sigma_v(small_lens: dict[str, Any], name: str, **parameters: Any) -> dict[str, Any]:
    """The lens has a velocity dispersion, and the universe these parameters."""
    file = deepcopy(small_lens)
    mass = file["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]
    mass.pop("theta_E")
    mass["sigma_v"] = 240.0
    file["COSMOLOGY"] = {"NAME": name, "PARAMETERS": {"H0": 70, "Om0": 0.3} | parameters}
    return file


def three_planes(file: dict[str, Any]) -> dict[str, Any]:
    """A second lens between the two planes."""
    configuration = file["GEOMETRY"]["CONFIGURATION_1"]
    configuration["PLANE_3"] = configuration["PLANE_2"]
    configuration["PLANE_2"] = {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.8}}
    return file


def constants(sim: jaxlens.Simulator) -> dict[str, jax.Array]:
    """The parameters that are constant and the same in every band."""
    return {
        name: jnp.asarray(dict(quantity.draws[0].parameters)["value"])
        for name, quantity in sim.population.quantities
        if quantity.is_constant and not quantity.per_band
    }


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(
    ("theirs", "parameters"),
    [
        (LambdaCDM, {"Ode0": 0.4}),
        (LambdaCDM, {"Ode0": 1.1}),
        (FlatwCDM, {"w0": -0.7}),
        (w0waCDM, {"Ode0": 0.6, "w0": -0.9, "wa": 0.3}),
    ],
)
def test_einstein_radius_of_a_velocity_dispersion(
    theirs: Any, parameters: dict[str, float], small_lens: dict[str, Any]
) -> None:
    """4 pi (sigma_v / c)^2 D_ds / D_s with astropy's distances."""
    sim = jaxlens.Simulator(with_sigma_v(small_lens, theirs.__name__, **parameters))
    found = float(jax.jit(partial(derived_quantities, sim.scene))(constants(sim))[THETA_E])
    universe = theirs(H0=70, Om0=0.3, **parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AstropyDeprecationWarning)
        ratio = universe.angular_diameter_distance_z1z2(0.4, 1.5) / universe.angular_diameter_distance(1.5)
    assert found == pytest.approx(
        4 * np.pi * (240 / 299792.458) ** 2 * float(ratio) * 648000 / np.pi, rel=1e-9
    )


def distance_ratios(sim: jaxlens.Simulator, params: dict[str, jax.Array]) -> jax.Array:
    """All ratios of distances on which the rays through three planes depend."""
    weight = _weights(sim.scene, params)[0, 1]
    derived = derived_quantities(sim.scene, params)
    return jnp.stack([weight, derived[THETA_E], derived[THETA_E.replace("PLANE_1", "PLANE_2")]])


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_flat_universes_are_the_same_however_they_are_named(small_lens: dict[str, Any]) -> None:
    """Through three planes, whose weights depend on the distances."""
    universes = [("FlatLambdaCDM", {}), ("LambdaCDM", {"Ode0": 0.7}), ("FlatwCDM", {"w0": -1.0})]
    found = []
    for name, parameters in universes:
        sim = jaxlens.Simulator(three_planes(with_sigma_v(small_lens, name, **parameters)))
        found.append(np.asarray(jax.jit(partial(distance_ratios, sim))(constants(sim))))
    for ratios in found[1:]:
        np.testing.assert_allclose(ratios, found[0], rtol=1e-10)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_gradients_with_respect_to_dark_energy(small_lens: dict[str, Any]) -> None:
    """Through three planes in a universe that is flat to rounding, where the curvature may go either way."""
    file = three_planes(with_sigma_v(small_lens, "w0waCDM", Ode0=0.7, w0=-1.0, wa=0.0))
    sim = jaxlens.Simulator(file)
    params = constants(sim)

    @jax.jit
    @jax.value_and_grad
    def loss(values: dict[str, jax.Array]) -> jax.Array:
        return jnp.sum(jnp.sin(distance_ratios(sim, params | values)))

    check_gradients(loss, {name: params[name] for name in ("Ode0", "w0", "wa", "Om0")}, least=1e-4)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_gradients_of_images_with_respect_to_dark_energy(small_lens: dict[str, Any]) -> None:
    """As above, of whole images."""
    file = three_planes(with_sigma_v(small_lens, "w0waCDM", Ode0=0.7, w0=-1.0, wa=0.0))
    sim = jaxlens.Simulator(file)
    params = sim.sample(KEY, 1)
    weights = jnp.asarray(np.random.default_rng(0).uniform(size=(1, 2, 24, 24)))

    @jax.jit
    @jax.value_and_grad
    def loss(values: dict[str, jax.Array]) -> jax.Array:
        return jnp.sum(weights * sim.render(params | values))

    check_gradients(loss, {name: params[name] for name in ("Ode0", "w0", "wa", "Om0")}, least=1e-3)


def check_gradients(loss: Any, at: dict[str, jax.Array], least: float) -> None:
    """The gradients of a loss are its central differences, none of which is smaller than `least`."""
    gradients = loss(at)[1]
    for name, value in at.items():
        ahead, behind = (loss(at | {name: value + step})[0] for step in (1e-5, -1e-5))
        expected = float((ahead - behind) / 2e-5)
        assert abs(expected) > least
        assert float(jnp.squeeze(gradients[name])) == pytest.approx(expected, rel=1e-5)


def test_every_parameter_of_a_cosmology_can_be_drawn(small_lens: dict[str, Any]) -> None:
    """It is in params and in the hyperparameters, by its name, and the Einstein radius follows it."""

    def between(low: float, high: float) -> dict[str, Any]:
        return {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": low, "maximum": high}}}

    drawn = {"Ode0": between(0.6, 0.8), "w0": between(-1.2, -0.8), "wa": between(-0.5, 0.2)}
    sim = jaxlens.Simulator(with_sigma_v(small_lens, "w0waCDM", **drawn))
    assert sim.parameter_names[:5] == ("H0", "Om0", "Ode0", "w0", "wa")
    assert "COSMOLOGY.w0.minimum" in sim.population.hyperparameters
    params = sim.sample(KEY, 4)
    for name in drawn:
        assert len(np.unique(params[name])) == 4
    theta_E = jax.jit(jax.vmap(partial(derived_quantities, sim.scene)))(params)[THETA_E]
    assert len(np.unique(theta_E)) == 4


@pytest.mark.long
def test_a_row_of_metadata_gives_the_image_again(small_lens: dict[str, Any]) -> None:
    sim = jaxlens.Simulator(with_sigma_v(small_lens, "w0waCDM", Ode0=0.5, wa=0.3))
    batch = sim.generate(KEY, 2)
    assert len(np.unique(batch.values[THETA_E])) == 1
    assert batch.images is not None
    again = sim.observe(KEY, {name: batch.values[name] for name in sim.parameter_names})
    np.testing.assert_allclose(again, batch.images, rtol=1e-4, atol=1e-4)
