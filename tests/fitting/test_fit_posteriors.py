"""A fit leaves its posterior with its result, which can be sampled."""

from __future__ import annotations

import pickle
from pathlib import Path

import jax
import numpy as np
import pytest

from jaxlens import FitResult
from jaxlens.fitting.posteriors.whitened import laplace_log_evidence, whitening
from tests.fitting.test_fit import Mock, tiny_mock


@pytest.fixture(scope="module")
def tiny() -> Mock:
    return tiny_mock()


def test_the_density_is_the_simulators(tiny: Mock) -> None:
    """Also one standard deviation from the maximum, where it is lower by about a half."""
    result = tiny.result
    ((density, rows),) = result.densities
    assert rows.tolist() == [0, 1, 2]
    jacobian = np.sum(result.transform.log_derivative(result.unconstrained), axis=-1)
    at_best = density.at(result.unconstrained)
    np.testing.assert_allclose(at_best, result.log_posterior + jacobian, atol=0.01)
    u = result.unconstrained + np.linalg.cholesky(result.unconstrained_covariance)[:, :, 0]
    aside = density.at(u)
    values = dict(zip(result.names, np.asarray(result.transform.constrained(u)).T, strict=True))
    bands = {name: v[:, None] if np.ndim(result.params[name]) == 2 else v for name, v in values.items()}
    expected = tiny.sim.log_posterior({**result.params, **bands}, tiny.images)
    jacobian = np.sum(result.transform.log_derivative(u), axis=-1)
    np.testing.assert_allclose(aside, expected + jacobian, atol=0.01)
    np.testing.assert_allclose(at_best - aside, 0.5, atol=0.1)


def test_a_file_has_no_posterior_and_says_how_to_get_one(tiny: Mock, tmp_path: Path) -> None:
    tiny.result.save(tmp_path / "fit.h5")
    loaded = FitResult.load(tmp_path / "fit.h5")
    assert loaded.densities == ()
    with pytest.raises(ValueError, match=r"fit again from it, by .*start_from=result"):
        loaded.sample("numpyro")


def test_a_result_can_be_pickled_with_its_posterior(tiny: Mock) -> None:
    again = pickle.loads(pickle.dumps(tiny.result))
    u = tiny.result.unconstrained
    np.testing.assert_array_equal(again.densities[0].density.at(u), tiny.result.densities[0].density.at(u))


@pytest.mark.long
def test_nested_sampling_of_a_nearly_gaussian_posterior_has_laplace_s_evidence(tiny: Mock) -> None:
    result = tiny.result
    found = result.sample("nested", 800, live=80)
    maps = whitening(result.unconstrained, result.unconstrained_covariance)
    laplace = laplace_log_evidence(result.densities[0].density, maps)
    assert (np.abs(found.log_evidence - laplace) < 0.1 + 3.0 * found.log_evidence_error).all()
    np.testing.assert_allclose((found.mean - result.values) / result.sigma, 0.0, atol=0.3)
    np.testing.assert_allclose(found.std / result.sigma, 1.0, atol=0.15)


@pytest.mark.long
def test_chains_of_three_images_spread_as_the_errors_of_their_fits(tiny: Mock) -> None:
    result = tiny.result
    found = result.sample("blackjax", 500, warmup=100, key=jax.random.key(2))
    assert found.draws.shape == (3, 4, 500, 3)
    np.testing.assert_allclose((found.mean - result.values) / result.sigma, 0.0, atol=0.3)
    np.testing.assert_allclose(found.std / result.sigma, 1.0, atol=0.15)
