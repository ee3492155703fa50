"""Rayleigh's distribution of axis ratios, and the generalised normal distribution, against scipy."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from jaxlens.distributions import Distribution, GeneralizedNormal, OneMinusRayleigh, Rayleigh

U = np.array([2.0**-24, 1e-3, 0.1, 0.5, 0.8, 0.99, 1.0 - 2.0**-24])


def test_axis_ratios_are_a_truncated_rayleigh_distribution(x64: None) -> None:
    theirs, kept = stats.rayleigh(scale=0.3), stats.rayleigh.cdf(0.8 / 0.3)
    found = evaluated(OneMinusRayleigh(0.3, 0.2), U)
    q = 1.0 - theirs.ppf((1.0 - U) * kept)
    np.testing.assert_allclose(found["x"], q, rtol=1e-9)
    np.testing.assert_allclose(found["icdf_above"], q, rtol=1e-9)
    np.testing.assert_allclose(found["cdf"], U, rtol=1e-6, atol=1e-15)
    np.testing.assert_allclose(found["above"], 1.0 - U, rtol=1e-8)
    np.testing.assert_allclose(found["density"], theirs.pdf(1.0 - q) / kept, rtol=1e-8)
    np.testing.assert_array_equal(found["outside"], [-np.inf, -np.inf])
    assert OneMinusRayleigh(0.3).support() == (0.2, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("exponent", [0.3, 0.7, 1.0, 1.5, 2.0, 5.0, 10.0, 50.0])
def test_the_generalised_normal_distribution_is_scipy_s(exponent: float, x64: None) -> None:
    theirs = stats.gennorm(exponent, 0.5, 0.3)
    found = evaluated(GeneralizedNormal(0.5, 0.3, exponent), U)
    np.testing.assert_allclose(theirs.cdf(found["x"]), U, rtol=1e-6)
    np.testing.assert_allclose(found["cdf"], U, rtol=1e-6)
    np.testing.assert_allclose(found["above"], 1.0 - U, rtol=1e-6)
    np.testing.assert_allclose(found["density"], theirs.pdf(found["x"]), rtol=1e-9)


@pytest.mark.slow
def test_the_generalised_normal_distribution_in_float32() -> None:
    for exponent in (0.5, 2.0, 10.0):
        found = evaluated(GeneralizedNormal(0.5, 0.3, exponent), np.float32(U))
        below = stats.gennorm(exponent, 0.5, 0.3).cdf(np.asarray(found["x"], float))
        np.testing.assert_allclose(below, U, rtol=1e-4, atol=3e-7)


@jax.jit
def evaluated(distribution: Distribution, u: jax.Array) -> dict[str, jax.Array]:
    """Quantiles, and what the other functions are there."""
    x = distribution.icdf(u)
    return {
        "x": x,
        "cdf": distribution.cdf(x),
        "above": distribution.above(x),
        "density": jnp.exp(distribution.log_prob(x)),
        "icdf_above": distribution.icdf_above(1.0 - u),
        "outside": distribution.log_prob(jnp.array([0.19, 1.01])),
    }


@pytest.mark.parametrize(
    ("distribution", "words"),
    [
        (Rayleigh(0.0), ["scale is 0.0; it must be above zero"]),
        (
            OneMinusRayleigh(-1.0, 1.0),
            ["scale is -1.0; it must be above zero", "minimum is 1.0; it must be below 1"],
        ),
        (
            GeneralizedNormal(0.0, 1.0, 100.0),
            ["exponent is 100.0; it must be between 0.3 and 50, and large ones are nearly uniform"],
        ),
        (GeneralizedNormal(0.0, 1.0, 10.0), []),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Distribution) else "",
)
def test_problems(distribution: Distribution, words: list[str]) -> None:
    assert distribution.problems() == words
