"""Blur and stamps: what a Gaussian must do.  (The comparison with lenstronomy is `validation.checks.psf`.)"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from jaxlens.kernels import psf, stamps

IMAGES = np.random.default_rng(7).exponential(1.0, (3, 14, 18))
SIGMAS = np.array([0.4, 0.9, 1.3])


def difference_to_peak(found, expected):
    return np.max(np.abs(np.asarray(found, dtype=float) - expected)) / np.max(expected)


@pytest.mark.usefixtures("x64")
def test_more_taps_than_needed_change_nothing():
    sigma, images = jnp.asarray(SIGMAS)[:, None, None], jnp.asarray(IMAGES)
    radius = psf.blur_radius(float(sigma.max()))
    np.testing.assert_allclose(
        psf.gaussian_blur(images, sigma, radius + 9), psf.gaussian_blur(images, sigma, radius), rtol=1e-13
    )


@pytest.mark.usefixtures("x64")
def test_two_gaussians_add_their_widths_in_quadrature():
    """To the accuracy of sampled Gaussians cut at 5 sigma."""
    y, x = np.mgrid[-20:21, -20:21].astype(float)

    def gaussian(sigma):
        return np.exp(-0.5 * (x**2 + y**2) / sigma**2) / (2 * np.pi * sigma**2)

    found = psf.gaussian_blur(jnp.asarray(gaussian(1.5)), jnp.asarray(2.0), psf.blur_radius(2.0))
    assert difference_to_peak(found, gaussian(2.5)) < 1e-5


@pytest.mark.usefixtures("x64")
def test_blur_keeps_the_flux_away_from_edges():
    image = jnp.zeros((24, 24)).at[10:13, 11].set(2.0)
    assert float(psf.gaussian_blur(image, jnp.asarray(1.7), 9).sum()) == pytest.approx(6.0, rel=1e-12)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("sigma", [0.05, 1.0, 6.0, 50.0])
def test_matrix_products_equal_sums_of_shifted_images(sigma):
    """Also where the blur is wider than the image."""
    images = jnp.asarray(IMAGES)
    found = psf.gaussian_blur_by_matrix(images, jnp.full((3, 1, 1), sigma))
    np.testing.assert_allclose(
        found, psf.gaussian_blur(images, jnp.asarray(sigma), psf.blur_radius(sigma)), rtol=1e-12
    )


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("sigma", [0.05, 1.0, 6.0])
def test_blur_keeps_a_uniform_sky(sigma):
    sky = jnp.full((9, 12), 3.5)
    found = psf.gaussian_blur(sky, jnp.asarray(sigma), psf.blur_radius(sigma))
    np.testing.assert_allclose(found, 3.5, rtol=1e-13)
    np.testing.assert_allclose(psf.gaussian_blur_by_matrix(sky, jnp.full((1, 1), sigma)), 3.5, rtol=1e-13)


@pytest.mark.usefixtures("x64")
def test_derivatives_of_the_blur():
    image = jnp.asarray(IMAGES[0, :6, :6])
    bounded = jax.jit(lambda image, sigma: psf.gaussian_blur(image, sigma, 6))
    check_grads(bounded, (image, jnp.asarray(1.13)), order=2, rtol=1e-5)
    check_grads(jax.jit(psf.gaussian_blur_by_matrix), (image, jnp.full((1, 1), 1.13)), order=1, rtol=1e-5)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("place", [(12.0, 12.0), (11.5, 12.5), (12.3, 10.8)])
def test_stamp_has_the_flux_and_the_place_of_its_source(exact, place):
    x, y = (jnp.array([value]) for value in place)
    flux = jnp.array([[2.0], [5.0]])
    image = stamps.stamp_point_sources(flux, x, y, jnp.array([0.9, 1.4]), 25, exact)
    # What the bilinear shift pushes out of its box, which ends at round(5 sigma), is lost.
    np.testing.assert_allclose(image.sum(axis=(1, 2)), flux[:, 0], rtol=1e-6 if exact else 1e-4)
    centroid = np.einsum("bij,j->b", image, np.arange(25.0)) / image.sum(axis=(1, 2))
    np.testing.assert_allclose(centroid, place[0], atol=1e-4)


@pytest.mark.usefixtures("x64")
def test_exact_stamp_is_the_integral_over_each_pixel():
    """A pixel is cut in 40; the mean of the Gaussian at the pieces' centers is its integral to 1e-4."""
    fine = (np.arange(9 * 40) + 0.5) / 40 - 0.5
    profile = np.exp(-0.5 * ((fine - 4.3) / 0.8) ** 2) / (0.8 * np.sqrt(2 * np.pi))
    expected = profile.reshape(9, 40).mean(axis=1)
    flux, x = jnp.ones((1, 1)), jnp.array([4.3])
    image = stamps.stamp_point_sources(flux, x, x, jnp.array([0.8]), 9, True)[0]
    np.testing.assert_allclose(image, np.outer(expected, expected), atol=1e-4)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("exact", [False, True])
def test_derivatives_of_a_stamp(exact):
    """The bilinear stamp has kinks where its source crosses a pixel, so the place is away from one."""

    @jax.jit
    def stamp(flux, x, y, sigma):
        return stamps.stamp_point_sources(flux, x, y, sigma, 9, exact)

    values = jnp.ones((1, 1)), jnp.array([4.3]), jnp.array([3.6]), jnp.array([0.83])
    check_grads(stamp, values, order=2, rtol=1e-5, atol=1e-7)


@pytest.mark.usefixtures("x64")
def test_without_a_psf_a_source_is_shared_by_four_pixels():
    image = stamps.stamp_point_sources(jnp.ones((1, 1)), jnp.array([2.25]), jnp.array([1.0]), None, 5)[0]
    expected = np.zeros((5, 5))
    expected[1, 2], expected[1, 3] = 0.75, 0.25
    np.testing.assert_allclose(image, expected, atol=1e-14)


@pytest.mark.usefixtures("x64")
def test_jit_and_vmap_of_the_blur_change_nothing():
    images, sigma = jnp.asarray(IMAGES), jnp.asarray(SIGMAS)
    loop = np.stack([psf.gaussian_blur(i, s, 7) for i, s in zip(images, sigma, strict=True)])
    batched = jax.jit(jax.vmap(lambda i, s: psf.gaussian_blur(i, s, 7)))(images, sigma)
    np.testing.assert_allclose(batched, loop, rtol=1e-13)
    np.testing.assert_allclose(psf.gaussian_blur(images, sigma[:, None, None], 7), loop, rtol=1e-13)
