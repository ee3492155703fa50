"""lenstronomy's arguments as a configuration: its sections, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jaxlens import ExchangeError, from_lenstronomy, load_config
from tests.exchange.lenstronomy_files import ARGUMENTS, Node, arguments


def test_the_configuration_of_one_image() -> None:
    config = from_lenstronomy(ARGUMENTS, magnitude_zero_point=27.0)
    image = config["IMAGE"]["PARAMETERS"]
    assert (image["numPix"], image["pixel_scale"]) == (20, pytest.approx(0.2))
    assert (image["exposure_time"], image["background_noise"]) == (900.0, 0.01)
    assert (image["psf_type"], image["supersampling_factor"]) == ("GAUSSIAN", 2)
    survey = {"BANDS": "band", "magnitude_zero_point": 27.0, "num_exposures": 1, "seeing": 0.6}
    assert config["SURVEY"]["PARAMETERS"] == survey
    lens = config["SPECIES"]["GALAXY_1"]
    assert lens["MASS_PROFILE_1"] == {
        "NAME": "SIE",
        "PARAMETERS": ARGUMENTS["kwargs_params"]["kwargs_lens"][0],
    }
    assert lens["MASS_PROFILE_2"]["NAME"] == "SHEAR"
    assert config["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]["NAME"] == "SERSIC"
    planes = config["GEOMETRY"]["CONFIGURATION_1"]
    assert [planes[f"PLANE_{k}"]["PARAMETERS"]["REDSHIFT"] for k in (1, 2)] == [0.5, 1.5]
    assert load_config(config).configurations[0].planes[0].objects[1][0] == "OBJECT_2"


def test_names_of_profiles_may_be_texts_of_numpy() -> None:
    lenses = list(np.array(ARGUMENTS["kwargs_model"]["lens_model_list"]))
    given = arguments(kwargs_model={"lens_model_list": lenses})
    wanted = load_config(from_lenstronomy(ARGUMENTS, magnitude_zero_point=27.0))
    assert load_config(from_lenstronomy(given, magnitude_zero_point=27.0)).text == wanted.text


def test_magnitudes_have_the_flux_of_the_amplitude() -> None:
    from scipy.special import gamma

    config = from_lenstronomy(ARGUMENTS, magnitude_zero_point=27.0)
    magnitude = config["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"]
    b = 1.9992 - 0.3271
    flux = 20.0 * 0.2**2 * 2.0 * np.pi * np.exp(b) / b**2 * gamma(2.0)
    assert 10.0 ** (-0.4 * (magnitude - 27.0)) == pytest.approx(flux, rel=1e-6)


def test_images_of_a_point_source_stay_at_their_places() -> None:
    config = from_lenstronomy(ARGUMENTS, magnitude_zero_point=27.0)
    for k, (x, y, amp) in enumerate(((1.0, 0.2, 4.0), (-0.7, -0.4, 1.0)), start=1):
        point = config["SPECIES"][f"POINTSOURCE_{k}"]
        own = point["PARAMETERS"]
        assert (point["HOST"], own["ra_image"], own["dec_image"]) == ("Foreground", x, y)
        assert 10.0 ** (-0.4 * (own["magnitude"] - 27.0)) == pytest.approx(amp)
    assert config["GEOMETRY"]["CONFIGURATION_1"]["PLANE_1"]["OBJECT_3"] == "STAR_2"


def test_images_of_a_point_source_become_their_source() -> None:
    # an isothermal sphere: images at theta_E + beta and -(theta_E - beta), abs(mu) = theta_E / beta +- 1
    sphere = [{"theta_E": 1.0, "center_x": 0.0, "center_y": 0.0}]
    point = {"ra_image": [1.25, -0.75], "dec_image": [0.0, 0.0], "point_amp": [10.0, 6.0]}
    given = arguments(
        kwargs_model={"lens_model_list": ["SIS"]},
        kwargs_params={"kwargs_lens": sphere, "kwargs_ps": [point]},
    )
    config = from_lenstronomy(given, magnitude_zero_point=27.0, point_sources="sources")
    own, host = config["SPECIES"]["POINTSOURCE_1"], ARGUMENTS["kwargs_params"]["kwargs_source"][0]
    assert own["HOST"] == "GALAXY_OF_PLANE_2"
    angle, sep = own["PARAMETERS"]["angle"], own["PARAMETERS"]["sep"]
    assert host["center_x"] + sep * np.cos(angle) == pytest.approx(0.25)
    assert host["center_y"] + sep * np.sin(angle) == pytest.approx(0.0, abs=1e-12)
    assert 10.0 ** (-0.4 * (own["PARAMETERS"]["magnitude"] - 27.0)) == pytest.approx(2.0)


def test_a_source_without_light_about_it_has_an_invisible_host() -> None:
    given = arguments(
        kwargs_model={"source_light_model_list": [], "point_source_model_list": ["SOURCE_POSITION"]},
        kwargs_params={
            "kwargs_source": [],
            "kwargs_ps": [{"ra_source": 0.1, "dec_source": 0.0, "source_amp": 3.0}],
        },
    )
    config = from_lenstronomy(given)
    host = config["SPECIES"]["GALAXY_2"]
    assert (host["NAME"], config["SPECIES"]["POINTSOURCE_1"]["HOST"]) == ("HOST_OF_PLANE_2",) * 2
    assert host["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"] > 120.0
    assert load_config(config)


def test_stars_alone_are_an_image() -> None:
    nothing = {"lens_model_list": [], "lens_light_model_list": [], "source_light_model_list": []}
    given = arguments(
        kwargs_model=nothing,
        kwargs_params={"kwargs_lens": [], "kwargs_lens_light": [], "kwargs_source": []},
    )
    loaded = load_config(from_lenstronomy(given))
    assert [label for label, _ in loaded.configurations[0].planes[0].objects] == ["OBJECT_1", "OBJECT_2"]


def test_several_bands_share_their_profiles() -> None:
    red = arguments(kwargs_psf={"fwhm": 0.5})
    red["kwargs_params"]["kwargs_source"][0]["amp"] = 40.0
    config = from_lenstronomy({"g": ARGUMENTS, "i": red}, magnitude_zero_point={"g": 25.0, "i": 24.0})
    assert config["SURVEY"]["PARAMETERS"]["seeing"] == {"g": 0.6, "i": 0.5}
    magnitude = config["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"]["magnitude"]
    assert magnitude["g"] - magnitude["i"] == pytest.approx(1.0 + 2.5 * np.log10(2.0))
    red["kwargs_params"]["kwargs_lens"][0]["theta_E"] = 1.1
    with pytest.raises(ExchangeError, match=r"kwargs_lens\[0\] is .* in g and .* in i; .* all bands"):
        from_lenstronomy({"g": ARGUMENTS, "i": red})
    with pytest.raises(ExchangeError, match="i: kwargs_model has another lens_model_list than g"):
        from_lenstronomy({"g": ARGUMENTS, "i": arguments(kwargs_model={"lens_model_list": ["SIE", "LOS"]})})


def test_several_planes_are_at_their_redshifts() -> None:
    from astropy.cosmology import FlatLambdaCDM

    given = arguments(
        kwargs_model={
            "multi_plane": True,
            "lens_redshift_list": [0.5, 0.8],
            "source_redshift_list": [1.5],
            "cosmo": FlatLambdaCDM(H0=68.0, Om0=0.31, Tcmb0=2.7),
            "z_source_convention": 2.0,
        }
    )
    config = from_lenstronomy(given)
    planes = config["GEOMETRY"]["CONFIGURATION_1"]
    assert [planes[f"PLANE_{k}"]["PARAMETERS"]["REDSHIFT"] for k in (1, 2, 3, 4)] == [0.5, 0.8, 1.5, 2.0]
    # what nothing is behind keeps the plane for which angles are given
    assert config["SPECIES"]["GALAXY_4"]["MASS_PROFILE_1"]["NAME"] == "BLANK_PLANE"
    cosmology = config["COSMOLOGY"]
    assert (cosmology["NAME"], cosmology["PARAMETERS"]["H0"]) == ("FlatLambdaCDM", 68.0)
    assert len(load_config(config).configurations[0].planes) == 4


def test_arrays_are_files(tmp_path: Path) -> None:
    kernel = np.random.default_rng(1).uniform(size=(5, 5))
    image = np.random.default_rng(2).uniform(size=(6, 7))
    given = arguments(
        kwargs_model={"source_light_model_list": ["INTERPOL"]},
        kwargs_params={
            "kwargs_source": [
                {"image": image, "scale": 0.1, "phi_G": 0.3, "amp": 2.0, "center_x": 0.1, "center_y": 0.2}
            ]
        },
    )
    given["kwargs_psf"] = {"psf_type": "PIXEL", "kernel_point_source": kernel}
    with pytest.raises(ExchangeError, match=r"_image is an array of shape .* give the folder for it"):
        from_lenstronomy(given)
    config = from_lenstronomy(given, folder=tmp_path / "arrays")
    loaded = load_config(config)
    assert loaded.instrument.kernel is not None
    np.testing.assert_allclose(loaded.instrument.kernel.array[0], kernel / kernel.sum())
    assert sorted(path.name for path in (tmp_path / "arrays").iterdir()) == [
        "plane_2_light_1_image.npy",
        "psf.npy",
    ]


def test_many_haloes_are_a_list(tmp_path: Path) -> None:
    halo = {"Rs": 0.1, "alpha_Rs": 1e-3, "r_trunc": 0.5, "center_x": 0.3, "center_y": 0.4}
    given = arguments(
        kwargs_model={"lens_model_list": ["SIE", *["TNFW"] * 12]},
        kwargs_params={"kwargs_lens": [ARGUMENTS["kwargs_params"]["kwargs_lens"][0], *[halo] * 12]},
    )
    config = from_lenstronomy(given, folder=tmp_path)
    lens = config["SPECIES"]["GALAXY_1"]
    assert "MASS_PROFILE_2" not in lens
    assert lens["SUBSTRUCTURE"]["PROFILE"] == "TNFW"
    assert config["IMAGE"]["PARAMETERS"]["halo_tolerance"] == 0
    with np.load(lens["SUBSTRUCTURE"]["FILENAME"]) as columns:
        assert columns["alpha_Rs"].tolist() == [1e-3] * 12
        assert columns["y"].tolist() == [0.4] * 12
    assert load_config(config)


def test_pixels_that_are_turned_have_six_numbers() -> None:
    turned = np.array([[-0.2, 0.01], [0.01, 0.2]])
    given = arguments(kwargs_data={"transform_pix2angle": turned, "ra_at_xy_0": 1.8, "dec_at_xy_0": -2.0})
    image = from_lenstronomy(given)["IMAGE"]["PARAMETERS"]
    assert "pixel_scale" not in image
    assert [image[f"transform_{key}"] for key in ("xx", "xy", "yx", "yy")] == [-0.2, 0.01, 0.01, 0.2]
    assert (image["x_shift"], image["y_shift"]) == pytest.approx((1.8 - 1.9 + 0.095, -2.0 + 0.095 + 1.9))


WRONG: list[tuple[Node, str]] = [
    ({"kwargs_model": {"lens_model_list": ["SIE"]}}, "lens_model_list has 1 entries, and kwargs_lens 2"),
    ({"kwargs_model": {"lens_model_list": ["SIE", "SHARE"]}}, "jaxlens has no mass profile SHARE"),
    ({"kwargs_model": {"source_light_model_list": ["SERSIK"]}}, "jaxlens has no light profile SERSIK"),
    ({"kwargs_model": {"optical_depth_model_list": ["UNIFORM"]}}, "has optical_depth_model_list, which"),
    ({"kwargs_model": {"source_deflection_scaling_list": [0.5]}}, "give source_redshift_list"),
    ({"kwargs_model": {"lens_profile_kwargs_list": [{"a": 1}, None]}}, "SIE has lens_profile_kwargs"),
    ({"kwargs_model": {"point_source_model_list": ["SOURCE_POSITION"]}}, "has no ra_source, only ra_image"),
    ({"kwargs_model": {"z_lens": 2.0}}, "z_lens is 2, behind z_source = 1.5"),
    ({"kwargs_model": {"multi_plane": True}}, "lens_redshift_list has 0 entries; give one for each profile"),
    (
        {
            "kwargs_model": {
                "multi_plane": True,
                "lens_redshift_list": [0.5, 1.8],
                "z_source_convention": 1.5,
            }
        },
        "give the largest redshift",
    ),
    (
        {"kwargs_model": {"multi_plane": True, "lens_redshift_list": [0.5, 0.8]}},
        "neutrinos of the masses .*give a cosmology",
    ),
    ({"kwargs_model": {"lens_redshift_list": [0.5, 0.8]}}, "several redshifts and no multi_plane"),
    ({"kwargs_model": {"cosmology_model": "FlatwCDM"}}, "has cosmology_model, which jaxlens has not"),
    ({"kwargs_params": {"kwargs_special": {"delta_x": [0.1]}}}, "kwargs_params has kwargs_special"),
    ({"kwargs_data": {"image_data": np.zeros((20, 10))}}, "has 20 x 10 pixels; give a square one"),
    ({"kwargs_data": {"noise_map": np.ones((20, 20))}}, "has a noise_map, which jaxlens has not"),
    ({"kwargs_data": {"exposure_time": np.arange(4.0)}}, "exposure_time differs between pixels"),
    ({"kwargs_psf": {"truncation": 3}}, "ends at 3 sigma.* give truncation: 5"),
    ({"kwargs_psf": {"psf_type": "MOFFAT"}}, "psf_type is MOFFAT; give GAUSSIAN, PIXEL or NONE"),
    (
        {"kwargs_psf": {"psf_type": "PIXEL", "kernel_point_source": np.ones((4, 4))}},
        "give an odd number of pixels",
    ),
    ({"kwargs_numerics": {"compute_mode": "adaptive"}}, "compute_mode is adaptive; jaxlens has regular"),
    ({"kwargs_numerics": {"supersampled_indexes": [[True]]}}, "kwargs_numerics has supersampled_indexes"),
]


@pytest.mark.parametrize(("changes", "message"), WRONG, ids=[message[:30] for _, message in WRONG])
def test_what_jaxlens_cannot_hold_is_refused(changes: Node, message: str) -> None:
    with pytest.raises(ExchangeError, match=message):
        from_lenstronomy(arguments(**changes))


def changed(part: str, k: int, **values: Any) -> Node:
    """The arguments with other parameters of a profile."""
    found = arguments()
    found["kwargs_params"][part][k] = found["kwargs_params"][part][k] | values
    return found


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (changed("kwargs_lens", 0, s_scale=0.1), "SIE has no parameter s_scale; it has theta_E, e1"),
        (
            changed("kwargs_source", 0, amp=-1.0),
            "SERSIC has the flux -.* is that of a flux above 0",
        ),
        (changed("kwargs_ps", 0, point_amp=[1.0, -2.0]), r"has the amplitudes \[-2.0\]"),
        ({"kwargs_model": {}}, "band has no kwargs_params; give kwargs_model"),
        ({}, "there are no bands"),
    ],
)
def test_wrong_parameters_are_refused(given: Node, message: str) -> None:
    with pytest.raises(ExchangeError, match=message):
        from_lenstronomy(given)


def test_light_without_flux_is_left_out() -> None:
    config = from_lenstronomy(changed("kwargs_source", 0, amp=0.0))
    assert "GALAXY_2" not in config["SPECIES"]
