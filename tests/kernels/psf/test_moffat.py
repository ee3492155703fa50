"""Moffat kernels."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from jaxlens.kernels.psf.moffat import moffat_kernel, moffat_radius

kernel_of = jax.jit(moffat_kernel, static_argnums=2)


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
    found = kernel_of(jnp.asarray(fwhm), jnp.asarray(beta), radius)
    expected = [moffat(f, b, radius) for f, b in zip(fwhm, beta, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-11)


@pytest.mark.usefixtures("x64")
def test_half_of_the_peak_is_half_a_width_away():
    kernel = kernel_of(jnp.asarray(6.0), jnp.asarray(2.5), 60)
    assert float(kernel[60, 63] / kernel[60, 60]) == pytest.approx(0.5, rel=1e-12)


def test_radius_of_a_moffat_kernel():
    """At least one pixel, and at most 110 of the image's, on a finer grid as many times more."""
    assert [moffat_radius(width) for width in (0.01, 3.4, 11.0, 50.0)] == [1, 34, 110, 110]
    assert [moffat_radius(width, 3) for width in (33.0, 50.0)] == [330, 330]


@pytest.mark.usefixtures("x64")
def test_derivatives_of_a_moffat_kernel(check_first_derivatives):
    check_first_derivatives(partial(moffat_kernel, radius=5), 1.87, 2.9)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_derivatives_of_a_moffat_kernel_to_second_order():
    values = jnp.asarray(1.87), jnp.asarray(2.9)
    check_grads(jax.jit(partial(moffat_kernel, radius=5)), values, order=2, rtol=1e-6)


def test_gradient_of_a_steep_moffat_kernel_is_finite():
    """Also where its wings are below the smallest float32."""
    steep = jax.jit(jax.grad(lambda beta: jnp.sum(moffat_kernel(jnp.asarray(0.2), beta, 9) ** 2)))
    assert np.isfinite(steep(jnp.asarray(60.0)))
