"""Stamps by cubic splines: exact at pixels, of constant sum, smooth, those of a Gaussian between pixels."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import erf

from jaxlens.kernels.psf.spline_stamps import (
    cubic_spline,
    spline_coefficients,
    spline_kernel,
    spline_stamp,
)

NUM_PIX, FACTOR, SIDE, SIGMA = 15, 3, 41, 1.1


def gaussian(places: np.ndarray, width: float) -> np.ndarray:
    """The share of a Gaussian of this sigma in pixels of a width whose centres are at `places`, one axis."""
    scale = np.sqrt(0.5) / SIGMA
    return 0.5 * (erf((places + 0.5 * width) * scale) - erf((places - 0.5 * width) * scale))


@pytest.fixture(scope="module")
def coefficients() -> np.ndarray:
    """Those of a Gaussian integrated over samples."""
    axis = gaussian((np.arange(SIDE) - SIDE // 2) / FACTOR, 1.0 / FACTOR)
    return spline_coefficients(np.outer(axis, axis))


@pytest.mark.parametrize(("x", "y"), [(7.0, 7.0), (7.5, 6.25), (6.83, 8.17)])
def test_a_stamp_is_the_gaussian_integrated_over_pixels(coefficients: np.ndarray, x: float, y: float) -> None:
    with jax.enable_x64(True):
        stamp = spline_stamp(*(jnp.asarray(v) for v in (x, y, coefficients)), NUM_PIX, FACTOR)
    pixels = np.arange(NUM_PIX)
    exact = np.outer(gaussian(pixels - y, 1.0), gaussian(pixels - x, 1.0))
    np.testing.assert_allclose(stamp, exact, atol=2e-4 * exact.max())


def test_the_slope_is_that_of_the_stamp_also_between_pixels(coefficients: np.ndarray) -> None:
    with jax.enable_x64(True):
        stamp = jax.jit(
            lambda x: spline_stamp(x, jnp.asarray(7.2), jnp.asarray(coefficients), NUM_PIX, FACTOR)
        )
        slope = jax.jit(jax.jacfwd(stamp))
        for x in (7.0, 7.5, 7.0 + 1 / 6):
            difference = (stamp(jnp.asarray(x + 1e-4)) - stamp(jnp.asarray(x - 1e-4))) / 2e-4
            np.testing.assert_allclose(slope(jnp.asarray(x)), difference, atol=1e-6)


def test_a_kernel_passes_through_its_samples_and_comes_back() -> None:
    kernel = np.random.default_rng(0).uniform(size=(2, 9, 9))
    found = spline_coefficients(kernel)
    np.testing.assert_allclose(spline_kernel(found), kernel, rtol=1e-12)
    with jax.enable_x64(True):
        stamp = spline_stamp(jnp.asarray(4.0), jnp.asarray(4.0), jnp.asarray(found[1]), 9)
    np.testing.assert_allclose(stamp, kernel[1], rtol=1e-12)


def test_splines_at_unit_steps_sum_to_one() -> None:
    steps = jnp.arange(-4.0, 5.0)
    total = jax.vmap(lambda t: jnp.sum(cubic_spline(t + steps)))(jnp.linspace(0.0, 1.0, 7))
    np.testing.assert_allclose(total, 1.0, rtol=1e-6)


def test_the_sum_of_the_stamp_does_not_depend_on_the_place(coefficients: np.ndarray) -> None:
    stamp = jax.jit(partial(spline_stamp, num_pix=NUM_PIX * 3, factor=FACTOR))
    place = jnp.asarray(22.0)
    sums = [float(jnp.sum(stamp(place + d, place, jnp.asarray(coefficients)))) for d in (0.0, 0.21, 0.5)]
    np.testing.assert_allclose(sums, float(np.sum(spline_kernel(coefficients))), rtol=1e-3)
