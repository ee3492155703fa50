"""Stacks of real galaxies: columns beside the images, what is kept of them, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.galaxies.columns import named
from jaxlens.config.galaxies.images import smoothed
from jaxlens.config.model import Galaxy, Profile

LoadText = Callable[[str], Config]

COUNT = 6
Y, X = np.mgrid[:9, :9] - 4.0
STACK = np.exp(-np.hypot(X, Y) / np.linspace(1.0, 2.0, COUNT)[:, None, None]).astype(np.float32)
MAGNITUDES = np.array([20.0, 24.0, 22.0, 21.0, 23.0, 22.5])
REDSHIFTS = np.array([0.4, 1.2, 0.8, 0.6, 1.0, 0.9])
SCALES = np.array([0.03, 0.03, 0.05, 0.03, 0.04, 0.03])
TEXT = """
DATASET: {{NAME: galaxies, PARAMETERS: {{SIZE: 4, OUTDIR: out}}}}
COSMOLOGY: {{NAME: FlatLambdaCDM, PARAMETERS: {{H0: 70, Om0: 0.3}}}}
IMAGE: {{PARAMETERS: {{exposure_time: 90, numPix: 16, pixel_scale: 0.2, psf_type: NONE, read_noise: 7,
                     ccd_gain: 6}}}}
SURVEY: {{PARAMETERS: {{BANDS: "g,r", magnitude_zero_point: 30, sky_brightness: 23, num_exposures: 1}}}}
SPECIES:
    GALAXY_1:
        NAME: GALAXY
        LIGHT_PROFILE_1:
            NAME: INTERPOL
            PARAMETERS:
                magnitude: 20
                {parameters}
GEOMETRY:
    CONFIGURATION_1:
        FRACTION: 1
        PLANE_1: {{OBJECT_1: GALAXY, PARAMETERS: {{REDSHIFT: 0.5}}}}
"""
# The line of the first of the parameters.
LINE = 14


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of a stack, with the same columns in each."""
    columns = {"pixel_sizes": SCALES, "redshifts": REDSHIFTS, "mag": MAGNITUDES}
    np.savez(tmp_path / "stack.npz", images=STACK, **columns)
    with h5py.File(tmp_path / "stack.h5", "w") as file:
        for name, array in {"images": STACK, **columns}.items():
            file[f"galaxies/{name}"] = array
        file["others"] = STACK[:1]
    np.save(tmp_path / "stack.npy", STACK)
    rows = [f"{s},{z},{m}" for s, z, m in zip(SCALES, REDSHIFTS, MAGNITUDES, strict=True)]
    (tmp_path / "stack.csv").write_text("\n".join(["pixel_scale,redshift,magnitude", *rows]))
    Table(columns).write(tmp_path / "columns.fits")
    fits.writeto(tmp_path / "g.fits", STACK)
    fits.writeto(tmp_path / "r.fits", 2.0 * STACK)
    return tmp_path


def galaxy(config: Config) -> Galaxy:
    (found,) = config.species
    assert isinstance(found, Galaxy)
    return found


def profile(config: Config) -> Profile:
    return galaxy(config).light[0]


def text(*parameters: str) -> str:
    return TEXT.format(parameters="\n                ".join(parameters))


@pytest.mark.parametrize(
    "image",
    [
        "stack.npz",
        "stack.npz[images]",
        "'stack.h5[galaxies/images]'",
        "{FILE: stack.npy, TABLE: stack.csv}",
        "{FILE: stack.npy, TABLE: columns.fits}",
    ],
)
def test_images_have_columns(image: str, folder: Path, load_text: LoadText) -> None:
    """By the names of paltax's files or of ours; with their own pixel scales `scale` may be left out."""
    config = load_text(text(f"image: {image}"))
    (_, images), own = profile(config).tables[0], profile(config)
    np.testing.assert_array_equal(images.array, STACK)
    assert {"pixel_scale", "redshift", "magnitude"} <= images.columns.keys()
    np.testing.assert_allclose(images.columns["redshift"], REDSHIFTS)
    assert own.choice is not None
    assert own.choice.scale == "angular"
    np.testing.assert_allclose(own.choice.arrays["pixel_scale"], SCALES)
    assert dict(own.parameters)["scale"].support() == (0.03, 0.05)
    assert not {"flip", "size"} & dict(own.parameters).keys()
    again = profile(load_config(config, survey="lsst"))
    np.testing.assert_array_equal(again.tables[0][1].array, STACK)


