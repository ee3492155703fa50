"""A sky that is fitted: found with its sign in each band, whatever it was guessed to be."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.fitting.fit import fit
from jaxlens.fitting.image_checks import CheckedImages
from jaxlens.fitting.sky import sky_guess
from tests.fitting.test_fit import STARTS, drawn_images, gaussian_file


def test_the_guess_is_the_median_of_the_border() -> None:
    images = np.zeros((2, 1, 20, 20))
    images[0, 0] = 3.0 + 0.1 * np.random.default_rng(1).normal(size=(20, 20))
    images[0, 0, 2:-2, 2:-2] += 100.0
    images[1] = -2.0
    mask = np.ones(images.shape, bool)
    level, scatter = sky_guess(CheckedImages(images, None, mask))
    np.testing.assert_allclose(level[:, 0], [3.0, -2.0], atol=0.05)
    np.testing.assert_allclose(scatter[:, 0], [0.1, 0.0], atol=0.03)
    mask[0, 0, :2] = mask[0, 0, -2:] = mask[0, 0, :, :2] = mask[0, 0, :, -2:] = False
    assert sky_guess(CheckedImages(images, None, mask))[0][0, 0] > 90.0


@pytest.mark.long
def test_a_sky_of_either_sign_is_found() -> None:
    """Mock images, to which -7 and 40 counts/s are added."""
    sim, images, truth = drawn_images(gaussian_file())
    images = images + np.array([-7.0, 40.0, 0.0], np.float32)[:, None, None, None]
    known = np.asarray(sim.expected(truth)[1])
    result = fit(sim, images, starts=STARTS, noise_sigma=known, sky=True)
    assert result.names[-1] == "sky-g"
    assert result.converged.all()
    assert "sky" not in result.params
    pulls = (result.values[:, -1] - [-7.0, 40.0, 0.0]) / result.sigma[:, -1]
    assert np.abs(pulls).max() < 4.0
    # 144 pixels measure it, less what the galaxy takes
    assert (result.sigma[:, -1] > known.min() / 12.0).all()
    assert (result.sigma[:, -1] < known.max() / 3.0).all()
    for i, name in enumerate(result.names[:-1]):
        assert (np.abs(result.values[:, i] - truth[name].ravel()) < 4.0 * result.sigma[:, i]).all()
    model = np.asarray(Simulator(gaussian_file()).render(result.params))
    np.testing.assert_allclose(result.model - model, result.values[:, -1:, None, None] + 0 * model, atol=1e-3)
    assert (np.abs(result.chi_square_per_degree - 1.0) < 0.6).all()
    linear = fit(sim, images, starts=STARTS, noise_sigma=known, sky=True, linear_amplitudes=True)
    assert (np.abs(linear.values - result.values) < 0.1 * result.sigma).all()
