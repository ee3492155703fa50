"""Power laws and number counts against their integrals in closed form."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.distributions import Distribution, LogUniform, NumberCounts, PowerLaw

U = np.array([2.0**-24, 1e-3, 0.1, 0.3, 0.5, 0.8, 0.99, 1.0 - 2.0**-24])
# (index, minimum, maximum): rising and falling, through the logarithmic one, and from zero
CASES = np.array(
    [
        (1.0, 0.0, 8.0),
        (1.0, 1.0, 8.0),
        (0.0, 0.0, 3.0),
        (-1.0, 0.1, 10.0),
        (-1.0001, 0.1, 10.0),
        (-0.999, 0.1, 10.0),
        (-0.5, 0.0, 2.0),
        (-3.2, 0.01, 5.0),
        (2.7, 0.01, 5.0),
        (-9.0, 1e-3, 1e3),
    ]
)


@jax.jit
def evaluated(distribution: Distribution, u: jax.Array) -> dict[str, jax.Array]:
    """Quantiles, what the other functions give there, and the derivatives of the quantiles."""
    x = distribution.icdf(u)
    leaves, structure = jax.tree.flatten(distribution)
    parameters = jnp.stack(leaves)

    def icdf(parameters: jax.Array) -> jax.Array:
        return jax.tree.unflatten(structure, list(parameters)).icdf(u)

    return {
        "x": x,
        "cdf": distribution.cdf(x),
        "above": distribution.above(x),
        "density": jnp.exp(distribution.log_prob(x)),
        "icdf_above": distribution.icdf_above(1.0 - u),
        "derivatives": jax.jacfwd(icdf)(parameters),
    }


def quantiles(k: float, low: float, high: float, u: np.ndarray) -> np.ndarray:
    """The quantiles of x^(k - 1)."""
    if abs(k) < 1e-9:
        return low * (high / low) ** u
    # in units of the end that has most of the density
    unit = high if k > 0 else low
    a, b = (low / unit) ** k, (high / unit) ** k
    return unit * (a + u * (b - a)) ** (1.0 / k)


def test_quantiles_are_those_of_the_integral(x64: None) -> None:
    for index, low, high in CASES:
        expected = quantiles(index + 1.0, low, high, U)
        found = evaluated(PowerLaw(index, low, high), U)
        # the reference loses digits near index -1
        np.testing.assert_allclose(found["x"], expected, rtol=1e-10)
        np.testing.assert_allclose(found["icdf_above"], found["x"], rtol=1e-12)
        np.testing.assert_allclose(found["cdf"], U, rtol=1e-7, atol=1e-15)
        np.testing.assert_allclose(found["above"], 1.0 - U, rtol=1e-7, atol=1e-15)
        norm = (
            math.log(high / low) if index == -1 else (high ** (index + 1) - low ** (index + 1)) / (index + 1)
        )
        np.testing.assert_allclose(found["density"], expected**index / norm, rtol=1e-9)


def test_derivatives_are_central_differences(x64: None) -> None:
    for case in CASES:
        derivatives = np.asarray(evaluated(PowerLaw(*case), U)["derivatives"])
        for i in range(3):
            step = 1e-5 * np.eye(3)[i] * max(abs(case[i]), 1e-3)
            if i == 1 and case[1] == 0.0:
                continue
            ends = [quantiles(p[0] + 1.0, p[1], p[2], U) for p in (case - step, case + step)]
            np.testing.assert_allclose(
                derivatives[:, i], (ends[1] - ends[0]) / (2 * step[i]), rtol=2e-4, atol=1e-6 * case[2]
            )


def test_index_minus_one_is_loguniform_and_the_derivative_goes_through_it(x64: None) -> None:
    own = evaluated(PowerLaw(-1.0, 0.5, 4.0), U)
    np.testing.assert_allclose(own["x"], LogUniform(0.5, 4.0).icdf(U), rtol=1e-14)
    beside = [np.asarray(evaluated(PowerLaw(-1.0 + k, 0.5, 4.0), U)["x"]) for k in (-1e-4, 1e-4)]
    slope = (beside[1] - beside[0]) / 2e-4
    np.testing.assert_allclose(own["derivatives"][:, 0], slope, rtol=1e-6, atol=1e-9)


@pytest.mark.slow
def test_number_counts_are_a_power_law_of_the_flux(x64: None) -> None:
    for slope in (0.6, 0.3, 0.0, -0.2):
        found = evaluated(NumberCounts(slope, 20.0, 25.0), U)
        x = quantiles(slope * math.log(10.0), math.exp(20.0), math.exp(25.0), U)
        np.testing.assert_allclose(found["x"], np.log(x), rtol=1e-12)
        np.testing.assert_allclose(found["cdf"], U, rtol=1e-7, atol=1e-14)
        ratio = found["density"][5] / found["density"][2]
        assert float(ratio) == pytest.approx(10.0 ** (slope * float(found["x"][5] - found["x"][2])))


def test_in_float32_they_are_as_precise() -> None:
    u = np.float32(U)
    for index, low, high in CASES:
        found = evaluated(PowerLaw(index, low, high), u)
        expected = quantiles(index + 1.0, low, high, u.astype(float))
        np.testing.assert_allclose(found["x"], expected, rtol=2e-6)
        assert np.isfinite(found["derivatives"]).all()


@jax.jit
def at(distribution: Distribution, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The probability below x, and the logarithm of the density."""
    return distribution.cdf(x), distribution.log_prob(x)


def test_at_and_beyond_the_ends() -> None:
    x = np.float32([-1.0, 0.0, 2.0, 3.0])
    for index, at_zero in ((1.0, -np.inf), (0.0, -math.log(2.0)), (-0.5, np.inf)):
        below, density = at(PowerLaw(index, 0.0, 2.0), x)
        np.testing.assert_array_equal(below, [0, 0, 1, 1])
        np.testing.assert_allclose(density[np.array([0, 1, 3])], [-np.inf, at_zero, -np.inf], rtol=1e-6)
    assert PowerLaw(1.0, 0.0, 2.0).support() == (0.0, 2.0)


@pytest.mark.parametrize(
    ("distribution", "words"),
    [
        (PowerLaw(1.0, -1.0, 2.0), ["minimum is -1.0; it must not be below zero"]),
        (
            PowerLaw(-1.0, 0.0, 2.0),
            ["index -1.0 diverges at minimum 0; take a minimum above zero or an index above -1"],
        ),
        (PowerLaw(1.0, 3.0, 2.0), ["minimum 3.0 is above maximum 2.0; it must not be"]),
        (NumberCounts(0.3, 20.0, 20.0), ["minimum and maximum are both 20.0; maximum must be above minimum"]),
        (PowerLaw(1.0, 0.0, 2.0), []),
    ],
)
def test_problems(distribution: Distribution, words: list[str]) -> None:
    assert distribution.problems() == words
