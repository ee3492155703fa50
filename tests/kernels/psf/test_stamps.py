"""Point sources on an image.  (The comparison with lenstronomy is `validation.agreement.checks.psf`.)"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from jaxlens.kernels.psf import stamps

pytestmark = pytest.mark.slow

# Lopsided, so that a mirrored or turned kernel shows.
KERNEL = np.random.default_rng(5).exponential(1.0, (2, 7, 7)) * np.linspace(0.2, 2.0, 7)
PLACES = [
    (5.0, 3.0),
    (4.3, 6.8),
    (4.5, 4.5),
    (-0.4, 9.2),
    (-3.0, 5.0),
    (-2.7, 11.9),
    (30.0, 4.0),
    (4.0, -1e9),
]


stamp_kernel = jax.jit(stamps.stamp_kernel, static_argnames=("num_pix", "factor"))
stamp_point_sources = jax.jit(stamps.stamp_point_sources, static_argnames=("num_pix", "exact", "factor"))


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("place", [(12.0, 12.0), (11.5, 12.5), (12.3, 10.8)])
def test_stamp_has_the_flux_and_the_place_of_its_source(exact, place):
    x, y = (jnp.array([value]) for value in place)
    flux = jnp.array([[2.0], [5.0]])
    image = stamp_point_sources(flux, x, y, jnp.array([0.9, 1.4]), 25, exact)
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
    image = stamp_point_sources(flux, x, x, jnp.array([0.8]), 9, True)[0]
    np.testing.assert_allclose(image, np.outer(expected, expected), atol=1e-4)


STAMP = np.ones((1, 1)), np.array([4.3]), np.array([3.6]), np.array([0.83])


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("exact", [False, True])
def test_derivatives_of_a_stamp(exact, check_first_derivatives):
    """The bilinear stamp has kinks where its source crosses a pixel, so the place is away from one."""
    check_first_derivatives(lambda *values: stamps.stamp_point_sources(*values, 9, exact), *STAMP)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("exact", [False, True])
def test_derivatives_of_a_stamp_to_second_order(exact):
    stamp = jax.jit(lambda *values: stamps.stamp_point_sources(*values, 9, exact))
    check_grads(stamp, tuple(map(jnp.asarray, STAMP)), order=2, rtol=1e-5, atol=1e-7)


@pytest.mark.usefixtures("x64")
def test_without_a_psf_a_source_is_shared_by_four_pixels():
    image = stamp_point_sources(jnp.ones((1, 1)), jnp.array([2.25]), jnp.array([1.0]), None, 5)[0]
    expected = np.zeros((5, 5))
    expected[1, 2], expected[1, 3] = 0.75, 0.25
    np.testing.assert_allclose(image, expected, atol=1e-14)


def shifted(kernel, x, y, size):
    """The kernel's linear interpolation at the pixels, zero beyond its box: pixel by pixel."""
    radius, image = kernel.shape[0] // 2, np.zeros((size, size))
    for row in range(size):
        for column in range(size):
            v, u = row - y + radius, column - x + radius
            if 0 <= v <= 2 * radius and 0 <= u <= 2 * radius:
                i, j = min(int(v), 2 * radius - 1), min(int(u), 2 * radius - 1)
                top = kernel[i, j] * (1 - (u - j)) + kernel[i, j + 1] * (u - j)
                bottom = kernel[i + 1, j] * (1 - (u - j)) + kernel[i + 1, j + 1] * (u - j)
                image[row, column] = top * (1 - (v - i)) + bottom * (v - i)
    return image


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("factor", [1, 2, 3])
@pytest.mark.parametrize("place", PLACES)
def test_stamp_of_a_kernel(place, factor):
    """On the pixels or on a finer grid; on the image, across its edge and beyond."""
    n, (x, y) = 9, place
    image = stamp_kernel(
        jnp.array([[2.0], [3.0]]), jnp.array([x]), jnp.array([y]), jnp.asarray(KERNEL), n, factor
    )
    fine = (x * factor + (factor - 1) / 2, y * factor + (factor - 1) / 2, n * factor)
    for b, counts in enumerate((2.0, 3.0)):
        expected = shifted(KERNEL[b], *fine).reshape(n, factor, n, factor).sum(axis=(1, 3))
        np.testing.assert_allclose(image[b], counts * expected, atol=1e-12)


