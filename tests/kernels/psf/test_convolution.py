"""Convolution with a kernel of pixels, against the sum that defines it."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from jaxlens.kernels.psf import convolution
from jaxlens.kernels.psf import resampling as sampling

IMAGES = np.random.default_rng(11).exponential(1.0, (2, 8, 8))


convolve = jax.jit(convolution.convolve)
convolve_fine = jax.jit(convolution.convolve_fine, static_argnums=(2, 3))


def kernel_of(side, seed=3):
    return np.random.default_rng(seed).exponential(1.0, (2, side, side)) / side**2


def direct(image, kernel):
    """Every pixel's light goes to its neighbours as the kernel says; what leaves the image is lost."""
    n, r = image.shape[0], kernel.shape[0] // 2
    padded = np.zeros((n + 2 * r,) * 2)
    for y in range(n):
        for x in range(n):
            padded[y : y + 2 * r + 1, x : x + 2 * r + 1] += image[y, x] * kernel
    return padded[r : r + n, r : r + n]


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("side", [1, 3, 7, 15, 17, 41])
def test_convolution(side):
    """Also where the kernel is wider than the image, and than twice the image."""
    kernel = kernel_of(side)
    found = convolve(jnp.asarray(IMAGES), jnp.asarray(kernel))
    expected = [direct(image, k) for image, k in zip(IMAGES, kernel, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_convolution_in_single_precision():
    kernel = kernel_of(5)
    found = convolve(jnp.asarray(IMAGES, jnp.float32), jnp.asarray(kernel, jnp.float32))
    expected = np.array([direct(image, k) for image, k in zip(IMAGES, kernel, strict=True)])
    assert np.max(np.abs(found - expected)) < 1e-6 * expected.max()


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(("images", "kernels"), [(1, 2), (2, 1), (1, 1)])
def test_one_image_or_one_kernel_for_all_bands(images, kernels):
    image, kernel = jnp.asarray(IMAGES[:images]), jnp.asarray(kernel_of(5)[:kernels])
    found = convolve(image, kernel)
    bands = max(images, kernels)
    expected = convolve(jnp.broadcast_to(image, (bands, 8, 8)), jnp.broadcast_to(kernel, (bands, 5, 5)))
    np.testing.assert_allclose(found, expected, rtol=1e-13)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("factor", [2, 3])
def test_a_core_that_holds_the_kernel_convolves_on_the_fine_grid_alone(factor):
    fine, kernel = jnp.asarray(np.kron(IMAGES, np.ones((factor, factor)))), jnp.asarray(kernel_of(9))
    found = convolve_fine(fine, kernel, factor, 9)
    expected = sampling.averaged(convolve(fine, kernel), factor)
    np.testing.assert_allclose(found, expected, rtol=1e-13)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("factor", [2, 3, 4])
def test_the_rest_of_the_kernel_acts_on_the_pixels(factor):
    """The middle of 3 x 3 pixels, an odd number of fine ones, on the fine grid."""
    n = 4
    fine = np.random.default_rng(2).exponential(1.0, (n * factor, n * factor))
    kernel = kernel_of(7 * factor // 2 * 2 + 1)[0]
    middle = kernel.shape[0] // 2
    half = (3 * factor) // 2
    core, rest = np.zeros_like(kernel), kernel.copy()
    inside = slice(middle - half, middle + half + 1)
    core[inside, inside] = kernel[inside, inside]
    rest[inside, inside] = 0.0
    pixels = fine.reshape(n, factor, n, factor).mean(axis=(1, 3))
    coarse = np.asarray(sampling.degraded(jnp.asarray(rest), factor))
    expected = direct(fine, core).reshape(n, factor, n, factor).mean(axis=(1, 3)) + direct(pixels, coarse)
    found = convolve_fine(jnp.asarray(fine), jnp.asarray(kernel), factor, 3)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.usefixtures("x64")
def test_derivatives_with_respect_to_image_and_kernel(check_first_derivatives):
    values = IMAGES[0, :6, :6], kernel_of(9)[0]
    check_first_derivatives(lambda i, k: convolution.convolve_fine(i, k, 2, 1), *values)


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
def test_derivatives_with_respect_to_image_and_kernel_to_second_order():
    values = jnp.asarray(IMAGES[0, :6, :6]), jnp.asarray(kernel_of(9)[0])
    check_grads(jax.jit(convolution.convolve), values, order=2, rtol=1e-6)


@pytest.mark.usefixtures("x64")
def test_jit_and_vmap_change_nothing():
    kernel = jnp.asarray(kernel_of(5)[0])
    loop = np.stack([convolve(jnp.asarray(image), kernel) for image in IMAGES])
    batched = jax.jit(jax.vmap(convolution.convolve, (0, None)))(jnp.asarray(IMAGES), kernel)
    np.testing.assert_allclose(batched, loop, rtol=1e-12)