def test_equal_pixel_scales_are_a_constant_and_the_scale_of_the_file_wins(
    folder: Path, load_text: LoadText
) -> None:
    kept = "image: {FILE: stack.npz, SELECT: {pixel_scale_max: 0.03}}"
    own = profile(load_text(text(kept)))
    assert own.choice is None
    assert dict(own.parameters)["scale"].support() == (0.03, 0.03)
    given = profile(load_text(text("image: stack.npz", "scale: 0.1", "size: 2", "flip: 1")))
    assert given.choice is None
    found = {key: quantity.support()[0] for key, quantity in given.parameters}
    assert (found["scale"], found["size"], found["flip"]) == (0.1, 2.0, 1.0)


def test_images_are_selected_cut_and_smoothed(folder: Path, load_text: LoadText) -> None:
    """In the order of the stack; the sum of each image stays as it is where it is only smoothed."""
    select = "SELECT: {magnitude_max: 23, redshift_min: 0.5, redshift_max: 1.0}"
    own = profile(load_text(text(f"image: {{FILE: stack.npz, {select}, PIXELS: 5}}"))).tables[0][1]
    rows = [2, 3, 4, 5]
    np.testing.assert_array_equal(own.array, STACK[rows, 2:-2, 2:-2])
    np.testing.assert_array_equal(own.columns["magnitude"], MAGNITUDES[rows])
    few = profile(load_text(text(f"image: {{FILE: stack.npz, {select}, MAX: 2, SMOOTH: 2.0}}"))).tables[0][1]
    np.testing.assert_array_equal(few.columns["magnitude"], MAGNITUDES[[2, 4]])
    np.testing.assert_allclose(few.array.sum(axis=(1, 2)), STACK[[2, 4]].sum(axis=(1, 2)), rtol=1e-5)
    assert few.source != own.source
    assert few.array[0].max() < STACK[2].max()


def test_smoothing_is_a_gaussian_of_this_width() -> None:
    point = np.zeros((1, 41, 41))
    point[0, 20, 20] = 3.0
    (found,) = smoothed(point, 5.0)
    np.testing.assert_allclose(found[20, 22:23] / found[20, 20], 2.0 ** (-((2 / 2.5) ** 2)), rtol=1e-3)
    assert found.sum() == pytest.approx(3.0, rel=1e-6)


def test_a_stack_for_each_band(folder: Path, load_text: LoadText) -> None:
    for image in ("{r: r.fits, g: g.fits}", "{FILE: {g: g.fits, r: r.fits}, PIXELS: 9}"):
        own = profile(load_text(text(f"image: {image}", "scale: 0.05"))).tables[0][1]
        np.testing.assert_array_equal(own.array, np.stack([STACK, 2.0 * STACK], axis=1))


def test_other_profiles_have_nothing_of_images(load_text: LoadText) -> None:
    sersic = text("R_sersic: 1", "n_sersic: 1", "image_index: 0", "scale: physical").replace(
        "INTERPOL", "SERSIC"
    )
    with pytest.raises(ConfigError) as found:
        load_text(sersic)
    assert len(found.value.problems) == 2
    assert all("is not a parameter of SERSIC" in problem for problem in found.value.problems)


def test_images_of_several_profiles_are_in_memory_once(folder: Path, load_text: LoadText) -> None:
    entry = "image: {FILE: stack.npz, SELECT: {redshift_max: 1}}"
    second = f"""
        LIGHT_PROFILE_2: {{NAME: INTERPOL, PARAMETERS: {{magnitude: 21, {entry}}}}}"""
    one, two = galaxy(load_text(text(f"{entry}{second}"))).light
    assert np.shares_memory(one.tables[0][1].array, two.tables[0][1].array)


def test_columns_have_their_own_names_and_ours() -> None:
    found = named({"MAG": np.ones(2), "mag_auto": np.zeros(2), "z": np.full(2, 3.0)})
    assert set(found) == {"mag", "mag_auto", "magnitude", "z", "redshift"}
    assert found["magnitude"][0] == 1.0


