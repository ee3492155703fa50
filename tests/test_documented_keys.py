"""One test for every key that deeplenstronomy's documents name, by the name of the key.

The documents are ConfigFiles, UserDistributions, Surveys and BackgroundsDemo of deeplenstronomy 0.0.2.3.
Each test checks the effect of its key on the parameters or on the image; other tests check the images.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import astropy.cosmology
import astropy.units
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
import yaml
from astropy.io import fits

from jaxlens import ConfigError, Dataset, Simulator, make_dataset
from jaxlens.imaging.derived import derived_quantities
from jaxlens.imaging.noise import background_sigma, noise_sigma, observe
from jaxlens.imaging.photometry import counts
from jaxlens.kernels import cosmology
from jaxlens.sampling.keys import system_keys
from jaxlens.sampling.population import draw_system

pytestmark = pytest.mark.slow

Edited = Callable[..., Simulator]
LIGHT = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1"
MASS = "PLANE_1-OBJECT_1-MASS_PROFILE_1"
# the largest number of systems that a test draws
MOST = 2000
NORMAL = {"DISTRIBUTION": {"NAME": "normal", "PARAMETERS": {"mean": 20.0, "std": 1.0}}}


@pytest.fixture
def document() -> dict[str, Any]:
    """A file with every section that the documents call mandatory, on few pixels."""
    return yaml.safe_load((Path(__file__).parent / "documented.yaml").read_text(encoding="utf-8"))


def put(document: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """`document` with one value in another place or another value in its place."""
    *sections, key = path.split(".")
    inner = document
    for section in sections:
        inner = inner.setdefault(section, {})
    inner[key] = value
    return document


def some_parameters(config: Any, n: int, *names: str) -> list[np.ndarray]:
    """Some parameters of the first n systems, by a program that draws nothing else."""
    population, indices = Simulator(config, "CONFIGURATION_1").population, jnp.arange(n, dtype=jnp.uint32)

    def draw(key: jax.Array, index: jax.Array) -> list[jax.Array]:
        system = draw_system(population, population.hyperparameters, key, index)
        return [system[name] for name in names]

    keys = system_keys(jax.random.key(1), population.label, indices)
    return [np.asarray(values) for values in jax.jit(jax.vmap(draw))(keys, indices)]


def params(
    config: Any, n: int = 1, configuration: str = "CONFIGURATION_1", survey: str | None = None
) -> dict[str, np.ndarray]:
    """The parameters of the first n systems, also those that no pixel depends on.

    They are drawn without jit and always for `MOST` systems, so that all tests share the compiled operations.
    """
    population = Simulator(config, configuration, survey=survey).population
    indices = jnp.arange(MOST, dtype=jnp.uint32)
    keys = system_keys(jax.random.key(1), population.label, indices)
    drawn = jax.vmap(partial(draw_system, population, population.hyperparameters))(keys, indices)
    return {name: np.asarray(value)[:n] for name, value in drawn.items()}


def system(config: Any, configuration: str = "CONFIGURATION_1") -> tuple[Any, dict[str, jax.Array]]:
    """The scene and the parameters of one system."""
    sim = Simulator(config, configuration)
    return sim.scene, {
        name: jnp.asarray(value[0]) for name, value in params(config, 1, configuration).items()
    }


def background(config: Any) -> np.ndarray:
    """The standard deviation of the background in each band."""
    scene, values = system(config)
    return np.broadcast_to(background_sigma(scene, values), len(scene.bands))


# DATASET


def metadata_of_the_first(document: dict[str, Any]) -> Dataset:
    """The dataset of CONFIGURATION_1, without images."""
    return make_dataset(document, skip_image_generation=True, configurations=["CONFIGURATION_1"])


def test_DATASET_NAME(document: dict[str, Any]) -> None:
    assert metadata_of_the_first(document).name == "Documented"


def test_DATASET_SIZE(document: dict[str, Any]) -> None:
    dataset = make_dataset(put(document, "DATASET.PARAMETERS.SIZE", 12), skip_image_generation=True)
    assert [len(dataset.metadata(c)) for c in dataset.configurations] == [6, 6]


def test_DATASET_OUTDIR(document: dict[str, Any], tmp_path: Path) -> None:
    put(document, "DATASET.PARAMETERS.OUTDIR", str(tmp_path / "made" / "here"))
    make_dataset(document, save_to_disk=True, skip_image_generation=True)
    assert {path.name for path in (tmp_path / "made" / "here").iterdir()} == {
        "CONFIGURATION_1_metadata.csv",
        "CONFIGURATION_2_metadata.csv",
        "config.yaml",
        "manifest.json",
    }


def test_DATASET_SEED(document: dict[str, Any]) -> None:
    put(document, "SPECIES.GALAXY_1.LIGHT_PROFILE_1.PARAMETERS.magnitude", NORMAL)
    made = [metadata_of_the_first(document).metadata("CONFIGURATION_1") for _ in range(2)]
    pd.testing.assert_frame_equal(*made)
    other = put(document, "DATASET.PARAMETERS.SEED", 7)
    column = f"{LIGHT}-magnitude-g"
    assert not np.any(made[0][column] == metadata_of_the_first(other).metadata("CONFIGURATION_1")[column])


# COSMOLOGY


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(
    ("name", "value"),
    [("H0", 60.0), ("Om0", 0.4), ("Tcmb0", 2.7), ("Neff", 4.0), ("m_nu", 0.1), ("Ob0", 0.04)],
)
def test_COSMOLOGY(name: str, value: float, document: dict[str, Any]) -> None:
    """H0, Om0, Tcmb0, Neff, m_nu, Ob0: the universe is astropy's FlatLambdaCDM of these parameters."""
    universe = {"H0": 70.0, "Om0": 0.3, "Tcmb0": 2.725} | {name: value}
    values = some_parameters(put(document, "COSMOLOGY.PARAMETERS", universe), 1, *universe)
    found = dict(zip(universe, (float(v[0]) for v in values), strict=True))
    assert found[name] == value
    given = {key: value for key, value in found.items() if key != "Ob0"}
    units = {"m_nu": astropy.units.eV}
    expected = astropy.cosmology.FlatLambdaCDM(**{key: v * units.get(key, 1) for key, v in universe.items()})
    ours = jax.jit(cosmology.transverse_comoving_distance)(1.5, **given)
    np.testing.assert_allclose(ours, expected.comoving_transverse_distance(1.5).value, rtol=1e-7)


