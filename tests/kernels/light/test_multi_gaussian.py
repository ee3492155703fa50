"""Sums of Gaussians: one of many terms, bands, and lists that do not fit."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.light.gaussian import gaussian_ellipse
from jaxlens.kernels.light.multi_gaussian import mge_set, multi_gaussian, multi_gaussian_ellipse

X, Y = np.array([[[0.0, 0.3, -1.2]]]), np.array([[[0.0, -0.1, 0.7]]])


@pytest.mark.slow
def test_a_list_is_the_sum_of_its_gaussians_in_each_band(x64):
    amp, sigma, shape = (np.array([1.0, 3.0]).reshape(2, 1, 1), 2.5), (0.3, 0.8), {"e1": 0.1, "e2": -0.2}
    found = multi_gaussian_ellipse(X, Y, amp=amp, sigma=sigma, **shape)
    expected = sum(a * gaussian_ellipse(X, Y, sigma=s, **shape) for a, s in zip(amp, sigma, strict=True))
    assert found.shape == (2, 1, 3)
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_the_widths_of_a_set_are_equally_spaced_in_their_logarithm(x64):
    amp = (1.0, 2.0, 0.5)
    expected = multi_gaussian(X, Y, amp=amp, sigma=(0.1, 0.4, 1.6))
    found = mge_set(X, Y, amp=amp, sigma_min=0.1, sigma_width=1.5)
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_lists_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="amp has 2, sigma has 1"):
        multi_gaussian(X, Y, amp=(1.0, 2.0), sigma=(jnp.asarray(0.5),))
    with pytest.raises(ValueError, match="an MGE_SET has 1 amplitude; it needs two at least"):
        mge_set(X, Y, amp=(1.0,), sigma_min=0.1, sigma_width=0.5)
