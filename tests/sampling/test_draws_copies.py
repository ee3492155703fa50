"""How copies are drawn: their number, their places, independence, and the same systems in any batch."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from jaxlens import Simulator

pytestmark = pytest.mark.slow

# Systems that are drawn; a deviation that chance makes once in a million is a failure.
SYSTEMS = 4000
UNLIKELY = 1e-6
PREFIX = "PLANE_1-OBJECT_2"
# Copies that are expected.
MEAN = 0.8


def poisson(mean: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": "poisson", "PARAMETERS": {"mean": mean}}}


def file_of(keys: dict[str, Any], size: int = 4) -> dict[str, Any]:
    """A galaxy with neighbours, whose magnitudes are truncated normal, in one band."""
    magnitude = {"NAME": "normal", "PARAMETERS": {"mean": 22.0, "std": 1.0}, "TRUNCATE": [20.0, 23.0]}
    shape = {"R_sersic": 0.5, "n_sersic": 1.0, "magnitude": 20.0}
    light = {"NAME": "SERSIC", "PARAMETERS": shape}
    neighbour = {"NAME": "SERSIC", "PARAMETERS": shape | {"magnitude": {"DISTRIBUTION": magnitude}}}
    image = {"exposure_time": 100, "numPix": 24, "pixel_scale": 0.2, "psf_type": "NONE", "read_noise": 5}
    survey = {"BANDS": "g", "seeing": 0.7, "magnitude_zero_point": 27.0}
    galaxies = {"MAIN": light, "NEIGHBOUR": neighbour}
    plane = {"OBJECT_1": "MAIN", "OBJECT_2": {"NAME": "NEIGHBOUR", **keys}, "PARAMETERS": {"REDSHIFT": 0.4}}
    return {
        "DATASET": {"NAME": "Field", "PARAMETERS": {"SIZE": size, "OUTDIR": "Field", "SEED": 1}},
        "COSMOLOGY": {"PARAMETERS": {"H0": 70, "Om0": 0.3}},
        "IMAGE": {"PARAMETERS": image},
        "SURVEY": {"PARAMETERS": survey | {"sky_brightness": 22.0, "num_exposures": 2}},
        "SPECIES": {
            f"GALAXY_{k}": {"NAME": name, "LIGHT_PROFILE_1": one}
            for k, (name, one) in enumerate(galaxies.items(), start=1)
        },
        "GEOMETRY": {"CONFIGURATION_1": {"FRACTION": 1.0, "PLANE_1": plane}},
    }


def drawn(sim: Simulator, n: int, start: int = 0) -> dict[str, np.ndarray]:
    """The parameters of n systems."""
    return {name: np.asarray(value) for name, value in sim.sample(jax.random.key(3), n, start).items()}


@pytest.fixture(scope="module")
def sim() -> Simulator:
    """Neighbours between 1 and 8 arcsec."""
    return Simulator(file_of({"NUMBER": poisson(MEAN), "POSITION": {"within": 8.0, "outside": 1.0}}))


@pytest.fixture(scope="module")
def many(sim: Simulator) -> dict[str, np.ndarray]:
    """The parameters of many systems."""
    return drawn(sim, SYSTEMS)


def of_copies(many: dict[str, np.ndarray], name: str, count: int = 4) -> np.ndarray:
    """A parameter of the first copies, (copies, systems)."""
    return np.stack([many[f"{PREFIX}_{k}-{name}"] for k in range(1, count + 1)])


def chance_of_counts(counts: np.ndarray, probabilities: np.ndarray) -> float:
    """The chance of a larger chi-square than that of counts; those of the last number and more together."""
    last = len(probabilities) - 1
    found = np.bincount(np.minimum(counts.astype(int), last), minlength=last + 1)
    return float(stats.chisquare(found, probabilities / probabilities.sum() * counts.size).pvalue)


@pytest.mark.long
def test_the_number_of_copies_has_its_distribution(many: dict[str, np.ndarray]) -> None:
    probabilities = np.append(stats.poisson.pmf(np.arange(4), MEAN), stats.poisson.sf(3, MEAN))
    assert chance_of_counts(many[f"{PREFIX}-NUMBER"], probabilities) > UNLIKELY


def test_copies_are_uniform_in_the_area_of_the_ring(many: dict[str, np.ndarray]) -> None:
    sep, angle = of_copies(many, "sep"), of_copies(many, "angle")
    assert stats.kstest((np.ravel(sep) ** 2 - 1.0) / 63.0, "uniform").pvalue > UNLIKELY
    assert stats.kstest(np.ravel(angle) / (2.0 * math.pi), "uniform").pvalue > UNLIKELY


def test_copies_are_independent_of_each_other_and_of_their_number(many: dict[str, np.ndarray]) -> None:
    """No rank correlation between the numbers of copies, or with NUMBER, beyond five standard deviations."""
    rows = [of_copies(many, name) for name in ("sep", "angle", "LIGHT_PROFILE_1-magnitude")]
    ranks = stats.rankdata(np.concatenate([*rows, many[f"{PREFIX}-NUMBER"][None]]), axis=1)
    correlation = np.corrcoef(ranks) - np.eye(len(ranks))
    assert np.abs(correlation).max() < 5.0 / math.sqrt(SYSTEMS)


def test_each_number_of_a_copy_has_the_distribution_of_the_file(many: dict[str, np.ndarray]) -> None:
    expected = stats.truncnorm(-2.0, 1.0, loc=22.0, scale=1.0).cdf
    magnitudes = of_copies(many, "LIGHT_PROFILE_1-magnitude")
    assert stats.kstest(np.ravel(magnitudes), expected).pvalue > UNLIKELY


def test_a_system_is_the_same_wherever_a_batch_starts(sim: Simulator, many: dict[str, np.ndarray]) -> None:
    """Bit for bit."""
    later = drawn(sim, SYSTEMS, start=2)
    assert all(np.array_equal(value[:-2], many[name][2:]) for name, value in later.items())


@pytest.mark.long
def test_a_system_is_the_same_in_a_batch_of_any_size(sim: Simulator, many: dict[str, np.ndarray]) -> None:
    """Bit for bit."""
    few = drawn(sim, 3, start=2)
    assert all(np.array_equal(value, many[name][2:5]) for name, value in few.items())


@pytest.mark.long
def test_a_system_is_the_same_in_any_dataset(many: dict[str, np.ndarray]) -> None:
    """The bound does not depend on SIZE; a MAX beyond all draws adds copies and changes none."""
    keys = {"NUMBER": poisson(MEAN), "POSITION": {"within": 8.0, "outside": 1.0}}
    large, more = Simulator(file_of(keys, size=10**7)), Simulator(file_of(keys | {"MAX": 20}))
    assert set(large.parameter_names) == set(many)
    assert len(more.parameter_names) > len(many)
    for other in (large, more):
        few = drawn(other, 4)
        assert all(np.array_equal(few[name], value[:4]) for name, value in many.items())


@pytest.mark.long
def test_MAX_truncates_the_distribution(many: dict[str, np.ndarray]) -> None:
    """The chances up to MAX keep their ratios: what is beyond is not piled up at MAX."""
    number = drawn(Simulator(file_of({"NUMBER": poisson(MEAN), "MAX": 2})), SYSTEMS)[f"{PREFIX}-NUMBER"]
    assert chance_of_counts(number, stats.poisson.pmf(np.arange(3), MEAN)) > UNLIKELY
    assert number.max() == 2.0


@pytest.mark.long
def test_copies_have_densities(sim: Simulator) -> None:
    """The prior of a copy's place is p(sep) ~ sep, and that of NUMBER the Poisson probability."""
    params = {name: jnp.asarray(value) for name, value in drawn(sim, 2).items()}
    found = sim.log_prior(params, names=[f"{PREFIX}_1-sep", f"{PREFIX}-NUMBER"])
    sep, number = params[f"{PREFIX}_1-sep"], params[f"{PREFIX}-NUMBER"]
    expected = np.log(2.0 * sep / 63.0) + stats.poisson.logpmf(number, MEAN)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
