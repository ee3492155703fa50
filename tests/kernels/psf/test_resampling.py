"""Kernels between the pixels and a finer grid."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.psf import resampling as sampling

degraded = jax.jit(sampling.degraded, static_argnums=1)
refined = jax.jit(sampling.refined, static_argnums=1)


def slow(value):
    return pytest.param(value, marks=pytest.mark.slow)


def kernel_of(side):
    kernel = np.random.default_rng(side).exponential(1.0, (side, side))
    return jnp.asarray(kernel / kernel.sum())


def centroid(kernel):
    k = np.arange(kernel.shape[0]) - kernel.shape[0] // 2
    return np.array([np.sum(kernel * k[:, None]), np.sum(kernel * k[None, :])])


@pytest.mark.usefixtures("x64")
def test_mean_over_each_pixel():
    image = jnp.arange(2.0 * 4 * 6).reshape(2, 4, 6)
    expected = [[[np.mean(a[y : y + 2, x : x + 2]) for x in (0, 2, 4)] for y in (0, 2)] for a in image]
    np.testing.assert_allclose(sampling.averaged(image, 2), expected)
    assert sampling.averaged(image, 1) is image


def test_cropping_keeps_the_middle():
    kernel = jnp.arange(49.0).reshape(7, 7)
    np.testing.assert_array_equal(sampling.cropped(kernel, 3), kernel[2:5, 2:5])
    np.testing.assert_array_equal(sampling.cropped(kernel, 9), kernel)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("factor", [2, 3, 4, 5])
@pytest.mark.parametrize("side", [1, slow(5), 7, slow(17)])
def test_degrading_keeps_the_sum_and_the_centre_of_light(side, factor):
    """A kernel that is symmetric keeps its centre, also where fine pixels are cut in halves."""
    kernel = kernel_of(side)
    found = np.asarray(degraded(kernel, factor))
    assert found.shape[0] % 2 == 1
    assert found.shape[0] == sampling.resampled_side(side, factor, 1)
    assert found.sum() == pytest.approx(1.0, rel=1e-13)
    symmetric = (kernel + kernel[::-1, ::-1]) / 2
    np.testing.assert_allclose(centroid(np.asarray(degraded(symmetric, factor))), 0.0, atol=1e-14)


@pytest.mark.usefixtures("x64")
def test_degrading_by_an_odd_factor_sums_blocks():
    kernel = kernel_of(9)
    np.testing.assert_allclose(
        sampling.degraded(kernel, 3), np.reshape(kernel, (3, 3, 3, 3)).sum(axis=(1, 3)), rtol=1e-13
    )


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("factor", [2, 3, 4, 5])
@pytest.mark.parametrize("side", [3, slow(7), slow(11)])
def test_refining_keeps_sum_and_symmetry(side, factor):
    kernel = kernel_of(side)
    symmetric = (kernel + kernel[::-1, ::-1]) / 2
    found = np.asarray(refined(symmetric, factor))
    assert found.shape[0] % 2 == 1
    assert found.shape[0] == sampling.resampled_side(side, 1, factor)
    assert found.sum() == pytest.approx(1.0, rel=1e-13)
    np.testing.assert_allclose(found, found[::-1, ::-1], atol=1e-15)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("factor", [3, 5])
def test_an_odd_factor_refines_to_a_kernel_that_degrades_to_the_given_one(factor):
    kernel = kernel_of(7)
    there_and_back = degraded(refined(kernel, factor), factor)
    np.testing.assert_allclose(there_and_back, kernel, atol=1e-14)


@pytest.mark.usefixtures("x64")
def test_resampling_goes_by_way_of_the_pixels():
    kernel = kernel_of(9)
    assert sampling.resampled(kernel, 3, 3) is kernel
    np.testing.assert_array_equal(sampling.resampled(kernel, 3, 1), sampling.degraded(kernel, 3))
    expected = sampling.refined(sampling.degraded(kernel, 3), 2)
    np.testing.assert_array_equal(sampling.resampled(kernel, 3, 2), expected)
    assert sampling.resampled_side(9, 3, 3) == 9
    assert sampling.resampled_side(9, 3, 2) == expected.shape[0]


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("wanted", [slow(1), 2, 3])
def test_derivatives_with_respect_to_the_kernel(wanted, check_first_derivatives):
    check_first_derivatives(lambda k: sampling.resampled(k, 4, wanted), kernel_of(9))


@pytest.mark.usefixtures("x64")
def test_a_kernel_for_each_band():
    both = jnp.stack([kernel_of(5), kernel_of(5)[::-1]])
    for function in (degraded, refined):
        np.testing.assert_allclose(
            function(both, 2), np.stack([function(kernel, 2) for kernel in both]), rtol=1e-13
        )
