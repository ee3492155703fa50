"""The metadata table against deeplenstronomy's columns."""

import copy

import jax
import numpy as np
import pytest
import yaml

from jaxlens.config import load_config
from jaxlens.config.errors import ConfigWarning
from jaxlens.datasets.dataset import make_dataset
from jaxlens.files.csv import csv_lines
from jaxlens.files.metadata import columns, fixed, image_columns, natural_key, table
from jaxlens.files.reader import read
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.simulator.simulator import Simulator

EVERYTHING = """
DATASET: {NAME: Columns, PARAMETERS: {SIZE: 2, OUTDIR: unused, SEED: 1}}
COSMOLOGY: {PARAMETERS: {H0: 70, Om0: 0.3}}
IMAGE:
  PARAMETERS:
    {exposure_time: 90, numPix: 16, pixel_scale: 0.3, psf_type: GAUSSIAN, read_noise: 7, ccd_gain: 6.0}
SURVEY:
  PARAMETERS:
    {BANDS: "g,r", seeing: 0.9, magnitude_zero_point: 30.0, sky_brightness: 23.5, num_exposures: 10}
SPECIES:
  GALAXY_1:
    NAME: LENS
    LIGHT_PROFILE_1:
      NAME: SERSIC
      PARAMETERS: {magnitude: 19.5, center_x: 0.0, center_y: 0.0, R_sersic: 1.0, n_sersic: 4}
    MASS_PROFILE_1: {NAME: SIS, PARAMETERS: {theta_E: 1.0, center_x: 0.0, center_y: 0.0}}
    SHEAR_PROFILE_1: {NAME: SHEAR, PARAMETERS: {gamma1: 0.08, gamma2: 0.01}}
  GALAXY_2:
    NAME: SOURCE
    LIGHT_PROFILE_1:
      NAME: SERSIC
      PARAMETERS: {magnitude: 21.5, center_x: 0.1, center_y: 0.0, R_sersic: 0.5, n_sersic: 1}
    MASS_PROFILE_1: {NAME: SIS, PARAMETERS: {theta_E: 0.1, center_x: 0.0, center_y: 0.0}}
  POINTSOURCE_1: {NAME: AGN, HOST: SOURCE, PARAMETERS: {magnitude: 20}}
  POINTSOURCE_2: {NAME: SN, HOST: SOURCE, PARAMETERS: {magnitude: 21.0, sep: 0.2, sep_unit: arcsec}}
  POINTSOURCE_3: {NAME: STAR, HOST: Foreground, PARAMETERS: {magnitude: 18.0}}
  NOISE_1: {NAME: POISSON_NOISE, PARAMETERS: {mean: 2.0}}
GEOMETRY:
  CONFIGURATION_1:
    NAME: ALL
    FRACTION: 1.0
    PLANE_1: {OBJECT_1: LENS, OBJECT_2: STAR, PARAMETERS: {REDSHIFT: 0.2}}
    PLANE_2: {OBJECT_1: SOURCE, OBJECT_2: AGN, OBJECT_3: SN, PARAMETERS: {REDSHIFT: 0.7}}
    NOISE_SOURCE_1: POISSON_NOISE
"""

# The columns that deeplenstronomy 0.0.2.3 gives for this file, without the band.
PROFILES = {
    "LIGHT_PROFILE_1": "NAME R_sersic center_x center_y magnitude n_sersic",
    "MASS_PROFILE_1": "NAME center_x center_y theta_E",
    "SHEAR_PROFILE_1": "NAME gamma1 gamma2",
}
EVERY_OBJECT = "HOST NAME NUMBER_OF_LIGHT_PROFILES NUMBER_OF_MASS_PROFILES NUMBER_OF_SHEAR_PROFILES REDSHIFT"
OBJECTS = {
    "PLANE_1-OBJECT_1": ("LIGHT_PROFILE_1", "MASS_PROFILE_1", "SHEAR_PROFILE_1"),
    "PLANE_1-OBJECT_2": "dec_image magnitude ra_image",
    "PLANE_2-OBJECT_1": ("LIGHT_PROFILE_1", "MASS_PROFILE_1"),
    "PLANE_2-OBJECT_2": "dec magnitude ra sep sep_unit",
    "PLANE_2-OBJECT_3": "dec magnitude ra sep sep_unit",
}
OTHERS = """
    CONFIGURATION_LABEL CONFIGURATION_NAME H0 NOISE_SOURCE_1-NAME NOISE_SOURCE_1-mean
    NUMBER_OF_NOISE_SOURCES NUMBER_OF_PLANES OBJID Om0 PLANE_1-NUMBER_OF_OBJECTS PLANE_1-REDSHIFT
    PLANE_2-NUMBER_OF_OBJECTS PLANE_2-REDSHIFT ccd_gain exposure_time magnitude_zero_point numPix
    num_exposures pixel_scale psf_type read_noise seeing sky_brightness
"""