# IMAGE


def test_IMAGE_exposure_time(document: dict[str, Any]) -> None:
    scene, values = system(document)
    image = jnp.full((2, 1, 1), 100.0)
    sigma = jax.jit(noise_sigma, static_argnums=0)
    shot = sigma(scene, values, image)[:, 0, 0] ** 2 - background(document) ** 2
    np.testing.assert_allclose(shot, 100.0 / (90.0 * 10), rtol=1e-4)


def test_IMAGE_numPix(document: dict[str, Any]) -> None:
    assert Simulator(put(document, "IMAGE.PARAMETERS.numPix", 11), "CONFIGURATION_1").scene.num_pix == 11


def test_IMAGE_pixel_scale(document: dict[str, Any]) -> None:
    """A pixel twice as wide has four times the sky."""
    put(document, "IMAGE.PARAMETERS.read_noise", 0)
    narrow = background(document)
    np.testing.assert_allclose(
        background(put(document, "IMAGE.PARAMETERS.pixel_scale", 0.526)), 2 * narrow, rtol=1e-5
    )


def test_IMAGE_psf_type(document: dict[str, Any]) -> None:
    # without what is behind the lens, and so without a lens equation
    del document["GEOMETRY"]["CONFIGURATION_2"]["PLANE_2"]
    kinds = [
        Simulator(put(copy.deepcopy(document), "IMAGE.PARAMETERS.psf_type", kind), "CONFIGURATION_2")
        for kind in ("GAUSSIAN", "NONE")
    ]
    drawn = params(document, 1, "CONFIGURATION_2")
    blurred, sharp = (sim.render({name: drawn[name] for name in sim.parameter_names}) for sim in kinds)
    assert np.max(blurred) < 0.8 * np.max(sharp)


