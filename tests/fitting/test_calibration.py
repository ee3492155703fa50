"""Images and noise in counts/s, sky and lens light taken out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits

from jaxlens.fitting.observations import read_image

COUNTS = np.random.default_rng(1).poisson(400.0, (8, 8)).astype(float)


def written(path: Path, data: np.ndarray, **keywords: Any) -> Path:
    fits.writeto(path, data, fits.Header(list(keywords.items())))
    return path


def test_electrons_and_their_noise_become_rates(tmp_path: Path) -> None:
    path = written(tmp_path / "lens.fits", COUNTS, BUNIT="ELECTRONS", EXPTIME=200.0)
    for name, noise in (("sigma", np.sqrt(COUNTS)), ("variance", COUNTS), ("inverse_variance", 1 / COUNTS)):
        seen = read_image(path, **{name: noise})
        np.testing.assert_allclose(seen.images[0, 0], COUNTS / 200.0, rtol=1e-6)
        np.testing.assert_allclose(seen.noise_sigma[0, 0], np.sqrt(COUNTS) / 200.0, rtol=1e-6)
        assert seen.unit == "electron/s"


def test_a_noise_with_a_unit_of_its_own_keeps_it(tmp_path: Path) -> None:
    image = written(tmp_path / "lens.fits", COUNTS, BUNIT="ELECTRONS", EXPTIME=200.0)
    rate = written(tmp_path / "rate.fits", np.sqrt(COUNTS) / 200.0, BUNIT="ELECTRONS/S")
    # its exposure time is that of the image
    total = written(tmp_path / "total.fits", np.sqrt(COUNTS), BUNIT="electron")
    plain = written(tmp_path / "plain.fits", np.sqrt(COUNTS))
    for path in (rate, total, plain):
        np.testing.assert_allclose(
            read_image(image, path).noise_sigma[0, 0], np.sqrt(COUNTS) / 200.0, rtol=1e-6
        )
    other = written(tmp_path / "other.fits", COUNTS, BUNIT="DN/s")
    with pytest.raises(ValueError, match=r"sigma is in ADU/s, and the image in electron/s; give unit="):
        read_image(image, other)
    with pytest.raises(ValueError, match="sigma is in ADU/s, and the image in an unknown unit"):
        read_image(COUNTS, other)
    # one unit for both, by the user's word
    seen = read_image(COUNTS, other, unit="electron", exposure_time=10.0)
    np.testing.assert_allclose(seen.noise_sigma[0, 0], COUNTS / 10.0, rtol=1e-6)


def test_an_unknown_unit_is_an_error_unless_it_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "lens.fits", COUNTS, BUNIT="photon / fortnight")
    message = f"image ({path}) has the unit 'photon / fortnight', neither counts nor a flux density"
    with pytest.raises(ValueError, match=re.escape(message)):
        read_image(path)
    np.testing.assert_allclose(read_image(path, unit="electron/s").images[0, 0], COUNTS, rtol=1e-6)


def test_the_first_header_of_a_file_counts_too(tmp_path: Path) -> None:
    """As Hubble's files have the exposure time in the first one."""
    units = [
        fits.PrimaryHDU(header=fits.Header([("EXPTIME", 50.0)])),
        fits.ImageHDU(COUNTS, fits.Header([("BUNIT", "ELECTRONS")]), name="SCI"),
    ]
    fits.HDUList(units).writeto(tmp_path / "lens.fits")
    np.testing.assert_allclose(
        read_image(f"{tmp_path}/lens.fits[SCI]").images[0, 0], COUNTS / 50.0, rtol=1e-6
    )


def test_sky_and_lens_light_are_taken_out_in_the_images_unit(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    light, sky = rng.uniform(0.0, 100.0, (8, 8)), rng.uniform(10.0, 20.0, (8, 8))
    path = written(tmp_path / "lens.fits", COUNTS, BUNIT="ELECTRONS", EXPTIME=200.0)
    file = written(tmp_path / "light.fits", light / 200.0, BUNIT="ELECTRONS/S")
    seen = read_image(
        path, sigma=2.0, background=sky, lens_light=file, lens_light_variance=np.full((8, 8), 5.0)
    )
    np.testing.assert_allclose(seen.images[0, 0], (COUNTS - sky - light) / 200.0, rtol=1e-5)
    np.testing.assert_allclose(seen.noise_sigma[0, 0], 3.0 / 200.0, rtol=1e-6)
    np.testing.assert_allclose(
        read_image(path, background=15).images[0, 0], (COUNTS - 15.0) / 200.0, rtol=1e-6
    )
    with pytest.raises(ValueError, match="lens_light_variance is given without a noise; give sigma= too"):
        read_image(path, lens_light=light, lens_light_variance=1.0)
    with pytest.raises(ValueError, match=r"lens_light has shape \(1, 7, 8\); the image has \(1, 8, 8\)"):
        read_image(path, lens_light=light[:7])


@pytest.mark.parametrize(
    "sky", [[1.0, 3.0], {"r": 3.0, "g": 1.0}, np.array([1.0, 3.0])[:, None, None] * np.ones((8, 8))]
)
def test_each_band_has_a_sky_of_its_own(sky: Any) -> None:
    seen = read_image(
        np.stack([COUNTS, COUNTS]), background=sky, bands="gr", unit=["electron/s", "electron/s"]
    )
    np.testing.assert_allclose(seen.images[0], COUNTS - np.array([1.0, 3.0])[:, None, None], rtol=1e-6)


def test_bands_in_files_have_headers_of_their_own(tmp_path: Path) -> None:
    files = {
        b: written(tmp_path / f"{b}.fits", COUNTS, BUNIT="ADU", EXPTIME=t)
        for b, t in (("g", 10.0), ("r", 40.0))
    }
    seen = read_image(files, sigma=files, gain={"g": 2.0, "r": 4.0})
    for b, factor in enumerate((0.2, 0.1)):
        np.testing.assert_allclose(seen.images[0, b], COUNTS * factor, rtol=1e-6)
        np.testing.assert_allclose(seen.noise_sigma[0, b], COUNTS * factor, rtol=1e-6)
