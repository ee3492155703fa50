"""NUTS of two packages on the log posterior as it is, and the coordinates in which they step."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.examples import mock_posterior
from jaxlens.fitting.fit import fit

SIDE = 24


def test_the_examples_of_samplers_import_their_packages_only_to_sample() -> None:
    for name in ("nuts_numpyro", "nuts_blackjax"):
        example = importlib.import_module(f"jaxlens.examples.{name}")
        assert callable(example.draws)
        assert callable(example.main)


def test_the_comparison_is_in_errors_of_the_fit() -> None:
    result = SimpleNamespace(names=("a", "b"), values=np.array([[1.0, 2.0]]), sigma=np.array([[0.1, 0.2]]))
    draws = np.array([[1.0, 2.4], [1.2, 2.8]])
    table = mock_posterior.comparison(result, draws)  # type: ignore[arg-type]
    np.testing.assert_allclose(table["offset"], [1.0, 3.0])
    np.testing.assert_allclose(table["ratio"], [1.0, 1.0])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nuts_numpyro", "nuts_blackjax"])
def test_the_draws_spread_as_the_errors_of_the_fit(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard deviations within 15%: 1000 draws know them to some 3%; the posterior is about Gaussian."""
    example = importlib.import_module(f"jaxlens.examples.{name}")
    assert example.main(["--num-pix", str(SIDE), "--samples", "1000", "--warmup", "200"]) == 0
    assert "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E" in capsys.readouterr().out


@pytest.mark.slow
def test_the_posterior_is_a_standard_normal_where_the_sampler_steps() -> None:
    sim, images = mock_posterior.mock(SIDE, 4)
    result = fit(sim, images)
    posterior = mock_posterior.whitened(sim, images, result)
    zero = jnp.zeros(len(result.names))
    np.testing.assert_allclose(posterior.parameters(zero), result.values[0], rtol=1e-5)
    gradient, curve = jax.jvp(jax.jit(jax.grad(posterior.log_density)), (zero,), (jnp.ones_like(zero),))
    np.testing.assert_allclose(gradient, 0.0, atol=0.1)
    np.testing.assert_allclose(curve, -1.0, atol=0.3)
