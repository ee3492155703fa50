"""What surveys measured: their distributions, and the presets of IMAGE and SURVEY."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
import yaml

import jaxlens
from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.passbands import curves
from jaxlens.config.surveys import histogram, histograms, survey_distributions, survey_path, surveys
from jaxlens.distributions import USER_DISTRIBUTIONS
from jaxlens.sampling.population import draw_system, population

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]
DEMO = Path(__file__).parents[1] / "documented.yaml"

# deeplenstronomy 0.0.2.3, copied by hand: number of bands; band, index, value, its weight, sum of weights
SPOTS = {
    "des_sky_brightness": (5, "i", 19, 19.875, 0.084, 0.997),
    "des_seeing": (5, "g", 24, 1.062, 0.047, 1.0),
    "des_num_exposures": (5, "z", 3, 4, 0.332, 1.0),
    "des_deep_seeing": (4, "r", 4, 1.417, 0.154, 1.0),
    "des_deep_magnitude_zero_point": (4, "g", 19, 30.828, 0.438, 1.0),
    "delve_seeing": (4, "g", 16, 1.175, 0.137, 1.0),
    "delve_sky_brightness": (4, "r", 12, 21.158, 0.411, 1.0),
    "delve_exposure_time": (4, "z", 5, 85.55, 0.162, 1.0),
}
CONSTANTS = {
    "des_magnitude_zero_point": {"g": 26.58, "r": 26.78, "i": 26.75, "z": 26.48, "Y": 25.40},
    "des_exposure_time": {"g": 90.0, "Y": 45.0, "u": 90.0},
    "des_ccd_gain": {"g": 6.083, "Y": 5.033},
    "des_deep_exposure_time": {"g": 175, "r": 150, "i": 200, "z": 400},
    "delve_magnitude_zero_point": {"g": 31.550, "r": 31.284, "i": 31.608, "z": 31.262},
    "lsst_num_exposures": {"u": 140, "g": 200, "r": 460, "i": 460, "z": 400, "Y": 400},
    "lsst_exposure_time": dict.fromkeys("ugrizY", 15.0),
    "lsst_magnitude_zero_point": {"u": 26.5, "g": 28.3, "r": 28.13, "i": 27.79, "z": 27.40, "Y": 26.58},
    "lsst_sky_brightness": {"u": 22.99, "g": 22.26, "r": 21.2, "i": 20.48, "z": 19.6, "Y": 18.61},
    "lsst_seeing": {"u": 0.81, "g": 0.77, "r": 0.73, "i": 0.71, "z": 0.69, "Y": 0.68},
    "ztf_magnitude_zero_point": {"g": 26.325, "r": 26.275, "i": 25.660},
    "ztf_seeing": {"g": 2.1, "r": 2.0, "i": 2.1},
    "ztf_sky_brightness": {"g": 22.01, "r": 21.15, "i": 19.89},
}


def test_every_distribution_of_deeplenstronomy_is_there() -> None:
    assert set(survey_distributions()) == {*SPOTS, *CONSTANTS}


@pytest.mark.parametrize("name", SPOTS)
def test_histograms(name: str) -> None:
    bands, band, index, value, weight, total = SPOTS[name]
    values, weights = histograms(name)[band]
    assert len(histograms(name)) == bands
    assert (values[index], weights[index]) == (value, weight)
    assert sum(weights) == pytest.approx(total, abs=6e-4)
    for values, weights in histograms(name).values():
        assert len(values) == len(weights)
        assert list(values) == sorted(values)
        assert min(weights) >= 0
        assert sum(weights) == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("name", CONSTANTS)
def test_constants(name: str) -> None:
    for band, value in CONSTANTS[name].items():
        assert histogram(name, band) == ((value,), (1.0,))


@pytest.mark.parametrize("name", survey_distributions())
def test_tables_name_their_source(name: str) -> None:
    first = (
        (survey_path("des").parent / "distributions" / f"{name}.txt")
        .read_text(encoding="utf-8")
        .split("\n")[0]
    )
    assert first.startswith("# ")
    assert "deeplenstronomy 0.0.2.3" in first


def draws(config: Config, name: str, n: int) -> np.ndarray:
    """`name` of n systems of the first configuration: (n,) or (n, bands)."""
    drawn = population(config, config.configurations[0])
    keys = jax.random.split(jax.random.key(3, impl="threefry2x32"), n)
    index = np.uint32(0)
    one = jax.jit(jax.vmap(lambda key: draw_system(drawn, drawn.hyperparameters, key, index)[name]))
    return np.asarray(one(keys))


def seeing(text: str) -> tuple[str, str]:
    return "seeing: 0.9", f"seeing: {{DISTRIBUTION: {text}}}"


def test_each_band_is_drawn_on_its_own_with_its_own_histogram(load_edited: LoadEdited) -> None:
    drawn = draws(load_edited((seeing("{NAME: des_seeing, PARAMETERS: None}"),)), "seeing", 4000)
    assert drawn.shape == (4000, 2)
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.06
    for band, column in zip("gr", drawn.T, strict=True):
        values, weights = np.array(histograms("des_seeing")[band])
        assert set(column) <= set(np.float32(values[weights > 0]))
        mean = np.average(values, weights=weights)
        width = np.sqrt(np.average((values - mean) ** 2, weights=weights))
        assert column.mean() == pytest.approx(mean, abs=5 * width / np.sqrt(4000))


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("None", (200, 460)),
        ("{coadd_years: 10}", (200, 460)),
        ("{coadd_years: 3}", (60, 138)),
        ("{coadd_years: 0.33}", (6, 15)),
    ],
)
def test_lsst_coadds_years(parameters: str, expected: tuple[int, int], load_edited: LoadEdited) -> None:
    text = f"{{DISTRIBUTION: {{NAME: lsst_num_exposures, PARAMETERS: {parameters}}}}}"
    config = load_edited(
        (("    sky_brightness: 21.5\n", f"    sky_brightness: 21.5\n    num_exposures: {text}\n"),)
    )
    exposures = dict(config.instrument.quantities)["num_exposures"]
    assert tuple(draw.parameters[0][1] for draw in exposures.draws) == expected
    assert exposures.per_band
    assert exposures.is_constant


def test_a_survey_in_one_band(load_edited: LoadEdited) -> None:
    text = "seeing: {g: 0.9, r: {DISTRIBUTION: {NAME: ztf_seeing}}}"
    found = dict(load_edited((("seeing: 0.9", text),)).instrument.quantities)["seeing"]
    assert [draw.parameters for draw in found.draws] == [(("value", 0.9),), (("value", 2.0),)]


@pytest.mark.slow
def test_TRUNCATE_holds_in_every_band(load_edited: LoadEdited) -> None:
    drawn = draws(load_edited((seeing("{NAME: des_seeing, TRUNCATE: [0.9, 1.1]}"),)), "seeing", 500)
    assert drawn.min() >= np.float32(0.902)
    assert drawn.max() <= np.float32(1.101)


def test_noise_may_follow_a_survey(load_edited: LoadEdited) -> None:
    """A distribution may stand wherever a number may, and one number a band wherever bands may differ."""
    config = load_edited((("mean: 2.0", "mean: {DISTRIBUTION: {NAME: ztf_seeing}}"),))
    assert draws(config, "NOISE_SOURCE_1-mean", 2).tolist() == [[np.float32(2.1), 2.0]] * 2


# Presets


def test_the_presets() -> None:
    theirs = {"des", "delve", "lsst", "hst", "euclid", "ztf"}
    assert set(surveys()) == theirs | {"jwst", "roman", "hsc", "kids", "csst"}
    assert all(len(description) > 10 for description in surveys().values())


def preset(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """IMAGE and SURVEY of a preset."""
    tree = yaml.safe_load(survey_path(name).read_text(encoding="utf-8"))
    assert list(tree) == ["IMAGE", "SURVEY"]
    return tree["IMAGE"]["PARAMETERS"], tree["SURVEY"]["PARAMETERS"]


@pytest.mark.parametrize("name", surveys())
def test_every_preset_loads_alone_and_says_where_its_numbers_are_from(name: str) -> None:
    document = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    del document["IMAGE"], document["SURVEY"]
    config = load_config(document, survey=name)
    image, survey = preset(name)
    assert config.bands == tuple(survey["BANDS"].split(","))
    assert config.instrument.num_pix == image["numPix"] == 100
    assert set(dict(config.instrument.quantities)) == (image.keys() | survey.keys()) - {
        "BANDS",
        "numPix",
        "psf_type",
        "passbands",
    }
    assert set(config.bands) <= set(curves(survey["passbands"]))
    assert not any("survey" in warning.lower() for warning in config.warnings)
    comments = [line for line in survey_path(name).read_text(encoding="utf-8").splitlines() if line[0] == "#"]
    assert len(comments) >= 2


@pytest.mark.parametrize(
    ("name", "bands", "image", "survey"),
    [
        (
            "hst",
            "F160W",
            {"exposure_time": 5400.0, "pixel_scale": 0.08, "read_noise": 4, "ccd_gain": 2.5},
            {"seeing": 0.08, "magnitude_zero_point": 25.96, "sky_brightness": 22.3, "num_exposures": 1},
        ),
        (
            "euclid",
            "VIS",
            {"exposure_time": 565.0, "pixel_scale": 0.101, "read_noise": 4.2, "ccd_gain": 3.1},
            {"seeing": 0.16, "magnitude_zero_point": 24.0, "sky_brightness": 22.35, "num_exposures": 4},
        ),
        (
            "ztf",
            "g,r,i",
            {"exposure_time": 30.0, "pixel_scale": 1.01, "read_noise": 10.3, "ccd_gain": 5.8},
            {"num_exposures": 24},
        ),
        ("lsst", "u,g,r,i,z,Y", {"pixel_scale": 0.2, "read_noise": 10, "ccd_gain": 2.3}, {}),
        ("des", "g,r,i,z,Y", {"pixel_scale": 0.263, "read_noise": 7}, {}),
        ("delve", "g,r,i,z", {"pixel_scale": 0.263, "read_noise": 7}, {"num_exposures": 1}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_numbers_of_deeplenstronomy(
    name: str, bands: str, image: dict[str, float], survey: dict[str, float]
) -> None:
    here, there = preset(name)
    assert there["BANDS"] == bands
    assert image.items() <= here.items()
    assert survey.items() <= there.items()
    for key, value in {**here, **there}.items():
        if isinstance(value, dict):
            prefix = "des" if key == "ccd_gain" else name
            assert value["DISTRIBUTION"]["NAME"] == f"{prefix}_{key}"


def test_kids_reaches_its_published_depth() -> None:
    """5 sigma in 2 arcsec: 24.23, 25.12, 25.02 and 23.68 (Kuijken et al. 2019)."""
    image, survey = preset("kids")
    for band, depth in {"u": 24.23, "g": 25.12, "r": 25.02, "i": 23.68}.items():
        zero, exposures = survey["magnitude_zero_point"][band], survey["num_exposures"][band]
        seconds = exposures * image["exposure_time"][band]
        sky = 10 ** (0.4 * (zero - survey["sky_brightness"][band])) * image["pixel_scale"] ** 2
        variance = (
            math.pi / image["pixel_scale"] ** 2 * (sky * seconds + exposures * image["read_noise"] ** 2)
        )
        electrons = (25 + math.sqrt(625 + 100 * variance)) / 2
        assert zero - 2.5 * math.log10(electrons / seconds) == pytest.approx(depth, abs=0.01)


def test_derived_numbers_of_jwst_and_csst_follow_from_what_their_comments_say() -> None:
    image, survey = preset("jwst")
    for band, background in {"F115W": 0.2, "F150W": 0.2, "F277W": 0.12, "F444W": 0.3}.items():
        jansky = background * 1e6 / (180 / math.pi * 3600) ** 2
        magnitude = -2.5 * math.log10(jansky / 3631)
        assert survey["sky_brightness"][band] == pytest.approx(magnitude, abs=0.01)
    assert image["read_noise"]["F277W"] == pytest.approx(13.25 * 0.031 / 0.063, abs=0.005)
    radii = {"NUV": 0.135, "u": 0.135, "g": 0.135, "r": 0.135, "i": 0.145, "z": 0.165, "y": 0.165}
    for band, radius in radii.items():
        sigma = radius / math.sqrt(2 * math.log(5))
        fwhm = sigma * 2 * math.sqrt(2 * math.log(2))
        assert preset("csst")[1]["seeing"][band] == pytest.approx(fwhm, abs=5e-4)


# From lenstronomy 1.14.2: seeing, magnitude zero point, gain, and for Roman the sky.
LENSTRONOMY = {
    "jwst": {
        "F115W": (0.04, 28.02, 2.05),
        "F150W": (0.05, 28.02, 2.05),
        "F277W": (0.092, 26.49, 1.82),
        "F444W": (0.145, 26.49, 1.82),
    },
    "roman": {
        "F106": (0.087, 26.3546, 1.0, 22.99),
        "F129": (0.106, 26.3531, 1.0, 22.99),
        "F158": (0.128, 26.376, 1.0, 23.1),
    },
}


@pytest.mark.parametrize(
    ("name", "shared"),
    [
        ("jwst", {"exposure_time": 257, "num_exposures": 8, "pixel_scale": 0.031}),
        ("roman", {"exposure_time": 107, "num_exposures": 6, "pixel_scale": 0.11, "read_noise": 8.5}),
    ],
)
def test_jwst_and_roman_agree_with_lenstronomy(name: str, shared: dict[str, float]) -> None:
    """But for the sky of JWST, which lenstronomy has far below the zodiacal light."""
    image, survey = preset(name)
    ours = {**image, **survey}
    assert {key: ours[key] for key in shared} == shared
    assert list(LENSTRONOMY[name]) == survey["BANDS"].split(",")
    for band, theirs in LENSTRONOMY[name].items():
        keys = ("seeing", "magnitude_zero_point", "ccd_gain", "sky_brightness")[: len(theirs)]
        found = [ours[key][band] if isinstance(ours[key], dict) else ours[key] for key in keys]
        assert found == list(theirs), band


def test_a_preset_replaces_key_by_key(load_text: Callable[[str], Config], good: str) -> None:
    load_text(
        good.replace("{g: 22.0, r: 21.5}", "22").replace(
            "    numPix: 16\n", "    numPix: 16\n    point_source: exact\n"
        )
    )
    config = load_config("c.yaml", survey="euclid")
    instrument = config.instrument
    assert (instrument.num_pix, instrument.bands, instrument.point_source) == (100, ("VIS",), "exact")
    assert config.name == "Small"
    (text,) = [line for line in config.text.splitlines() if "BANDS" in line]
    assert text.strip() == "BANDS: VIS"


def test_a_config_takes_a_preset_too(load_text: Callable[[str], Config], good: str) -> None:
    config = load_config(load_text(good.replace("{g: 22.0, r: 21.5}", "22")), survey="hst")
    assert config.bands == ("F160W",)
    Path("again.yaml").write_text(config.text, encoding="utf-8")
    assert load_config("again.yaml").instrument == config.instrument


def test_a_preset_of_stacked_exposures_in_a_series(load_text: Callable[[str], Config], good: str) -> None:
    """Each night is one exposure, as the file says; a configuration without TIMESERIES has the stack."""
    source = "    NOISE_SOURCE_1: POISSON_NOISE\n"
    series = f"{source}    TIMESERIES: {{OBJECTS: [AGN], NITES: [0, 5]}}\n"
    text = good.replace(source, series, 1).replace("    NAME: AGN\n", "    NAME: AGN\n    MODEL: flat\n", 1)
    file = yaml.safe_load(text.replace("{g: 22.0, r: 21.5}", "22"))

    def exposures(*asked: str) -> tuple[float, float]:
        config = load_config(file, survey="euclid", configurations=asked or None)
        found: tuple[float, float] = dict(config.instrument.quantities)["num_exposures"].support()
        return found

    assert exposures() == exposures("CONFIGURATION_1") == (1.0, 1.0)
    assert exposures("CONFIGURATION_2") == (4.0, 4.0)


def test_a_preset_keeps_size_folder_and_seed_of_a_config(
    load_text: Callable[[str], Config], good: str
) -> None:
    config = load_text(good.replace("{g: 22.0, r: 21.5}", "22"))
    changed = dataclasses.replace(config, size=3, outdir="elsewhere", seed=9)
    found = load_config(changed, survey="hst")
    assert (found.size, found.outdir, found.seed) == (3, "elsewhere", 9)


def test_numbers_by_band_must_be_of_the_preset_s_bands(load_text: Callable[[str], Config], good: str) -> None:
    load_text(good)
    with pytest.raises(ConfigError) as caught:
        load_config("c.yaml", survey="euclid")
    assert caught.value.problems[0].startswith(
        "c.yaml:19: SURVEY.PARAMETERS.BANDS: has no band of the survey euclid; the file has g, r, and the "
        "survey VIS; "
    )
    with pytest.raises(ConfigError) as caught:
        load_config("c.yaml", survey="euclid", bands="VIS")
    path = "SPECIES.GALAXY_2.LIGHT_PROFILE_1.PARAMETERS.magnitude"
    assert caught.value.problems == (
        f"c.yaml:45: {path}.VIS: is missing; give every band of the survey euclid a value",
        f"c.yaml:45: {path}.g: is not one of BANDS of the survey euclid; it must be VIS",
        f"c.yaml:45: {path}.r: is not one of BANDS of the survey euclid; it must be VIS",
    )


def test_messages_about_a_preset_s_keys_name_its_file(
    load_text: Callable[[str], Config], good: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_text(good)
    broken = tmp_path / "mine.yaml"
    broken.write_text("IMAGE: {PARAMETERS: {pixel_scale: -1}}\nSURVEY: {PARAMETERS: {}}\n")
    monkeypatch.setattr("jaxlens.config.load.survey_path", lambda name: broken)
    with pytest.raises(ConfigError) as caught:
        load_config("c.yaml", survey="mine")
    assert caught.value.problems == (f"{broken}:1: IMAGE.PARAMETERS.pixel_scale: is -1; it must be above 0",)


def test_wrong_sections_are_not_hidden_by_a_preset(load_text: Callable[[str], Config], good: str) -> None:
    text = good.replace("{g: 22.0, r: 21.5}", "22")
    load_text(text)
    for old, new, message in (
        ("IMAGE:\n", "IMAGE: 3\nIMAGES:\n", "c.yaml:10: IMAGE: is 3; give a mapping of keys to values"),
        (
            "    BANDS",
            "    sky: 3\n    BANDS",
            "c.yaml:19: SURVEY.PARAMETERS.sky: is not a key that is known here",
        ),
    ):
        Path("c.yaml").write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load_config("c.yaml", survey="euclid")
        assert any(problem.startswith(message) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("dess", "survey='dess' is not known; did you mean des?"),
        ("panstarrs", "survey='panstarrs' is not known; it must be one of csst, delve, des, "),
    ],
)
def test_an_unknown_preset(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        load_config("galaxy_galaxy", survey=name)


# Distributions of the user


@pytest.fixture
def registry() -> Iterator[None]:
    """What a test registers is gone after it."""
    before = dict(USER_DISTRIBUTIONS)
    yield
    USER_DISTRIBUTIONS.clear()
    USER_DISTRIBUTIONS.update(before)


@pytest.fixture
def triangular(registry: None) -> None:
    @jaxlens.distribution("triangular")
    def triangular(key: jax.Array, *, low: float, high: float = 1.5) -> jax.Array:
        return low + (high - low) * jax.random.uniform(key, (2,)).mean()


@pytest.mark.usefixtures("triangular")
def test_a_user_s_distribution_is_drawn(load_edited: LoadEdited) -> None:
    config = load_edited((seeing("{NAME: triangular, PARAMETERS: {low: 0.5}}"),))
    drawn = draws(config, "seeing", 4000)
    assert drawn.shape == (4000,)
    assert drawn.mean() == pytest.approx(1.0, abs=5 / np.sqrt(24 * 4000))
    assert (drawn.min() > 0.5) & (drawn.max() < 1.5)


@pytest.mark.usefixtures("registry")
def test_a_user_s_distribution_may_draw_all_bands_at_once(load_edited: LoadEdited) -> None:
    @jaxlens.distribution("grey")
    def grey(key: jax.Array, *, step: float, bands: tuple[str, ...]) -> jax.Array:
        return 1.0 + jax.random.uniform(key) + step * np.arange(len(bands))

    drawn = draws(load_edited((seeing("{NAME: grey, PARAMETERS: {step: 0.25}}"),)), "seeing", 50)
    np.testing.assert_allclose(drawn[:, 1] - drawn[:, 0], 0.25, atol=1e-6)
    assert len(np.unique(drawn[:, 0])) == 50


@pytest.mark.usefixtures("registry")
def test_a_user_s_distribution_may_take_lists(load_edited: LoadEdited) -> None:
    @jaxlens.distribution("one_of")
    def one_of(key: jax.Array, *, choices: jax.Array) -> jax.Array:
        return jax.random.choice(key, choices)

    drawn = draws(load_edited((seeing("{NAME: one_of, PARAMETERS: {choices: [0.5, 1.0]}}"),)), "seeing", 50)
    assert set(drawn) == {0.5, 1.0}


@pytest.mark.usefixtures("triangular")
@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{NAME: triangular}", "DISTRIBUTION.PARAMETERS: is missing; give low"),
        (
            "{NAME: triangular, PARAMETERS: {high: 2}}",
            "DISTRIBUTION.PARAMETERS.low: is missing; give a number or a list of them",
        ),
        (
            "{NAME: triangular, PARAMETERS: {low: 1, hihg: 2}}",
            "DISTRIBUTION.PARAMETERS.hihg: is not a parameter of triangular; did you mean high?",
        ),
        (
            "{NAME: triangular, PARAMETERS: {low: one}}",
            "DISTRIBUTION.PARAMETERS.low: is the text 'one'; give a number or a list of them",
        ),
        (
            "{NAME: triangular, PARAMETERS: {low: [0, 1]}}",
            "DISTRIBUTION: triangular returns an array of shape (2,); its function must return shape ()",
        ),
        (
            "{NAME: triangule, PARAMETERS: {low: 1}}",
            "DISTRIBUTION.NAME: 'triangule' is not a distribution; did you mean triangular?",
        ),
    ],
    ids=lambda value: "" if "NAME" in value else value[:40],
)
def test_a_user_s_distribution_is_checked(entry: str, message: str, load_edited: LoadEdited) -> None:
    with pytest.raises(ConfigError) as caught:
        load_edited((seeing(entry),))
    assert caught.value.problems == (f"c.yaml:20: SURVEY.PARAMETERS.seeing.{message}",)


@pytest.mark.usefixtures("registry")
def test_a_distribution_by_band_needs_a_number_by_band(load_edited: LoadEdited) -> None:
    @jaxlens.distribution("grey")
    def grey(key: jax.Array, *, bands: tuple[str, ...]) -> jax.Array:
        return jax.random.uniform(key, len(bands))

    with pytest.raises(ConfigError, match="grey gives one number a band, and this is the same for all bands"):
        load_edited((("theta_E: 1.0", "theta_E: {DISTRIBUTION: {NAME: grey}}"),))


@pytest.mark.usefixtures("registry")
def test_a_distribution_by_band_without_bands(load_edited: LoadEdited) -> None:
    @jaxlens.distribution("grey")
    def grey(key: jax.Array, *, bands: tuple[str, ...]) -> jax.Array:
        return jax.random.uniform(key, len(bands))

    for entry in ("{DISTRIBUTION: {NAME: grey}}", "{g: 0.9, r: {DISTRIBUTION: {NAME: grey}}}"):
        with pytest.raises(ConfigError) as caught:
            load_edited((("    BANDS: g,r\n", ""), ("seeing: 0.9", f"seeing: {entry}")))
        (problem,) = caught.value.problems
        assert problem.startswith("c.yaml:18: SURVEY.PARAMETERS.BANDS: is missing")


@pytest.mark.usefixtures("registry")
def test_one_band_of_a_distribution_by_band(load_edited: LoadEdited) -> None:
    @jaxlens.distribution("steps")
    def steps(key: jax.Array, *, bands: tuple[str, ...]) -> jax.Array:
        return 1.0 + jax.numpy.arange(len(bands))

    drawn = draws(
        load_edited((("seeing: 0.9", "seeing: {g: 0.9, r: {DISTRIBUTION: {NAME: steps}}}"),)), "seeing", 2
    )
    np.testing.assert_allclose(drawn, [[0.9, 2.0]] * 2)


@pytest.mark.usefixtures("registry")
def test_a_user_s_distribution_without_its_key_is_remarked(load_edited: LoadEdited) -> None:
    @jaxlens.distribution("frozen")
    def frozen(key: jax.Array, *, scale: float) -> float:
        return 0.3 * scale

    config = load_edited((seeing("{NAME: frozen, PARAMETERS: {scale: 2}}"),))
    assert config.warnings == (
        "c.yaml:20: SURVEY.PARAMETERS.seeing.DISTRIBUTION: frozen does not use its key, so it gives every "
        "system the same number; draw with jax.random and the key",
    )


def test_a_user_s_distribution_that_raises(load_edited: LoadEdited) -> None:
    @jaxlens.distribution("broken")
    def broken(key: jax.Array, *, scale: float) -> float:
        return float(jax.random.normal(key)) * scale

    with pytest.raises(ConfigError, match=r"broken raises ConcretizationTypeError: .*must run under JAX"):
        load_edited((seeing("{NAME: broken, PARAMETERS: {scale: 2}}"),))


def test_names_may_be_registered_again_but_built_in_ones_may_not() -> None:
    for number in (1.0, 2.0):

        @jaxlens.distribution("mine")
        def mine(key: jax.Array, *, number: float = number) -> jax.Array:
            return jax.numpy.asarray(number)

        assert USER_DISTRIBUTIONS["mine"].function is mine
    for name in ("uniform", "normal", "categorical", "des_seeing"):
        with pytest.raises(ValueError, match=f"'{name}' is a built-in distribution; give yours another name"):
            jaxlens.distribution(name)
    with pytest.raises(ValueError, match="'' is no name for a distribution; give a word"):
        jaxlens.distribution("")


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize(
    "function", [lambda: 0, lambda *, key: 0, lambda key, low: 0, lambda key, **low: 0, lambda *key: 0]
)
def test_functions_of_another_form_are_refused(function: Callable[..., int]) -> None:
    with pytest.raises(
        ValueError, match=r"the distribution 'mine' has another form .*; write it as f\(key, \*, "
    ):
        jaxlens.distribution("mine")(function)
    assert "mine" not in USER_DISTRIBUTIONS
