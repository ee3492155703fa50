"""The density of linked numbers: exact, normalised, or refused with a reason."""

from __future__ import annotations

import copy
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats
from scipy.integrate import quad

from jaxlens import Simulator
from jaxlens.distributions import Affine, LogNormal, Normal, Truncated
from jaxlens.sampling.link_priors import link_kinds
from jaxlens.sampling.priors import log_prior, varying

LIGHT, MASS = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1", "PLANE_1-OBJECT_1-MASS_PROFILE_1"
FAR_MASS = "PLANE_2-OBJECT_1-MASS_PROFILE_1"
SOURCE = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"


def normal(mean: float, std: float) -> dict[str, Any]:
    return {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": mean, "std": std}}}


@pytest.fixture
def config(small_lens: dict[str, Any]) -> dict[str, Any]:
    """`small_lens` with linked numbers of which each has a density, or is tied."""
    small_lens = copy.deepcopy(small_lens)
    light = small_lens["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    small_lens["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]["e1"] = normal(0.1, 0.2)
    light["e1"] = {"SAME_AS": "MASS_PROFILE_1-e1", "TIMES": 0.7, "SCATTER": 0.05}
    light["e2"] = {"SAME_AS": "MASS_PROFILE_1-e1", "TIMES": 0.5}
    light["n_sersic"] = {"SAME_AS": "MASS_PROFILE_1-theta_E", "TIMES": 4, "SCATTER": 1, "TRUNCATE": [3.5, 6]}
    uniform = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.8, "maximum": 1.6}}}
    light["center_x"] = {"SAME_AS": "LIGHT_PROFILE_1-e1", "TIMES": uniform, "PLUS": 0.01}
    light["magnitude"] = {"g": {"SAME_AS": "magnitude-r", "PLUS": normal(0.8, 0.1)}, "r": normal(19.0, 0.3)}
    relation = {"NAME": "kpc_to_arcsec", "PARAMETERS": {"size": 3.0, "redshift": {"SAME_AS": "REDSHIFT"}}}
    light["R_sersic"] = {"RELATION": relation, "SCATTER": 0.1}
    return small_lens


# Where the density is asked for; what is tied is not consistent here, which does not matter.
POINT = {
    f"{MASS}-e1": 0.2,
    f"{MASS}-theta_E": 1.1,
    f"{LIGHT}-e1": 0.17,
    f"{LIGHT}-e2": 0.0,
    f"{LIGHT}-n_sersic": 4.2,
    f"{LIGHT}-center_x": 0.21,
    f"{LIGHT}-R_sersic": 0.6,
    f"{LIGHT}-magnitude": (20.0, 19.1),
    "PLANE_1-OBJECT_1-REDSHIFT": 0.4,
    "H0": 70.0,
    "Om0": 0.3,
}


def test_each_density_is_that_given_what_the_number_follows(x64: None, config: dict[str, Any]) -> None:
    sim = Simulator(config)
    # ln(3 kpc / D) in arcsec at the redshift of the lens, with c / H0 in kpc
    comoving = quad(lambda z: 1.0 / np.sqrt(0.3 * (1.0 + z) ** 3 + 0.7), 0.0, 0.4)[0]
    size = np.log(3.0 * 648000.0 / np.pi / (comoving / 1.4 * 299792.458 / 70.0 * 1e3))
    expected = {
        f"{LIGHT}-e1": scipy.stats.norm.logpdf(0.17, 0.7 * 0.2, 0.05),
        f"{LIGHT}-n_sersic": scipy.stats.truncnorm.logpdf(4.2, 3.5 - 4.4, 6.0 - 4.4, loc=4.4),
        # of the factor (0.21 - 0.01) / 0.17, which is uniform, with its derivative
        f"{LIGHT}-center_x": np.log(1.0 / 0.8 / 0.17),
        f"{LIGHT}-magnitude": scipy.stats.norm.logpdf(19.1, 19.0, 0.3)
        + scipy.stats.norm.logpdf(20.0, 19.1 + 0.8, 0.1),
        f"{LIGHT}-R_sersic": scipy.stats.norm.logpdf(np.log(0.6), size, 0.1 * np.log(10)) - np.log(0.6),
        f"{LIGHT}-e2": 0.0,
    }
    # the joint density is the product, as each is given the ones before
    together = (*expected, f"{MASS}-e1", f"{MASS}-theta_E")
    others = scipy.stats.norm.logpdf(0.2, 0.1, 0.2) + np.log(1 / 0.4)

    @jax.jit
    def densities(system: dict[str, jax.Array]) -> list[jax.Array]:
        asked = [{name} for name in expected] + [set(together)]
        return [log_prior(sim.static_population, sim.hyperparameters, system, names) for names in asked]

    system = {name: jnp.asarray(value) for name, value in POINT.items()}
    *each, total = densities(system)
    np.testing.assert_allclose(each, list(expected.values()), rtol=1e-6)
    np.testing.assert_allclose(total, sum(expected.values()) + others, rtol=1e-6)


