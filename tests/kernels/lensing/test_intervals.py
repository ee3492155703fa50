"""Zeros and minima of functions that are known in intervals."""

from __future__ import annotations

import jax
import numpy as np

from jaxlens.kernels.lensing.intervals import changes_sign, closeness, minimum, sign_change, smaller_share

# (g, derivative) at 0 and at 0.5 of x - 0.2, of (x - 0.2)^2 + 0.01 and of x + 1.
LEFT = np.array([[-0.2, 0.05, 1.0], [1.0, -0.4, 1.0]], np.float32)
RIGHT = np.array([[0.3, 0.1, 1.5], [1.0, 0.6, 1.0]], np.float32)
WIDTH = np.float32(0.5)


@jax.jit
def everything(left, right, width, steep):
    found = changes_sign(left, right), *minimum(left, right, width), sign_change(left, right, width)
    return found, closeness(left, right, width, steep), smaller_share(left, right)


def test_zeros_and_minima_are_those_of_the_functions():
    (changes, has_minimum, place, height, second, zero), close, share = everything(
        LEFT, RIGHT, WIDTH, np.array([False, False, False])
    )
    np.testing.assert_array_equal(changes, [True, False, False])
    np.testing.assert_allclose(zero[0] * WIDTH, 0.2, rtol=1e-5)
    np.testing.assert_array_equal(has_minimum, [False, True, False])
    np.testing.assert_allclose([place[1], height[1], second[1]], [0.2, 0.01, 2.0], rtol=1e-5)
    np.testing.assert_allclose(close, [0.0, 0.01 / 0.5, np.inf], rtol=1e-5)
    np.testing.assert_allclose(share, [0.4, np.inf, np.inf], rtol=1e-5)


def test_a_steep_interval_counts_by_its_nearer_end():
    left, right = LEFT.copy(), RIGHT.copy()
    left[0, 2], right[0, 2] = 0.1, 0.6
    _, close, _ = everything(left, right, WIDTH, np.array([True, True, True]))
    np.testing.assert_allclose(close, [0.0, np.inf, 0.2], rtol=1e-5)
