"""Gaussian blur."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from jaxlens.kernels.psf import gaussian as psf

IMAGES = np.random.default_rng(7).exponential(1.0, (3, 14, 18))
SIGMAS = np.array([0.4, 0.9, 1.3])
blur = jax.jit(psf.gaussian_blur, static_argnums=2)
blur_by_matrix = jax.jit(psf.gaussian_blur_by_matrix)


def difference_to_peak(found, expected):
    return np.max(np.abs(np.asarray(found, dtype=float) - expected)) / np.max(expected)


@pytest.mark.usefixtures("x64")
def test_more_taps_than_needed_change_nothing():
    sigma, images = jnp.asarray(SIGMAS)[:, None, None], jnp.asarray(IMAGES)
    radius = psf.blur_radius(float(sigma.max()))
    np.testing.assert_allclose(blur(images, sigma, radius + 9), blur(images, sigma, radius), rtol=1e-13)


@pytest.mark.usefixtures("x64")
def test_two_gaussians_add_their_widths_in_quadrature():
    """To the accuracy of sampled Gaussians cut at 5 sigma."""
    y, x = np.mgrid[-20:21, -20:21].astype(float)

    def gaussian(sigma):
        return np.exp(-0.5 * (x**2 + y**2) / sigma**2) / (2 * np.pi * sigma**2)

    found = blur(jnp.asarray(gaussian(1.5)), jnp.asarray(2.0), psf.blur_radius(2.0))
    assert difference_to_peak(found, gaussian(2.5)) < 1e-5


@pytest.mark.usefixtures("x64")
def test_blur_keeps_the_flux_away_from_edges():
    image = jnp.zeros((24, 24)).at[10:13, 11].set(2.0)
    assert float(blur(image, jnp.asarray(1.7), 9).sum()) == pytest.approx(6.0, rel=1e-12)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("sigma", [0.05, 1.0, 6.0, pytest.param(50.0, marks=pytest.mark.slow)])
def test_matrix_products_equal_sums_of_shifted_images(sigma):
    """Also where the blur is wider than the image."""
    images, sigmas = jnp.asarray(IMAGES), jnp.full((3, 1, 1), sigma)
    radius = max(30, psf.blur_radius(sigma))
    np.testing.assert_allclose(blur_by_matrix(images, sigmas), blur(images, sigmas, radius), rtol=1e-12)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("sigma", [0.05, 1.0, 6.0])
def test_blur_keeps_a_uniform_sky(sigma):
    sky, sigmas = jnp.full(IMAGES.shape, 3.5), jnp.full((3, 1, 1), sigma)
    np.testing.assert_allclose(blur(sky, sigmas, 30), 3.5, rtol=1e-13)
    np.testing.assert_allclose(blur_by_matrix(sky, sigmas), 3.5, rtol=1e-13)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_derivatives_of_the_blur(check_first_derivatives):
    image = IMAGES[0, :6, :6]
    check_first_derivatives(lambda image, sigma: psf.gaussian_blur(image, sigma, 6), image, 1.13)
    in_passes = lambda image, sigma: psf.gaussian_blur_in_passes(image, sigma, 6)  # noqa: E731
    check_first_derivatives(in_passes, image, 1.13)
    check_first_derivatives(psf.gaussian_blur_by_matrix, image, np.full((1, 1), 1.13))


@pytest.mark.usefixtures("x64")
def test_the_form_for_a_gpu_is_the_same_blur_with_the_same_derivatives():
    """Also NaN in the last image, for whose sigma the radius is too small."""
    images, sigmas = jnp.asarray(IMAGES), jnp.asarray(SIGMAS)[:, None, None]

    @partial(jax.jit, static_argnums=0)
    def everything(blur):
        value, pull = jax.vjp(lambda image, sigma: blur(image, sigma, 5), images, sigmas)
        return value, pull(jnp.asarray(IMAGES[::-1]))

    found, expected = everything(psf.gaussian_blur_in_passes), everything(psf.gaussian_blur)
    assert np.isnan(found[0]).all(axis=(1, 2)).tolist() == [False, False, True]
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12), found, expected)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_derivatives_of_the_blur_to_second_order():
    values = jnp.asarray(IMAGES[0, :6, :6]), jnp.asarray(1.13)
    bounded = jax.jit(lambda image, sigma: psf.gaussian_blur(image, sigma, 6))
    check_grads(bounded, values, order=2, rtol=1e-5)


@pytest.mark.usefixtures("x64")
def test_vmap_of_the_blur_changes_nothing():
    images, sigma = jnp.asarray(IMAGES), jnp.asarray(SIGMAS)
    loop = np.stack([blur(i, s, 7) for i, s in zip(images, sigma, strict=True)])
    batched = jax.jit(jax.vmap(lambda i, s: psf.gaussian_blur(i, s, 7)))(images, sigma)
    np.testing.assert_allclose(batched, loop, rtol=1e-13)
    np.testing.assert_allclose(blur(images, sigma[:, None, None], 7), loop, rtol=1e-13)


@pytest.mark.usefixtures("x64")
def test_a_blur_too_wide_for_its_radius_is_not_a_number():
    """Sigma of 1.29 pixels reaches 6 pixels, of 1.31 it reaches 7."""
    image = jnp.asarray(IMAGES[0])
    assert np.isfinite(blur(image, jnp.asarray(1.29), 6)).all()
    assert np.isnan(blur(image, jnp.asarray(1.31), 6)).all()
