"""Filters of images that continue with their edge pixels: scipy's correlation, and all their derivatives."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads
from scipy.ndimage import correlate1d

from jaxlens.kernels.psf.nearest import filtered_nearest, with_tails

IMAGES = np.random.default_rng(3).normal(size=(2, 7, 9))
TAPS = np.random.default_rng(4).normal(size=(4, 2, 1, 1))
filtered = jax.jit(
    lambda image, taps, axis: filtered_nearest(image, with_tails(taps), axis), static_argnums=2
)


def expected(images: np.ndarray, taps: np.ndarray, axis: int) -> np.ndarray:
    both = np.concatenate([taps[::-1], taps[1:]])[..., 0, 0]
    return np.stack([correlate1d(image, both[:, b], axis, mode="nearest") for b, image in enumerate(images)])


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("axis", [-1, -2])
@pytest.mark.parametrize("size", [9, 3, 1])
def test_it_is_the_correlation(axis: int, size: int) -> None:
    """Also of images that are smaller than the filter."""
    images = IMAGES[:, :size, :size]
    found = filtered(jnp.asarray(images), jnp.asarray(TAPS), axis)
    np.testing.assert_allclose(found, expected(images, TAPS, axis), rtol=1e-12)


@pytest.mark.usefixtures("x64")
def test_one_image_for_all_taps_and_a_batch_of_both() -> None:
    both = filtered(jnp.asarray(IMAGES[:1]), jnp.asarray(TAPS), -1)
    np.testing.assert_allclose(both, expected(np.repeat(IMAGES[:1], 2, 0), TAPS, -1), rtol=1e-12)
    batch = jax.vmap(lambda image, taps: filtered(image, taps, -2), (0, 1))(
        jnp.asarray(IMAGES), jnp.asarray(TAPS)
    )
    np.testing.assert_allclose(batch, expected(IMAGES, TAPS, -2), rtol=1e-12)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("axis", [-1, -2])
@pytest.mark.parametrize("size", [9, 1])
def test_derivatives(axis: int, size: int, check_first_derivatives: Callable[..., None]) -> None:
    """Forward and reverse, in the image and in the taps."""
    images = IMAGES[:, :size, :size]
    check_first_derivatives(lambda image, taps: filtered(image, taps, axis), images, TAPS)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_derivatives_to_second_order() -> None:
    values = jnp.asarray(IMAGES), jnp.asarray(TAPS)
    check_grads(lambda image, taps: filtered(image, taps, -2), values, order=2, rtol=1e-6)