def deeplenstronomys_columns():
    names = set(OTHERS.split())
    for place, own in OBJECTS.items():
        words = own.split() if isinstance(own, str) else []
        words += [f"{label}-{name}" for label in own if label in PROFILES for name in PROFILES[label].split()]
        names |= {f"{place}-{word}" for word in [*EVERY_OBJECT.split(), *words]}
    return {f"{name}-{band}" for name in names for band in ("g", "r")}


def test_a_dataset_has_every_column_of_deeplenstronomy_and_no_gap():
    with pytest.warns(ConfigWarning, match="acts on nothing in the last plane"):
        frame = make_dataset(yaml.safe_load(EVERYTHING), skip_image_generation=True).metadata()
    assert len(deeplenstronomys_columns()) == 178
    assert deeplenstronomys_columns() - set(frame.columns) == set()
    assert not frame.isna().any(axis=None)


@pytest.fixture(scope="module")
def config():
    return load_config("four_configurations")


def values(n, bands):
    rng = np.random.default_rng(1)
    return {
        "H0": np.full(n, 70.0, np.float32),
        "seeing": rng.uniform(size=(n, bands)).astype(np.float32),
        "PLANE_1-OBJECT_1-REDSHIFT": rng.uniform(0.1, 0.3, n).astype(np.float32),
        "PLANE_2-OBJECT_1-REDSHIFT": rng.uniform(0.5, 0.9, n).astype(np.float32),
        "PLANE_2-OBJECT_2-ra": rng.uniform(size=n).astype(np.float32),
    }


def test_every_column_has_every_band(config):
    frame = table(config.configurations[0], config.instrument, values(3, len(config.bands)))
    names = {column.rpartition("-")[0] for column in frame.columns}
    assert set(frame.columns) == {f"{name}-{band}" for name in names for band in config.bands}
    assert len(frame.columns) == len(names) * len(config.bands)


def test_the_words_and_counts_are_those_of_deeplenstronomy(config):
    row = table(config.configurations[0], config.instrument, values(2, len(config.bands))).iloc[1]
    band = config.bands[-1]
    expected = {
        "OBJID": 1,
        "CONFIGURATION_LABEL": "CONFIGURATION_1",
        "CONFIGURATION_NAME": config.configurations[0].name,
        "NUMBER_OF_PLANES": 2,
        "PLANE_1-NUMBER_OF_OBJECTS": 1,
        "PLANE_2-NUMBER_OF_OBJECTS": 2,
        "PLANE_1-OBJECT_1-NAME": "ELLIPTICAL",
        "PLANE_1-OBJECT_1-HOST": "None",
        "PLANE_1-OBJECT_1-NUMBER_OF_SHEAR_PROFILES": 1,
        "PLANE_1-OBJECT_1-MASS_PROFILE_1-NAME": "SIE",
        "PLANE_1-OBJECT_1-SHEAR_PROFILE_1-NAME": "SHEAR",
        "PLANE_2-OBJECT_2-HOST": "BLUE_GALAXY",
        "PLANE_2-OBJECT_2-NUMBER_OF_LIGHT_PROFILES": 0,
        "PLANE_2-OBJECT_2-sep_unit": "arcsec",
        "NUMBER_OF_NOISE_SOURCES": 1,
        "NOISE_SOURCE_1-NAME": "POISSON_NOISE",
        "numPix": config.instrument.num_pix,
        "psf_type": "GAUSSIAN",
    }
    assert {name: row[f"{name}-{band}"] for name in expected} == expected


