"""Parameters that are arrays: from files beside the configuration, and from lists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from astropy.io import fits

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.identity import config_digest
from jaxlens.config.model import Galaxy, Profile

LoadText = Callable[[str], Config]
Arrays = dict[str, np.ndarray]

STACK = 1.0 + np.arange(3 * 4 * 5, dtype=np.float32).reshape(3, 4, 5)
TEXT = """
DATASET: {{NAME: tables, PARAMETERS: {{SIZE: 4, OUTDIR: out}}}}
COSMOLOGY: {{NAME: FlatLambdaCDM, PARAMETERS: {{H0: 70, Om0: 0.3}}}}
IMAGE: {{PARAMETERS: {{exposure_time: 90, numPix: 16, pixel_scale: 0.2, psf_type: NONE, read_noise: 7,
                     ccd_gain: 6}}}}
SURVEY: {{PARAMETERS: {{BANDS: "g,r", magnitude_zero_point: 30, sky_brightness: 23, num_exposures: 1}}}}
SPECIES:
    GALAXY_1:
        NAME: LENS
        MASS_PROFILE_1: {mass}
    GALAXY_2:
        NAME: SOURCE
        LIGHT_PROFILE_1: {light}
GEOMETRY:
    CONFIGURATION_1:
        FRACTION: 1
        PLANE_1: {{OBJECT_1: LENS, PARAMETERS: {{REDSHIFT: 0.5}}}}
        PLANE_2: {{OBJECT_1: SOURCE, PARAMETERS: {{REDSHIFT: 1.5}}}}
