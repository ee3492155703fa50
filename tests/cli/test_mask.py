"""The command `mask`: the mask that it writes, its picture, and what it prints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from matplotlib.image import imread

from jaxlens import cli, read_image
from tests.sky_headers import tan_header

SIDE = 61


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A galaxy with a neighbour, in electrons, with a WCS."""
    y, x = np.mgrid[:SIDE, :SIDE] - 30.0
    light = 2000.0 * np.exp(-np.hypot(x, y) / 4.0) + 500.0 * np.exp(
        -0.5 * ((x - 20) ** 2 + (y + 15) ** 2) / 4.0
    )
    data = light + 10.0 * np.random.default_rng(1).normal(size=light.shape)
    header = tan_header(side=SIDE, scale=0.1)
    header["BUNIT"], header["EXPTIME"] = "electron", 100.0
    fits.writeto(tmp_path / "lens.fits", data, header)
    return tmp_path / "lens.fits"


def test_the_mask_has_the_pixels_of_the_image(
    image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, picture = tmp_path / "mask.fits", tmp_path / "mask.png"
    sigma = tmp_path / "sigma.fits"
    fits.writeto(sigma, np.full((SIDE, SIDE), 10.0))
    options = ["--sigma", str(sigma), "--radius", "1.5", "--out", str(out), "--picture", str(picture)]
    assert cli.main(["mask", str(image), *options]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].endswith(f"pixels of {SIDE**2} left out")
    assert printed[1].startswith("  another source at column 50, row 15: peak of ")
    assert printed[2:] == [str(out), str(picture)]
    mask, header = fits.getdata(out), fits.getheader(out, 1)
    assert mask.dtype == np.uint8
    assert (mask == 0).sum() == int(printed[0].split()[0])
    assert mask[0, 15, 50] == 0
    assert mask[0, 30, 30] == 1
    assert WCS(header).celestial.wcs_pix2world([[3.0, 4.0]], 0) == pytest.approx(
        WCS(fits.getheader(image)).wcs_pix2world([[3.0, 4.0]], 0)
    )
    assert np.ptp(imread(picture)) > 0
    # it is the mask that read_image and `jaxlens fit --mask` take
    assert (~read_image(image, mask=out).mask).sum() == (mask == 0).sum()


def test_every_option_counts(image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def left_out(*options: str) -> int:
        command = ["mask", str(image), "--radius", "1.5", "--out", str(tmp_path / "mask.fits"), *options]
        assert cli.main(command) == 0
        return int(capsys.readouterr().out.split()[0])

    plain = left_out()
    assert left_out("--growth", "4") > plain
    assert left_out("--threshold", "1000") == 0
    assert left_out("--radius", "3") == 0
    assert left_out("--outer-radius", "2.5", "--threshold", "1000") > SIDE**2 / 4
    assert left_out("--crop", "31") == 0
    assert fits.getdata(tmp_path / "mask.fits").shape == (1, 31, 31)
    assert left_out("--saturation", "1000", "--threshold", "1000") > 9


def test_what_is_missing_is_explained(image: Path, tmp_path: Path, fails: Callable[..., str]) -> None:
    fits.writeto(tmp_path / "plain.fits", fits.getdata(image))
    out = ("--out", tmp_path / "mask.fits")
    assert "the pixel scale of the image is not known" in fails(
        "mask", tmp_path / "plain.fits", "--radius", 1, *out
    )
    text = fails("mask", image, "--radius", 1, "--pixel-scale", 0.2, *out)
    assert "pixel_scale is 0.2 arcsec, but the WCS of" in text
    assert "No such file" in fails("mask", tmp_path / "no.fits", "--radius", 1, *out)
    assert "choose a folder" in fails("mask", image, "--radius", 1, "--out", tmp_path / "no" / "mask.fits")