@pytest.mark.usefixtures("x64")
def test_a_kernel_for_all_bands_and_several_sources():
    flux = jnp.array([[1.0, 2.0], [3.0, 0.0], [0.5, 0.5]])
    x, y, kernel = jnp.array([2.2, 6.1]), jnp.array([3.9, 4.0]), jnp.asarray(KERNEL[:1])
    together = stamp_kernel(flux, x, y, kernel, 9)
    alone = [stamp_kernel(flux[:, i : i + 1], x[i : i + 1], y[i : i + 1], kernel, 9) for i in range(2)]
    np.testing.assert_allclose(together, sum(alone), rtol=1e-13)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("factor", [1, 3])
def test_a_gaussian_stamp_is_that_of_its_kernel(factor):
    """Separately along both axes, or as one kernel of pixels."""
    sigma, k = 1.3, np.arange(-20, 21)
    taps = np.exp(-0.5 * (k / (sigma * factor)) ** 2) * (abs(k) <= round(5 * sigma * factor))
    kernel = jnp.asarray(np.outer(taps, taps) / taps.sum() ** 2)[None]
    source = jnp.ones((1, 1)), jnp.array([4.7]), jnp.array([6.1])
    found = stamp_point_sources(*source, jnp.array([sigma]), 9, factor=factor)
    cut = kernel[:, 20 - round(5 * sigma * factor) :][:, : 2 * round(5 * sigma * factor) + 1]
    cut = cut[:, :, 20 - round(5 * sigma * factor) :][:, :, : 2 * round(5 * sigma * factor) + 1]
    np.testing.assert_allclose(found, stamp_kernel(*source, cut, 9, factor), atol=1e-15)


@pytest.mark.usefixtures("x64")
def test_finer_stamps_come_closer_to_the_integral_over_each_pixel():
    source = jnp.ones((1, 1)), jnp.array([4.2]), jnp.array([4.6]), jnp.array([0.8])
    exact = stamp_point_sources(*source, 9, exact=True)
    apart = [float(jnp.max(jnp.abs(stamp_point_sources(*source, 9, factor=f) - exact))) for f in (1, 3, 9)]
    assert apart[0] > 5 * apart[1] > 25 * apart[2]


@pytest.mark.usefixtures("x64")
def test_without_a_psf_a_source_on_a_finer_grid_stays_in_its_pixel():
    source = jnp.ones((1, 1)), jnp.array([2.25]), jnp.array([1.0]), None
    image = stamp_point_sources(*source, 5, factor=3)[0]
    expected = np.zeros((5, 5))
    expected[1, 2] = 1.0
    np.testing.assert_allclose(image, expected, atol=1e-14)


@pytest.mark.usefixtures("x64")
def test_derivatives_of_a_kernels_stamp(check_first_derivatives):
    """Away from the kinks of the bilinear shift."""
    values = np.ones((2, 1)), np.array([4.3]), np.array([3.6]), KERNEL
    check_first_derivatives(lambda *values: stamps.stamp_kernel(*values, 9, 2), *values)


@pytest.mark.usefixtures("x64")
def test_vmap_of_a_stamp_changes_nothing():
    places, flux, kernel = jnp.asarray(PLACES), jnp.ones((2, 1)), jnp.asarray(KERNEL)
    loop = np.stack([stamp_kernel(flux, p[:1], p[1:], kernel, 9) for p in np.asarray(places)])
    batched = jax.jit(jax.vmap(lambda p: stamps.stamp_kernel(flux, p[:1], p[1:], kernel, 9)))(places)
    np.testing.assert_allclose(batched, loop, rtol=1e-13)