def test_a_star_in_the_foreground_has_no_sep_unit(config):
    entries = fixed(config.configurations[3], config.instrument)
    star = next(name.removesuffix("-HOST") for name, host in entries.items() if host == "Foreground")
    assert entries[f"{star}-NAME"] == "STAR"
    assert f"{star}-sep_unit" not in entries


def test_a_planes_redshift_is_repeated_for_each_of_its_objects(config):
    given = values(4, len(config.bands))
    frame = table(config.configurations[0], config.instrument, given)
    for name in ("PLANE_2-OBJECT_1-REDSHIFT", "PLANE_2-OBJECT_2-REDSHIFT", "PLANE_2-REDSHIFT"):
        np.testing.assert_array_equal(frame[f"{name}-{config.bands[1]}"], given["PLANE_2-OBJECT_1-REDSHIFT"])


def test_a_number_by_band_goes_to_its_band_and_a_shared_one_to_all(config):
    given = values(4, len(config.bands))
    frame = table(config.configurations[0], config.instrument, given)
    for b, band in enumerate(config.bands):
        np.testing.assert_array_equal(frame[f"seeing-{band}"], given["seeing"][:, b])
        np.testing.assert_array_equal(frame[f"PLANE_2-OBJECT_2-ra-{band}"], given["PLANE_2-OBJECT_2-ra"])


def test_tables_of_chunks_are_the_table_of_the_whole(config):
    given = values(5, len(config.bands))
    whole = table(config.configurations[0], config.instrument, given)
    part = {name: value[3:] for name, value in given.items()}
    tail = table(config.configurations[0], config.instrument, part, start=3)
    assert list(tail.columns) == list(whole.columns)
    assert tail.equals(whole.iloc[3:].reset_index(drop=True))


def test_columns_do_not_depend_on_the_order_of_the_parameters(config):
    given = values(2, len(config.bands))
    backwards = dict(reversed(given.items()))
    entries = fixed(config.configurations[0], config.instrument)
    assert list(columns(entries, config.bands, given)) == list(columns(entries, config.bands, backwards))


def test_no_systems_give_every_column_and_no_rows(config):
    frame = table(config.configurations[0], config.instrument, values(0, len(config.bands)))
    some = table(config.configurations[0], config.instrument, values(1, len(config.bands)))
    assert len(frame) == 0
    assert list(frame.columns) == list(some.columns)


def test_counts_are_integers_and_numbers_keep_their_precision(config):
    frame = table(config.configurations[0], config.instrument, values(2, len(config.bands)))
    band = config.bands[0]
    for name in ("OBJID", "NUMBER_OF_PLANES", "numPix", "PLANE_1-OBJECT_1-NUMBER_OF_LIGHT_PROFILES"):
        assert np.issubdtype(frame[f"{name}-{band}"].dtype, np.integer)
    assert frame[f"H0-{band}"].dtype == np.float32


@pytest.mark.parametrize("wrong", [{"H0": np.ones(2), "Om0": np.ones(3)}, {}])
def test_parameters_of_unequal_length_are_refused(wrong):
    with pytest.raises(ValueError, match="of one length"):
        columns({}, ("g",), wrong)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_text_reads_back_as_the_same_number(dtype):
    numbers = np.random.default_rng(2).lognormal(sigma=20, size=200).astype(dtype)
    text = csv_lines({"a": numbers})
    np.testing.assert_array_equal(np.array(text).astype(dtype), numbers)


def test_planes_are_in_the_order_of_counting():
    names = ["PLANE_10-OBJECT_1", "PLANE_9-OBJECT_12", "PLANE_9-OBJECT_2"]
    assert sorted(names, key=natural_key) == names[::-1]


def positions(x, mask):
    x, mask = np.array(x, np.float32), np.array(mask)
    return ImagePositions(x, -x, np.ones_like(x), mask, mask.sum(1))


