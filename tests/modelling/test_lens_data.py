"""The arrays of a joint fit: the pixels, weights, places and PSFs of the images that were given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS

import jaxlens
from jaxlens.fitting.observation import Observation
from jaxlens.modelling.lens_data import LensImages, lens_data
from jaxlens.modelling.lens_light import pixel_positions
from jaxlens.simulator.simulator import Simulator
from tests.modelling.joint_mocks import PIXEL_SCALE, configuration
from tests.sky_headers import DEC, RA, tan_header

ROWS, COLUMNS = 30, 26
SIM = jaxlens.Simulator(configuration("g,i"))
ONE_BAND = jaxlens.Simulator(configuration("g"))
KERNEL = np.outer([1.0, 2.0, 1.0], [1.0, 3.0, 1.0])
RNG = np.random.default_rng(5)


def observation(bands: tuple[str, ...] = ("g", "i"), **given: Any) -> Observation:
    """An image of noise, not square, with a sigma and a PSF."""
    shape = (len(bands), ROWS, COLUMNS)
    known = {"sigma": RNG.uniform(0.5, 2.0, shape), "psf": KERNEL, "pixel_scale": PIXEL_SCALE, "bands": bands}
    return jaxlens.read_image(RNG.normal(size=shape), **(known | given))


def image_of(found: LensImages, image: Observation, place: int) -> tuple[np.ndarray, ...]:
    """The pixels of an image by explicit loops: data, weight, x and y as the arrays should have them."""
    where, side = found.layout.places[place], found.layout.side
    data, weight, x, y = (np.zeros((side, side)) for _ in range(4))
    assert image.noise_sigma is not None
    for row in range(side):
        for column in range(side):
            i, j = where.column + column, where.row + row
            x[row, column] = (i - image.center[0]) * PIXEL_SCALE
            y[row, column] = (j - image.center[1]) * PIXEL_SCALE
            near = x[row, column] ** 2 + y[row, column] ** 2 <= 1.5**2
            if 0 <= i < COLUMNS and 0 <= j < ROWS and near and image.mask[0, where.own_band, j, i]:
                data[row, column] = image.images[0, where.own_band, j, i]
                weight[row, column] = 1.0 / image.noise_sigma[0, where.own_band, j, i]
    return data, weight, x, y


def test_pixels_are_those_of_the_image() -> None:
    mask = np.ones((2, ROWS, COLUMNS), bool)
    mask[0, 12:15, 9] = mask[1, 20, 13] = False
    image = observation(mask=mask, center=(12.25, 16.5))
    found = lens_data(SIM, image, 1.5)
    assert found.data.image.shape == (2, 1, found.layout.side, found.layout.side)
    assert found.layout.bands == SIM.bands
    assert found.psf_variance is None
    for band in range(2):
        expected = image_of(found, image, band)
        places = pixel_positions(found.data)
        actual = (found.data.image, found.data.weight, *places)
        for ours, wanted in zip(actual, expected, strict=True):
            np.testing.assert_allclose(ours[band, 0], wanted, rtol=0, atol=1e-6)
    # all used pixels within the radius are there
    y, x = np.mgrid[:ROWS, :COLUMNS]
    near = np.hypot(x - 12.25, y - 16.5) * PIXEL_SCALE <= 1.5
    assert np.count_nonzero(found.data.weight) == np.count_nonzero(near & mask)
    np.testing.assert_allclose(found.data.kernel, np.broadcast_to(KERNEL / KERNEL.sum(), (2, 1, 3, 3)))


def test_what_is_no_measurement_has_no_weight() -> None:
    sigma = np.ones((1, ROWS, COLUMNS))
    sigma[0, 15, 12], sigma[0, 15, 13] = 1e8, 1e7
    inverse = np.ones((1, ROWS, COLUMNS))
    inverse[0, 15, 12] = inverse[0, 15, 13] = 0.0
    values = np.ones((1, ROWS, COLUMNS))
    values[0, 15, 12:14] = 500.0
    full = np.count_nonzero(lens_data(ONE_BAND, observation(("g",)), 1.0).data.weight)
    for image, gone in (
        (observation(("g",), sigma=sigma), 2),
        (observation(("g",), sigma=None, inverse_variance=inverse), 2),
        # saturated pixels with their neighbours
        (jaxlens.read_image(values, sigma=1.0, psf=KERNEL, pixel_scale=PIXEL_SCALE, saturation=100.0), 12),
    ):
        found = lens_data(ONE_BAND, image, 1.0)
        assert np.count_nonzero(found.data.weight) == full - gone
        assert np.isfinite(found.data.image).all()


def test_exposures_have_pixels_noise_and_psf_of_their_own() -> None:
    """Two exposures of g, of which one has half the pixel scale and a larger PSF, and one of i."""
    large = np.pad(KERNEL, 1) + 0.1
    first, fine = observation(("g", "i")), observation(("g",), pixel_scale=0.5 * PIXEL_SCALE, psf=large)
    found = lens_data(SIM, [first, fine], 0.9)
    names = [found.layout.name(place) for place in found.layout.places]
    assert names == ["g-1", "i", "g-2"]
    assert found.layout.exposures == 2
    weight = np.asarray(found.data.weight)
    used = np.count_nonzero(weight, axis=(2, 3))
    alone = lens_data(SIM, replace_bands(first), 0.9)
    assert used[0, 0] == used[1, 0] == np.count_nonzero(alone.data.weight[0, 0])
    assert used[0, 1] > 3 * used[0, 0]
    assert used[1, 1] == 0
    np.testing.assert_allclose(np.sum(found.data.kernel, axis=(2, 3)), 1.0)
    np.testing.assert_allclose(found.data.kernel[0, 0], np.pad(KERNEL / KERNEL.sum(), 1))
    np.testing.assert_allclose(found.data.kernel[0, 1], large / large.sum())
    np.testing.assert_allclose(found.data.grid[0, 1, :4], [0.5 * PIXEL_SCALE, 0, 0, 0.5 * PIXEL_SCALE])


def replace_bands(image: Observation) -> Observation:
    """The same image, whose bands are those of the configuration."""
    return replace(image, bands=())


def test_images_with_a_wcs_have_one_sky(tmp_path: Path) -> None:
    """A second exposure that is turned and points elsewhere: pixels of one place have one x and y."""
    images, headers = [], []
    for number, (angle, ra) in enumerate(((10.0, RA), (35.0, RA + 0.5 / 3600.0))):
        headers.append(tan_header(ROWS, PIXEL_SCALE, angle=angle, ra=ra))
        file = tmp_path / f"{number}.fits"
        fits.writeto(file, RNG.normal(size=(ROWS, ROWS)), headers[-1])
        images.append(jaxlens.read_image(file, sigma=1.0, psf=KERNEL, bands=["g"]))
    found = lens_data(ONE_BAND, images, 1.2)
    x, y = pixel_positions(found.data)
    assert found.data.image.shape[:2] == (1, 2)
    for place, header in zip(found.layout.places, headers, strict=True):
        row, column = np.nonzero(found.data.weight[0, place.exposure])
        ra, dec = (
            np.radians(v) for v in WCS(header).all_pix2world(column + place.column, row + place.row, 0)
        )
        # the sky is flat over some arcsec
        east = np.degrees((ra - np.radians(RA)) * np.cos(np.radians(DEC))) * 3600.0
        north = np.degrees(dec - np.radians(DEC)) * 3600.0
        np.testing.assert_allclose(x[0, place.exposure, row, column], east, atol=1e-4)
        np.testing.assert_allclose(y[0, place.exposure, row, column], north, atol=1e-4)
    # each about its own centre
    apart = lens_data(ONE_BAND, images, 1.2, align="centers")
    np.testing.assert_allclose(
        apart.data.grid[0, :, 4:], apart.data.grid[0, :1, 4:] * np.ones((2, 1)), atol=0.2
    )
    assert apart.layout.places[1].column != found.layout.places[1].column
    with pytest.raises(ValueError, match="image 2 has no WCS and others have"):
        lens_data(ONE_BAND, [images[0], observation(("g",))], 1.2)


def test_bands_may_have_a_psf_with_more_samples() -> None:
    fine = np.outer(np.hanning(9)[1:-1], np.hanning(9)[1:-1])
    one = observation(("g",), psf=fine, psf_factor=2, psf_error=0.1)
    found = lens_data(SIM, [one, observation(("i",))], 1.0)
    assert found.layout.psf_factor == 2
    np.testing.assert_allclose(np.sum(found.data.kernel, axis=(2, 3)), 1.0)
    middle = found.data.kernel.shape[-1] // 2
    np.testing.assert_allclose(
        found.data.kernel[0, 0][middle - 3 : middle + 4, middle - 3 : middle + 4], fine / fine.sum()
    )
    # the PSF of i is sampled between its pixels and keeps its middle
    shares = np.asarray(found.data.kernel[1, 0])
    np.testing.assert_allclose(shares, shares[::-1, ::-1], atol=1e-12)
    assert found.psf_variance is not None
    np.testing.assert_allclose(np.sum(found.psf_variance[0, 0]), np.sum((0.1 * fine / fine.sum()) ** 2))
    assert not found.psf_variance[1, 0].any()


def series() -> Observation:
    return jaxlens.read_image(np.ones((3, 1, 8, 8)), sigma=1.0, psf=KERNEL)


@pytest.mark.parametrize(
    ("sim", "images", "given", "message"),
    [
        (SIM, [], {}, "no image is given"),
        (SIM, [observation()], {"radius": 0.0}, "radius is 0.0; give arcsec"),
        (SIM, [observation()], {"align": "stars"}, "align is 'stars'; give 'sky' or 'centers'"),
        (SIM, [series()], {}, "image 1 is a time series"),
        (SIM, [observation(sigma=None)], {}, "image 1 has no sigma; give read_image sigma="),
        (SIM, [observation(("g",))], {}, "no image has the band i"),
        (SIM, [observation(("g", "r"))], {}, "image 1 has the band r, and the configuration g, i"),
        (SIM, [replace_bands(observation(("g",)))], {}, "image 1 has 1 band without names"),
        (SIM, [observation(pixel_scale=0.2)], {}, "pixel_scale of the configuration is 0.15"),
        (
            SIM,
            [observation()],
            {"center": (90.0, 0.0)},
            "image 1 has no used pixel within 1 arcsec of x = 90",
        ),
    ],
)
def test_what_cannot_be_fitted_jointly_is_an_error(
    sim: Simulator, images: list[Observation], given: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        lens_data(sim, images, **({"radius": 1.0} | given))
