"""SELECT: the systems that are kept, whatever the batch, and what is known of those that are not."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats

from jaxlens import Simulator
from jaxlens.config.model import TRIES

MASS, LIGHT = "PLANE_1-OBJECT_1-MASS_PROFILE_1", "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"
# Systems that are drawn at a time.
MANY = 512


def uniform(low: float, high: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": low, "maximum": high}}}


def simulator(document: dict[str, Any], **select: Any) -> Simulator:
    """The configuration with these criteria, none without any."""
    configuration = document["GEOMETRY"]["CONFIGURATION_1"]
    configuration.pop("SELECT", None)
    return Simulator(document | {"GEOMETRY": {"CONFIGURATION_1": configuration | {"SELECT": select or None}}})


@pytest.fixture
def bright(small_lens: dict[str, Any]) -> dict[str, Any]:
    """A lens in one band on few pixels, quick to compile, whose source may be bright or faint."""
    light = {"NAME": "GAUSSIAN", "PARAMETERS": {"magnitude": uniform(21.0, 26.0), "sigma": 0.2}}
    mass = {"NAME": "SIS", "PARAMETERS": {"theta_E": uniform(0.8, 1.2)}}
    small_lens["SPECIES"] = {
        "GALAXY_1": {
            "NAME": "LENS",
            "LIGHT_PROFILE_1": light | {"PARAMETERS": {"magnitude": 20.0, "sigma": 0.5}},
        },
        "GALAXY_2": {"NAME": "SOURCE", "LIGHT_PROFILE_1": light},
    }
    small_lens["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"] = mass
    small_lens["IMAGE"]["PARAMETERS"] |= {"numPix": 12, "pixel_scale": 0.4, "psf_type": "NONE"}
    small_lens["SURVEY"]["PARAMETERS"] |= {"BANDS": "g", "seeing": 0.7}
    return small_lens


@pytest.mark.long
def test_what_is_kept_is_the_population_under_the_condition(bright: dict[str, Any], key: jax.Array) -> None:
    """Both bounded numbers follow their distributions cut at the bounds, and the tries are geometric.

    Systems whose first attempt passes are those of the file without SELECT, to the last rounding of another
    program, and a system is bit for bit the same wherever it stands in a batch.
    """
    mass, light = f"{MASS}-theta_E", f"{LIGHT}-magnitude"
    every = simulator(bright).sample(key, MANY)
    sim = simulator(bright, theta_E_min=1.05, **{f"{LIGHT}-magnitude_max": 23.5})
    kept = sim.numbers(key, MANY).values
    met = (np.asarray(every[mass]) >= 1.05) & (np.asarray(every[light]) <= 23.5)
    for name, value in every.items():
        np.testing.assert_allclose(np.asarray(value)[met], np.asarray(kept[name])[met], rtol=2e-7)
    tries = np.asarray(kept[TRIES])
    np.testing.assert_array_equal(tries == 1, met)
    share = 0.375 * 0.5
    assert scipy.stats.kstest(kept[mass], "uniform", (1.05, 0.15)).pvalue > 0.01
    assert scipy.stats.kstest(kept[light], "uniform", (21.0, 2.5)).pvalue > 0.01
    counted = np.bincount(np.minimum(tries, 9).astype(int), minlength=10)[1:]
    expected = share * (1 - share) ** np.arange(9)
    expected[-1] = 1 - expected[:-1].sum()
    assert scipy.stats.chisquare(counted, MANY * expected).pvalue > 0.01
    shuffled = np.random.default_rng(1).permutation(MANY).astype(np.uint32)
    for name, value in sim.numbers(key, MANY, shuffled).values.items():
        np.testing.assert_array_equal(np.asarray(value), np.asarray(kept[name])[shuffled], err_msg=name)


@pytest.mark.long
def test_criteria_on_images_keep_the_same_systems_as_rejection_on_the_host(
    bright: dict[str, Any], key: jax.Array
) -> None:
    """In batches of any size, in which they are tested in fewer places than there are systems."""
    magnitude, sim = f"{LIGHT}-magnitude", simulator(bright, theta_E_min=1.0, snr_min=60)
    kept = sim.sample(key, 64)
    for name in (magnitude, f"{MASS}-theta_E"):
        np.testing.assert_allclose(sim.sample(key, 5, 30)[name], kept[name][30:35], rtol=1e-6)
    unselected = simulator(bright)
    others = unselected.sample(key, 256, 1000)
    met = signal_to_noise(unselected, others) >= 60
    met &= np.asarray(others[f"{MASS}-theta_E"]) >= 1.0
    assert 0.1 < np.mean(met) < 0.5
    assert scipy.stats.ks_2samp(kept[magnitude], np.asarray(others[magnitude])[met]).pvalue > 0.01
    np.testing.assert_array_less(59.9, signal_to_noise(unselected, kept))


def signal_to_noise(sim: Simulator, params: dict[str, jax.Array]) -> np.ndarray:
    """The signal-to-noise ratio of the source, as the documents define it, computed from whole images."""
    lens = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude"
    signal = np.asarray(sim.render(params | {lens: jnp.full_like(params[lens], 99.0)}), float)
    sigma = np.asarray(sim.expected(params)[1], float)
    used = signal > sigma
    ratio = np.sum(signal * used, axis=(2, 3)) / np.sqrt(np.sum(sigma**2 * used, axis=(2, 3)) + 1e-30)
    return np.max(ratio, axis=1)


@pytest.mark.long
def test_the_values_of_the_chosen_attempt_have_derivatives(bright: dict[str, Any], key: jax.Array) -> None:
    """That with respect to the largest value of a uniform number is its quantile; the choice has none."""
    sim = simulator(bright, theta_E_min=1.05)
    path = "SPECIES.GALAXY_1.MASS_PROFILE_1.theta_E.maximum"
    values = np.asarray(sim.sample(key, 32)[f"{MASS}-theta_E"])

    def mean(largest: jax.Array) -> jax.Array:
        return jnp.mean(sim.sample(key, 32, hyperparameters={path: largest})[f"{MASS}-theta_E"])

    expected = np.mean((values - 0.8) / 0.4)
    np.testing.assert_allclose(jax.grad(mean)(1.2), expected, rtol=1e-4)
    np.testing.assert_allclose(jax.jvp(mean, (1.2,), (1.0,))[1], expected, rtol=1e-4)


@pytest.mark.slow
def test_a_system_that_no_attempt_makes_is_nan(bright: dict[str, Any], key: jax.Array) -> None:
    sim = simulator(bright, theta_E_min=1.1, MAX_TRIES=2)
    values = sim.numbers(key, 64)
    failed = np.isnan(np.asarray(values.values[TRIES]))
    np.testing.assert_allclose(np.mean(failed), 0.75**2, atol=0.2)
    np.testing.assert_array_equal(values.finite, ~failed)
    for name, value in values.values.items():
        own = np.isnan(np.asarray(value)).reshape(64, -1)
        np.testing.assert_array_equal(own, np.broadcast_to(failed[:, None], own.shape), err_msg=name)


@pytest.mark.slow
def test_iterated_rows_belong_to_the_systems(bright: dict[str, Any], key: jax.Array, tmp_path: Any) -> None:
    path = tmp_path / "table.txt"
    path.write_text(f"{LIGHT}-sigma\n0.1\n0.2\n0.3\n")
    bright["DISTRIBUTIONS"] = {"USERDIST_1": {"FILENAME": str(path), "MODE": "iterate"}}
    kept = simulator(bright, theta_E_min=1.1).sample(key, 32)
    np.testing.assert_allclose(10 * kept[f"{LIGHT}-sigma"], 1.0 + np.arange(32) % 3)
    assert np.min(kept[f"{MASS}-theta_E"]) >= 1.1


@pytest.mark.long
def test_no_systems_and_mapped_systems(bright: dict[str, Any], key: jax.Array) -> None:
    sim, name = simulator(bright, theta_E_min=1.1), f"{MASS}-theta_E"
    assert sim.sample(key, 0)[name].shape == (0,)
    keys = jax.random.split(key, 3)
    mapped = jax.vmap(lambda one: sim.sample(one, 5)[name])(keys)
    for one, row in zip(keys, mapped, strict=True):
        np.testing.assert_allclose(row, sim.sample(one, 5)[name], rtol=1e-6)