def test_image_positions_are_joined_by_semicolons_brightest_first():
    first = positions([[1.25, -0.1, 3.0], [2.0, 0.0, 0.0]], [[True, True, False], [False] * 3])
    last = positions([[5.0], [1e-7]], [[True], [True]])
    found = image_columns({"PLANE_10-OBJECT_1": last, "PLANE_2-OBJECT_2": first})
    assert found["PLANE_2-OBJECT_2-x_mins"].tolist() == ["1.25;-0.1", ""]
    assert found["PLANE_2-OBJECT_2-y_mins"].tolist() == ["-1.25;0.1", ""]
    assert found["PLANE_2-OBJECT_2-num_source_images"].tolist() == [2, 0]
    for name in ("x_mins", "y_mins", "num_source_images"):
        assert found[name] is found[f"PLANE_10-OBJECT_1-{name}"]
    assert found["x_mins"].tolist() == ["5.0", "1e-07"]


def test_without_lensed_point_sources_there_are_no_columns_of_positions():
    assert image_columns({}) == {}


# A quasar and a supernova behind a singular isothermal sphere.
SOLVED = """
DATASET: {NAME: Solved, PARAMETERS: {SIZE: 3, OUTDIR: unused, SEED: 1}}
COSMOLOGY: {PARAMETERS: {H0: 70, Om0: 0.3}}
IMAGE: {PARAMETERS: {exposure_time: 90, numPix: 8, pixel_scale: 0.5, psf_type: GAUSSIAN, read_noise: 7}}
SURVEY:
  PARAMETERS: {BANDS: "g,r", seeing: 0.9, magnitude_zero_point: 30.0, sky_brightness: 23.5, num_exposures: 10}
SPECIES:
  GALAXY_1:
    NAME: LENS
    MASS_PROFILE_1: {NAME: SIS, PARAMETERS: {theta_E: 1.0}}
  GALAXY_2:
    NAME: SOURCE
    LIGHT_PROFILE_1:
      NAME: GAUSSIAN
      PARAMETERS:
        magnitude: 21.5
        sigma: 0.2
        center_x: 0.1
        center_y: {DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 0.0, maximum: 0.2}}}
  POINTSOURCE_1: {NAME: AGN, HOST: SOURCE, PARAMETERS: {magnitude: 20}}
  POINTSOURCE_2: {NAME: SN, HOST: SOURCE, PARAMETERS: {magnitude: 21.0, sep: 0.2, sep_unit: arcsec}}
GEOMETRY:
  CONFIGURATION_1:
    NAME: LENSED
    FRACTION: 1.0
    PLANE_1: {OBJECT_1: LENS, PARAMETERS: {REDSHIFT: 0.2}}
    PLANE_2: {OBJECT_1: SOURCE, OBJECT_2: AGN, OBJECT_3: SN, PARAMETERS: {REDSHIFT: 0.7}}
"""
POINT_SOURCES = ("PLANE_2-OBJECT_2", "PLANE_2-OBJECT_3")


@pytest.fixture(scope="module")
def solved():
    """A dataset with the images of its point sources, made in batches of two."""
    return make_dataset(yaml.safe_load(SOLVED), solve_lens_equation=True, batch_size=2)


def listed(frame, name, system):
    """The image positions of a point source, shape (images, 2)."""
    words = (frame[f"{name}-{axis}_mins-r"][system].split(";") for axis in ("x", "y"))
    return np.stack([np.array(list(map(float, column))) for column in words], axis=1)


@pytest.mark.long
def test_listed_positions_solve_the_lens_equation_brightest_first(solved):
    frame = solved.metadata()
    for name in POINT_SOURCES:
        for system in range(3):
            theta = listed(frame, name, system)
            assert len(theta) == frame[f"{name}-num_source_images-g"][system] == 2
            radius = np.linalg.norm(theta, axis=1, keepdims=True)
            source = theta - theta / radius
            expected = [frame[f"{name}-{axis}-g"][system] for axis in ("ra", "dec")]
            np.testing.assert_allclose(source, [expected] * 2, atol=2e-5)
            magnification = 1 / np.abs(1 - 1 / radius[:, 0])
            assert magnification[0] > magnification[1]
    assert frame["x_mins-g"].equals(frame["PLANE_2-OBJECT_3-x_mins-g"].rename("x_mins-g"))


