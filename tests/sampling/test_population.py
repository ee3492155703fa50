"""Random quantities depend on their name, their system, its configuration and the seed alone."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator, load_config
from jaxlens.sampling.keys import system_keys
from jaxlens.sampling.population import draw_system


def distribution(name: str, **parameters: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": name, "PARAMETERS": parameters}}


def values(sim: Simulator, key: jax.Array, n: int, start: int = 0) -> dict[str, np.ndarray]:
    return {name: np.asarray(v) for name, v in sim.sample(key, n, start).items()}


def test_a_population_hashes_what_it_compares(small_lens: dict[str, Any]) -> None:
    """Two populations of one file are equal, their tables aside; a pickle does not keep the hash."""
    first, second = (Simulator(small_lens).population for _ in range(2))
    assert first is not second
    assert first == second == first.static
    compared = tuple(getattr(first, f.name) for f in dataclasses.fields(first) if f.name != "arrays")
    assert hash(first) == hash(second) == hash(first.static) == hash(compared)
    other = dataclasses.replace(first, label="CONFIGURATION_2")
    assert other != first
    assert hash(other) != hash(first)
    assert "_hash" not in pickle.loads(pickle.dumps(first)).__dict__
    assert pickle.loads(pickle.dumps(first)) == first


def test_any_start_gives_the_same_systems(small_lens: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(small_lens)
    whole, part = values(sim, key, 8), values(sim, key, 3, start=4)
    for name, expected in whole.items():
        np.testing.assert_array_equal(part[name], expected[4:7], err_msg=name)


def test_the_order_of_the_file_and_other_entries_change_nothing(
    small_lens: dict[str, Any], key: jax.Array
) -> None:
    other = copy.deepcopy(small_lens)
    other["SPECIES"] = dict(reversed(other["SPECIES"].items()))
    profile = other["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]
    other["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"] = dict(reversed(profile.items()))
    other["SURVEY"]["PARAMETERS"]["seeing"] = distribution("uniform", minimum=0.6, maximum=0.8)
    first, second = values(Simulator(small_lens), key, 8), values(Simulator(other), key, 8)
    for name in set(first) - {"seeing"}:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)


def test_configurations_of_equal_content_differ(small_lens: dict[str, Any], key: jax.Array) -> None:
    geometry = small_lens["GEOMETRY"]
    geometry["CONFIGURATION_2"] = copy.deepcopy(geometry["CONFIGURATION_1"]) | {"NAME": "TWIN"}
    for entry in geometry.values():
        entry["FRACTION"] = 0.5
    first, second = (values(Simulator(small_lens, c), key, 8) for c in ("CONFIGURATION_1", "TWIN"))
    name = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
    assert not np.any(first[name] == second[name])


def test_x64_draws_the_same_systems(small_lens: dict[str, Any], key: jax.Array) -> None:
    single = values(Simulator(small_lens), key, 8)
    with jax.enable_x64(True):
        double = values(Simulator(small_lens), key, 8)
    for name, expected in double.items():
        assert expected.dtype == np.float64
        np.testing.assert_allclose(single[name], expected, rtol=2e-6, atol=2e-6, err_msg=name)


def test_a_raw_key_is_as_good_as_a_typed_one(key: jax.Array) -> None:
    indices = np.arange(4, dtype=np.uint32)
    typed, raw = (system_keys(k, "CONFIGURATION_1", indices) for k in (key, jax.random.PRNGKey(1)))
    np.testing.assert_array_equal(jax.random.key_data(raw), jax.random.key_data(typed))


@pytest.fixture
def varied(small_quasar: dict[str, Any]) -> dict[str, Any]:
    """`small_quasar` with quantities by band, drawn redshifts, a separation and a star in the foreground."""
    light = small_quasar["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    normal = distribution("normal", mean=22.0, std=1.0)
    light["magnitude"] = {"g": normal, "r": normal}
    light["R_sersic"] = distribution("uniform", minimum=0.2, maximum=0.4)
    small_quasar["SPECIES"]["POINTSOURCE_1"]["PARAMETERS"] |= {"sep": 0.1, "sep_unit": "arcsec"}
    star = {"NAME": "STAR", "HOST": "foreground", "PARAMETERS": {"magnitude": 20.0}}
    small_quasar["SPECIES"]["POINTSOURCE_2"] = star
    near, far = (small_quasar["GEOMETRY"]["CONFIGURATION_1"][f"PLANE_{k}"] for k in (1, 2))
    near["OBJECT_2"] = "STAR"
    near["PARAMETERS"]["REDSHIFT"] = distribution("normal", mean=0.4, std=0.3)
    far["PARAMETERS"]["REDSHIFT"] = distribution("uniform", minimum=0.3, maximum=0.6)
    return small_quasar


def test_bands_share_a_scalar_distribution_and_draw_their_own_from_a_mapping(
    varied: dict[str, Any], key: jax.Array
) -> None:
    drawn = values(Simulator(varied), key, 4000)
    magnitude = drawn["PLANE_2-OBJECT_1-LIGHT_PROFILE_1-magnitude"]
    assert magnitude.shape == (4000, 2)
    assert abs(np.corrcoef(magnitude.T)[0, 1]) < 0.05
    assert drawn["PLANE_2-OBJECT_1-LIGHT_PROFILE_1-R_sersic"].shape == (4000,)


def test_redshifts_come_in_order(varied: dict[str, Any], key: jax.Array) -> None:
    drawn = values(Simulator(varied), key, 4000)
    near, far = (drawn[f"PLANE_{k}-OBJECT_1-REDSHIFT"] for k in (1, 2))
    assert np.all((near > 0) & (near < far) & (far <= 0.6))
    # given the first, the second is uniform between it (or 0.3) and 0.6
    low = np.maximum(near, 0.3)
    fraction = (far - low) / (0.6 - low)
    assert fraction.mean() == pytest.approx(0.5, abs=0.02)
    assert fraction.std() == pytest.approx(np.sqrt(1 / 12), abs=0.02)


def test_an_angle_is_drawn_where_a_separation_stands_without_one(
    varied: dict[str, Any], key: jax.Array
) -> None:
    angle = values(Simulator(varied), key, 4000)["PLANE_2-OBJECT_2-angle"]
    assert angle.min() >= 0.0
    assert angle.max() < 2 * np.pi
    assert angle.mean() == pytest.approx(np.pi, abs=0.15)


def test_without_a_separation_a_point_source_is_at_its_host_s_centre(small_quasar: dict[str, Any]) -> None:
    population = Simulator(small_quasar).population
    for name in ("sep", "angle"):
        assert dict(population.quantities)[f"PLANE_2-OBJECT_2-{name}"].is_constant
        assert population.hyperparameters[f"SPECIES.POINTSOURCE_1.{name}"] == 0.0


def test_foreground_stars_fill_the_field(varied: dict[str, Any], key: jax.Array) -> None:
    drawn = values(Simulator(varied), key, 4000)
    half = 24 * 0.2 / 2
    for name in ("ra_image", "dec_image"):
        star = drawn[f"PLANE_1-OBJECT_2-{name}"]
        assert np.abs(star).max() <= half
        assert star.std() == pytest.approx(half / np.sqrt(3), rel=0.05)


def test_mass_in_the_last_plane_is_no_parameter(small_lens: dict[str, Any], key: jax.Array) -> None:
    galaxy = small_lens["SPECIES"]["GALAXY_2"]
    galaxy["MASS_PROFILE_1"] = {"NAME": "SIS", "PARAMETERS": {"theta_E": 0.5}}
    sim = Simulator(small_lens)
    name = "PLANE_2-OBJECT_1-MASS_PROFILE_1-theta_E"
    assert name not in sim.parameter_names
    population = sim.population
    drawn = jax.jit(partial(draw_system, population))(population.hyperparameters, key, jnp.uint32(0))
    assert float(drawn[name]) == 0.5
    assert any("on nothing" in warning for warning in load_config(small_lens).warnings)


def test_draws_differentiate_in_the_numbers_of_the_file(
    small_lens: dict[str, Any], key: jax.Array, x64: None
) -> None:
    population = Simulator(small_lens).population
    name, path = (
        "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E",
        "SPECIES.GALAXY_1.MASS_PROFILE_1.theta_E.maximum",
    )

    @jax.jit
    @jax.value_and_grad
    def theta_E(maximum: float) -> jax.Array:
        hyperparameters = population.hyperparameters | {path: maximum}
        return draw_system(population, hyperparameters, key, jnp.uint32(0))[name]

    at = population.hyperparameters[path]
    difference = (theta_E(at + 1e-4)[0] - theta_E(at - 1e-4)[0]) / 2e-4
    np.testing.assert_allclose(theta_E(at)[1], difference, rtol=1e-8)