def test_IMAGE_read_noise(document: dict[str, Any]) -> None:
    """The variance of ten exposures' read noise over the square of their time."""
    without = background(put(copy.deepcopy(document), "IMAGE.PARAMETERS.read_noise", 0))
    np.testing.assert_allclose(background(document) ** 2 - without**2, 10 * 7.0**2 / 900.0**2, rtol=1e-3)


def test_IMAGE_ccd_gain(document: dict[str, Any]) -> None:
    """It matters where counts are ADU: a count is then ccd_gain electrons."""
    electrons = background(document)
    adu = background(put(document, "IMAGE.PARAMETERS.data_count_unit", "ADU"))
    np.testing.assert_allclose(adu, electrons / 6.083, rtol=1e-5)


# SURVEY


def test_SURVEY_BANDS(document: dict[str, Any]) -> None:
    assert Simulator(
        put(document, "SURVEY.PARAMETERS.BANDS", "u,g,r,i,z,Y"), "CONFIGURATION_1"
    ).bands == tuple("ugrizY")


def test_SURVEY_seeing(document: dict[str, Any]) -> None:
    """The full width at half maximum, in arcsec, of a star."""
    from jaxlens.kernels.psf.gaussian import fwhm_to_sigma

    np.testing.assert_allclose(fwhm_to_sigma(params(document)["seeing"]), 0.9 / 2.3548, rtol=1e-4)


def test_SURVEY_magnitude_zero_point(document: dict[str, Any]) -> None:
    """A star of that magnitude is one electron a second."""
    put(document, "SPECIES.POINTSOURCE_3.PARAMETERS.magnitude", 30.0)
    _, values = system(document)
    star = "PLANE_1-OBJECT_2"
    np.testing.assert_allclose(counts(values[f"{star}-magnitude"], values["magnitude_zero_point"]), 1.0)


def test_SURVEY_sky_brightness(document: dict[str, Any]) -> None:
    """Five magnitudes more are a tenth of the noise."""
    put(document, "IMAGE.PARAMETERS.read_noise", 0)
    dark = background(put(copy.deepcopy(document), "SURVEY.PARAMETERS.sky_brightness", 28.5))
    np.testing.assert_allclose(background(document), 10 * dark, rtol=1e-4)


def test_SURVEY_num_exposures(document: dict[str, Any]) -> None:
    """Four times the exposures are half the noise."""
    more = background(put(copy.deepcopy(document), "SURVEY.PARAMETERS.num_exposures", 40))
    np.testing.assert_allclose(background(document), 2 * more, rtol=1e-5)


# SPECIES


def test_GALAXY_NAME(document: dict[str, Any]) -> None:
    metadata = metadata_of_the_first(document).metadata("CONFIGURATION_1")
    assert set(metadata["PLANE_1-OBJECT_1-NAME-g"]) == {"LENS"}


def test_LIGHT_PROFILE(document: dict[str, Any]) -> None:
    scene, values = system(document)
    assert [light.profile for light in scene.planes[0].light] == ["SERSIC_ELLIPSE", "SERSIC_ELLIPSE"]
    found = {
        name: float(values[f"{LIGHT}-{name}"]) for name in ("magnitude", "R_sersic", "n_sersic", "e1", "e2")
    }
    assert found == pytest.approx(
        {"magnitude": 19.5, "R_sersic": 1.0, "n_sersic": 4.0, "e1": 0.2, "e2": -0.1}
    )
    assert values["PLANE_1-OBJECT_1-LIGHT_PROFILE_2-n_sersic"] == 8.0


def test_MASS_PROFILE(document: dict[str, Any]) -> None:
    scene, values = system(document)
    assert scene.planes[0].mass[0].profile == "SIE"
    assert values[f"{MASS}-theta_E"] == 1.0


