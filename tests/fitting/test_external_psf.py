"""A simulator with a PSF that is given as an array."""

import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.fitting.external_psf import psf_kernel, with_psf


@pytest.mark.long
def test_a_psf_from_outside_is_that_of_psf_type_pixel(small_lens, tmp_path, key):
    kernel = np.random.default_rng(1).uniform(size=(2, 5, 5))
    names = {}
    for b, band in enumerate("gr"):
        names[band] = str(tmp_path / f"{band}.npy")
        np.save(names[band], kernel[b])
    gaussian = Simulator(small_lens)
    small_lens["IMAGE"]["PARAMETERS"] |= {"psf_type": "PIXEL", "kernel_point_source": names}
    from_file, outside = Simulator(small_lens), with_psf(gaussian, 7 * kernel)
    assert outside.scene == from_file.scene
    params = from_file.sample(key, 2)
    assert params.keys() == outside.sample(key, 2).keys()
    np.testing.assert_array_equal(outside.render(params), from_file.render(params))
    assert gaussian.scene.optics.psf == "GAUSSIAN"


def test_a_fine_psf_from_outside_stamps_point_sources_on_its_own_grid(small_quasar, tmp_path, key):
    kernel = np.exp(-(np.linspace(-2, 2, 15) ** 2))
    np.save(tmp_path / "psf.npy", np.outer(kernel, kernel))
    small_quasar["IMAGE"]["PARAMETERS"]["point_source"] = "exact"
    gaussian = Simulator(small_quasar)
    extra = {"kernel_point_source": str(tmp_path / "psf.npy"), "kernel_supersampling_factor": 3}
    del small_quasar["IMAGE"]["PARAMETERS"]["point_source"]
    small_quasar["IMAGE"]["PARAMETERS"] |= {"psf_type": "PIXEL", **extra}
    assert with_psf(gaussian, np.outer(kernel, kernel), factor=3).scene == Simulator(small_quasar).scene


@pytest.mark.long
def test_a_file_without_a_psf_keeps_its_convolution_on_sub_pixels(small_lens, tmp_path, key):
    """A kernel in the place of psf_type NONE blurs as that of psf_type PIXEL does in the same file."""
    kernel = np.random.default_rng(1).uniform(size=(5, 5))
    np.save(tmp_path / "psf.npy", kernel)
    image = small_lens["IMAGE"]["PARAMETERS"]
    image |= {"psf_type": "NONE", "supersampling_factor": 2, "supersampling_convolution": True}
    del small_lens["SURVEY"]["PARAMETERS"]["seeing"]
    without = Simulator(small_lens)
    outside = with_psf(without, kernel)
    image |= {"psf_type": "PIXEL", "kernel_point_source": str(tmp_path / "psf.npy")}
    from_file = Simulator(small_lens)
    assert outside.scene.optics.blur_factor == 2
    assert outside.scene == from_file.scene
    params = from_file.sample(key, 2)
    np.testing.assert_array_equal(outside.render(params), from_file.render(params))


def test_the_prior_of_a_simulator_with_another_psf_has_no_seeing(small_lens, key):
    width = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.6, "maximum": 0.8}}}
    small_lens["SURVEY"]["PARAMETERS"]["seeing"] = width
    sim = Simulator(small_lens)
    outside = with_psf(sim, np.ones((3, 3)))
    assert sim.priors.keys() - outside.priors.keys() == {"seeing"}
    assert np.isfinite(outside.log_prior(outside.sample(key, 2))).all()


def test_a_grid_of_the_psf_must_be_one(small_lens):
    with pytest.raises(ValueError, match="factor is 0; it must be at least 1"):
        with_psf(Simulator(small_lens), np.ones((3, 3)), factor=0)


@pytest.mark.parametrize("scale", [1e308, 1e-320, 1.0])
def test_a_kernel_of_any_size_is_scaled_to_unit_sum(scale):
    """The sum of the first is above all floats."""
    found = psf_kernel(np.full((5, 5), scale), bands=1)
    np.testing.assert_allclose(found, np.full((1, 5, 5), 0.04), rtol=1e-3 if scale < 1 else 1e-12)
    with pytest.raises(ValueError, match="psf sums to -inf; the sum must be above 0"):
        psf_kernel(np.full((5, 5), -1e308), bands=1)
    with pytest.raises(ValueError, match="as pixels above and below 0 cancel; give a kernel that is mostly"):
        psf_kernel(np.array([[1.0, -1.0, 1e-9]]), bands=1)
