"""Ties that the caller gives are those of SAME_AS in the file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.fitting.fit import fit
from jaxlens.fitting.free_parameters import FreeParameters, free_parameters
from jaxlens.fitting.own_ties import in_order
from jaxlens.fitting.ties import ties
from tests.fitting.test_derivatives import lensed_file
from tests.fitting.test_fit import CENTER, MAGNITUDE, SIGMA, STARTS, drawn, gaussian_file
from tests.fitting.test_ties import CENTER_Y, SOURCE_SIZE, linked_lens, tied_file

MASS_X = "PLANE_1-OBJECT_1-MASS_PROFILE_1-center_x"
SOURCE_MAGNITUDE = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-magnitude"


def free_of(config: dict[str, Any], n: int = 2, **arguments: Any) -> tuple[Simulator, FreeParameters]:
    sim = Simulator(config)
    params = {name: np.asarray(v) for name, v in sim.sample(jax.random.key(1), 8 * STARTS).items()}
    return sim, free_parameters(sim, params, n, **arguments)


def two_centres() -> dict[str, Any]:
    config = gaussian_file()
    light = config["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    light["center_y"] = drawn("normal", mean=0.0, std=0.2)
    return config


@pytest.mark.long
def test_a_tie_is_that_of_the_file() -> None:
    sim, free = free_of(two_centres(), tie={CENTER_Y: CENTER})
    _, same = free_of(tied_file())
    assert set(free.names(sim.bands)) == {MAGNITUDE, SIGMA, CENTER}
    assert [(tie.name, tie.source) for tie in free.ties] == [(tie.name, tie.source) for tie in same.ties]
    assert free.file_priors == same.file_priors
    _, fixed = free_of(two_centres(), tie={CENTER_Y: CENTER}, fixed={CENTER: [0.1, -0.2]})
    np.testing.assert_allclose(fixed.params[CENTER_Y], [0.1, -0.2], rtol=1e-6)


@pytest.mark.long
def test_ties_follow_ties_and_take_the_place_of_links() -> None:
    """The source's size follows the place of the lens by way of the place of its mass."""
    sim, free = free_of(lensed_file(), tie={SOURCE_SIZE: MASS_X, MASS_X: CENTER})
    assert [tie.name for tie in free.ties] == [MASS_X, SOURCE_SIZE]
    config = tied_file()
    light = config["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    light["center_x"] = {"SAME_AS": "LIGHT_PROFILE_1-center_y"}
    light["center_y"] = drawn("normal", mean=0.0, std=0.2)
    sim, free = free_of(config, tie={CENTER: SIGMA})
    assert [(tie.name, tie.source) for tie in free.ties] == [(CENTER, SIGMA)]
    assert CENTER_Y in free.names(sim.bands)


def test_bands_follow_their_own_or_all_one_number() -> None:
    sim, free = free_of(lensed_file(), tie={SOURCE_MAGNITUDE: MAGNITUDE})
    np.testing.assert_array_equal(free.params[SOURCE_MAGNITUDE], free.params[MAGNITUDE])
    assert free.params[MAGNITUDE].shape == (2, 2)
    assert not any(SOURCE_MAGNITUDE in name for name in free.names(sim.bands))
    sim, free = free_of(lensed_file(), tie={SOURCE_MAGNITUDE: CENTER})
    assert [tie.band for tie in free.ties] == ["g", "r"]
    np.testing.assert_array_equal(free.params[SOURCE_MAGNITUDE], free.params[CENTER][:, None] * np.ones(2))
    with pytest.raises(ValueError, match="is one number for all bands and cannot follow"):
        free_of(lensed_file(), tie={CENTER: MAGNITUDE})


def test_a_band_may_follow_another_of_its_parameter() -> None:
    """The magnitude in g follows that in r, which is no circle; what follows that in g comes after it."""
    every = ties(Simulator(linked_lens()))
    (band,) = [tie for tie in every if tie.name == MAGNITUDE]
    assert (band.source, band.band, band.source_band) == (MAGNITUDE, "g", "r")
    (size,) = [replace(tie, source=MAGNITUDE) for tie in every if tie.name == SOURCE_SIZE]
    assert in_order([size, band]) == in_order([band, size]) == (band, size)
    with pytest.raises(ValueError, match="follow each other in a circle"):
        in_order([band, replace(band, band="r", source_band="g")])


def test_what_cannot_be_tied_is_refused() -> None:
    def refused(message: str, tie: Any, **arguments: Any) -> None:
        with pytest.raises(ValueError, match=message):
            free_of(two_centres(), tie=tie, **arguments)

    refused("center_z in tie is no parameter; did you mean", {CENTER_Y: "PLANE_1-OBJECT_1-center_z"})
    refused("tied to itself", {CENTER: CENTER})
    refused("follow each other in a circle", {CENTER: CENTER_Y, CENTER_Y: CENTER})
    refused("and in free or fixed; it can only be one of them", {CENTER_Y: CENTER}, fixed={CENTER_Y: 0.0})
    refused("and in free or fixed", {CENTER_Y: CENTER}, free=iter([CENTER_Y, CENTER, SIGMA, MAGNITUDE]))
    refused("give a mapping", [CENTER])


def test_a_parameter_of_special_may_be_tied_and_the_message_says_so() -> None:
    config = two_centres()
    light = config["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    # two random numbers in one link have no density, as a function of SPECIAL has none
    light["center_y"] = {"SAME_AS": "LIGHT_PROFILE_1-center_x", "PLUS": drawn("normal", mean=0.0, std=0.1)}
    light["center_y"] |= {"TIMES": drawn("normal", mean=1.0, std=0.1)}
    with pytest.raises(ValueError, match=r"a value in fixed, or tie it .* \(SAME_AS in the file\)"):
        free_of(config)
    _, free = free_of(config, tie={CENTER_Y: CENTER})
    assert [tie.name for tie in free.ties] == [CENTER_Y]


@pytest.mark.long
def test_a_tied_fit_is_that_of_a_file_with_a_link() -> None:
    link, plain = Simulator(tied_file()), Simulator(two_centres())
    truth = {name: np.asarray(v)[:1] for name, v in link.sample(jax.random.key(4), 8).items()}
    mean, sigma = (np.asarray(array) for array in link.expected(truth))
    image = (mean + sigma * np.random.default_rng(2).standard_normal(mean.shape)).astype(mean.dtype)
    one = fit(link, image, starts=STARTS)
    two = fit(plain, image, starts=STARTS, tie={CENTER_Y: CENTER})
    assert one.names == two.names
    np.testing.assert_allclose(one.values, two.values, atol=0.02 * one.sigma.min())
    np.testing.assert_array_equal(two.params[CENTER_Y], two.params[CENTER])