"""
SIS = "{NAME: SIS, PARAMETERS: {theta_E: 1.0}}"


def light(**entries: object) -> str:
    """INTERPOL with an image and more parameters."""
    own = {"magnitude": 20, "scale": 0.1} | entries
    return f"{{NAME: INTERPOL, PARAMETERS: {{{', '.join(f'{k}: {v}' for k, v in own.items())}}}}}"


def mass(name: str, **entries: object) -> str:
    return f"{{NAME: {name}, PARAMETERS: {{{', '.join(f'{k}: {v}' for k, v in entries.items())}}}}}"


def profile_of(config: Config, galaxy: int) -> Profile:
    species = config.species[galaxy]
    assert isinstance(species, Galaxy)
    return (*species.light, *species.mass)[0]


def written(folder: Path, arrays: Arrays) -> None:
    """Each array in a file of its own."""
    for name, array in arrays.items():
        path = folder / name
        if path.suffix == ".fits":
            fits.writeto(path, array)
        elif path.suffix == ".npy":
            np.save(path, array)
        else:
            with h5py.File(path, "w") as file:
                file["groups/images"] = array
                file["others"] = array[:1]


@pytest.mark.parametrize("name", ["stack.fits", "stack.npy", "stack.h5[groups/images]"])
def test_a_stack_from_a_file(name: str, load_text: LoadText, tmp_path: Path) -> None:
    """Each image is equally likely, and the file is one of the inputs."""
    path = tmp_path / name.partition("[")[0]
    written(tmp_path, {path.name: STACK})
    config = load_text(TEXT.format(light=light(image=f"'{name}'"), mass=SIS))
    profile = profile_of(config, 1)
    (array,) = (table for _, table in profile.tables)
    np.testing.assert_array_equal(array.array, STACK)
    assert array.source == str(tmp_path / name)
    assert str(path) in config.input_files
    index = dict(profile.parameters)["image_index"]
    assert index.support() == (0.0, 2.0)
    assert index.path == "SPECIES.GALAXY_2.LIGHT_PROFILE_1.image_index"
    assert not index.per_band
    # from its text alone, as another process reads it
    again = profile_of(load_config(config, survey="lsst"), 1)
    np.testing.assert_array_equal(again.tables[0][1].array, STACK)


def test_a_file_that_changes_makes_another_configuration(load_text: LoadText, tmp_path: Path) -> None:
    digests = []
    for factor in (1.0, 2.0):
        np.save(tmp_path / "stack.npy", factor * STACK)
        digests.append(config_digest(load_text(TEXT.format(light=light(image="stack.npy"), mass=SIS))))
    assert digests[0] != digests[1]


def test_a_single_image_has_no_index_and_one_by_band_has_four_dimensions(
    load_text: LoadText, tmp_path: Path
) -> None:
    written(tmp_path, {"one.fits": STACK[0], "bands.npy": np.stack([STACK, STACK], axis=1)})
    single = profile_of(load_text(TEXT.format(light=light(image="one.fits"), mass=SIS)), 1)
    assert single.tables[0][1].array.shape == (1, 4, 5)
    assert "image_index" not in dict(single.parameters)
    config = load_text(TEXT.format(light=light(image="bands.npy", image_index=2), mass=SIS))
    assert profile_of(config, 1).tables[0][1].array.shape == (3, 2, 4, 5)


WRONG_IMAGES = {
    "{image: missing.fits}": r"missing\.fits' is no file",
    "{image: good.npy, image_index: 3}": r"image_index: is 3; it must be at least 0 and at most 2",
    "{image: good.npy, image_index: 0.5}": r"image_index: is 0\.5; give a whole number",
    "{image: one.fits, image_index: 0}": None,
    "{image: one.fits, image_index: 1}": r"image_index: is 1; it must be at least 0 and at most 0",
    "{image: good.npy, order: 2}": r"order: is 2; give 1 for linear interpolation, or 3 for cubic",
    "{image: row.npy}": r"row\.npy has shape \(5,\); give an image \(y, x\), or a stack of images",
    "{image: nan.npy}": r"nan\.npy has 2 values that are not finite",
    "{image: dark.npy}": r"dark\.npy has no flux: image 1 sums to 0; the sum must be above 0",
    "{image: bands.npy}": r"bands\.npy has shape \(3, 3, 4, 5\), 3 images by band; BANDS has 2: g, r",
    "{image: text.npy}": r"text\.npy cannot be read as an npy file of numbers; give an image",
    "{image: c.yaml}": r"'c\.yaml' is neither FITS, npy, npz nor HDF5; give a \.fits, \.npy, \.npz or",
    "{image: two.h5}": r"two\.h5 has several datasets; write the name of one in brackets",
    "{image: 'two.h5[othrs]'}": r"two\.h5 has no dataset othrs; did you mean others\?",
    "{image: [[1, 2], [3]]}": r"has rows of different lengths; give an image",
    "{image: [[1, 2], [3, x]]}": r"is the text 'x'; give an image",
    "{}": r"image: is missing; give an image \(y, x\), a stack",
}


@pytest.mark.parametrize("given", WRONG_IMAGES)
def test_wrong_images_are_named_with_the_line(given: str, load_text: LoadText, tmp_path: Path) -> None:
    nan, dark = STACK.copy(), STACK.copy()
    nan[1, 0, :2], dark[1] = np.nan, 0.0
    arrays = {"good.npy": STACK, "one.fits": STACK[0], "row.npy": STACK[0, 0], "nan.npy": nan}
    arrays |= {"dark.npy": dark, "bands.npy": np.stack([STACK] * 3, axis=1), "two.h5": STACK}
    written(tmp_path, arrays)
    (tmp_path / "text.npy").write_text("no array")
    text = TEXT.format(light=light(**{"EXTRA": 0}).replace("EXTRA: 0", given.strip("{}")), mass=SIS)
    text = text.replace(", }}", "}}")
    expected = WRONG_IMAGES[given]
    if expected is None:
        load_text(text)
        return
    with pytest.raises(ConfigError, match=expected) as found:
        load_text(text)
    assert len(found.value.problems) == 1
    assert found.value.problems[0].startswith("c.yaml:13: SPECIES.GALAXY_2.LIGHT_PROFILE_1.PARAMETERS")


def test_a_table_chooses_images(load_text: LoadText, tmp_path: Path) -> None:
    """A column sets image_index, which is the same in all bands, and is checked as the file's own number."""
    np.save(tmp_path / "stack.npy", STACK)
    text = TEXT.format(light=light(image="stack.npy"), mass=SIS)
    text += "DISTRIBUTIONS: {USERDIST_1: {FILENAME: table.txt, MODE: sample}}\n"
    column = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-image_index"
    (tmp_path / "table.txt").write_text(f"{column} WEIGHT\n0 1\n2 3\n")
    (joint,) = load_text(text).joints
    assert [(one.parameter, one.band) for one in joint.columns] == [(column, None)]
    (tmp_path / "table.txt").write_text(f"{column} WEIGHT\n3 1\n4 3\n")
    with pytest.raises(ConfigError, match="it must be at least 0 and at most 2"):
        load_text(text)


GRID = {"grid_interp_x": [-1, 0, 1, 2], "grid_interp_y": [-1, 0, 3]}