NEAREST = "image_index: {NEAREST: {redshift: REDSHIFT}}"
WRONG = {
    ("image: stack.npy",): r"scale: is missing, and images of stack\.npy have no pixel scale of their own;"
    r" give scale, the side of their pixels in arcsec, or a column pixel_scale",
    ("image: stack.npy", "scale: physical"): "scale: is physical, and images of stack.npy have no pixel",
    ("image: {FILE: stack.npz, SELECT: {magnitude_max: 10}}",): r"image\.SELECT: leaves none of the 6 images "
    r"of stack\.npz; magnitude is from 20 to 24",
    ("image: {FILE: stack.npz, SELECT: {magnitud_max: 22}}",): "did you mean magnitude_max",
    ("image: {FILE: stack.npz, CATALOG: c.fits}",): "has FILE and CATALOG; give FILE, a stack of images, or",
    ("image: {FILE: stack.npy, TABLE: short.csv}", "scale: 0.1"): r"short\.csv: has 2 rows for 6 images",
    ("image: {FILE: stack.npz, SMOOTH: -1}",): "SMOOTH: is -1; give the full width at half maximum of a",
    ("image: {FLE: stack.npz}",): "is a mapping without FILE, CATALOG or the names of bands; did you",
    (
        "image: {g: g.fits, r: small.fits}",
        "scale: 1",
    ): r"r has images of shape \(6, 4, 4\), and g of",
    (
        "image: {FILE: g.fits, SELECT: {z_max: 1}}",
        "scale: 1",
    ): "is no bound of a column of g.fits; it has",
    ("image: stack.npz", "image_index: {NEAREST: {redshft: REDSHIFT}}"): "image_index.NEAREST.redshft: "
    "redshft is no column of stack.npz; did you mean redshift",
    ("image: stack.npz", "image_index: {NEAREST: {redshift: REDSHFT}}"): "image_index.NEAREST.redshift: "
    "REDSHFT is no parameter of CONFIGURATION_1; did you mean .*REDSHIFT",
    ("image: stack.npz", "image_index: {NEAREST: {redshift: scale}}"): "scale follows from an image itself",
    ("image: stack.npz", "center_x: {SAME_AS: scale}"): "scale follows from the image of a stack, after all",
    ("image: stack.npz", "image_index: {WEIGHT: weight}"): "weight is no column of stack.npz; it must be one",
    (
        "image: stack.npz",
        "image_index: {AMONG: 2}",
    ): "has no one way to choose; give either NEAREST",
    ("image: stack.npz", "flip: 2"): "flip: is 2; it must be at least 0 and at most 1",
    ("image: stack.npz", "flip: 0.5"): "flip: is 0.5; give a whole number",
    ("image: nan.npz", NEAREST): "redshift of nan.npz is no number for 2 of 6 images, the first is image 1",
    ("image: nan.npz", "scale: physical"): "needs redshift of nan.npz, which is nan for image 1; it must be",
    ("image: empty.npz",): r"empty\.npz has shape \(0, 4, 4\); give an image",
    ("image: two.npz",): r"two\.npz has several datasets; write the name of one in brackets, as two\.npz\[a",
    ("image: dark.npy", "scale: 0.1"): "has no flux: image 2 sums to -5; the sum must be above 0",
}


@pytest.mark.parametrize("given", WRONG)
def test_what_is_wrong_is_named_with_its_place(
    given: tuple[str, ...], folder: Path, load_text: LoadText
) -> None:
    redshifts = REDSHIFTS.copy()
    redshifts[[1, 3]] = np.nan
    np.savez(folder / "nan.npz", images=STACK, pixel_sizes=SCALES, redshifts=redshifts)
    np.savez(folder / "empty.npz", images=np.zeros((0, 4, 4)), pixel_sizes=np.zeros(0))
    np.savez(folder / "two.npz", a=STACK, b=STACK)
    dark = STACK.copy()
    dark[2] *= -5.0 / dark[2].sum()
    np.save(folder / "dark.npy", dark)
    fits.writeto(folder / "small.fits", STACK[:, :4, :4])
    (folder / "short.csv").write_text("redshift\n1\n2\n")
    with pytest.raises(ConfigError, match=WRONG[given]) as found:
        load_text(text(*given))
    (problem,) = found.value.problems
    # what is missing has the line of the mapping in which it is, and a problem of a table that of the table
    lines = range(LINE - 2, LINE + len(given))
    assert "short.csv" in problem or problem.startswith(tuple(f"c.yaml:{line}: SPECIES" for line in lines))
