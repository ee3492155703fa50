"""Positions of stars, which are drawn in pixels, on the sky."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.config.model import PIXEL_MAP
from jaxlens.sampling.pixel_positions import positions_from_pixels

STAR = "PLANE_1-OBJECT_2"
X, Y = f"{STAR}-ra_image", f"{STAR}-dec_image"
NUMBERS = {"transform_xx": 0.2, "transform_xy": 0.05, "transform_yx": -0.1, "transform_yy": 0.3}
NUMBERS |= {"x_shift": 1.0, "y_shift": -2.0}


def system(**more: float) -> dict[str, jnp.ndarray]:
    return {name: jnp.asarray(value) for name, value in ({X: 3.0, Y: -5.0} | more).items()}


def test_squares_along_x_and_y() -> None:
    found = positions_from_pixels([X, Y], system(pixel_scale=0.2))
    np.testing.assert_allclose([found[X], found[Y]], [0.6, -1.0], rtol=1e-6)


def test_a_map_mixes_the_two_coordinates() -> None:
    found = positions_from_pixels([X, Y], system(**NUMBERS))
    np.testing.assert_allclose([found[X], found[Y]], [0.6 - 0.25 + 1.0, -0.3 - 1.5 - 2.0], rtol=1e-6)


def test_a_coordinate_of_a_table_is_an_angle_and_the_other_is_drawn_within_the_image() -> None:
    found = positions_from_pixels({Y}, system(**(NUMBERS | {X: 1.35})))
    assert found.keys() == {Y}
    np.testing.assert_allclose(found[Y], -3.8, rtol=1e-6)
    found = positions_from_pixels({X}, system(**(NUMBERS | {Y: -3.8})))
    assert found.keys() == {X}
    np.testing.assert_allclose(found[X], 1.35, rtol=1e-6)


@pytest.mark.slow
def test_stars_fill_images_whose_maps_are_drawn_and_linked(
    small_lens: dict[str, Any], key: jax.Array
) -> None:
    """Rotated maps, each of its own scale: links are computed after all draws, and positions after links."""

    def uniform(low: float, high: float) -> dict[str, Any]:
        return {"DISTRIBUTION": {"NAME": "uniform", "PARAMETERS": {"minimum": low, "maximum": high}}}

    image = small_lens["IMAGE"]["PARAMETERS"]
    del image["pixel_scale"]
    image |= {"transform_xx": uniform(0.15, 0.2), "transform_yy": {"SAME_AS": "transform_xx"}}
    image |= {"transform_yx": uniform(-0.1, 0.1), "x_shift": uniform(-1, 1), "y_shift": 0.5}
    image |= {"transform_xy": {"SAME_AS": "transform_yx", "TIMES": -1}}
    star = {"NAME": "STAR", "HOST": "Foreground", "PARAMETERS": {"magnitude": 21.0}}
    small_lens["SPECIES"]["POINTSOURCE_1"] = star
    small_lens["GEOMETRY"]["CONFIGURATION_1"]["PLANE_1"]["OBJECT_2"] = "STAR"
    params = Simulator(small_lens).sample(key, 1000)
    xx, xy, yx, yy, x_0, y_0 = (np.asarray(params[name]) for name in PIXEL_MAP)
    np.testing.assert_allclose([xy, yy], [-yx, xx])
    x, y = np.asarray(params[X]) - x_0, np.asarray(params[Y]) - y_0
    determinant = xx * yy - xy * yx
    for pixels in (yy * x - xy * y) / determinant, (xx * y - yx * x) / determinant:
        assert np.abs(pixels).max() < 12.001
        # of a uniform distribution between -12 and 12 pixels
        np.testing.assert_allclose(np.quantile(pixels, [0.25, 0.5, 0.75]), [-6, 0, 6], atol=1.0)
