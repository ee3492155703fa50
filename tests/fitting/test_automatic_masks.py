"""Automatic masks of mock lenses: arcs stay, and what the model cannot have does not."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from jaxlens.fitting.automatic_masks import AutomaticMask, automatic_mask
from jaxlens.fitting.bad_pixels import empty_border, single_pixels
from jaxlens.fitting.observation import Observation
from jaxlens.fitting.observations import read_image
from tests.fitting.test_sources import SIDE, X, Y, galaxy, spot

SCALE = 0.05


def arcs(radius: float, rng: np.random.Generator) -> np.ndarray:
    """A long arc and a short one on a ring, in pixels, with clumps."""
    distance, angle = np.hypot(X - 50.3, Y - 49.8), np.arctan2(Y - 49.8, X - 50.3)
    start = rng.uniform(0.0, 2 * np.pi)
    along = np.cos(angle - start)
    light = 25.0 * np.exp(-0.5 * ((distance - radius) / 2.0) ** 2) * np.exp(3.0 * (along - 1.0))
    light += 12.0 * np.exp(-0.5 * ((distance - 0.8 * radius) / 1.5) ** 2) * np.exp(12.0 * (-along - 1.0))
    return np.asarray(light * (1.0 + 0.4 * np.cos(11.0 * angle)))


def lens(seed: int, neighbours: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An image, its noise, and where its arcs are brighter than the noise."""
    rng = np.random.default_rng(seed)
    ring = arcs(20.0, rng)
    light = galaxy() / 5.0 + ring
    if neighbours:
        light = light + spot(85, 70, 30.0, 2.5) + spot(12, 20, 15.0)
    sigma = np.sqrt(1.0 + light / 20.0)
    return light + sigma * rng.normal(size=light.shape), sigma, ring > sigma


def mask_of(image: np.ndarray, sigma: Any = None, **options: Any) -> AutomaticMask:
    return automatic_mask(read_image(image, sigma, pixel_scale=SCALE), radius=1.3, **options)


