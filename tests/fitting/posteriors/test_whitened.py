"""Coordinates in which a Gaussian posterior is a standard normal one."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.fitting.posteriors.whitened import Whitening, laplace_log_evidence, whitening
from tests.fitting.posteriors.gaussians import log_evidences, two_gaussians


def test_a_gaussian_is_a_standard_normal_where_it_is_whitened() -> None:
    density, mean, covariance = two_gaussians()
    maps = whitening(mean, covariance)
    for i in range(2):
        own = Whitening(maps.center[i], maps.root[i])
        data = jax.tree.map(lambda array, i=i: array[i], density.data)
        v = jnp.array([0.3, -1.2, 0.7])
        value = density.log_density(density.shared, data, own.unconstrained(v))
        np.testing.assert_allclose(value, -0.5 * jnp.sum(v**2), rtol=1e-3)


def test_scales_that_differ_by_many_digits_are_factorised() -> None:
    scale = np.array([1e-8, 1.0, 1e6])
    correlation = two_gaussians()[2][0] / np.outer([0.01, 1.0, 10.0], [0.01, 1.0, 10.0])
    covariance = correlation * np.outer(scale, scale)
    root = np.asarray(whitening(np.zeros((1, 3)), covariance[None]).root[0], np.float64)
    np.testing.assert_allclose(root @ root.T, covariance, rtol=1e-5)


def test_the_evidence_of_a_gaussian_is_laplace_s() -> None:
    density, mean, covariance = two_gaussians()
    found = laplace_log_evidence(density, whitening(mean, covariance))
    np.testing.assert_allclose(found, log_evidences(covariance), atol=1e-3)


def test_a_covariance_that_is_none_is_refused() -> None:
    covariance = np.stack([np.eye(2), np.array([[1.0, 2.0], [2.0, 1.0]])])
    with pytest.raises(ValueError, match="covariance of lens 1 is not positive definite"):
        whitening(np.zeros((2, 2)), covariance)
    with pytest.raises(ValueError, match="covariance of lens 0 is not positive definite"):
        whitening(np.zeros((1, 2)), np.full((1, 2, 2), np.nan))
    with pytest.raises(ValueError, match=r"shapes \(2, 2\) and \(2, 3, 3\); give \(n, k\)"):
        whitening(np.zeros((2, 2)), np.ones((2, 3, 3)))
