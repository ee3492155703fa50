"""Grids of images in COOLEST's axes."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.exchange.coolest_pixels import Grid, grid_of
from jaxlens.exchange.errors import ExchangeError

MAP = {
    "transform_xx": -0.2,
    "transform_xy": 0.0,
    "transform_yx": 0.0,
    "transform_yy": 0.2,
    "x_shift": 0.1,
    "y_shift": 0.3,
}


def arrays(values: dict[str, float]) -> dict[str, np.ndarray]:
    return {name: np.asarray(value) for name, value in values.items()}


def test_grids_of_systems() -> None:
    assert grid_of(arrays({"pixel_scale": 0.05})) == Grid(0.05)
    assert grid_of(arrays(MAP)) == Grid(0.2, "west", 0.1, 0.3)
    assert grid_of(arrays({**MAP, "transform_xx": 0.2})) == Grid(0.2, "east", 0.1, 0.3)
    assert Grid(0.2, "west", 0.1, 0.3).keys() == MAP
    assert Grid(0.05).keys() == {"pixel_scale": 0.05}


@pytest.mark.parametrize("change", [{"transform_xy": 0.05}, {"transform_yy": -0.2}, {"transform_xx": -0.3}])
def test_other_pixels_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(ExchangeError, match="along x and y, with rows to the north"):
        grid_of(arrays({**MAP, **change}))


def test_images_are_placed_with_their_columns_to_the_west() -> None:
    image = np.arange(6.0).reshape(2, 3)
    placed = Grid(0.5, "east", 1.0, -2.0).placed(image)
    np.testing.assert_array_equal(placed.array, image[:, ::-1])
    assert (placed.x, placed.y) == ((-1.75, -0.25), (-2.5, -1.5))
    np.testing.assert_array_equal(Grid(0.5, "west").placed(image).array, image)
    kernel = Grid(0.5).kernel(np.eye(3), 2)
    assert kernel.pixel_size == pytest.approx(0.25)
    np.testing.assert_array_equal(kernel.ours, np.eye(3))
