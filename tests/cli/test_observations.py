"""The arguments of an observed image, as `read_image` gets them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from jaxlens.cli.observations import add_observation, read_observation
from tests.sky_headers import DEC, RA, tan_header


def read(*words: str) -> Any:
    parser = argparse.ArgumentParser()
    add_observation(parser)
    return read_observation(parser.parse_args(list(words)))


@pytest.fixture
def lens(tmp_path: Path) -> str:
    fits.writeto(tmp_path / "lens.fits", np.full((20, 24), 600.0), tan_header(side=20))
    fits.writeto(tmp_path / "weight.fits", np.full((20, 24), 0.04))
    return str(tmp_path / "lens.fits")


def test_numbers_units_and_files_reach_the_image(lens: str, tmp_path: Path) -> None:
    weight = str(tmp_path / "weight.fits")
    words = ["--inverse-variance", weight, "--unit", "ADU", "--exposure-time", "100", "--gain", "2"]
    seen = read(lens, *words, "--background", "100")
    np.testing.assert_allclose(seen.images, 10.0)
    np.testing.assert_allclose(seen.noise_sigma, 0.1)
    assert seen.unit == "electron/s"
    seen = read(lens, lens, "--background", "100", "200", "--sigma", weight, weight)
    np.testing.assert_allclose(seen.images[0, :, 0, 0], [500.0, 400.0])
    np.testing.assert_allclose(
        read(lens, "--unit", "nanomaggy", "--zero-point", "25").images, 6000.0, rtol=1e-6
    )
    np.testing.assert_allclose(read(lens, "--variance", weight).noise_sigma, 0.2)
    assert read(lens, "--lens-light", lens).images.max() == 0.0


def test_parts_are_given_in_pixels_or_on_the_sky(lens: str) -> None:
    assert read(lens, "--crop", "7").images.shape == (1, 1, 7, 7)
    assert read(lens, "--crop", "7x5").images.shape == (1, 1, 5, 7)
    assert read(lens, "--crop", "2 arcsec").images.shape == (1, 1, 8, 8)
    assert read(lens, "--center", "4", "5.5").center == (4.0, 5.5)
    assert read(lens, "--sky-center", str(RA), str(DEC)).center == pytest.approx((9.5, 9.5), abs=1e-4)
    assert read(lens, "--saturation", "700").mask.all()
    with pytest.raises(ValueError, match="has no keyword SATURATE"):
        read(lens, "--saturation", "header")
    with pytest.raises(ValueError, match="no pixel of image 0 is used"):
        read(lens, "--saturation", "500")
    with pytest.raises(ValueError, match="but the WCS of"):
        read(lens, "--pixel-scale", "0.1")
