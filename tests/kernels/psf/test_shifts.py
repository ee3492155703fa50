"""Sums of shifted images: numpy's correlation, and all their derivatives."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from jaxlens.kernels.psf import shifts

PADDED = np.random.default_rng(3).normal(size=(2, 7, 9))
TAPS = np.random.default_rng(4).normal(size=(3, 2, 1, 1))


def expected(padded: np.ndarray, taps: np.ndarray, axis: int) -> np.ndarray:
    both = np.concatenate([taps[::-1], taps[1:]])
    return np.apply_along_axis(lambda line: np.correlate(line, both, mode="valid"), axis, padded)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("axis", [-1, -2])
def test_it_is_the_correlation(axis: int) -> None:
    found = shifts.filtered(jnp.asarray(PADDED), jnp.asarray(TAPS), axis)
    for b in range(2):
        np.testing.assert_allclose(found[b], expected(PADDED[b], TAPS[:, b, 0, 0], axis), rtol=1e-13)


@pytest.mark.usefixtures("x64")
def test_taps_for_all_images_and_images_for_all_taps() -> None:
    image, taps = jnp.asarray(PADDED), jnp.asarray(TAPS)
    one = np.stack([shifts.filtered(image[0], taps[:, b], -2) for b in range(2)])
    np.testing.assert_allclose(shifts.filtered(image[:1], taps, -2), one, rtol=1e-13)
    np.testing.assert_allclose(shifts.filtered(image[0], taps, -2), one, rtol=1e-13)
    one = np.stack([shifts.filtered(image[b], taps[:, 0], -1) for b in range(2)])
    np.testing.assert_allclose(shifts.filtered(image, taps[:, 0], -1), one, rtol=1e-13)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(("images", "taps"), [(0, None), (None, 1), (0, 1), (1, 2)])
def test_a_batch_is_a_loop(images: int | None, taps: int | None) -> None:
    """Of images, of taps, or of both, along whatever axis."""
    batch = np.random.default_rng(5).normal(size=(3, 2, 7, 9))
    widths = np.random.default_rng(6).normal(size=(3, 3, 2, 1, 1))
    values = batch if images is not None else batch[0], widths if taps is not None else widths[0]
    axes = images, taps
    moved = [
        v if axis is None else jnp.moveaxis(jnp.asarray(v), 0, axis)
        for v, axis in zip(values, axes, strict=True)
    ]
    found = jax.vmap(lambda image, taps: shifts.filtered(image, taps, -1), axes)(*moved)
    for i in range(3):
        image, tap = (v if axis is None else v[i] for v, axis in zip(values, axes, strict=True))
        np.testing.assert_allclose(
            found[i], shifts.filtered(jnp.asarray(image), jnp.asarray(tap), -1), rtol=1e-12
        )


@pytest.mark.usefixtures("x64")
def test_derivatives(check_first_derivatives: Callable[..., None]) -> None:
    """Forward and reverse, in the image and in the taps."""
    check_first_derivatives(lambda image, taps: shifts.filtered(image, taps, -2), PADDED, TAPS)


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
def test_derivatives_to_second_order() -> None:
    filtered = jax.jit(lambda image, taps: shifts.filtered(image, taps, -2))
    check_grads(filtered, (jnp.asarray(PADDED), jnp.asarray(TAPS)), order=2, rtol=1e-6)
