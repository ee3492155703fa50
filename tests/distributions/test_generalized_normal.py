"""The generalised normal distribution against scipy's gennorm, and its derivatives."""

from __future__ import annotations

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


def at(shape: float) -> jax.Array:
    """The parameters as an array, so that all shapes have the same programs."""
    return jnp.asarray([MEAN, SCALE, shape])


@jax.jit
def functions(parameters: jax.Array) -> dict[str, jax.Array]:
    """All functions of a distribution."""
    u, x, own = jnp.asarray(U, parameters.dtype), jnp.asarray(X, parameters.dtype), made(parameters)
    return {"icdf": own.icdf(u), "cdf": own.cdf(x), "above": own.above(x), "log_prob": own.log_prob(x)}


@jax.jit
def derivatives(parameters: jax.Array) -> dict[str, jax.Array]:
    """Derivatives of quantiles in the parameters, and of the cumulative function in x."""
    u, x = jnp.asarray(U[1:-1], parameters.dtype), jnp.asarray(X, parameters.dtype)
    by_parameter = jax.jacfwd(lambda parameters: made(parameters).icdf(u))(parameters)
    slope = jax.jvp(made(parameters).cdf, (x,), (jnp.ones_like(x),))[1]
    return {"icdf": by_parameter, "slope": slope}


def made(parameters: jax.Array) -> GeneralizedNormal:
    return GeneralizedNormal(*parameters)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_scipy_s(shape: float) -> None:
    found, theirs = functions(at(shape)), stats.gennorm(shape, MEAN, SCALE)
    np.testing.assert_allclose(found["icdf"], theirs.ppf(U), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(found["cdf"], theirs.cdf(X), rtol=1e-11)
    np.testing.assert_allclose(found["above"], theirs.sf(X), rtol=1e-11)
    np.testing.assert_allclose(found["log_prob"], theirs.logpdf(X), rtol=1e-12)


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("shape", SHAPES)
def test_draws_differentiate_in_the_parameters(shape: float) -> None:
    """They are central differences of scipy's quantiles; the derivative of the probability is the density."""
    found = derivatives(at(shape))
    for i, step in enumerate(np.eye(3) * 1e-5):
        ahead, behind = (
            stats.gennorm(p[2], p[0], p[1]).ppf(U[1:-1]) for p in (at(shape) + step, at(shape) - step)
        )
        np.testing.assert_allclose(found["icdf"][:, i], (ahead - behind) / 2e-5, rtol=1e-6, atol=1e-8)
    density = stats.gennorm(shape, MEAN, SCALE).pdf(X)
    np.testing.assert_allclose(found["slope"], density, rtol=1e-9, atol=1e-300)


@pytest.mark.slow
def test_float32_is_right_at_a_large_shape() -> None:
    """There t^40 is too small for a number near the mean."""
    found, theirs = functions(at(40.0)), stats.gennorm(40.0, MEAN, SCALE)
    np.testing.assert_allclose(found["icdf"], theirs.ppf(U), atol=2e-6)
    np.testing.assert_allclose(found["cdf"], theirs.cdf(X), atol=2e-6)


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
def test_restricted_to_an_interval() -> None:
    """As the angle of a shear in baobab's files, whose ends are the scale."""
    theirs, u = stats.gennorm(10.0, 0.0, 1.5), U[1:-1]
    low, high = theirs.cdf([-1.5, 1.5])
    found = Truncated(GeneralizedNormal(0.0, 1.5, 10.0), -1.5, 1.5).icdf(u)
    np.testing.assert_allclose(found, theirs.ppf(low + u * (high - low)), rtol=1e-9, atol=1e-12)


def test_what_is_no_distribution() -> None:
    assert GeneralizedNormal(0.0, 0.0, 10.0).problems() == ["scale is 0.0; it must be above zero"]
    assert GeneralizedNormal(0.0, 1.0, -1.0).problems() == ["shape is -1.0; it must be above zero"]
