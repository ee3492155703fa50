"""Tied parameters in fits: they are one with what they follow, in images, derivatives and results."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.distributions import Normal
from jaxlens.fitting.derivatives import prediction
from jaxlens.fitting.fit import fit
from jaxlens.fitting.free_parameters import FreeParameters, free_parameters
from jaxlens.fitting.posterior import FitData, predicted, unconstrained_log_prior, with_free_values
from jaxlens.fitting.problem import problem
from tests.fitting.test_derivatives import SOURCE, THETA_E, lensed_file
from tests.fitting.test_fit import CENTER, MAGNITUDE, SIGMA, STARTS, drawn, gaussian_file

PROFILE = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1"
CENTER_Y = f"{PROFILE}-center_y"
SOURCE_SIZE = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-sigma"


def tied_file() -> dict[str, Any]:
    """A Gaussian on the diagonal: its center_y is its center_x."""
    config = gaussian_file()
    light = config["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    light["center_y"] = {"SAME_AS": "LIGHT_PROFILE_1-center_x"}
    return config


def linked_lens() -> dict[str, Any]:
    """A lens and its source with ties from light to mass, by band, of all bands to one, and with scatter."""
    config = lensed_file()
    lens, source = (config["SPECIES"][f"GALAXY_{i}"] for i in (1, 2))
    light, far = (one["LIGHT_PROFILE_1"]["PARAMETERS"] for one in (lens, source))
    lens["MASS_PROFILE_1"]["PARAMETERS"]["center_x"] = {"SAME_AS": "LIGHT_PROFILE_1-center_x"}
    red = light["magnitude"]["r"]
    light["magnitude"] = {"g": {"SAME_AS": "magnitude-r", "PLUS": 1.0}, "r": red}
    far["sigma"] = {"SAME_AS": "magnitude-g", "TIMES": 0.015}
    far["center_y"] = {"SAME_AS": "LIGHT_PROFILE_1-center_x", "PLUS": 0.1, "SCATTER": 0.02}
    far["center_x"] = drawn("normal", mean=0.1, std=0.2)
    return config


def free_of(config: dict[str, Any], **arguments: Any) -> tuple[Simulator, FreeParameters]:
    sim = Simulator(config)
    params = {name: np.asarray(v) for name, v in sim.sample(jax.random.key(1), 8 * STARTS).items()}
    return sim, free_parameters(sim, params, 2, **arguments)


def test_a_tied_parameter_is_not_free_and_follows_what_is_fixed() -> None:
    sim, free = free_of(tied_file())
    assert set(free.names(sim.bands)) == {MAGNITUDE, CENTER, SIGMA}
    assert [tie.name for tie in free.ties] == [CENTER_Y]
    _, fixed = free_of(tied_file(), fixed={CENTER: [0.1, -0.2]})
    np.testing.assert_allclose(fixed.params[CENTER_Y], [0.1, -0.2], rtol=1e-6)
    assert fixed.ties == ()


def test_a_tie_is_dissolved_where_the_caller_sets_or_frees_the_parameter() -> None:
    sim, free = free_of(tied_file(), fixed={CENTER_Y: 0.3})
    assert free.ties == ()
    np.testing.assert_allclose(free.params[CENTER_Y], 0.3, rtol=1e-6)
    assert CENTER in free.names(sim.bands)
    sim, free = free_of(
        tied_file(), free={CENTER: None, CENTER_Y: Normal(0.0, 0.1)}, fixed={MAGNITUDE: 19.0, SIGMA: 0.4}
    )
    assert free.names(sim.bands) == (CENTER, CENTER_Y)
    assert free.ties == ()
    with pytest.raises(ValueError, match="center_y in free is tied to others by its link, and has no prior"):
        free_of(tied_file(), free=[CENTER_Y])


@pytest.mark.long
def test_the_scale_of_a_scattered_parameter_is_that_of_all_systems() -> None:
    """Far from the median of what it follows a parameter is many scatters from its own."""
    config = tied_file()
    light = config["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    light["center_y"] |= {"SCATTER": 0.01}
    sim, free = free_of(config)
    names = free.names(sim.bands)
    scale = dict(zip(names, np.asarray(free.transform.scale), strict=True))
    # center_x has a standard deviation of 0.2
    assert 0.15 < scale[CENTER_Y] < 0.25
    np.testing.assert_allclose(free.priors[names.index(CENTER_Y)].std, 0.01)


@pytest.mark.long
def test_derivatives_follow_ties(x64: None) -> None:
    """By groups, by band and across bands they are those of the whole image at once; so are the priors'."""
    sim, free = free_of(linked_lens())
    assert {tie.name for tie in free.ties} == {
        MAGNITUDE,
        SOURCE_SIZE,
        "PLANE_1-OBJECT_1-MASS_PROFILE_1-center_x",
    }
    model, constants = problem(sim, free, sigma_given=False)
    places = [name for name, _ in model.free]
    assert places.count(MAGNITUDE) == 1
    assert {THETA_E, SOURCE, CENTER} < set(places)
    # the size of the source follows its magnitude in g, so that no image is linear in that flux
    assert {model.free[i][0] for i in model.magnitudes} == {MAGNITUDE}
    shape = (2, 8, 8)
    system = {name: value[0] for name, value in free.params.items()}
    data = FitData(np.zeros(shape), np.ones(shape), np.ones(shape, bool), system)
    u = jnp.linspace(-0.7, 0.9, len(model.free))

    @jax.jit
    def both(u: jax.Array) -> Any:
        image = partial(predicted, model, constants, data)
        prior = partial(unconstrained_log_prior, model, constants, data.params)
        return prediction(model, constants, data, u), image(u), jax.jacfwd(image)(u), jax.grad(prior)(u)

    found, values, derivatives, slope = both(u)
    for one, two in zip(found[:2], values, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-12)
    for one, two in zip(found[2:], derivatives, strict=True):
        scale = float(jnp.max(jnp.abs(two)))
        np.testing.assert_allclose(one, jnp.moveaxis(two, -1, 0), rtol=1e-10, atol=1e-12 * scale)
    params = with_free_values(model, constants, system, constants.transform.constrained(u))
    np.testing.assert_allclose(params[SOURCE_SIZE], 0.015 * params[SOURCE][0], rtol=1e-12)
    np.testing.assert_allclose(params[MAGNITUDE][0], params[MAGNITUDE][1] + 1.0, rtol=1e-12)
    # center_y of the source is drawn about center_x + 0.1 of its light: the density depends on both
    assert np.isfinite(slope).all()
    assert set(params) == set(sim.parameter_names)


@pytest.mark.long
def test_a_tied_fit_finds_one_parameter_where_there_were_two() -> None:
    sim = Simulator(tied_file())
    truth = {name: np.asarray(v)[:2] for name, v in sim.sample(jax.random.key(4), 8).items()}
    mean, sigma = (np.asarray(array) for array in sim.expected(truth))
    noise = np.random.default_rng(2).standard_normal(mean.shape)
    images = (mean + sigma * noise).astype(mean.dtype)
    result = fit(sim, images, starts=STARTS)
    assert CENTER_Y not in result.names
    np.testing.assert_array_equal(result.params[CENTER_Y], result.params[CENTER])
    pull = (
        result.values - np.stack([truth[n.removesuffix("-g")].reshape(2) for n in result.names], 1)
    ) / result.sigma
    assert np.abs(pull).max() < 4.0
    assert (np.abs(result.chi_square_per_degree - 1.0) < 0.4).all()
