"""A system as lenstronomy's arguments: their structure, numbers, and what is refused.

That lenstronomy makes the same image of them is tested in tests/extras/test_lenstronomy.py.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

import jaxlens
from jaxlens.exchange.errors import ExchangeError
from jaxlens.exchange.lenstronomy import to_lenstronomy
from jaxlens.imaging.assets import NO_ASSETS
from jaxlens.simulator.simulator import Simulator
from tests.exchange.lenstronomy_files import Node, file, params


def asked_of(config: Node, **more: float) -> dict[str, Any]:
    """What lenstronomy is asked for the first system of a file."""
    return Simulator(config).to_lenstronomy(params(**more))


@pytest.fixture(scope="module")
def asked() -> dict[str, Any]:
    with jax.enable_x64(True):
        return asked_of(file())


def test_the_profiles_and_their_planes(asked: dict[str, Any]) -> None:
    model = asked["i"]["kwargs_model"]
    assert list(asked) == ["g", "i"]
    assert model["lens_light_model_list"] == ["SERSIC_ELLIPSE"]
    assert model["point_source_model_list"] == ["UNLENSED"]
    assert model["lens_model_list"] == model["source_light_model_list"] == []
    assert model["z_lens"] == model["z_source"] == 0.5
    assert "multi_plane" not in model
    assert model["cosmo"].H0.value == 70.0


def test_amplitudes_are_those_of_the_magnitudes(asked: dict[str, Any]) -> None:
    from scipy.special import gamma

    for band, magnitude, zero in (("g", 21.0, 25.0), ("i", 20.0, 24.0)):
        own = asked[band]["kwargs_params"]["kwargs_lens_light"][0]
        n, b = 1.5, 1.9992 * 1.5 - 0.3271
        flux = own["amp"] * 0.5**2 * 2.0 * np.pi * n * np.exp(b) * b ** (-2.0 * n) * gamma(2.0 * n)
        assert flux == pytest.approx(10.0 ** (-0.4 * (magnitude - zero)), rel=1e-6)
        star = asked[band]["kwargs_params"]["kwargs_ps"][0]
        assert star["point_amp"] == pytest.approx([10.0 ** (-0.4 * (22.0 - zero))], rel=1e-12)
        place = 0.1 + 0.5 * np.cos(0.5), 0.5 * np.sin(0.5)
        assert (star["ra_image"][0], star["dec_image"][0]) == pytest.approx(place, rel=1e-12)
        assert asked[band]["magnitude_zero_point"] == pytest.approx(zero, rel=1e-12)


def test_pixels_psf_and_exposure(asked: dict[str, Any]) -> None:
    data = asked["i"]["kwargs_data"]
    assert data["image_data"].shape == (11, 11)
    assert (data["ra_at_xy_0"], data["dec_at_xy_0"]) == (-1.25, -1.25)
    np.testing.assert_array_equal(data["transform_pix2angle"], np.eye(2) * 0.25)
    assert (data["background_rms"], data["exposure_time"]) == (pytest.approx(0.02), 300.0)
    psf = {"psf_type": "GAUSSIAN", "fwhm": pytest.approx(0.7), "truncation": 5, "pixel_size": 0.25}
    assert asked["i"]["kwargs_psf"] == psf
    assert asked["i"]["kwargs_numerics"]["supersampling_factor"] == 1


def test_there_and_back_a_file_has_the_same_numbers(asked: dict[str, Any]) -> None:
    config = jaxlens.from_lenstronomy(asked)
    assert jaxlens.load_config(config).bands == ("g", "i")
    galaxy = config["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    wanted = file()["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    magnitude = galaxy.pop("magnitude")
    assert magnitude == pytest.approx(wanted.pop("magnitude"), rel=1e-12)
    assert galaxy == pytest.approx(wanted, rel=1e-6)
    quasar = config["SPECIES"]["POINTSOURCE_1"]["PARAMETERS"]
    assert quasar["magnitude"] == pytest.approx({"g": 22.0, "i": 22.0}, rel=1e-12)
    place = quasar["ra_image"], quasar["dec_image"]
    assert place == pytest.approx((0.1 + 0.5 * np.cos(0.5), 0.5 * np.sin(0.5)), rel=1e-6)
    assert config["IMAGE"]["PARAMETERS"]["pixel_scale"] == 0.25
    assert config["SURVEY"]["PARAMETERS"]["seeing"] == pytest.approx({"g": 0.9, "i": 0.7}, rel=1e-6)


@pytest.mark.long
def test_a_moffat_psf_is_a_kernel() -> None:
    config = file(psf_type="MOFFAT", moffat_beta=3.0)
    psf = asked_of(config, moffat_beta=3.0)["i"]["kwargs_psf"]
    kernel = psf["kernel_point_source"]
    assert (psf["psf_type"], psf["point_source_supersampling_factor"]) == ("PIXEL", 1)
    assert kernel.shape == (57, 57)  # ten full widths of 2.8 pixels to each side
    assert kernel.sum() == pytest.approx(1.0, rel=1e-5)
    # half of the peak at half of the full width
    alpha = 2.8 / 2.0 / np.sqrt(2.0 ** (1.0 / 3.0) - 1.0)
    assert kernel[28, 30] / kernel[28, 28] == pytest.approx((1.0 + (2.0 / alpha) ** 2) ** -3.0, rel=1e-5)


def test_point_sources_that_are_integrated_are_refused() -> None:
    with pytest.raises(ExchangeError, match=r"is exact: .* give point_source: interpolated"):
        asked_of(file(point_source="exact"))


def test_a_moffat_psf_on_two_grids_is_refused() -> None:
    config = file(psf_type="MOFFAT", moffat_beta=3.0, supersampling_factor=2, supersampling_convolution=True)
    with pytest.raises(ExchangeError, match="give point_source_supersampling_factor: 2"):
        asked_of(config, moffat_beta=3.0)


def test_a_system_without_an_image_is_refused() -> None:
    simulator = Simulator(file())
    values = params()
    values["PLANE_1-OBJECT_1-LIGHT_PROFILE_1-R_sersic"][1] = np.nan
    with pytest.raises(ExchangeError, match="describe no image"):
        simulator.to_lenstronomy(values, 1)
    with pytest.raises(ValueError, match="i is 2, and there are 2 systems; give a number from 0 to 1"):
        simulator.to_lenstronomy(values, 2)


def test_an_epoch_is_that_of_a_series() -> None:
    scene = Simulator(file()).scene
    with pytest.raises(ValueError, match="epoch is 3, but the configuration has no time series"):
        to_lenstronomy(scene, {}, {}, NO_ASSETS, 3)
    series = Simulator("lensed_supernova_series").scene
    assert series.series is not None
    last = series.series.epochs - 1
    with pytest.raises(ValueError, match=f"give epoch, a number from 0 to {last}"):
        to_lenstronomy(series, {}, {}, NO_ASSETS)
    with pytest.raises(ValueError, match=f"epoch is {last + 1}; give a number from 0 to {last}"):
        to_lenstronomy(series, {}, {}, NO_ASSETS, last + 1)