@pytest.mark.long
def test_the_simulator_knows_priors_ties_and_what_has_none(config: dict[str, Any]) -> None:
    sim = Simulator(config)
    found = sim.priors
    assert isinstance(found[f"{LIGHT}-e1"][0], Normal)
    np.testing.assert_allclose(found[f"{LIGHT}-e1"][0].mean, 0.07, atol=0.03)
    assert isinstance(found[f"{LIGHT}-n_sersic"][0], Truncated)
    assert isinstance(found[f"{LIGHT}-center_x"][0], Affine)
    assert isinstance(found[f"{LIGHT}-R_sersic"][0], LogNormal)
    assert [type(one) for one in found[f"{LIGHT}-magnitude"]] == [Affine, Normal]
    assert f"{LIGHT}-e2" not in found
    assert f"{LIGHT}-e2" in varying(sim.static_population)
    assert sim.without_prior == {}
    tied = link_kinds(sim.static_population, sim.parameter_names).tied
    assert {link.name for link in tied} == {f"{LIGHT}-e2", f"{LIGHT}-R_sersic-redshift"}


def test_the_reason_of_what_has_no_density_is_said(small_lens: dict[str, Any]) -> None:
    species = small_lens["SPECIES"]
    light, far = (species[f"GALAXY_{i}"]["LIGHT_PROFILE_1"]["PARAMETERS"] for i in (1, 2))
    species["GALAXY_2"]["MASS_PROFILE_1"] = {
        "NAME": "SIS",
        "PARAMETERS": {"theta_E": normal(0.5, 0.1), "center_x": 0.01, "center_y": 0.0},
    }
    scatter = {"SCATTER": 0.1}
    light["e1"] = {"SAME_AS": "MASS_PROFILE_1-e1", "PLUS": normal(0.0, 0.1), **scatter}
    light["magnitude"] = {"SAME_AS": "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-magnitude", **scatter}
    one = {"NAME": "categorical", "PARAMETERS": {"values": [0.1, 0.2], "weights": [1, 1]}}
    light["e2"] = {"SAME_AS": "MASS_PROFILE_1-e2", "PLUS": {"DISTRIBUTION": one}}
    arguments = {"size": normal(3.0, 0.1), "redshift": 0.4}
    light["R_sersic"] = {"RELATION": {"NAME": "kpc_to_arcsec", "PARAMETERS": arguments}}
    # a mass in the last plane deflects nothing, so that it is no parameter of the image
    far["R_sersic"] = {"SAME_AS": "MASS_PROFILE_1-theta_E"}
    far["n_sersic"] = {"SAME_AS": "MASS_PROFILE_1-center_x", "PLUS": 2, **scatter}
    sim = Simulator(small_lens)
    assert sim.without_prior == {
        f"{LIGHT}-magnitude": "gets one random number for all bands",
        f"{LIGHT}-R_sersic": "has a RELATION with the random argument size",
        f"{LIGHT}-e1": "has a link with several random numbers, PLUS, SCATTER",
        f"{LIGHT}-e2": "is linked by categorical, which takes separate values only",
        f"{SOURCE}-R_sersic": f"follows {FAR_MASS}-theta_E, on which images do not depend",
    }
    random = link_kinds(sim.static_population, sim.parameter_names).random
    assert [link.name for link in random] == [f"{SOURCE}-n_sersic"]
    with pytest.raises(ValueError, match=r"no prior density: .*has a link with several random numbers"):
        sim.log_prior({}, names=[f"{LIGHT}-e1"])


def test_affine_is_the_distribution_of_a_scaled_and_shifted_variable(x64: None) -> None:
    u, factor, shift = np.linspace(0.05, 0.95, 7), np.array([[0.5], [-3.0]]), 0.7
    inner = scipy.stats.truncnorm(-1.0, 2.0)
    x = shift + factor * inner.ppf(np.where(factor > 0.0, u, 1.0 - u))

    @jax.jit
    def numbers(u: jax.Array, x: jax.Array) -> Any:
        one = Affine(Truncated(Normal(0.0, 1.0), -1.0, 2.0), factor, shift)
        return one.icdf(u[None]), one.cdf(x), one.log_prob(x), one.support()

    quantiles, probabilities, densities, support = numbers(u, x)
    np.testing.assert_allclose(quantiles, x, rtol=1e-9)
    np.testing.assert_allclose(probabilities, np.broadcast_to(u, x.shape), rtol=1e-9)
    expected = inner.logpdf((x - shift) / factor) - np.log(np.abs(factor))
    np.testing.assert_allclose(densities, expected, rtol=1e-9)
    np.testing.assert_allclose(support, [[[0.2], [-5.3]], [[1.7], [3.7]]])
