"""Wide pixels: the same light, noise and sky in a quarter of the pixels."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.modelling.coarse_data import coarse
from jaxlens.modelling.lens_light import pixel_positions
from jaxlens.modelling.model import LensData
from tests.modelling.joint_mocks import kernel, pixel_map

pytestmark = pytest.mark.usefixtures("x64")


@pytest.fixture
def data() -> LensData:
    """Two exposures of 7 pixels, one of which is turned, with a pixel that is not used."""
    rng = np.random.default_rng(0)
    image, sigma = rng.normal(size=(1, 2, 7, 7)), rng.uniform(0.5, 2.0, (1, 2, 7, 7))
    weight = 1.0 / sigma
    weight[0, 1, 2, 3] = 0.0
    kernels, grid = np.stack([kernel(0.8), kernel(1.2)]), np.stack([pixel_map(), pixel_map(0.6, 0.1, -0.2)])
    return LensData(image, weight, kernels[None], grid[None])


def blocks(images: np.ndarray) -> np.ndarray:
    """The four pixels of each wide one, the seventh row and column left out, (4, ..., 3, 3)."""
    even = images[..., :6, :6]
    return np.stack([even[..., i::2, j::2] for i in (0, 1) for j in (0, 1)])


def test_light_adds_up(data: LensData) -> None:
    np.testing.assert_allclose(coarse(data).image, np.sum(blocks(np.asarray(data.image)), axis=0))


def test_variances_add_up_where_all_pixels_are_used(data: LensData) -> None:
    found, four = np.asarray(coarse(data).weight), blocks(np.asarray(data.weight))
    used = np.all(four > 0.0, axis=0)
    assert np.argwhere(~used).tolist() == [[0, 1, 1, 1]]
    assert not found[~used].any()
    np.testing.assert_allclose(1.0 / found[used] ** 2, np.sum(1.0 / four[:, used] ** 2, axis=0))


def test_the_kernel_has_unit_sum_and_half_the_width(data: LensData) -> None:
    """In wide pixels; joining pixels widens it by the variance of what one of them covers."""
    for before, after in zip(np.asarray(data.kernel)[0], np.asarray(coarse(data).kernel)[0], strict=True):
        np.testing.assert_allclose(np.sum(after), 1.0, rtol=1e-12)
        axes = [np.arange(len(k)) - len(k) // 2 for k in (before, after)]
        widths = [np.sum(a**2 * np.sum(k, axis=0)) for a, k in zip(axes, (before, after), strict=True)]
        assert 0.0 < 4.0 * widths[1] - widths[0] < 1.0
        np.testing.assert_allclose(after, after[::-1, ::-1], atol=1e-12)


def test_wide_pixels_are_where_theirs_are(data: LensData) -> None:
    """In an image of an even number of pixels, whose middle stays where it is."""
    even = data._replace(image=data.image[..., :6, :6], weight=data.weight[..., :6, :6])
    for before, after in zip(pixel_positions(even), pixel_positions(coarse(even)), strict=True):
        np.testing.assert_allclose(after, np.mean(blocks(before), axis=0), atol=1e-12)