def test_SHEAR_PROFILE(document: dict[str, Any]) -> None:
    scene, values = system(document)
    assert scene.planes[0].mass[1].profile == "SHEAR"
    np.testing.assert_allclose(values["PLANE_1-OBJECT_1-SHEAR_PROFILE_1-gamma1"], 0.08)


def test_POINTSOURCE_NAME(document: dict[str, Any]) -> None:
    metadata = metadata_of_the_first(document).metadata("CONFIGURATION_1")
    assert set(metadata["PLANE_2-OBJECT_2-NAME-g"]) == {"AGN"}


def test_POINTSOURCE_HOST(document: dict[str, Any]) -> None:
    """It stands on the centre of its host's first light profile."""
    put(document, "SPECIES.GALAXY_2.LIGHT_PROFILE_1.PARAMETERS.center_x", 0.3)
    scene, values = system(document)
    derived = derived_quantities(scene, values)
    np.testing.assert_allclose(
        [derived["PLANE_2-OBJECT_2-ra"], derived["PLANE_2-OBJECT_2-dec"]], [0.3, 0.0], rtol=1e-6
    )


def test_POINTSOURCE_HOST_Foreground(document: dict[str, Any]) -> None:
    """Anywhere in the picture, and not lensed."""
    scene, _ = system(document)
    assert scene.stars == ("PLANE_1-OBJECT_2",)
    places = params(document, 400)["PLANE_1-OBJECT_2-ra_image"]
    half = 24 * 0.263 / 2
    assert -half < places.min() < -0.9 * half
    assert 0.9 * half < places.max() < half


def test_POINTSOURCE_magnitude(document: dict[str, Any]) -> None:
    assert params(document)["PLANE_2-OBJECT_2-magnitude"] == 16.0


def test_POINTSOURCE_sep(document: dict[str, Any]) -> None:
    scene, values = system(document, "CONFIGURATION_2")
    place = derived_quantities(scene, values)
    np.testing.assert_allclose(
        np.hypot(place["PLANE_2-OBJECT_2-ra"], place["PLANE_2-OBJECT_2-dec"]), 0.4, rtol=1e-5
    )


def test_POINTSOURCE_sep_unit(document: dict[str, Any]) -> None:
    put(document, "SPECIES.POINTSOURCE_2.PARAMETERS.sep_unit", "kpc")
    scene, values = system(document, "CONFIGURATION_2")
    place = derived_quantities(scene, values)
    proper = astropy.cosmology.FlatLambdaCDM(H0=70, Om0=0.3).arcsec_per_kpc_proper(0.7).value
    found = np.hypot(place["PLANE_2-OBJECT_2-ra"], place["PLANE_2-OBJECT_2-dec"])
    np.testing.assert_allclose(found, 0.4 * proper, rtol=1e-4)


def test_POINTSOURCE_angle(document: dict[str, Any]) -> None:
    put(document, "SPECIES.POINTSOURCE_2.PARAMETERS.angle", np.pi / 2)
    scene, values = system(document, "CONFIGURATION_2")
    place = derived_quantities(scene, values)
    np.testing.assert_allclose(place["PLANE_2-OBJECT_2-dec"], 0.4, rtol=1e-5)
    del document["SPECIES"]["POINTSOURCE_2"]["PARAMETERS"]["angle"]
    angles = params(document, 400, "CONFIGURATION_2")["PLANE_2-OBJECT_2-angle"]
    assert 0 < angles.min() < 0.1
    assert 6.1 < angles.max() < 2 * np.pi


def test_NOISE(document: dict[str, Any]) -> None:
    """NOISE_n POISSON_NOISE adds a Poisson number of that mean to every pixel."""
    scene, values = system(document)
    assert scene.noise_sources == ("NOISE_SOURCE_1",)
    dark = jnp.zeros((2, 60, 60))
    noisy = jax.jit(observe, static_argnums=0)(scene, values, dark, jax.random.key(3))
    sigma = np.sqrt(2.0 + background(document).max() ** 2)
    np.testing.assert_allclose(np.mean(noisy), 2.0, atol=5 * sigma / np.sqrt(7200))


