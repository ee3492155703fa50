"""Wide pixels show the same smoothed image, of kernels of pixels and of odd numbers of pixels too."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.fitting.coarse import coarse, coarse_pixels
from jaxlens.fitting.external_psf import with_psf
from jaxlens.fitting.free_parameters import free_parameters
from jaxlens.fitting.problem import problem
from jaxlens.fitting.smoothing import smoothed
from jaxlens.imaging.likelihood import expected
from tests.fitting.test_fit import gaussian_file


def psf(kind: str, factor: int) -> tuple[Simulator, int]:
    """A Gaussian on 35 pixels, off the middle, with a lopsided kernel of `factor` pixels to a pixel."""
    config = gaussian_file()
    config["IMAGE"]["PARAMETERS"] |= {"numPix": 35, "pixel_scale": 0.1}
    x = np.arange(-6, 7)
    kernel = np.exp(-0.5 * ((x[:, None] - 1.0) ** 2 + x[None, :] ** 2) / 2.5**2)
    return (with_psf(Simulator(config), kernel, factor) if kind == "PIXEL" else Simulator(config)), factor


@pytest.mark.long
@pytest.mark.parametrize(("kind", "factor"), [("PIXEL", 1), ("PIXEL", 2), ("NONE", 1)])
def test_a_smoothed_image_is_the_same_on_wide_pixels(kind: str, factor: int) -> None:
    sim, _ = psf(kind, factor)
    params = {name: np.asarray(v) for name, v in sim.sample(jax.random.key(1), 8).items()}
    model, _ = problem(sim, free_parameters(sim, params, 1), sigma_given=True)
    wide, times = coarse(model)
    assert times == 2
    assert wide.scene.num_pix == 18
    system = {name: value[0] for name, value in params.items()}
    width, side = model.widths[0], model.scene.num_pix
    mean = jax.jit(lambda scene, params: expected(scene, params, sim.assets)[0], static_argnums=0)
    fine = mean(model.scene, system)
    light = mean(wide.scene, coarse_pixels(system, times))
    found, right = smoothed(light, width, side, times), smoothed(fine, width)
    np.testing.assert_allclose(found, right, atol=0.03 * float(right.max()))
    np.testing.assert_allclose(light.sum(), fine.sum(), rtol=0.01)
