"""Kernels of psf_type PIXEL, and what IMAGE says of the PSF.  (What is wrong: broken/instrument.yaml.)"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from astropy.io import fits

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.model import Numerics

Load = Callable[[tuple[tuple[str, str], ...]], Config]

CROSS = np.array([[0.0, 1.0, 0.0], [1.0, 3.0, 2.0], [0.0, 1.0, 0.0]])
READ_NOISE = "    read_noise: 7\n"


# The header of an npy file of float64 of some shape.
NPY = b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': %s, }"


def image(psf_type: str, *lines: str) -> tuple[tuple[str, str], ...]:
    """The changes to `good.yaml` that give IMAGE this PSF and these lines."""
    added = "".join(f"    {line}\n" for line in lines)
    return ("psf_type: GAUSSIAN", f"psf_type: {psf_type}"), (READ_NOISE, READ_NOISE + added)


def kernel_of(config: Config) -> np.ndarray:
    assert config.instrument.kernel is not None
    return config.instrument.kernel.array


@pytest.mark.parametrize("name", ["psf.npy", "psf.fits", "psf.FITS", "deep/psf.fit"])
def test_a_kernel_from_a_file(name: str, load_edited: Load, tmp_path: Path) -> None:
    """Beside the configuration; its sum becomes 1."""
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    if path.suffix == ".npy":
        np.save(path, CROSS.astype(np.float32))
    else:
        fits.writeto(path, CROSS)
    config = load_edited(image("PIXEL", f"kernel_point_source: {name}"))
    np.testing.assert_allclose(kernel_of(config), CROSS[None] / 8.0)
    assert config.instrument.kernel is not None
    assert config.instrument.kernel.files == (str(path),)
    assert config.instrument.kernel.factor == 1


def test_the_first_image_of_a_fits_file_is_taken(load_edited: Load, tmp_path: Path) -> None:
    table = fits.BinTableHDU.from_columns([fits.Column("a", "D", array=np.ones(2))])
    parts = [fits.PrimaryHDU(), table, fits.ImageHDU(CROSS), fits.ImageHDU(np.ones((5, 5)))]
    fits.HDUList(parts).writeto(tmp_path / "psf.fits")
    config = load_edited(image("PIXEL", "kernel_point_source: psf.fits"))
    np.testing.assert_allclose(kernel_of(config), CROSS[None] / 8.0)


@pytest.mark.parametrize("extension", ["[2]", "[PSF]", "[psf]", "[PSF,1]", "[ psf, 1 ]"])
def test_an_extension_in_brackets(load_edited: Load, tmp_path: Path, extension: str) -> None:
    """By number or name, as in `read_image`; the text of the Config names it by its whole path."""
    parts = [
        fits.PrimaryHDU(np.ones((5, 5))),
        fits.ImageHDU(np.ones((7, 7))),
        fits.ImageHDU(CROSS, name="PSF"),
    ]
    fits.HDUList(parts).writeto(tmp_path / "psf.fits")
    config = load_edited(image("PIXEL", f"kernel_point_source: 'psf.fits{extension}'"))
    np.testing.assert_allclose(kernel_of(config), CROSS[None] / 8.0)
    assert config.instrument.kernel is not None
    whole = f"{tmp_path}/psf.fits[{extension[1:-1].strip()}]"
    assert config.instrument.kernel.files == (whole,)
    again = load_config(yaml.safe_load(config.text))
    assert again.instrument == config.instrument
    np.testing.assert_array_equal(kernel_of(again), kernel_of(config))


def test_an_extension_without_quotes_and_by_band(load_edited: Load, tmp_path: Path) -> None:
    parts = [fits.PrimaryHDU(), fits.ImageHDU(CROSS), fits.ImageHDU(np.ones((3, 3)))]
    fits.HDUList(parts).writeto(tmp_path / "f.fits")
    one = load_edited(image("PIXEL", "kernel_point_source: f.fits[1]"))
    np.testing.assert_allclose(kernel_of(one), CROSS[None] / 8.0)
    both = load_edited(image("PIXEL", "kernel_point_source:", "  g: f.fits[1]", "  r: f.fits[2]"))
    np.testing.assert_allclose(kernel_of(both), np.stack([CROSS / 8.0, np.ones((3, 3)) / 9.0]))


def test_a_file_whose_name_has_brackets(load_edited: Load, tmp_path: Path) -> None:
    fits.writeto(tmp_path / "psf[1].fits", CROSS)
    np.testing.assert_allclose(
        kernel_of(load_edited(image("PIXEL", "kernel_point_source: psf[1].fits"))), CROSS[None] / 8.0
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("psf.fits[5]", "psf.fits: has no image 5; it must be PSF"),
        ("psf.fits[PFS]", "psf.fits: has no image PFS; did you mean PSF?"),
        (
            "psf.npy[1]",
            "c.yaml:17: IMAGE.PARAMETERS.kernel_point_source: 'psf.npy' has no extensions, since it is no "
            "FITS file; give a .fits or .npy file, or one for each band",
        ),
    ],
)
def test_an_extension_that_is_not_there(load_edited: Load, tmp_path: Path, name: str, says: str) -> None:
    fits.HDUList([fits.PrimaryHDU(), fits.ImageHDU(CROSS, name="PSF")]).writeto(tmp_path / "psf.fits")
    np.save(tmp_path / "psf.npy", CROSS)
    with pytest.raises(ConfigError) as caught:
        load_edited(image("PIXEL", f"kernel_point_source: {name}"))
    assert caught.value.problems == (says,)


def test_kernels_by_band_become_one_size(load_edited: Load, tmp_path: Path) -> None:
    """Zeros around the smaller ones, whichever way they are rectangular."""
    np.save(tmp_path / "g.npy", np.ones((1, 5)))
    np.save(tmp_path / "r.npy", CROSS)
    config = load_edited(image("PIXEL", "kernel_point_source: {r: r.npy, g: g.npy}"))
    expected = np.zeros((2, 5, 5))
    expected[0, 2], expected[1, 1:4, 1:4] = 0.2, CROSS / 8.0
    np.testing.assert_allclose(kernel_of(config), expected)


def test_a_kernel_needs_no_seeing(load_edited: Load, tmp_path: Path) -> None:
    np.save(tmp_path / "psf.npy", CROSS)
    config = load_edited((*image("PIXEL", "kernel_point_source: psf.npy"), ("    seeing: 0.9\n", "")))
    assert "seeing" not in dict(config.instrument.quantities)


def test_the_text_of_a_configuration_finds_its_kernel_anywhere(
    load_edited: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dataset keeps the text alone."""
    np.save(tmp_path / "psf.npy", CROSS)
    config = load_edited(image("PIXEL", "kernel_point_source: {g: psf.npy, r: psf.npy}"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    Path("again.yaml").write_text(config.text, encoding="utf-8")
    again = load_config("again.yaml")
    np.testing.assert_array_equal(kernel_of(again), kernel_of(config))
    assert again.instrument == config.instrument
    assert hash(again.instrument) == hash(config.instrument)


WRONG = {
    "nan": (np.where(CROSS > 2, np.nan, CROSS), "has 1 pixel that is not finite; mend the kernel"),
    "infinite": (np.where(CROSS > 1, np.inf, CROSS), "has 2 pixels that are not finite; mend the kernel"),
    "negative": (-CROSS, "sums to -8; the sum must be above 0, and is scaled to 1"),
    "empty": (np.zeros((0, 3)), "has an array of shape (0, 3); give an image (y, x) of the PSF"),
    "complex": (
        CROSS * 1j,
        "cannot be read as an npy file of numbers; give an image (y, x) of the PSF",
    ),
    "pickled": (
        np.array([[object()]]),
        "cannot be read as an npy file of numbers; give an image (y, x) of the PSF",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_kernel(case: str, load_edited: Load, tmp_path: Path) -> None:
    array, says = WRONG[case]
    np.save(tmp_path / "psf.npy", array)
    with pytest.raises(ConfigError) as caught:
        load_edited(image("PIXEL", "kernel_point_source: psf.npy"))
    assert caught.value.problems == (f"psf.npy: {says}",)


def test_a_fits_file_without_its_end(load_edited: Load, tmp_path: Path) -> None:
    fits.writeto(tmp_path / "whole.fits", np.ones((99, 99)))
    (tmp_path / "psf.fits").write_bytes((tmp_path / "whole.fits").read_bytes()[:9000])
    with pytest.raises(ConfigError) as caught:
        load_edited(image("PIXEL", "kernel_point_source: psf.fits"))
    assert caught.value.problems == ("psf.fits: cannot be read as FITS; give an image (y, x) of the PSF",)


def test_a_fits_file_without_an_image(load_edited: Load, tmp_path: Path) -> None:
    fits.PrimaryHDU().writeto(tmp_path / "psf.fits")
    with pytest.raises(ConfigError) as caught:
        load_edited(image("PIXEL", "kernel_point_source: psf.fits"))
    assert caught.value.problems == ("psf.fits: has no image; give an image (y, x) of the PSF",)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("psf.fits", b"PK\3\4" + bytes(3000)),
        ("psf.npy", b"PK\3\4" + bytes(3000)),
        ("psf.fits", gzip.compress(b"SIMPLE  =" + bytes(9000))[:-40] + bytes(60)),
        ("psf.npy", NPY % b"(1000001, 1000001)"),
        ("psf.npy", NPY % (b"(1%s1, 3)" % (b"0" * 29))),
    ],
    ids=["zip as fits", "zip as npy", "damaged gzip", "npy without its numbers", "npy without end"],
)
def test_a_broken_file(name: str, content: bytes, load_edited: Load, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=f"{name}: cannot be read as .*; give an image"):
        load_edited(image("PIXEL", f"kernel_point_source: {name}"))


def test_what_is_large_once_it_is_unpacked_is_not_read(
    load_edited: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a packed file, nor a packed image in a file."""
    monkeypatch.setattr("jaxlens.config.psf.MAX_BYTES", 50_000)
    zeros = np.zeros((101, 101), np.float64)
    whole = io.BytesIO()
    fits.PrimaryHDU(zeros).writeto(whole)
    (tmp_path / "psf.fits").write_bytes(gzip.compress(whole.getvalue()))
    with pytest.raises(ConfigError, match=r"psf\.fits: is unpacked over 0 MB; cut the kernel out of it"):
        load_edited(image("PIXEL", "kernel_point_source: psf.fits"))
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(zeros)]).writeto(tmp_path / "small.fits")
    assert (tmp_path / "small.fits").stat().st_size < 50_000
    with pytest.raises(ConfigError, match=r"small\.fits: is over 0 MB; cut the kernel out of it"):
        load_edited(image("PIXEL", "kernel_point_source: small.fits"))


def test_a_huge_file_is_not_read(load_edited: Load, tmp_path: Path) -> None:
    with (tmp_path / "psf.npy").open("wb") as file:
        file.truncate(50_000_001)
    with pytest.raises(ConfigError) as caught:
        load_edited(image("PIXEL", "kernel_point_source: psf.npy"))
    assert caught.value.problems == ("psf.npy: is over 50 MB; cut the kernel out of it",)


def test_a_kernel_smaller_than_convolution_kernel_size(load_edited: Load, tmp_path: Path) -> None:
    """5 x 5 pixels at a third of a pixel are 3 pixels."""
    np.save(tmp_path / "psf.npy", np.ones((5, 5)))
    lines = "kernel_point_source: psf.npy", "kernel_supersampling_factor: 3", "convolution_kernel_size: "
    load_edited(image("PIXEL", *lines[:2], lines[2] + "3"))
    with pytest.raises(ConfigError) as caught:
        load_edited(image("PIXEL", *lines[:2], lines[2] + "5"))
    assert caught.value.problems == (
        "c.yaml:19: IMAGE.PARAMETERS.convolution_kernel_size: is 5, but the kernel has 3 pixels "
        "along a side; leave it out to use the whole kernel",
    )


def test_numerics(load_edited: Load, tmp_path: Path) -> None:
    """The defaults are lenstronomy's; a point source has the kernel's own sampling."""
    np.save(tmp_path / "psf.npy", np.ones((9, 9)))
    kernel = "kernel_point_source: psf.npy", "kernel_supersampling_factor: 2"
    numerics = [
        load_edited(image(*lines)).instrument.numerics
        for lines in (
            ("GAUSSIAN",),
            ("PIXEL", *kernel),
            (
                "PIXEL",
                *kernel,
                "supersampling_convolution: true",
                "supersampling_kernel_size: 3",
                "convolution_kernel_size: 1",
                "point_source_supersampling_factor: 5",
                "compute_mode: regular",
            ),
            ("MOFFAT", "moffat_beta: 3", "supersampling_convolution: False", "convolution_kernel_size: None"),
        )
    ]
    assert numerics == [
        Numerics(False, 5, None, 1),
        Numerics(False, 5, None, 2),
        Numerics(True, 3, 1, 5),
        Numerics(False, 5, None, 1),
    ]


def test_what_has_no_effect_is_remarked(load_edited: Load) -> None:
    """As where a survey's preset puts another psf_type into a file."""
    config = load_edited(
        image(
            "GAUSSIAN",
            "kernel_point_source: psf.fits",
            "moffat_beta: 3",
            "convolution_kernel_size: 3",
            "point_source: exact",
            "point_source_supersampling_factor: 3",
        )
    )
    why = "has no effect, since psf_type is GAUSSIAN"
    assert config.warnings[-4:] == (
        f"c.yaml:17: IMAGE.PARAMETERS.kernel_point_source: {why}",
        f"c.yaml:18: IMAGE.PARAMETERS.moffat_beta: {why}",
        f"c.yaml:19: IMAGE.PARAMETERS.convolution_kernel_size: {why}",
        "c.yaml:21: IMAGE.PARAMETERS.point_source_supersampling_factor: has no effect, "
        "since point_source is exact",
    )


def test_negative_pixels_of_a_kernel_are_remarked(load_edited: Load, tmp_path: Path) -> None:
    np.save(tmp_path / "psf.npy", CROSS - 0.1)
    config = load_edited(image("PIXEL", "kernel_point_source: psf.npy"))
    assert "psf.npy: has 4 pixels below 0; a PSF has none" in config.warnings


@pytest.mark.parametrize(
    ("name", "lines", "names"),
    [
        ("FlatLambdaCDM", "", []),
        ("LambdaCDM", "    Ode0: 0.6\n", ["Ode0"]),
        ("FlatwCDM", "", []),
        ("FlatwCDM", "    w0: -0.9\n", ["w0"]),
        ("w0waCDM", "    wa: 0.1\n    Ode0: 0.6\n", ["Ode0", "wa"]),
        ("w0waCDM", "    w0: -1.1\n    Ode0: -0.1\n    wa: 0.1\n", ["Ode0", "w0", "wa"]),
    ],
)
def test_cosmologies(name: str, lines: str, names: list[str], load_edited: Load) -> None:
    """NAME is astropy's class; parameters that have a default may be omitted."""
    om0 = "    Om0: 0.3\n"
    config = load_edited((("COSMOLOGY:\n", f"COSMOLOGY:\n  NAME: {name}\n"), (om0, om0 + lines)))
    assert [key for key, _ in config.cosmology] == ["H0", "Om0", *names]