def test_NOISE_DISTRIBUTION(document: dict[str, Any]) -> None:
    mean = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 1.0, "maximum": 3.0}}}
    drawn = params(put(document, "SPECIES.NOISE_1.PARAMETERS.mean", mean), 200)["NOISE_SOURCE_1-mean"]
    assert 1.0 < drawn.min() < 1.2
    assert 2.8 < drawn.max() < 3.0


# GEOMETRY


def test_CONFIGURATION_NAME(document: dict[str, Any]) -> None:
    assert Simulator(document, "GALAXY_AGN").configuration.label == "CONFIGURATION_1"


def test_CONFIGURATION_FRACTION(document: dict[str, Any]) -> None:
    put(document, "GEOMETRY.CONFIGURATION_1.FRACTION", 0.25)
    put(document, "GEOMETRY.CONFIGURATION_2.FRACTION", 0.75)
    put(document, "DATASET.PARAMETERS.SIZE", 8)
    dataset = make_dataset(document, skip_image_generation=True)
    assert [len(dataset.metadata(c)) for c in dataset.configurations] == [2, 6]


def test_PLANE_OBJECT(document: dict[str, Any]) -> None:
    scene, _ = system(document)
    assert len(scene.planes) == 2
    assert scene.planes[1].light[0].prefix == "PLANE_2-OBJECT_1-LIGHT_PROFILE_1"


def test_PLANE_REDSHIFT(document: dict[str, Any]) -> None:
    found = params(document)
    assert found["PLANE_1-OBJECT_1-REDSHIFT"] == pytest.approx(0.2)
    assert found["PLANE_2-OBJECT_1-REDSHIFT"] == pytest.approx(0.7)


def test_NOISE_SOURCE(document: dict[str, Any]) -> None:
    assert Simulator(document, "CONFIGURATION_2").scene.noise_sources == ()


def test_TIMESERIES(document: dict[str, Any]) -> None:
    """The nights are the epochs of each system; a point source has the flux of its MODEL."""
    put(document, "GEOMETRY.CONFIGURATION_1.TIMESERIES", {"OBJECTS": ["AGN"], "NITES": [0, 1], "PEAK": 3})
    put(document, "SURVEY.PARAMETERS.num_exposures", 1)
    put(document, "SPECIES.POINTSOURCE_1.MODEL", "static")
    series = Simulator(document, "CONFIGURATION_1")
    # epochs, bands, rows and columns, which tests/simulator/test_simulator_series.py sees in images
    assert series.scene.image_shape == (2, 2, 24, 24)
    assert "PEAK" in series.parameter_names
    assert "PLANE_2-OBJECT_2-magnitude" not in series.parameter_names
    put(document, "SURVEY.PARAMETERS.num_exposures", 10)
    with pytest.raises(ConfigError, match="a TIMESERIES takes one exposure a night"):
        Simulator(document, "CONFIGURATION_1")


# DISTRIBUTION


@pytest.mark.parametrize(
    ("name", "parameters", "low", "high"),
    [
        ("uniform", {"minimum": 16.0, "maximum": 23.0}, 16.0, 23.0),
        ("uniform_int", {"minimum": 16, "maximum": 23}, 16.0, 23.0),
        ("normal", {"mean": 20.0, "std": 0.1}, 19.0, 21.0),
        ("lognormal", {"mean": 3.0, "sigma": 0.01}, 19.0, 21.0),
        ("delta_function", {"value": 20.0}, 20.0, 20.0),
        ("symmetric_uniform_annulus", {"r1": 16.0, "r2": 23.0}, -23.0, 23.0),
    ],
)
def test_DISTRIBUTION(
    name: str, parameters: dict[str, float], low: float, high: float, document: dict[str, Any]
) -> None:
    drawn = {"DISTRIBUTION": {"NAME": name, "PARAMETERS": parameters}}
    put(document, "SPECIES.GALAXY_1.LIGHT_PROFILE_1.PARAMETERS.magnitude", drawn)
    found = params(document, 100)[f"{LIGHT}-magnitude"]
    assert found.shape == (100,)
    assert low <= found.min() <= found.max() <= high
    if name == "uniform_int":
        np.testing.assert_array_equal(found, np.round(found))
    if name == "symmetric_uniform_annulus":
        assert np.all(np.abs(found) >= 16.0)


