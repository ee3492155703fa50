"""The generalised normal distribution against scipy's gennorm, and its derivatives."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from jaxlens.distributions import GeneralizedNormal, Truncated

MEAN, SCALE = 0.3, 0.7
SHAPES = (0.8, 2.0, 10.0, 40.0)
# From the smallest probability of a draw to the largest.
U = np.array([2.0**-24, 0.01, 0.3, 0.5, 0.9, 1.0 - 2.0**-24])
X = np.array([-3.0, -0.45, 0.1, 0.3, 0.9, 0.99, 4.0])


def functions(shape: Any) -> dict[str, np.ndarray]:
    """All functions of a distribution whose parameters are arrays, so that each shape has the same program."""
    parameters = np.array([MEAN, SCALE, shape])
    return {name: np.asarray(value) for name, value in _functions(jnp.asarray(parameters)).items()}


@jax.jit
def _functions(parameters: jax.Array) -> dict[str, jax.Array]:
    u, x = jnp.asarray(U, parameters.dtype), jnp.asarray(X, parameters.dtype)
    own = GeneralizedNormal(*parameters)
    draws = {"icdf": own.icdf(u), "icdf_above": own.icdf_above(u)}
    draws["jacobian"] = jax.jacfwd(lambda p: GeneralizedNormal(*p).icdf(u[1:-1]))(parameters)
    inside = Truncated(own, -0.2, 0.5)
    draws |= {"inside": inside.icdf(u), "slope": jax.vmap(jax.grad(own.cdf))(x)}
    return draws | {"cdf": own.cdf(x), "above": own.above(x), "log_prob": own.log_prob(x)}


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_scipy_s(shape: float) -> None:
    found, theirs = functions(shape), stats.gennorm(shape, MEAN, SCALE)
    np.testing.assert_allclose(found["icdf"], theirs.ppf(U), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(found["icdf_above"], theirs.isf(U), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(found["cdf"], theirs.cdf(X), rtol=1e-11)
    np.testing.assert_allclose(found["above"], theirs.sf(X), rtol=1e-11)
    np.testing.assert_allclose(found["log_prob"], theirs.logpdf(X), rtol=1e-12)
    np.testing.assert_allclose(found["slope"], theirs.pdf(X), rtol=1e-9, atol=1e-300)
    low, high = theirs.cdf([-0.2, 0.5])
    np.testing.assert_allclose(found["inside"], theirs.ppf(low + U * (high - low)), rtol=1e-9, atol=1e-12)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("shape", SHAPES)
def test_draws_differentiate_in_the_parameters(shape: float) -> None:
    """They are central differences of scipy's quantiles."""
    found, at = functions(shape)["jacobian"], np.array([MEAN, SCALE, shape])
    for i, step in enumerate(np.eye(3) * 1e-5):
        ahead, behind = (stats.gennorm(p[2], p[0], p[1]).ppf(U[1:-1]) for p in (at + step, at - step))
        np.testing.assert_allclose(found[:, i], (ahead - behind) / 2e-5, rtol=1e-6, atol=1e-8)


def test_float32_is_right_at_a_large_shape() -> None:
    """t^40 is too small for a number near the mean."""
    found, theirs = functions(40.0), stats.gennorm(40.0, MEAN, SCALE)
    np.testing.assert_allclose(found["icdf"], theirs.ppf(U), atol=2e-6)
    np.testing.assert_allclose(found["cdf"], theirs.cdf(X), atol=2e-6)
    assert np.isfinite(found["jacobian"]).all()


def test_what_is_no_distribution() -> None:
    assert GeneralizedNormal(0.0, 0.0, 10.0).problems() == ["scale is 0.0; it must be above zero"]
    assert GeneralizedNormal(0.0, 1.0, -1.0).problems() == ["shape is -1.0; it must be above zero"]
