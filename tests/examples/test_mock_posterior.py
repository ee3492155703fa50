"""NUTS of two packages on the log posterior as it is, and the coordinates in which they step."""

from __future__ import annotations

from types import ModuleType

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.examples import mock_posterior, nuts_blackjax, nuts_numpyro
from jaxlens.fitting.fit import fit

SIDE = 24


@pytest.mark.parametrize("example", [nuts_numpyro, nuts_blackjax])
def test_the_draws_spread_as_the_fit_says(example: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard deviations within 15%: 1000 draws know them to some 3%; the posterior is about Gaussian."""
    assert example.main(["--num-pix", str(SIDE), "--samples", "1000", "--warmup", "200"]) == 0
    assert "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E" in capsys.readouterr().out


def test_the_posterior_is_a_standard_normal_where_the_sampler_steps() -> None:
    sim, images = mock_posterior.mock(SIDE, 4)
    result = fit(sim, images)
    posterior = mock_posterior.whitened(sim, images, result)
    zero = jnp.zeros(len(result.names))
    np.testing.assert_allclose(posterior.numbers(zero), result.values[0], rtol=1e-5)
    slope, curve = jax.jvp(jax.jit(jax.grad(posterior.log_density)), (zero,), (jnp.ones_like(zero),))
    np.testing.assert_allclose(slope, 0.0, atol=0.1)
    np.testing.assert_allclose(curve, -1.0, atol=0.3)