EMPIRICAL = {
    "IMAGE.PARAMETERS.exposure_time": ["des_exposure_time", "delve_exposure_time", "lsst_exposure_time"],
    "IMAGE.PARAMETERS.ccd_gain": ["des_ccd_gain"],
    "SURVEY.PARAMETERS.seeing": ["des_seeing", "delve_seeing", "lsst_seeing", "ztf_seeing"],
    "SURVEY.PARAMETERS.magnitude_zero_point": [
        "des_magnitude_zero_point",
        "delve_magnitude_zero_point",
        "lsst_magnitude_zero_point",
        "ztf_magnitude_zero_point",
    ],
    "SURVEY.PARAMETERS.sky_brightness": [
        "des_sky_brightness",
        "delve_sky_brightness",
        "lsst_sky_brightness",
        "ztf_sky_brightness",
    ],
    "SURVEY.PARAMETERS.num_exposures": ["des_num_exposures"],
}


# These have as many values as their histogram has bins, so each compiles a program of its own.
SLOW = {
    "delve_exposure_time",
    "delve_seeing",
    "delve_sky_brightness",
    "des_num_exposures",
    "des_sky_brightness",
}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        pytest.param(path, name, marks=[pytest.mark.slow] * (name in SLOW))
        for path, names in EMPIRICAL.items()
        for name in names
    ],
)
def test_DISTRIBUTION_of_a_survey(path: str, name: str, document: dict[str, Any]) -> None:
    """One number a band, independent of the others, out of the survey's."""
    put(document, path, {"DISTRIBUTION": {"NAME": name, "PARAMETERS": "None"}})
    (found,) = some_parameters(document, 50, path.rsplit(".", 1)[1])
    assert found.shape == (50, 2)
    if len(np.unique(found[:, 0])) > 1:
        assert not np.array_equal(found[:, 0], found[:, 1])


def test_DISTRIBUTION_lsst_num_exposures(document: dict[str, Any]) -> None:
    drawn = {"DISTRIBUTION": {"NAME": "lsst_num_exposures", "PARAMETERS": {"coadd_years": 5}}}
    found = params(put(document, "SURVEY.PARAMETERS.num_exposures", drawn))["num_exposures"]
    np.testing.assert_array_equal(found, [[100.0, 230.0]])


# DISTRIBUTIONS


def userdist(document: dict[str, Any], folder: Path, text: str, **entries: object) -> dict[str, Any]:
    (folder / "table.txt").write_text(text)
    return put(
        document,
        "DISTRIBUTIONS.USERDIST_1",
        {"FILENAME": str(folder / "table.txt"), "MODE": "sample"} | entries,
    )


def test_USERDIST_FILENAME(document: dict[str, Any], tmp_path: Path) -> None:
    found = params(userdist(document, tmp_path, "seeing WEIGHT\n0.5 1\n0.7 1\n"), 50)["seeing"]
    np.testing.assert_allclose(np.unique(found), [0.5, 0.7])


def test_USERDIST_WEIGHT(document: dict[str, Any], tmp_path: Path) -> None:
    found = params(userdist(document, tmp_path, "seeing WEIGHT\n0.5 3\n0.7 1\n0.9 0\n"), 2000)["seeing"]
    assert np.mean(found < 0.6) == pytest.approx(0.75, abs=5 * 0.5 / np.sqrt(2000))
    assert found.max() == pytest.approx(0.7)


def test_USERDIST_MODE_sample(document: dict[str, Any], tmp_path: Path) -> None:
    """Rows are drawn whole: what goes together in the table goes together."""
    text = f"{LIGHT}-R_sersic {MASS}-theta_E WEIGHT\n1 0.1 1\n2 0.2 1\n3 0.3 1\n"
    found = params(userdist(document, tmp_path, text), 50)
    np.testing.assert_allclose(found[f"{LIGHT}-R_sersic"], 10 * found[f"{MASS}-theta_E"], rtol=1e-5)


