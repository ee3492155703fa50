"""The maps between a prior's support and the unconstrained space."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import norm

from jaxlens.distributions import Distribution, LogNormal, Normal, Scaled, Truncated, TruncatedNormal, Uniform
from jaxlens.fitting.transforms import Transform, transform_of

BELOW = Scaled(Truncated(Normal(0.0, 1.0), -jnp.inf, 2.0), 1.0)
PRIORS: list[Distribution] = [Uniform(0.5, 1.5), Normal(3.0, 2.0), LogNormal(0.3, 0.5), BELOW]


@pytest.fixture
def transform(x64: None) -> Transform:
    return transform_of(PRIORS)


def test_the_median_and_the_percentiles_of_a_prior_are_at_zero_and_two_apart(transform: Transform) -> None:
    # half of the mass of a standard normal below 2
    medians = np.array([1.0, 3.0, np.exp(0.3), norm.ppf(0.5 * norm.cdf(2.0))])
    np.testing.assert_allclose(transform.constrained(np.zeros(4)), medians, rtol=1e-7)
    quantiles = jax.jit(lambda p: jnp.stack([prior.icdf(p) for prior in PRIORS]))
    below, above = (transform.unconstrained(quantiles(p)) for p in (0.15865525, 0.84134475))
    np.testing.assert_allclose(np.asarray(above) - below, 2.0, rtol=1e-6)


def test_there_and_back_is_where_it_began(transform: Transform) -> None:
    u = np.linspace(-4.0, 4.0, 9)[:, None] + np.linspace(0.0, 0.1, 4)[None, :]
    np.testing.assert_allclose(transform.unconstrained(transform.constrained(u)), u, atol=1e-10)


def test_every_parameter_is_inside_its_support_and_increases(transform: Transform) -> None:
    x = np.asarray(transform.constrained(np.linspace(-8.0, 8.0, 33)[:, None] * np.ones(4)))
    low, high = np.asarray(transform.low), np.asarray(transform.high)
    assert ((x >= low) & (x <= high)).all()
    assert (np.diff(x, axis=0) > 0.0).all()


def test_the_log_derivative_is_that_of_the_map(transform: Transform) -> None:
    u = np.asarray([0.7, -1.2, 2.0, 0.4])
    gradient = jax.jit(jax.grad(lambda v: jnp.sum(transform.constrained(v))))
    np.testing.assert_allclose(transform.log_derivative(u), np.log(gradient(u)), rtol=1e-12)
    # the gradient has no NaN from a branch that is not taken, however far out
    assert np.isfinite(gradient(100.0 * u)).all()


def test_a_prior_without_width_has_no_scale(x64: None) -> None:
    scale = np.asarray(transform_of([Uniform(1.0, 1.0), TruncatedNormal(0.0, 1.0, -1.0, 1.0)]).scale)
    assert not scale[0] > 0.0
    assert scale[1] > 0.0
