"""Gaussian blur and Moffat kernels."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from jaxlens.kernels.psf import gaussian as psf

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
def test_jit_and_vmap_of_the_blur_change_nothing():
    images, sigma = jnp.asarray(IMAGES), jnp.asarray(SIGMAS)
    loop = np.stack([psf.gaussian_blur(i, s, 7) for i, s in zip(images, sigma, strict=True)])
    batched = jax.jit(jax.vmap(lambda i, s: psf.gaussian_blur(i, s, 7)))(images, sigma)
    np.testing.assert_allclose(batched, loop, rtol=1e-13)
    np.testing.assert_allclose(psf.gaussian_blur(images, sigma[:, None, None], 7), loop, rtol=1e-13)


@pytest.mark.usefixtures("x64")
def test_a_blur_too_wide_for_its_radius_is_not_a_number():
    """Sigma of 1.29 pixels reaches 6 pixels, of 1.31 it reaches 7."""
    blur = jax.jit(lambda sigma: psf.gaussian_blur(jnp.asarray(IMAGES[0]), sigma, 6))
    assert np.isfinite(blur(1.29)).all()
    assert np.isnan(blur(1.31)).all()


def moffat(fwhm, beta, radius):
    """The kernel from the equation, on a box of round(10 fwhm) pixels around the centre."""
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1].astype(float)
    alpha = fwhm / (2.0 * np.sqrt(2.0 ** (1.0 / beta) - 1.0))
    profile = (1.0 + (x**2 + y**2) / alpha**2) ** -beta
    profile[np.maximum(abs(x), abs(y)) > round(10 * fwhm)] = 0.0
    return profile / profile.sum()


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("radius", [24, 40])
def test_moffat_kernel_is_the_profile_cut_at_ten_widths(radius):
    """Whatever the bound on its radius is."""
    fwhm, beta = np.array([2.4, 1.1]), np.array([1.5, 4.765])
    found = psf.moffat_kernel(jnp.asarray(fwhm), jnp.asarray(beta), radius)
    expected = [moffat(f, b, radius) for f, b in zip(fwhm, beta, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-11)


@pytest.mark.usefixtures("x64")
def test_half_of_the_peak_is_half_a_width_away():
    kernel = psf.moffat_kernel(jnp.asarray(6.0), jnp.asarray(2.5), 60)
    assert float(kernel[60, 63] / kernel[60, 60]) == pytest.approx(0.5, rel=1e-12)


def test_radius_of_a_moffat_kernel():
    """At least one pixel, and at most 110 of the image's, on a finer grid as many times more."""
    assert [psf.moffat_radius(width) for width in (0.01, 3.4, 11.0, 50.0)] == [1, 34, 110, 110]
    assert [psf.moffat_radius(width, 3) for width in (33.0, 50.0)] == [330, 330]


@pytest.mark.usefixtures("x64")
def test_derivatives_of_a_moffat_kernel():
    values = jnp.asarray(1.87), jnp.asarray(2.9)
    check_grads(lambda fwhm, beta: psf.moffat_kernel(fwhm, beta, 5), values, order=2, rtol=1e-6)


def test_gradient_of_a_steep_moffat_kernel_is_finite():
    """Also where its wings are below the smallest float32."""
    steep = jax.grad(lambda beta: jnp.sum(psf.moffat_kernel(jnp.asarray(0.2), beta, 9) ** 2))
    assert np.isfinite(steep(jnp.asarray(60.0)))