def test_USERDIST_MODE_interpolate(document: dict[str, Any], tmp_path: Path) -> None:
    text = "seeing WEIGHT\n0.5 0\n0.7 1\n0.9 0\n"
    (found,) = some_parameters(userdist(document, tmp_path, text, MODE="interpolate"), 2000, "seeing")
    assert len(np.unique(found)) > 1900
    assert found.std() == pytest.approx(0.2 / np.sqrt(6), rel=0.05)


def test_USERDIST_MODE_iterate(document: dict[str, Any], tmp_path: Path) -> None:
    text = "seeing WEIGHT\n0.5 0\n0.7 1\n0.9 0\n"
    found = params(userdist(document, tmp_path, text, MODE="iterate"), 5)["seeing"]
    np.testing.assert_allclose(found, [0.5, 0.7, 0.9, 0.5, 0.7])


def test_USERDIST_STEP(document: dict[str, Any], tmp_path: Path) -> None:
    """The nodes of deeplenstronomy's grid; draws are continuous here, so it changes nothing."""
    text = "seeing WEIGHT\n0.5 0\n0.7 1\n0.9 0\n"
    found = [
        some_parameters(userdist(document, tmp_path, text, MODE="interpolate", STEP=step), 20, "seeing")[0]
        for step in (3, 30)
    ]
    np.testing.assert_array_equal(*found)


def test_USERDIST_PARAMS(document: dict[str, Any], tmp_path: Path) -> None:
    """Other names for the columns, so that one table serves several objects."""
    text = f"{LIGHT}-R_sersic {LIGHT}-n_sersic WEIGHT\n1 2 1\n"
    other = [f"PLANE_2-OBJECT_1-LIGHT_PROFILE_1-{name}" for name in ("R_sersic", "n_sersic")]
    found = params(userdist(document, tmp_path, text, PARAMS=[*other, "WEIGHT"]))
    assert [found[name][0] for name in other] == [1.0, 2.0]
    assert found[f"{LIGHT}-n_sersic"] == 4.0


def test_USERDIST_column_of_a_band(document: dict[str, Any], tmp_path: Path) -> None:
    found = params(userdist(document, tmp_path, f"{LIGHT}-magnitude-r WEIGHT\n18 1\n"))
    np.testing.assert_allclose(found[f"{LIGHT}-magnitude"], [[19.5, 18.0]])


def test_USERDIST_column_of_a_configuration(document: dict[str, Any], tmp_path: Path) -> None:
    userdist(document, tmp_path, f"CONFIGURATION_2-{MASS}-theta_E WEIGHT\n1.5 1\n")
    assert params(document)[f"{MASS}-theta_E"] == 1.0
    assert params(document, configuration="CONFIGURATION_2")[f"{MASS}-theta_E"] == 1.5


def test_search(document: dict[str, Any]) -> None:
    """dataset.search finds the columns' names."""
    found = metadata_of_the_first(document).search("theta_E")
    assert found["LENS"] == [
        f"CONFIGURATION_{k}-{MASS}-theta_E-{band}" for k in (1, 2) for band in ("g", "r")
    ]


# BACKGROUNDS


