"""The search on a grid: the cells that it keeps hold the images."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.lensing.grid_search import closest_cells, grid_starts
from jaxlens.kernels.mass.isothermal import sis


def residual(x, y):
    """A sphere of theta_E = 1 with its source at (0.3, -0.4): images at 1.5 and -0.5 in that direction."""
    alpha_x, alpha_y = sis(x, y, theta_E=1.0)
    return x - alpha_x - 0.3, y - alpha_y + 0.4


IMAGES = np.array([[0.9, -1.2], [-0.3, 0.4]])


@jax.jit
def search(half_width):
    """The finest cells, and the points that come of them."""
    points = grid_starts(residual, half_width, slots=4, cells=48, row=8)
    return closest_cells(residual, half_width, 6, 8), points


@pytest.mark.long
def test_the_images_are_in_cells_that_are_kept():
    (x, y, size), _ = search(jnp.float32(3.0))
    assert x.shape == y.shape == (64,)
    assert float(size) == pytest.approx(2 * 3.0 / 8 / 6**3, rel=1e-6)
    for image_x, image_y in IMAGES:
        inside = (np.abs(image_x - x - size / 2) < 0.51 * size) & (
            np.abs(image_y - y - size / 2) < 0.51 * size
        )
        assert inside.any()


def test_there_is_one_valid_point_near_each_image():
    _, (x, y, _, valid) = search(jnp.float32(3.0))
    points = np.stack([x, y], axis=1)[np.asarray(valid)]
    apart = np.hypot(*(points[:, None] - IMAGES[None]).transpose(2, 0, 1))
    assert (apart < 1e-3).sum(axis=0).tolist() == [1, 1]