def test_arcs_stay_and_neighbours_do_not() -> None:
    for seed in range(8):
        image, sigma, ring = lens(seed)
        found = mask_of(image, sigma)
        assert found.mask[0][ring].all(), seed
        for x, y in ((85, 70), (12, 20)):
            assert not found.mask[0, y - 2 : y + 3, x - 2 : x + 3].any()
        assert {one.why for one in found.left_out} == {"another source"}
        assert [(one.x // 4, one.y // 4) for one in found.left_out][:2] == [
            (85 // 4, 70 // 4),
            (12 // 4, 20 // 4),
        ]
        # little else is lost
        assert (~found.mask).sum() < 600


def test_a_lens_alone_loses_no_pixel() -> None:
    for seed in range(8):
        image, sigma, _ = lens(seed, neighbours=False)
        assert mask_of(image, sigma).mask.all()


def test_without_a_noise_it_is_measured() -> None:
    image, _, ring = lens(1)
    found = mask_of(image)
    assert found.mask[0][ring].all()
    assert not found.mask[0, 70, 85]
    with pytest.raises(ValueError, match="the noise of the image cannot be measured"):
        mask_of(np.ones((SIDE, SIDE)))


def test_a_neighbour_that_reaches_inside_is_left_out_there_too() -> None:
    image, sigma, _ = lens(2, neighbours=False)
    image = image + spot(81, 50, 60.0, 4.0)
    inside = (np.hypot(X - 50, Y - 50) < 26) & (np.hypot(X - 81, Y - 50) < 6.5)
    assert inside.any()
    assert not mask_of(image, sigma).mask[0][inside].any()


def test_an_arc_beyond_the_radius_is_named_as_one() -> None:
    image, sigma, ring = lens(3, neighbours=False)
    found = automatic_mask(read_image(image, sigma, pixel_scale=SCALE), radius=0.7)
    assert not found.mask[0][ring].all()
    assert "degrees, as an arc would" in str(found)
    assert "another source at column" in str(found).splitlines()[1]


def test_bad_pixels_are_left_out_by_reason() -> None:
    image, sigma, _ = lens(4, neighbours=False)
    image[30, 70], image[80, 25] = 400.0, -300.0
    image[:3] = 0.0
    image[60:63, 20:23] += 5000.0
    sigma[10:14, 80:86] = 1e8
    found = mask_of(image, sigma, saturation=4000.0)
    reasons = {one.why: one.pixels for one in found.left_out}
    assert reasons == {
        "no data or noise": 24,
        "empty border": 3 * SIDE,
        "saturated": 25,
        "single pixels": 2,
    }
    assert (~found.mask).sum() == 24 + 3 * SIDE + 25 + 2
    assert "single pixels: 2 pixels" in str(found)


def test_a_star_is_not_a_single_pixel() -> None:
    rng, sigma = np.random.default_rng(5), np.ones((SIDE, SIDE))
    narrow = spot(40, 60, 500.0, 0.7)
    image = narrow + rng.normal(size=narrow.shape)
    used = np.ones((SIDE, SIDE), bool)
    assert not single_pixels(image, sigma, used).any()
    psf = spot(50, 50, 1.0, 0.7)[48:53, 48:53]
    image[20, 20] += 100.0
    assert np.argwhere(single_pixels(image, sigma, used, psf)).tolist() == [[20, 20]]
    # a PSF of one pixel makes such pixels
    assert not single_pixels(image, sigma, used, np.eye(5)[2:3, 2:3]).any()


def test_only_lines_from_the_edge_are_a_border() -> None:
    image = np.random.default_rng(6).normal(size=(8, 9))
    image[:2], image[5], image[:, -1] = np.nan, 0.0, 3.0
    wanted = np.zeros(image.shape, bool)
    wanted[:2], wanted[:, -1] = True, True
    np.testing.assert_array_equal(empty_border(image), wanted)


def test_pixels_that_are_not_used_stay_so_and_bands_share_neighbours() -> None:
    image, sigma, ring = lens(7)
    faint = lens(8, neighbours=False)[0]
    bad = np.zeros((2, SIDE, SIDE))
    bad[1, 50, 40] = 1
    seen = read_image({"g": image, "r": faint}, {"g": sigma, "r": sigma}, bad=bad, pixel_scale=SCALE)
    found = automatic_mask(seen, 1.3, outer_radius=2.4)
    assert found.mask.shape == (2, SIDE, SIDE)
    assert not found.mask[:, 70, 85].any()
    assert (found.mask[0, 50, 40], found.mask[1, 50, 40]) == (True, False)
    assert found.mask[0][ring].all()
    assert not found.mask[:, np.hypot(X - 50, Y - 50) > 48.0].any()
    assert [one.band for one in found.left_out] == ["g", "g", ""]
    assert found.left_out[-1].why == "beyond the outer radius"
    masked = seen.masked(found.mask)
    np.testing.assert_array_equal(masked.mask[0], found.mask)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": 0.0}, "threshold is 0.0; give a number above 0"),
        ({"growth": -1.0}, "growth is -1.0; give pixels, 0 or more"),
        ({"outer_radius": -1.0}, "outer_radius is -1.0; give a number above 0"),
        ({"saturation": 0.0}, "saturation is 0.0; give a number above 0"),
    ],
)
def test_what_is_no_number_is_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        mask_of(np.ones((9, 9)), 1.0, **options)


def test_a_scale_is_needed_and_a_series_refused() -> None:
    with pytest.raises(
        ValueError, match="the pixel scale of the image is not known; give pixel_scale, arcsec"
    ):
        automatic_mask(read_image(np.ones((9, 9)), 1.0), 1.0)
    data = np.ones((1, 3, 2, 9, 9))
    with pytest.raises(ValueError, match="the observation is a time series; give one epoch"):
        automatic_mask(Observation(data, data, data > 0, None, (), pixel_scale=0.1), 1.0)