@pytest.fixture
def backgrounds(document: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """Three images a band, of 1, 2 and 3 counts/s in g and ten times that in r."""
    for band, scale in (("g", 1.0), ("r", 10.0)):
        cube = scale * np.arange(1, 4, dtype=np.float32)[:, None, None] * np.ones((3, 24, 24), np.float32)
        fits.writeto(tmp_path / f"{band}.fits", cube)
    return put(document, "BACKGROUNDS", {"PATH": str(tmp_path), "CONFIGURATIONS": ["CONFIGURATION_1"]})


def test_BACKGROUNDS_PATH(backgrounds: dict[str, Any]) -> None:
    sim = Simulator(backgrounds, "CONFIGURATION_1")
    np.testing.assert_allclose(np.asarray(sim.assets.backgrounds)[:, :, 0, 0], [[1, 10], [2, 20], [3, 30]])
    index = params(backgrounds, 300)["BACKGROUND_IDX"]
    assert np.bincount(index.astype(int)).min() > 60


def test_BACKGROUNDS_CONFIGURATIONS(backgrounds: dict[str, Any]) -> None:
    assert "BACKGROUND_IDX" in Simulator(backgrounds, "CONFIGURATION_1").parameter_names
    assert "BACKGROUND_IDX" not in Simulator(backgrounds, "CONFIGURATION_2").parameter_names


def test_BACKGROUNDS_map(backgrounds: dict[str, Any], tmp_path: Path) -> None:
    """The image of the row of map.txt that is nearest to the system's parameters."""
    (tmp_path / "map.txt").write_text("exposure_time_g seeing-r\n60 1\n90 1\n120 1\n")
    assert set(params(backgrounds, 10)["BACKGROUND_IDX"]) == {1.0}


def test_BACKGROUNDS_ITERATE(backgrounds: dict[str, Any], tmp_path: Path) -> None:
    """Images in order; the values of map.txt replace the simulated ones."""
    (tmp_path / "map.txt").write_text("seeing\n0.7\n0.8\n0.9\n")
    found = params(put(backgrounds, "BACKGROUNDS.ITERATE", True), 4)
    np.testing.assert_array_equal(found["BACKGROUND_IDX"], [0, 1, 2, 0])
    np.testing.assert_allclose(found["seeing"], [0.7, 0.8, 0.9, 0.7])


@pytest.mark.parametrize("side", [20, 30])
def test_BACKGROUNDS_resizing(side: int, backgrounds: dict[str, Any], tmp_path: Path) -> None:
    """Images are cropped or padded equally on each side, so that the centre stays the centre."""
    for band in ("g", "r"):
        cube = np.zeros((1, side, side), np.float32)
        cube[:, side // 2 - 1 : side // 2 + 1, side // 2 - 1 : side // 2 + 1] = 1.0
        fits.writeto(tmp_path / f"{band}.fits", cube, overwrite=True)
    image = np.asarray(Simulator(backgrounds, "CONFIGURATION_1").assets.backgrounds)[0, 0]
    assert image.shape == (24, 24)
    assert image[11:13, 11:13].sum() == image.sum() == 4.0


# INPUT


def test_INPUT(document: dict[str, Any], tmp_path: Path) -> None:
    """A section from another file."""
    survey = document.pop("SURVEY")
    (tmp_path / "survey.yaml").write_text(yaml.safe_dump(survey))
    main = tmp_path / "main.yaml"
    main.write_text(yaml.safe_dump(document | {"SURVEY": {"INPUT": "survey.yaml"}}))
    assert Simulator(main, "CONFIGURATION_1").bands == ("g", "r")


# Surveys


@pytest.mark.parametrize(
    ("survey", "bands", "pixel_scale"),
    [
        pytest.param("des", "grizY", 0.263, marks=pytest.mark.slow),
        pytest.param("delve", "griz", 0.263, marks=pytest.mark.slow),
        ("lsst", "ugrizY", 0.2),
        ("hst", ["F160W"], 0.08),
        ("euclid", ["VIS"], 0.101),
        pytest.param("ztf", "gri", 1.01, marks=pytest.mark.slow),
    ],
)
def test_survey(survey: str, bands: list[str], pixel_scale: float, document: dict[str, Any]) -> None:
    assert list(Simulator(document, "CONFIGURATION_1", survey=survey).bands) == list(bands)
    found = params(document, 2, survey=survey)
    np.testing.assert_allclose(found["pixel_scale"], pixel_scale)
    assert all(np.all(np.isfinite(value)) for value in found.values())


def test_make_dataset_survey(document: dict[str, Any]) -> None:
    dataset = make_dataset(document, survey="hst", skip_image_generation=True)
    assert dataset.bands == ["F160W"]
    assert set(dataset.metadata("CONFIGURATION_1")["numPix-F160W"]) == {100}