def test_a_deflector_on_a_grid(load_text: LoadText, tmp_path: Path) -> None:
    """Equal steps become two ends; the potential follows from the deflection, and the deflection from it."""
    x, y = np.meshgrid(*GRID.values())
    np.save(tmp_path / "x.npy", 0.1 * x)
    np.save(tmp_path / "y.npy", 0.1 * y)
    np.save(tmp_path / "psi.npy", 0.05 * (x**2 + y**2))
    config = load_text(TEXT.format(light=SERSIC, mass=mass("INTERPOL", **GRID, f_x="x.npy", f_y="y.npy")))
    tables = {name: table.array for name, table in profile_of(config, 0).tables}
    np.testing.assert_array_equal(tables["grid_interp_x"], [-1, 2])
    np.testing.assert_array_equal(tables["grid_interp_y"], [-1, 0, 3])
    away = tables["f_"] - 0.05 * (x**2 + y**2)
    np.testing.assert_allclose(away, away[0, 0], atol=1e-12)
    config = load_text(TEXT.format(light=SERSIC, mass=mass("INTERPOL_SCALED", **GRID, f_="psi.npy")))
    tables = {name: table.array for name, table in profile_of(config, 0).tables}
    np.testing.assert_allclose(tables["f_x"], 0.1 * x, atol=1e-12)
    np.testing.assert_allclose(tables["f_y"], 0.1 * y, atol=1e-12)


SERSIC = "{NAME: SERSIC, PARAMETERS: {magnitude: 20, R_sersic: 1, n_sersic: 1}}"
WRONG_GRIDS = {
    "INTERPOL {grid_interp_x: [0, 0, 1, 2], grid_interp_y: [0, 1, 2], f_: psi.npy}": (
        r"grid_interp_x: is not increasing; give each position once, in order"
    ),
    "INTERPOL {grid_interp_x: [0, 1, 2], grid_interp_y: [0, 1, 2, 3], f_: psi.npy}": (
        r"f_: psi\.npy has shape \(3, 4\); give \(4, 3\), a row for each y and a column for each x"
    ),
    "INTERPOL {grid_interp_x: [0, 1, 2, 3], grid_interp_y: [0, 1, 2], f_x: psi.npy}": "f_y: is missing; give",
    "TABULATED_DEFLECTIONS {grid_interp_x: [0, 1], grid_interp_y: [0, 1], f_: psi.npy}": "f_x: is missing",
    "RADIAL_INTERPOL {r_bin: [0, 1, 2], kappa_r: [1, 0.5]}": r"kappa_r: has shape \(2,\); give 3 values",
    "RADIAL_INTERPOL {r_bin: [-1, 1], kappa_r: [1, 0.5]}": r"r_bin: starts at -1; a radius is at least 0",
    "RADIAL_INTERPOL {r_bin: [1], kappa_r: [1]}": r"r_bin: has shape \(1,\); give two numbers or more",
}


@pytest.mark.parametrize("given", WRONG_GRIDS)
def test_wrong_grids_and_tables_are_named(given: str, load_text: LoadText, tmp_path: Path) -> None:
    np.save(tmp_path / "psi.npy", np.ones((3, 4)))
    name, _, parameters = given.partition(" ")
    with pytest.raises(ConfigError, match=WRONG_GRIDS[given]):
        load_text(TEXT.format(light=SERSIC, mass=f"{{NAME: {name}, PARAMETERS: {parameters}}}"))


def test_starlets_are_square_and_as_many_as_the_file_says(load_text: LoadText, tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", np.ones((3, 4, 4)))
    right = {"magnitude": 20, "amp": "w.npy", "n_scales": 3, "n_pixels": 16, "scale": 0.1}
    load_text(TEXT.format(light=mass("SLIT_STARLETS", **right), mass=SIS))
    for entries, finding in (
        (
            {"n_scales": 2},
            r"w\.npy has shape \(3, 4, 4\), but n_scales is 2 and n_pixels 16; give \(2",
        ),
        ({"n_pixels": 12}, "n_pixels is 12; its scales are square, so give a square number"),
    ):
        with pytest.raises(ConfigError, match=finding):
            load_text(TEXT.format(light=mass("SLIT_STARLETS", **(right | entries)), mass=SIS))


def test_second_derivatives_are_not_needed(load_text: LoadText, tmp_path: Path) -> None:
    np.save(tmp_path / "psi.npy", np.ones((3, 4)))
    text = TEXT.format(light=SERSIC, mass=mass("INTERPOL", **GRID, f_="psi.npy", f_xx="psi.npy"))
    config = load_text(text)
    assert any("f_xx: has no effect: magnifications follow" in warning for warning in config.warnings)
