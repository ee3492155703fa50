"""The maps between a prior's support and the space without bounds."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.distributions import Distribution, LogNormal, Normal, Scaled, Truncated, TruncatedNormal, Uniform
from jaxlens.fitting.transforms import Transform, transform_of

BELOW = Scaled(Truncated(Normal(0.0, 1.0), -jnp.inf, 2.0), 1.0)
PRIORS: list[Distribution] = [Uniform(0.5, 1.5), Normal(3.0, 2.0), LogNormal(0.3, 0.5), BELOW]


@pytest.fixture
def transform(x64: None) -> Transform:
    return transform_of(PRIORS)


def test_the_median_and_the_percentiles_of_a_prior_are_at_zero_and_two_apart(transform: Transform) -> None:
    medians = np.array([1.0, 3.0, np.exp(0.3), float(BELOW.icdf(0.5))])
    np.testing.assert_allclose(transform.constrained(np.zeros(4)), medians, rtol=1e-7)
    ends = [transform.unconstrained(jnp.stack([p.icdf(q) for p in PRIORS])) for q in (0.15865525, 0.84134475)]
    np.testing.assert_allclose(ends[1] - ends[0], 2.0, rtol=1e-6)


def test_there_and_back_is_where_it_began(transform: Transform) -> None:
    u = jnp.linspace(-4.0, 4.0, 9)[:, None] + jnp.linspace(0.0, 0.1, 4)[None, :]
    np.testing.assert_allclose(transform.unconstrained(transform.constrained(u)), u, atol=1e-10)


def test_every_number_is_inside_its_support_and_grows(transform: Transform) -> None:
    x = np.asarray(transform.constrained(np.linspace(-8.0, 8.0, 33)[:, None] * np.ones(4)))
    low, high = np.asarray(transform.low), np.asarray(transform.high)
    assert ((x >= low) & (x <= high)).all()
    assert (np.diff(x, axis=0) > 0.0).all()


def test_the_log_slope_is_that_of_the_map(transform: Transform) -> None:
    u = jnp.asarray([0.7, -1.2, 2.0, 0.4])
    slopes = jnp.diagonal(jax.jacfwd(transform.constrained)(u))
    np.testing.assert_allclose(transform.log_derivative(u), jnp.log(slopes), rtol=1e-12)
    # reverse mode sees no NaN of a branch that is not taken, however far out
    assert np.isfinite(jax.grad(lambda v: jnp.sum(transform.constrained(v)))(100.0 * u)).all()


def test_a_number_without_width_has_no_scale(x64: None) -> None:
    scale = np.asarray(transform_of([Uniform(1.0, 1.0), TruncatedNormal(0.0, 1.0, -1.0, 1.0)]).scale)
    assert not scale[0] > 0.0
    assert scale[1] > 0.0
