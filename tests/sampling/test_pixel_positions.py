"""Positions of stars, which are drawn in pixels, on the sky."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

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
