"""Links are drawn as they say: correlations, scatter, bands, tables, copies, and gradients through them."""

from __future__ import annotations

import copy
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats

import jaxlens
from jaxlens import Simulator
from jaxlens.kernels.relations import RELATIONS
from jaxlens.sampling.keys import system_keys
from jaxlens.sampling.population import draw_system

LIGHT, MASS = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1", "PLANE_1-OBJECT_1-MASS_PROFILE_1"
SOURCE = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"
N = 4000


def normal(mean: float, std: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": mean, "std": std}}}


def with_links(config: dict[str, Any]) -> dict[str, Any]:
    """`small_lens` with a link of every kind."""
    config = copy.deepcopy(config)
    lens, source = config["SPECIES"]["GALAXY_1"], config["SPECIES"]["GALAXY_2"]
    light, far = lens["LIGHT_PROFILE_1"]["PARAMETERS"], source["LIGHT_PROFILE_1"]["PARAMETERS"]
    lens["MASS_PROFILE_1"]["PARAMETERS"]["e1"] = normal(0.1, 0.2)
    light["e1"] = {"SAME_AS": "MASS_PROFILE_1-e1", "TIMES": 0.7, "PLUS": 0.02, "SCATTER": 0.05}
    light["e2"] = {"SAME_AS": "MASS_PROFILE_1-e1", "PLUS": normal(0.3, 0.1)}
    size = {"SAME_AS": "MASS_PROFILE_1-theta_E", "TIMES": 4, "SCATTER": 1.0}
    light["n_sersic"] = {**size, "TRUNCATE": [3.5, 6]}
    red = {"SAME_AS": "LIGHT_PROFILE_1-magnitude-r", "PLUS": normal(0.8, 0.1)}
    light["magnitude"] = {"g": red, "r": normal(19.0, 0.3)}
    far["magnitude"] = {"SAME_AS": "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude", "PLUS": 2}
    arguments = {"size": {"SAME_AS": "n_sersic", "PLUS": 1.0}, "redshift": {"SAME_AS": "REDSHIFT"}}
    far["n_sersic"] = normal(1.5, 0.1)
    # the relation gets a cosmology that is linked itself
    config["COSMOLOGY"]["PARAMETERS"]["Om0"] = {"SAME_AS": "H0", "TIMES": 0.3 / 70.0}
    far["R_sersic"] = {"RELATION": {"NAME": "kpc_to_arcsec", "PARAMETERS": arguments}, "SCATTER": 0.1}
    return config


@pytest.fixture(scope="module")
def drawn() -> Any:
    """The values of N systems, drawn once for all configurations that a test gives."""
    known: dict[str, dict[str, np.ndarray]] = {}

    def draw(name: str, config: dict[str, Any]) -> dict[str, np.ndarray]:
        if name not in known:
            known[name] = values(Simulator(config), N)
        return known[name]

    return draw


def values(sim: Simulator, n: int, start: int = 0) -> dict[str, np.ndarray]:
    indices = jnp.arange(start, start + n, dtype=jnp.uint32)
    keys = system_keys(jax.random.key(5, impl="threefry2x32"), sim.population.label, indices)
    one = partial(draw_system, sim.population, sim.hyperparameters)
    return {name: np.asarray(v) for name, v in jax.jit(jax.vmap(one))(keys, indices).items()}


def test_the_residual_of_a_link_is_its_scatter(drawn: Any, small_lens: dict[str, Any]) -> None:
    found = drawn("all", with_links(small_lens))
    followed = found[f"{MASS}-e1"]
    residual = (found[f"{LIGHT}-e1"] - 0.02 - 0.7 * followed) / 0.05
    assert scipy.stats.kstest(residual, "norm").pvalue > 0.01
    # r = t sigma_x / sqrt(t^2 sigma_x^2 + s^2), with an error of (1 - r^2) / sqrt(N)
    expected = 0.14 / np.hypot(0.14, 0.05)
    correlation = np.corrcoef(followed, found[f"{LIGHT}-e1"])[0, 1]
    assert abs(correlation - expected) < 4.0 * (1.0 - expected**2) / np.sqrt(N)
    assert abs(np.corrcoef(residual, followed)[0, 1]) < 4.0 / np.sqrt(N)


def test_a_random_summand_is_recorded_and_added(drawn: Any, small_lens: dict[str, Any]) -> None:
    found = drawn("all", with_links(small_lens))
    plus = found[f"{LIGHT}-e2-PLUS"]
    np.testing.assert_allclose(found[f"{LIGHT}-e2"], found[f"{MASS}-e1"] + plus, rtol=1e-6, atol=1e-6)
    assert scipy.stats.kstest(plus, scipy.stats.norm(0.3, 0.1).cdf).pvalue > 0.01


def test_truncate_restricts_the_scatter(drawn: Any, small_lens: dict[str, Any]) -> None:
    found = drawn("all", with_links(small_lens))
    mean = 4.0 * found[f"{MASS}-theta_E"].astype(float)
    uniform = scipy.stats.truncnorm.cdf(found[f"{LIGHT}-n_sersic"] - mean, 3.5 - mean, 6.0 - mean)
    assert scipy.stats.kstest(uniform, "uniform").pvalue > 0.01
    assert found[f"{LIGHT}-n_sersic"].min() >= 3.5
    assert found[f"{LIGHT}-n_sersic"].max() <= 6.0


def test_bands_follow_bands(drawn: Any, small_lens: dict[str, Any]) -> None:
    """A colour by a link of one band to another; and a link of all bands follows the source band by band."""
    found = drawn("all", with_links(small_lens))
    lens, source = found[f"{LIGHT}-magnitude"], found[f"{SOURCE}-magnitude"]
    assert scipy.stats.kstest(lens[:, 0] - lens[:, 1], scipy.stats.norm(0.8, 0.1).cdf).pvalue > 0.01
    np.testing.assert_allclose(found[f"{LIGHT}-magnitude-PLUS"][:, 0], lens[:, 0] - lens[:, 1], atol=4e-6)
    np.testing.assert_array_equal(found[f"{LIGHT}-magnitude-PLUS"][:, 1], 0.0)
    np.testing.assert_allclose(source, lens + 2.0, rtol=1e-6)


def test_a_relation_gets_its_arguments_the_redshift_and_the_cosmology(
    drawn: Any, small_lens: dict[str, Any]
) -> None:
    found = drawn("all", with_links(small_lens))
    size = found[f"{SOURCE}-R_sersic-size"]
    np.testing.assert_allclose(size, found[f"{SOURCE}-n_sersic"] + 1.0, rtol=1e-6)
    np.testing.assert_allclose(found[f"{SOURCE}-R_sersic-redshift"], 1.5, rtol=1e-6)
    mean = RELATIONS["kpc_to_arcsec"].mean({"H0": 70.0, "Om0": 0.3}, size=size, redshift=jnp.asarray(1.5))
    # a scatter in dex is one of the decimal logarithm
    residual = np.log10(found[f"{SOURCE}-R_sersic"] / np.asarray(mean)) / 0.1
    assert scipy.stats.kstest(residual, "norm").pvalue > 0.01


def test_other_numbers_are_drawn_as_without_links(drawn: Any, small_lens: dict[str, Any]) -> None:
    """From the same random bits; the last bit of a number depends on how the compiler joins operations."""
    config = with_links(small_lens)
    first = drawn("all", config)
    light = config["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    far = config["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    light |= {"e1": 0.0, "e2": 0.0, "n_sersic": 4.0, "magnitude": {"g": 20.0, "r": normal(19.0, 0.3)}}
    far |= {"magnitude": 22.0, "R_sersic": 0.3}
    second = drawn("none", config)
    changed = {f"{LIGHT}-e1", f"{LIGHT}-e2", f"{LIGHT}-n_sersic", f"{SOURCE}-magnitude", f"{SOURCE}-R_sersic"}
    for name in second.keys() - changed:
        same = (..., 1) if name == f"{LIGHT}-magnitude" else ...
        one, two = first[name][same], second[name][same]
        np.testing.assert_allclose(one, two, rtol=1e-6, atol=3e-7, err_msg=name)


@pytest.mark.long
def test_any_batch_gives_the_same_systems(drawn: Any, small_lens: dict[str, Any]) -> None:
    config = with_links(small_lens)
    whole, part = drawn("all", config), values(Simulator(config), 3, start=5)
    for name, value in part.items():
        np.testing.assert_array_equal(whole[name][5:8], value, err_msg=name)


@pytest.mark.long
def test_gradients_flow_to_the_numbers_of_a_link_and_of_its_source(
    x64: None, small_lens: dict[str, Any]
) -> None:
    sim = Simulator(with_links(small_lens))
    species = "SPECIES.GALAXY_1.LIGHT_PROFILE_1"
    paths = {
        f"{species}.e1.TIMES": f"{LIGHT}-e1",
        f"{species}.e1.SCATTER": f"{LIGHT}-e1",
        "SPECIES.GALAXY_1.MASS_PROFILE_1.e1.mean": f"{LIGHT}-e1",
        f"{species}.e2.PLUS.std": f"{LIGHT}-e2",
        f"{species}.magnitude.g.PLUS.mean": f"{SOURCE}-magnitude",
        f"{species}.n_sersic.SCATTER": f"{LIGHT}-n_sersic",
        "SPECIES.GALAXY_2.LIGHT_PROFILE_1.R_sersic.RELATION.size.PLUS": f"{SOURCE}-R_sersic",
        "SPECIES.GALAXY_2.LIGHT_PROFILE_1.n_sersic.std": f"{SOURCE}-R_sersic",
        "GEOMETRY.CONFIGURATION_1.PLANE_2.REDSHIFT": f"{SOURCE}-R_sersic",
        "COSMOLOGY.H0": f"{SOURCE}-R_sersic",
    }
    key = system_keys(jax.random.key(2, impl="threefry2x32"), sim.population.label, jnp.arange(1))[0]
    start = {path: sim.hyperparameters[path] for path in paths}

    @jax.jit
    def system(changed: dict[str, jax.Array]) -> dict[str, jax.Array]:
        found = draw_system(sim.population, {**sim.hyperparameters, **changed}, key, jnp.uint32(0))
        return {name: jnp.sum(found[name]) for name in set(paths.values())}

    derivatives = jax.jit(jax.jacfwd(system))(start)
    for path, name in paths.items():
        step = 1e-4 * max(1.0, abs(float(start[path])))
        ends = [float(system({**start, path: start[path] + side * step})[name]) for side in (-1, 1)]
        assert float(derivatives[name][path]) != 0.0, path
        np.testing.assert_allclose(derivatives[name][path], (ends[1] - ends[0]) / (2 * step), rtol=1e-5)


def test_links_beside_copies_tables_and_functions_of_special(
    small_lens: dict[str, Any], tmp_path: Path
) -> None:
    """Copies follow themselves, a table sets one band of a link, and SPECIAL comes before links."""
    seen: set[str] = set()

    @jaxlens.special("double")
    def double(given: dict[str, Any], argument: str, bands: tuple[str, ...]) -> dict[str, Any]:
        seen.update(given)
        return {**given, argument: 2.0 * given[argument]}

    source = small_lens["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    source["e1"] = normal(0.0, 0.2)
    source["e2"] = {"SAME_AS": "LIGHT_PROFILE_1-e1", "TIMES": 0.5}
    small_lens["GEOMETRY"]["CONFIGURATION_1"]["PLANE_2"]["OBJECT_1"] = {"NAME": "SOURCE", "NUMBER": 2}
    lens = small_lens["SPECIES"]["GALAXY_1"]
    lens["SPECIAL"] = {"double": ["MASS_PROFILE_1-theta_E"]}
    light = lens["LIGHT_PROFILE_1"]["PARAMETERS"]
    light["R_sersic"] = {"SAME_AS": "MASS_PROFILE_1-theta_E"}
    light["magnitude"] = {"SAME_AS": "seeing", "PLUS": 19}
    table = tmp_path / "table.txt"
    table.write_text(f"WEIGHT {LIGHT}-magnitude-g\n1 25.5\n1 25.5\n", encoding="utf-8")
    small_lens["DISTRIBUTIONS"] = {"USERDIST_1": {"FILENAME": str(table), "MODE": "sample"}}
    found = values(Simulator(small_lens), 4)
    first, second = (f"PLANE_2-OBJECT_1_{k}-LIGHT_PROFILE_1" for k in (1, 2))
    assert (found[f"{first}-e1"] != found[f"{second}-e1"]).all()
    for prefix in (first, second):
        np.testing.assert_allclose(found[f"{prefix}-e2"], 0.5 * found[f"{prefix}-e1"], rtol=1e-6)
    np.testing.assert_allclose(found[f"{LIGHT}-magnitude"], [[25.5, 19.6]] * 4, rtol=1e-6)
    np.testing.assert_array_equal(found[f"{LIGHT}-R_sersic"], found[f"{MASS}-theta_E"])
    assert (found[f"{MASS}-theta_E"] > 1.5).all()
    assert "MASS_PROFILE_1-theta_E" in seen
    assert "LIGHT_PROFILE_1-R_sersic" not in seen
