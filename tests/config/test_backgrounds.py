"""Reading BACKGROUNDS: cubes and map.txt (most of what is wrong is in broken/backgrounds.yaml)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from jaxlens.config import Config, ConfigError, backgrounds
from jaxlens.config.backgrounds import cut_or_pad
from jaxlens.config.model import Backgrounds, Column

LoadEdited = Callable[[tuple[tuple[str, str], ...]], Config]
Load = Callable[..., Backgrounds]


def cube(count: int, height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, height, width)).astype(np.float32)


@pytest.fixture
def load_config(load_edited: LoadEdited, tmp_path: Path) -> Callable[..., Config]:
    """`good.yaml` (bands g and r, 16 pixels) with BACKGROUNDS in `images`."""

    def load(g: Any, r: Any, more: str = "", table: str = "") -> Config:
        folder = tmp_path / "images"
        folder.mkdir()
        for band, content in (("g", g), ("r", r)):
            if isinstance(content, np.ndarray):
                fits.writeto(folder / f"{band}.fits", content)
            elif isinstance(content, bytes):
                (folder / f"{band}.fits").write_bytes(content)
            else:
                content.writeto(folder / f"{band}.fits")
        if table:
            (folder / "map.txt").write_text(table)
        section = (
            f"BACKGROUNDS: {{PATH: images, CONFIGURATIONS: [CONFIGURATION_1, SINGLE]{more}}}\nGEOMETRY:\n"
        )
        return load_edited((("GEOMETRY:\n", section),))

    return load


@pytest.fixture
def load(load_config: Callable[..., Config]) -> Load:
    def load(*args: Any, **kwargs: Any) -> Backgrounds:
        found = load_config(*args, **kwargs).backgrounds
        assert found is not None
        return found

    return load


def test_cubes_of_the_image_s_size_are_taken_as_they_are(load: Load) -> None:
    g, r = cube(3, 16, 16), cube(3, 16, 16, 1)
    found = load(g, r)
    np.testing.assert_array_equal(found.arrays["images"], np.stack([g, r], axis=1))
    assert found.arrays["images"].dtype == np.float32
    assert (found.count, found.mode, found.iterate, found.columns) == (3, "add", False, ())
    assert found.configurations == ("CONFIGURATION_1", "CONFIGURATION_2")


def test_cubes_of_any_size_and_number_type(load: Load) -> None:
    g = (100 * cube(2, 30, 9)).astype(">i2")
    r = cube(2, 17, 21, 1).astype(">f8")
    found = load(g, r).arrays["images"]
    np.testing.assert_array_equal(found[:, 0], cut_or_pad(g, 16))
    np.testing.assert_allclose(found[:, 1], cut_or_pad(r, 16), rtol=1e-6)


def test_integers_with_a_zero_point(load: Load) -> None:
    """FITS has unsigned integers as signed ones and BZERO."""
    g = np.arange(2 * 16 * 16, dtype=np.uint16).reshape(2, 16, 16) + 40_000
    np.testing.assert_array_equal(load(g, cube(2, 16, 16)).arrays["images"][:, 0], g)


def test_the_first_part_with_an_image_counts(load: Load) -> None:
    g = cube(2, 16, 16)
    several = fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(g), fits.ImageHDU(g[:1])])
    np.testing.assert_array_equal(load(several, g).arrays["images"][:, 0], g)


@pytest.mark.parametrize("size", range(1, 12))
@pytest.mark.parametrize("wanted", range(1, 12))
def test_cutting_and_padding_keep_the_centre(size: int, wanted: int) -> None:
    """Exactly where the difference is even; else the extra pixel is at the end, whichever way."""
    image = np.arange(1.0, size * size + 1).reshape(1, size, size)
    found = cut_or_pad(image, wanted)
    assert found.shape == (1, wanted, wanted)
    if (size - wanted) % 2 == 0:
        np.testing.assert_array_equal(found, found[:, ::-1, ::-1][:, ::-1, ::-1])
        centred = cut_or_pad(image[:, ::-1, ::-1], wanted)[:, ::-1, ::-1]
        np.testing.assert_array_equal(found, centred)
    start = abs(size - wanted) // 2
    smaller = min(size, wanted)
    big, small = (image, found) if size >= wanted else (found, image)
    np.testing.assert_array_equal(big[:, start : start + smaller, start : start + smaller], small)
    if wanted > size:
        assert found.sum() == image.sum()
        np.testing.assert_array_equal(cut_or_pad(found, size), image)


def test_rows_and_columns_are_fitted_apart() -> None:
    image = np.arange(6.0).reshape(1, 2, 3)
    np.testing.assert_array_equal(cut_or_pad(image, 2), [[[0, 1], [3, 4]]])
    np.testing.assert_array_equal(cut_or_pad(image, 4)[0, 1], [0, 1, 2, 0])
    assert not cut_or_pad(image, 4)[0, [0, 3]].any()


@pytest.mark.parametrize(
    ("more", "iterate"),
    [("", False), (", ITERATE: ", True), (", ITERATE: true", True), (", ITERATE: no", False)],
)
def test_ITERATE(load: Load, more: str, iterate: bool) -> None:
    g = cube(2, 16, 16)
    assert load(g, g, more, table="seeing\n1\n2\n").iterate is iterate


def test_map_txt(load: Load) -> None:
    """By configuration, parameter and band; a WEIGHT means nothing; a constant column divides by 1."""
    table = "CONFIGURATION_2-seeing-r exposure_time_g WEIGHT\n1 90 5\n2 90 5\n4 90 5\n"
    g = cube(3, 16, 16)
    found = load(g, g, ", MODE: replace", table=table)
    assert found.mode == "replace"
    assert found.columns == (Column("CONFIGURATION_2", "seeing", "r"), Column(None, "exposure_time", "g"))
    np.testing.assert_array_equal(found.arrays["map"], [[1, 90], [2, 90], [4, 90]])
    np.testing.assert_allclose(found.arrays["scale"], [np.std([1, 2, 4]), 1.0])


def test_a_column_of_map_txt_without_a_parameter_is_a_warning(load_config: Callable[..., Config]) -> None:
    g = cube(2, 16, 16)
    config = load_config(g, g, table="seing sigma_v\n1 200\n2 210\n")
    assert config.warnings == (
        "images/map.txt:1: seing: matches no parameter; did you mean seeing?",
        "images/map.txt:1: sigma_v: matches no parameter; "
        "Simulator.parameter_names lists the names of parameters",
    )


def test_ITERATE_without_a_map_is_a_warning(load_config: Callable[..., Config]) -> None:
    g = cube(2, 16, 16)
    config = load_config(g, g, ", ITERATE: true")
    assert config.warnings == ("images: has no map.txt; the images are taken in turn, and set no parameter",)


def complaints(load: Load, *args: Any) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(*args)
    return caught.value.problems


def test_pixels_that_are_not_finite_are_counted(load: Load) -> None:
    g, r = cube(2, 20, 20), cube(2, 20, 20)
    g[1, 3:5, 8] = np.nan
    r[0, 10, 10] = np.inf
    # cut off, so it does not matter
    r[0, 0, 0] = np.nan
    assert complaints(load, g, r) == (
        "images/g.fits: has 2 pixels that are not finite; mend or remove the images",
        "images/r.fits: has 1 pixel that is not finite; mend or remove the images",
    )


def test_a_file_that_ends_early(load: Load, tmp_path: Path) -> None:
    fits.writeto(tmp_path / "whole.fits", cube(2, 16, 16))
    content = (tmp_path / "whole.fits").read_bytes()
    wrong = "images/g.fits: cannot be read as FITS; give a cube of images (n, y, x)"
    assert complaints(load, content[:4000], cube(2, 16, 16)) == (wrong,)


def test_a_file_without_an_image(load: Load) -> None:
    table = fits.BinTableHDU.from_columns([fits.Column("a", "E", array=np.zeros(2))])
    wrong = "images/g.fits: has no image; give a cube of images (n, y, x)"
    assert complaints(load, table, cube(2, 16, 16)) == (wrong,)


def test_a_cube_larger_than_the_limit_is_not_read(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backgrounds, "MAX_BYTES", 2**20)
    monkeypatch.setattr(backgrounds, "cut_or_pad", pytest.fail)
    big = np.zeros((2, 600, 600), np.float32)
    needs = "needs 0.0 GiB for 2 images in 2 bands; the limit is 0.000976562 GiB"
    assert complaints(load, big, big) == (f"images/g.fits: {needs}", f"images/r.fits: {needs}")


def test_a_band_s_name_does_not_lead_out_of_the_folder(
    load_edited: LoadEdited, tmp_path: Path, good: str
) -> None:
    (tmp_path / "images").mkdir()
    for name in ("images/g.fits", "r.fits"):
        fits.writeto(tmp_path / name, cube(2, 16, 16))
    bands = ("BANDS: g,r", "BANDS: 'g,../r'"), ("{g: 22.0, r: 21.5}", "22.0")
    section = "BACKGROUNDS: {PATH: images, CONFIGURATIONS: [PAIR]}\nGEOMETRY:\n"
    with pytest.raises(ConfigError) as caught:
        load_edited((*bands, ("GEOMETRY:\n", section)))
    assert caught.value.problems == ("images: has no ../r.fits; did you mean g.fits?",)


def test_what_an_iterated_map_can_set_counts_for_the_instrument_s_reach(
    load_config: Callable[..., Config],
) -> None:
    """The PSF's reach in pixels is fixed by it; a map that chooses images sets nothing."""
    g = cube(2, 16, 16)
    config = load_config(g, g, ", ITERATE: true", table="seeing-g\n0.5\n2.5\n")
    assert config.reach("seeing") == (0.5, 2.5)
    assert config.reach("read_noise") == (7.0, 7.0)
    assert config.backgrounds is not None
    assert dataclasses.replace(config.backgrounds, iterate=False).bounds("seeing") is None


def test_PATH_is_written_out_so_that_it_names_the_folder_wherever_it_is_read(
    load_config: Callable[..., Config], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from jaxlens.config import load_config as load_anything

    config = load_config(cube(2, 16, 16), cube(2, 16, 16))
    (tmp_path / "again.yaml").write_text(config.text)
    monkeypatch.chdir("/")
    again = load_anything(tmp_path / "again.yaml").backgrounds
    assert again == config.backgrounds
    assert again is not None
    assert config.backgrounds is not None
    np.testing.assert_array_equal(again.arrays["images"], config.backgrounds.arrays["images"])
