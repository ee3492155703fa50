"""BIC and evidence are those of models whose posterior is known."""

from __future__ import annotations

from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import multivariate_normal

from jaxlens.distributions import Normal
from jaxlens.fitting.result import FitResult
from jaxlens.fitting.transforms import transform_of
from tests.fitting.test_result import result


def linear_gaussian(columns: int) -> tuple[FitResult, float, float]:
    """The fit of y = A x + noise with normal priors of x, by linear algebra; its ln Z, and its ln L."""
    rng = np.random.default_rng(4)
    side, sigma = 8, 0.3
    design = rng.normal(size=(side * side, columns))
    mean, width = rng.normal(size=columns), rng.uniform(0.5, 2.0, columns)
    x = mean + width * rng.normal(size=columns)
    image = design @ x + sigma * rng.normal(size=side * side)
    covariance = np.linalg.inv(design.T @ design / sigma**2 + np.diag(width**-2.0))
    best = mean + covariance @ design.T @ (image - design @ mean) / sigma**2
    residual = (image - design @ best) / sigma
    log_likelihood = -0.5 * np.sum(residual**2 + np.log(2.0 * np.pi * sigma**2))
    log_prior = -0.5 * np.sum(((best - mean) / width) ** 2 + np.log(2.0 * np.pi * width**2))
    shape = (1, 1, side, side)
    found = result(
        names=tuple("abcdef"[:columns]),
        values=best[None],
        unconstrained=((best - mean) / width)[None],
        unconstrained_covariance=(covariance / (width[:, None] * width))[None],
        transform=transform_of([Normal(*pair) for pair in zip(mean, width, strict=True)]),
        chi_square=np.array([np.sum(residual**2)]),
        degrees_of_freedom=np.array([side * side - columns]),
        log_posterior=np.array([log_likelihood + log_prior]),
        noise_sigma=np.full(shape, sigma),
        mask=np.ones(shape, bool),
        states=("converged",),
    )
    whole = design * width
    evidence = multivariate_normal(design @ mean, whole @ whole.T + sigma**2 * np.eye(side * side))
    return found, float(evidence.logpdf(image)), log_likelihood


@pytest.mark.parametrize("columns", [2, 5])
def test_a_linear_model_has_its_own_evidence_and_bic(columns: int) -> None:
    found, evidence, log_likelihood = linear_gaussian(columns)
    np.testing.assert_allclose(found.log_evidence, [evidence], atol=2e-4)
    np.testing.assert_allclose(found.log_likelihood, [log_likelihood], rtol=1e-12)
    np.testing.assert_allclose(found.bic, [columns * np.log(64) - 2.0 * log_likelihood], rtol=1e-12)


def test_pixels_that_are_not_used_do_not_count() -> None:
    found = result(2)
    wide = found.noise_sigma.copy()
    wide[:, :, 0, 0] = 1e6
    changed = result(2, noise_sigma=wide)
    np.testing.assert_array_equal(found.bic, changed.bic)
    # 2 bands of 63 pixels with sigma = 1, and 3 numbers
    np.testing.assert_allclose(
        found.bic, 3 * np.log(126) + found.chi_square + 126 * np.log(2.0 * np.pi), rtol=1e-12
    )


def test_a_result_of_another_fit_has_no_evidence_here() -> None:
    with pytest.raises(ValueError, match=r"that of jaxlens.fit_lens is found.evidence"):
        _ = result().log_evidence


@pytest.mark.long
def test_the_evidence_of_a_fit_is_the_integral_of_its_posterior() -> None:
    """By Gauss-Hermite quadrature in whitened coordinates."""
    from tests.fitting.test_fit import tiny_mock

    found = tiny_mock().result
    ((density, _),) = found.densities
    nodes, weights = np.polynomial.hermite_e.hermegauss(7)
    grid = np.array(list(product(nodes, repeat=3)))
    weight = np.array([np.prod(one) for one in product(weights, repeat=3)])
    for i in range(3):
        root = np.linalg.cholesky(found.unconstrained_covariance[i])
        points = jnp.asarray(found.unconstrained[i] + grid @ root.T, jnp.float32)
        data = jax.tree.map(lambda array, i=i: array[i], density.data)
        values = jax.lax.map(lambda u, own=data: density.log_density(density.shared, own, u), points)
        heights = np.asarray(values, np.float64) + density.offset[i] + 0.5 * np.sum(grid**2, axis=1)
        integral = np.log(np.sum(weight * np.exp(heights - heights.max()))) + heights.max()
        expected = integral + np.linalg.slogdet(root).logabsdet
        np.testing.assert_allclose(found.log_evidence[i], expected, atol=0.05)
