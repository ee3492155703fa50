"""The density of what a file draws, against scipy and against the draws themselves."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import numpy as np
import pytest
import scipy.stats

import jaxlens
from jaxlens import Simulator
from jaxlens.sampling.redshifts import REDSHIFT_GAP

SIZE = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic"
MASS = "PLANE_1-OBJECT_1-MASS_PROFILE_1-"
SOURCE = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-"
LENS_Z, SOURCE_Z = "PLANE_1-OBJECT_1-REDSHIFT", "PLANE_2-OBJECT_1-REDSHIFT"


def drawn(name: str, **parameters: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": name, "PARAMETERS": parameters}}


@pytest.fixture
def varied(small_lens: dict[str, Any]) -> dict[str, Any]:
    """`small_lens` with a normal, a truncated and a lognormal number, redshifts, and one number by band."""
    lens, source = small_lens["SPECIES"]["GALAXY_1"], small_lens["SPECIES"]["GALAXY_2"]
    lens["MASS_PROFILE_1"]["PARAMETERS"]["e1"] = drawn("normal", mean=0.1, std=0.05)
    truncated = {"NAME": "normal", "PARAMETERS": {"mean": 0.5, "std": 0.2}, "TRUNCATE": [0.3, 1.0]}
    lens["LIGHT_PROFILE_1"]["PARAMETERS"]["R_sersic"] = {"DISTRIBUTION": truncated}
    source["LIGHT_PROFILE_1"]["PARAMETERS"]["R_sersic"] = drawn("lognormal", mean=-1.0, sigma=0.3)
    source["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"] = {"g": 21.5, "r": drawn("normal", mean=22, std=0.5)}
    planes = small_lens["GEOMETRY"]["CONFIGURATION_1"]
    planes["PLANE_1"]["PARAMETERS"]["REDSHIFT"] = drawn("uniform", minimum=0.2, maximum=0.8)
    planes["PLANE_2"]["PARAMETERS"]["REDSHIFT"] = drawn("normal", mean=0.9, std=0.4)
    return small_lens


def expected(params: dict[str, Any]) -> dict[str, np.ndarray]:
    """The log-density by scipy of each number that varies in `varied`."""
    p = {name: np.asarray(value, float) for name, value in params.items()}
    lens_z, inside = p[LENS_Z], scipy.stats.truncnorm(-1.0, 2.5, 0.5, 0.2)
    behind = scipy.stats.norm(0.9, 0.4)
    uniforms = [MASS + "theta_E", f"{SIZE[:-8]}e1", f"{SIZE[:-8]}center_x", f"{SIZE[:-8]}center_y"]
    uniforms += [SOURCE + name for name in ("e1", "center_x", "center_y")]
    widths = dict.fromkeys(uniforms, 0.2) | {MASS + "theta_E": 0.4}
    flat = {name: np.full_like(lens_z, -np.log(width)) for name, width in widths.items()}
    return flat | {
        MASS + "e1": scipy.stats.norm(0.1, 0.05).logpdf(p[MASS + "e1"]),
        SIZE: inside.logpdf(p[SIZE]),
        SOURCE + "R_sersic": scipy.stats.lognorm(0.3, scale=np.exp(-1.0)).logpdf(p[SOURCE + "R_sersic"]),
        SOURCE + "magnitude": scipy.stats.norm(22, 0.5).logpdf(p[SOURCE + "magnitude"][:, 1]),
        LENS_Z: np.full_like(lens_z, -np.log(0.6)),
        SOURCE_Z: behind.logpdf(p[SOURCE_Z]) - behind.logsf(lens_z + REDSHIFT_GAP),
    }


@pytest.mark.long
def test_the_log_prior_is_the_sum_of_scipys_densities(varied: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(varied)
    params = sim.sample(key, 5)
    densities = expected(params)
    assert set(sim.priors) == set(densities)
    assert not sim.without_prior
    np.testing.assert_allclose(sim.log_prior(params), sum(densities.values()), rtol=2e-5)
    for name in (SIZE, SOURCE_Z):
        np.testing.assert_allclose(sim.log_prior(params, names=[name]), densities[name], rtol=2e-5, atol=1e-5)


@pytest.mark.slow
def test_the_prior_has_the_gradients_of_its_densities(varied: dict[str, Any], key: jax.Array) -> None:
    sim, path = Simulator(varied), "SPECIES.GALAXY_1.MASS_PROFILE_1.e1.mean"
    params = {name: np.asarray(value, np.float64) for name, value in sim.sample(key, 5).items()}

    @jax.jit
    @partial(jax.grad, argnums=(0, 1))
    def gradients(e1: jax.Array, mean: float) -> jax.Array:
        return sim.log_prior(params | {MASS + "e1": e1}, {path: mean}).sum()

    with jax.enable_x64(True):
        by_e1, by_mean = gradients(params[MASS + "e1"], 0.1)
    expected = (params[MASS + "e1"] - 0.1) / 0.05**2
    np.testing.assert_allclose(by_e1, -expected, rtol=1e-9)
    np.testing.assert_allclose(by_mean, expected.sum(), rtol=1e-9)


def test_outside_its_range_a_number_is_impossible(varied: dict[str, Any], key: jax.Array) -> None:
    sim = Simulator(varied)
    params = sim.sample(key, 5)
    impossible = {SIZE: 0.2, SOURCE_Z: 0.1}
    for name, value in impossible.items():
        changed = np.where(np.arange(5) == 2, np.float32(value), params[name])
        found = np.isfinite(sim.log_prior(params | {name: changed}))
        assert found.tolist() == [True, True, False, True, True], name


def test_numbers_of_a_normal_vector_count_together(small_lens: dict[str, Any], key: jax.Array) -> None:
    mean, covariance = [1.0, -0.9], np.array([[0.02, 0.03], [0.03, 0.09]])
    vector = {"PARAMS": [f"{MASS}theta_E", SIZE], "MEAN": mean, "COVARIANCE": covariance.tolist()}
    small_lens["DISTRIBUTIONS"] = {"MULTIVARIATE_NORMAL_1": vector | {"LOG": [False, True]}}
    sim = Simulator(small_lens)
    params = sim.sample(key, 4)
    place, size = np.asarray(params[MASS + "theta_E"], float), np.asarray(params[SIZE], float)
    normal = scipy.stats.multivariate_normal(mean, covariance)
    found = sim.log_prior(params, names=[SIZE])
    np.testing.assert_allclose(
        found, normal.logpdf(np.stack([place, np.log(size)], 1)) - np.log(size), rtol=1e-4
    )
    single = sim.priors[MASS + "theta_E"][0]
    np.testing.assert_allclose(single.log_prob(1.1), scipy.stats.norm(1.0, 0.02**0.5).logpdf(1.1), rtol=1e-5)


def test_a_star_has_the_density_of_its_place_in_arcsec(small_lens: dict[str, Any], key: jax.Array) -> None:
    star = {"NAME": "STAR", "HOST": "Foreground", "PARAMETERS": {"magnitude": 20.0}}
    small_lens["SPECIES"]["POINTSOURCE_1"] = star
    small_lens["GEOMETRY"]["CONFIGURATION_1"]["PLANE_1"]["OBJECT_2"] = "STAR"
    sim = Simulator(small_lens)
    name = "PLANE_1-OBJECT_2-ra_image"
    low, high = sim.priors[name][0].support()
    assert 4.0 < high - low < 5.0  # 24 pixels of 0.2 arcsec
    found = sim.log_prior(sim.sample(key, 2), names=[name])
    np.testing.assert_allclose(found, -np.log(high - low), rtol=1e-5)


def test_what_has_no_density_says_why(small_lens: dict[str, Any], key: jax.Array) -> None:
    @jaxlens.distribution("mine")
    def mine(key: jax.Array) -> jax.Array:
        return jax.random.uniform(key)

    lens = small_lens["SPECIES"]["GALAXY_1"]
    lens["LIGHT_PROFILE_1"]["PARAMETERS"]["R_sersic"] = drawn("mine")
    lens["SPECIAL"] = {"brighten_everything": ["LIGHT_PROFILE_1-1.5"]}
    lens["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"] = drawn("normal", mean=20.0, std=0.1)
    sim = Simulator(small_lens)
    assert set(sim.without_prior) == {SIZE, SIZE.replace("R_sersic", "magnitude")}
    params = sim.sample(key, 1)
    with pytest.raises(ValueError, match="R_sersic is drawn by mine, a function without a density"):
        sim.log_prior(params)
    with pytest.raises(ValueError, match="magnitude is changed by brighten_everything of SPECIAL"):
        sim.log_prior(params)
    with pytest.raises(ValueError, match=f"did you mean {MASS}theta_E"):
        sim.log_prior(params, names=[MASS + "theta_F"])
    assert sim.log_prior(params, names=[MASS + "theta_E"]).shape == (1,)


def test_hyperparameters_move_the_draws(varied: dict[str, Any], key: jax.Array) -> None:
    sim, path = Simulator(varied), "SPECIES.GALAXY_1.MASS_PROFILE_1.e1.std"
    before = sim.sample(key, 5)[MASS + "e1"]
    after = sim.sample(key, 5, hyperparameters={path: 0.1})[MASS + "e1"]
    np.testing.assert_allclose(after - 0.1, 2.0 * (before - 0.1), rtol=1e-4, atol=1e-6)
    with pytest.raises(ValueError, match=r"did you mean SPECIES\.GALAXY_1\.MASS_PROFILE_1\.e1\.std"):
        sim.sample(key, 4, hyperparameters={path[:-1]: 0.1})


@pytest.mark.long
def test_hyperparameters_move_the_images(varied: dict[str, Any], key: jax.Array) -> None:
    sim, changed = Simulator(varied), {"SPECIES.GALAXY_1.MASS_PROFILE_1.e1.std": 0.1}
    images, params = sim(key, 4, hyperparameters=changed)
    np.testing.assert_array_equal(
        params[MASS + "e1"], sim.sample(key, 4, hyperparameters=changed)[MASS + "e1"]
    )
    np.testing.assert_allclose(images, sim.observe(key, params), rtol=1e-4, atol=1e-3)
