"""The stack of galaxies that mocks have as sources."""

from __future__ import annotations

import numpy as np

from validation.modelling.source_stack import SIDE, galaxy_image, source_stack


def test_galaxies_are_images_of_unit_sum_that_differ() -> None:
    stack = source_stack(3, first=2)
    assert stack.shape == (3, SIDE, SIDE)
    np.testing.assert_allclose(stack.sum((1, 2)), 1.0, rtol=1e-12)
    assert stack.min() >= 0.0
    np.testing.assert_array_equal(stack[1], galaxy_image(3))
    assert np.abs(stack[0] - stack[1]).max() > 0.1 * stack[0].max()


def test_galaxies_end_before_the_border_and_are_clumpy() -> None:
    image = galaxy_image(5)
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    np.testing.assert_array_equal(edge, 0.0)
    # no galaxy with elliptical isophotes: turned by half a circle, its disc is not the same
    assert np.sum(np.abs(image - image[::-1, ::-1])) > 0.2
