"""More sub-pixels where light is steep: when they are taken, and that they remove kinks of the likelihood."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import jax
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.fitting.external_psf import with_psf
from jaxlens.fitting.finer import finer, is_steep, with_supersampling
from jaxlens.fitting.free_parameters import free_parameters
from jaxlens.fitting.image_checks import check_images
from jaxlens.fitting.problem import fit_data, problem
from tests.fitting.test_fit import CENTER, PROFILE, sersic_file


def test_the_factor_is_the_next_multiple_of_the_files() -> None:
    sim = Simulator(sersic_file())
    drawn = {name: np.asarray(v) for name, v in sim.sample(jax.random.key(1), 8).items()}
    model, _ = problem(sim, free_parameters(sim, drawn, 1), sigma_given=True)
    for own, wanted in ((1, 5), (2, 6), (3, 6), (4, 8)):
        found = finer(dataclasses.replace(model, scene=with_supersampling(model.scene, own)))
        assert found is not None
        assert found.scene.supersampling == found.scene.optics.supersampling == wanted
    assert finer(dataclasses.replace(model, scene=with_supersampling(model.scene, 5))) is None


@pytest.mark.long
def test_the_psf_acts_on_the_same_sub_pixels() -> None:
    """Its blur of a fine image is that of the mean over the sub-pixels of the file."""
    config = sersic_file()
    config["IMAGE"]["PARAMETERS"] |= {"supersampling_factor": 2, "supersampling_convolution": True}
    sim = Simulator(config)
    sim = with_psf(sim, np.outer(*[[0.2, 0.5, 0.3]] * 2))
    fine = sim.replace(scene=with_supersampling(sim.scene, 6))
    params = sim.sample(jax.random.key(1), 1)
    coarse, found = sim.render(params), fine.render(params)
    assert fine.scene.optics.blur_factor == 2
    np.testing.assert_allclose(found, coarse, rtol=0.05, atol=1e-3 * float(coarse.max()))
    assert np.abs(found - coarse).max() > 0.0
    with pytest.raises(ValueError, match="supersampling is 5; give a multiple of 2, the sub-pixels on which"):
        with_supersampling(sim.scene, 5)


def test_steep_is_what_has_a_large_sersic_index() -> None:
    sim = Simulator(sersic_file())
    drawn = {name: np.asarray(v) for name, v in sim.sample(jax.random.key(1), 8).items()}
    for index, steep in ((1.0, False), (2.5, True)):
        free = free_parameters(sim, drawn, 1, fixed={f"{PROFILE}-n_sersic": index})
        model, constants = problem(sim, free, sigma_given=True)
        data = fit_data(model, check_images(sim, np.ones((1, 16, 16)), 1.0), free)
        assert is_steep(model, constants, data, np.zeros((1, len(model.free)))).tolist() == [steep]


def steep_galaxy(factor: int) -> Simulator:
    """A galaxy without a PSF whose middle is steep, with so many sub-pixels along a pixel."""
    config = sersic_file()
    image = config["IMAGE"]["PARAMETERS"]
    image |= {"psf_type": "NONE", "supersampling_factor": factor}
    del config["SURVEY"]["PARAMETERS"]["seeing"]
    light = config["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    light |= {"R_sersic": 0.25, "n_sersic": 4.0, "center_y": 0.05}
    return Simulator(config)


def misfits(sim: Simulator, galaxy: Mapping[str, np.ndarray]) -> np.ndarray:
    """chi-square / 2 of a galaxy whose noise is 0.01 of its peak, at 401 places along x about the true one.

    The places are in the row of the middles of sub-pixels, of 2 x 2 and of 6 x 6 to a pixel.
    """
    # the true place first
    x = np.concatenate([[0.1], np.linspace(0.0, 0.2, 401)]).astype(np.float32)
    params = {name: np.repeat(value, x.size, 0) for name, value in galaxy.items()}
    data, models = np.split(np.asarray(sim.render(params | {CENTER: x}), float), [1])
    return np.asarray(0.5 * np.sum(((data - models) / (0.01 * data.max())) ** 2, axis=(1, 2, 3)))


@pytest.mark.long
def test_more_sub_pixels_make_the_likelihood_smooth() -> None:
    """The sharpest turn of its slope is where the middle of the galaxy crosses that of a sub-pixel."""
    sims = [steep_galaxy(factor) for factor in (2, 6)]
    galaxy = {name: np.asarray(v)[:1] for name, v in sims[0].sample(jax.random.key(1), 8).items()}
    few, many = (np.abs(np.diff(misfits(sim, galaxy), 2)).max() for sim in sims)
    assert many < 0.3 * few
