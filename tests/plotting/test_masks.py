"""The picture of a mask."""

from __future__ import annotations

import numpy as np

from jaxlens.plotting.masks import view_mask


def test_each_band_has_its_image_outline_circle_and_sources() -> None:
    mask = np.ones((2, 9, 9))
    mask[0, 2:4, 2:4] = 0
    figure = view_mask(np.random.default_rng(1).normal(size=(2, 9, 9)), mask, (4, 4), 3.0, [(2, 3)], "gr")
    first, second = figure.axes
    assert (first.get_title(), second.get_title()) == ("g", "r")
    circle, cross = first.lines
    np.testing.assert_allclose(np.hypot(*(np.array(circle.get_data()) - 4.0)), 3.0)
    assert np.ravel(cross.get_data()).tolist() == [2, 3]
    assert len(first.collections) == 1
    assert len(second.collections) == 0
    assert first.get_xlim() == (-0.5, 8.5)
