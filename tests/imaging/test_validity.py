"""NaN in, NaN out: which numbers describe an image.  What becomes of images: tests/simulator."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import Simulator
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.validity import validity_factor

LENS_Z, SOURCE_Z = "PLANE_1-OBJECT_1-REDSHIFT", "PLANE_2-OBJECT_1-REDSHIFT"
MAGNITUDE = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude"


def system(sim: Simulator) -> dict[str, np.ndarray]:
    """Parameters of one system, without a program that draws them."""
    shapes = jax.eval_shape(lambda key: sim.sample(key, 1), np.zeros(2, np.uint32))
    ones = {name: np.full(shapes[name].shape[1:], 0.5, np.float32) for name in sim.parameter_names}
    return ones | {name: np.float32(1 + k) for k, name in enumerate((LENS_Z, SOURCE_Z)) if name in ones}


def factors(scene: Scene, systems: list[dict[str, np.ndarray]]) -> np.ndarray:
    """The factor of each system, from one program."""
    stacked = {name: np.stack([each[name] for each in systems]) for name in systems[0]}
    return np.asarray(jax.jit(jax.vmap(lambda params: validity_factor(scene, params)))(stacked))


def changed(params: dict[str, np.ndarray], name: str, value: float) -> dict[str, np.ndarray]:
    """The parameters with one number of `name` replaced, the last of several."""
    array = np.array(params[name])
    array[(-1,) * array.ndim] = value
    return params | {name: array}


def test_every_parameter_counts(small_quasar: dict[str, Any]) -> None:
    sim = Simulator(small_quasar)
    params = system(sim)
    nan = [changed(params, name, np.nan) for name in sim.parameter_names]
    infinite = [changed(params, name, np.inf) for name in sim.parameter_names]
    found = factors(sim.scene, [params, *nan, *infinite])
    assert found[0] == 1.0
    count = len(sim.parameter_names)
    assert np.isnan(found[1 : 1 + count]).all()
    # what has a limit: no light, no sky, no noise
    allowed = {name for name, one in zip(sim.parameter_names, found[1 + count :], strict=True) if one == 1.0}
    magnitudes = {name for name in sim.parameter_names if name.endswith("-magnitude")}
    assert allowed == magnitudes | {"sky_brightness", "exposure_time", "num_exposures"}


def test_the_nearest_plane_stands_first(small_lens: dict[str, Any]) -> None:
    sim = Simulator(small_lens)
    params = system(sim)
    redshifts = [(0.0, 0.5), (0.5, 0.5), (0.5, 0.499999), (2.0, 1.0), (-0.1, 0.5)]
    cases = [params | {LENS_Z: np.float32(a), SOURCE_Z: np.float32(b)} for a, b in redshifts]
    np.testing.assert_array_equal(factors(sim.scene, cases), [1.0, 1.0, np.nan, np.nan, np.nan])
    # without mass rays are straight, whatever the order
    lens, source = sim.scene.planes
    massless = dataclasses.replace(sim.scene, planes=(dataclasses.replace(lens, mass=()), source))
    np.testing.assert_array_equal(factors(massless, cases), 1.0)


def test_a_cosmology_without_distances_counts_where_they_are_used(small_lens: dict[str, Any]) -> None:
    """E(z)^2 is negative before z = 1 for these numbers, and theta_E follows from sigma_v or is given."""
    mass = small_lens["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]
    given = Simulator(small_lens)
    mass["sigma_v"] = 250.0
    del mass["theta_E"]
    derived = Simulator(small_lens)
    for sim, expected in ((given, 1.0), (derived, np.nan)):
        params = system(sim) | {"Om0": np.float32(-1.0)}
        np.testing.assert_array_equal(factors(sim.scene, [params]), [expected])


def test_epochs_that_are_not_observed_do_not_count(unlensed_series: dict[str, Any]) -> None:
    sim = Simulator(unlensed_series)
    params = system(sim) | {"num_epochs": np.array([3.0, 3.0], np.float32)}
    short = params | {"num_epochs": np.array([3.0, 2.0], np.float32)}
    unknown = changed(params, "num_epochs", np.nan)
    last_day = [changed(each, "day", np.nan) for each in (params, short)]
    found = factors(sim.scene, [params, short, unknown, *last_day])
    np.testing.assert_array_equal(found, [1.0, 1.0, np.nan, np.nan, 1.0])


def test_the_gradient_of_a_nan_is_nan(small_lens: dict[str, Any]) -> None:
    """A zero gradient would let a fit believe that it has converged."""
    sim = Simulator(small_lens)

    @jax.jit
    def gradient(params: dict[str, jax.Array]) -> dict[str, jax.Array]:
        return jax.grad(lambda p: jnp.sum(p[MAGNITUDE] ** 2) * validity_factor(sim.scene, p))(params)

    params = system(sim)
    np.testing.assert_allclose(gradient(params)[MAGNITUDE], 2.0 * params[MAGNITUDE])
    assert np.isnan(gradient(changed(params, "seeing", np.nan))[MAGNITUDE]).all()