@pytest.mark.long
def test_listed_positions_are_those_of_the_simulator():
    document = yaml.safe_load(EVERYTHING)
    host = document["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"]["PARAMETERS"]
    host["center_y"] = {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": 0.0, "maximum": 0.2}}}
    document["DATASET"]["PARAMETERS"]["SIZE"] = 3
    with pytest.warns(ConfigWarning, match="acts on nothing in the last plane"):
        frame = make_dataset(document, solve_lens_equation=True).metadata()
    sim = Simulator(document)
    found = sim.image_positions(sim.params_from_table(frame))
    assert set(found) == set(POINT_SOURCES)
    for name, images in found.items():
        for system in range(3):
            positions = listed(frame, name, system)
            exact = np.stack([images.x[system], images.y[system]], axis=1)[: len(positions)]
            assert len(positions) == frame[f"{name}-num_source_images-g"][system]
            np.testing.assert_allclose(positions, exact, rtol=1e-4, atol=1e-5)
            assert (np.diff(np.abs(images.magnification[system])) <= 0).all()
    assert frame["x_mins-g"].equals(frame["PLANE_2-OBJECT_3-x_mins-g"].rename("x_mins-g"))


@pytest.mark.long
@pytest.mark.parametrize("image_format", ["npy", "h5"])
def test_solved_positions_are_in_the_files(solved, tmp_path, image_format):
    document = yaml.safe_load(SOLVED)
    document["DATASET"]["PARAMETERS"]["OUTDIR"] = str(tmp_path)
    on_disk = {"save_to_disk": True, "image_file_format": image_format}
    make_dataset(document, solve_lens_equation=True, batch_size=2, **on_disk)
    stored = read(tmp_path / f"CONFIGURATION_1_images.{image_format}").metadata
    assert list(stored) == list(solved.metadata())
    for name in ("x_mins-g", "PLANE_2-OBJECT_2-y_mins-r", "num_source_images-r"):
        assert stored[name].tolist() == solved.metadata()[name].tolist()
        assert stored[name].is_unique or "num" in name


@pytest.fixture(scope="module")
def galaxies():
    """Without point sources: galaxies of one and of two light profiles behind SIE, and a lens of its own."""
    document = yaml.safe_load(SOLVED)
    species, geometry = document["SPECIES"], document["GEOMETRY"]
    species["GALAXY_1"]["MASS_PROFILE_1"] = {
        "NAME": "SIE",
        "PARAMETERS": {"theta_E": 1.2, "e1": 0.1, "e2": 0.0},
    }
    light = {"NAME": "GAUSSIAN", "PARAMETERS": {"magnitude": 22, "sigma": 0.2, "center_x": 0.1}}
    flat = {"NAME": "UNIFORM", "PARAMETERS": {"magnitude": 24}}
    species["GALAXY_1"]["LIGHT_PROFILE_1"] = light
    species["GALAXY_2"] = {"NAME": "SOURCE", "LIGHT_PROFILE_1": flat, "LIGHT_PROFILE_2": light}
    species["GALAXY_3"] = {
        "NAME": "BESIDE",
        "LIGHT_PROFILE_1": {**light, "PARAMETERS": {**light["PARAMETERS"]}},
    }
    species["GALAXY_3"]["LIGHT_PROFILE_1"]["PARAMETERS"]["center_x"] = 1.5
    species["GALAXY_4"] = {"NAME": "FLAT", "LIGHT_PROFILE_1": flat}
    del species["POINTSOURCE_1"], species["POINTSOURCE_2"]
    document["IMAGE"]["PARAMETERS"]["numPix"] = 16
    geometry["CONFIGURATION_1"]["PLANE_2"] = {
        **{"OBJECT_1": "SOURCE", "OBJECT_2": "BESIDE", "OBJECT_3": "FLAT"},
        "PARAMETERS": {"REDSHIFT": 0.7},
    }
    single = {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 0.7}}
    geometry["CONFIGURATION_2"] = {"NAME": "SINGLE", "FRACTION": 0.0, "PLANE_1": single}
    return document


@pytest.fixture(scope="module")
def solved_galaxies(galaxies):
    """The first configuration; there is nothing to solve in the second one."""
    says = (
        r"^CONFIGURATION_2 \(SINGLE\) has no point source and no galaxy with light behind a mass; "
        "solve_lens_equation adds no columns to its metadata$"
    )
    with pytest.warns(UserWarning, match=says):
        return make_dataset(galaxies, solve_lens_equation=True, batch_size=2)


@pytest.mark.long
def test_without_point_sources_the_images_are_those_of_galaxies_centres(solved_galaxies):
    """The positions of a source at (0.1, 0), found by bisection on the axis and by symmetry beside it."""
    frame = solved_galaxies.metadata("CONFIGURATION_1")
    found = listed(frame, "PLANE_2-OBJECT_1", 0)
    wanted = [(1.2564, 0.0), (0.8045, 0.9811), (0.8045, -0.9811), (-1.0564, 0.0)]
    assert len(found) == 4
    for position in wanted:
        assert np.linalg.norm(found - position, axis=1).min() < 2e-4
    assert frame["PLANE_2-OBJECT_1-num_source_images-g"].tolist() == [4, 4, 4]
    assert frame["PLANE_2-OBJECT_2-num_source_images-r"].tolist() == [1, 1, 1]


@pytest.mark.long
def test_the_first_galaxy_of_the_farthest_plane_has_deeplenstronomys_columns(solved_galaxies):
    frame = solved_galaxies.metadata("CONFIGURATION_1")
    for name in ("x_mins-g", "y_mins-r", "num_source_images-g"):
        assert frame[name].equals(frame[f"PLANE_2-OBJECT_1-{name}"].rename(name))
    names = {name.rpartition("-")[0] for name in frame if "_mins" in name or "num_source" in name}
    assert {name.rpartition("-")[0] for name in names} == {"", "PLANE_2-OBJECT_1", "PLANE_2-OBJECT_2"}


@pytest.mark.slow
def test_what_is_not_lensed_has_no_columns_of_images(solved_galaxies):
    frame = solved_galaxies.metadata("CONFIGURATION_2")
    assert not [name for name in frame if "mins" in name or "num_source" in name]


@pytest.mark.long
def test_the_images_are_the_same_with_a_point_source(galaxies, solved_galaxies):
    """A quasar in the galaxy's centre has its images where the galaxy's centre has them."""
    document = copy.deepcopy(galaxies)
    document["SPECIES"]["GALAXY_2"]["LIGHT_PROFILE_1"] = document["SPECIES"]["GALAXY_2"].pop(
        "LIGHT_PROFILE_2"
    )
    document["SPECIES"]["POINTSOURCE_1"] = {"NAME": "AGN", "HOST": "SOURCE", "PARAMETERS": {"magnitude": 22}}
    document["GEOMETRY"]["CONFIGURATION_1"]["PLANE_2"]["OBJECT_4"] = "AGN"
    sim = Simulator(document, "CONFIGURATION_1")
    images = sim.image_positions(sim.sample(jax.random.key(1), 1))
    assert list(images) == ["PLANE_2-OBJECT_4"]
    frame = solved_galaxies.metadata("CONFIGURATION_1")
    found = images["PLANE_2-OBJECT_4"]
    for axis, exact in zip(listed(frame, "PLANE_2-OBJECT_1", 0).T, (found.x, found.y), strict=True):
        np.testing.assert_allclose(np.sort(axis), np.sort(exact[0, :4]), atol=1e-4)


@pytest.mark.long
def test_no_systems_have_the_columns_of_positions_too(solved):
    document = yaml.safe_load(SOLVED)
    document["GEOMETRY"]["CONFIGURATION_2"] = document["GEOMETRY"]["CONFIGURATION_1"] | {"FRACTION": 0.0}
    with pytest.warns(ConfigWarning):
        both = make_dataset(document, solve_lens_equation=True, batch_size=2)
    assert list(both.metadata("CONFIGURATION_2")) == list(solved.metadata())
    assert len(both.metadata("CONFIGURATION_2")) == 0
