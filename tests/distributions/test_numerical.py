"""Distributions by numerical quadrature against scipy's quadrature of their published densities."""

from __future__ import annotations

from collections.abc import Callable

import astropy.cosmology
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special, stats

from jaxlens.distributions import (
    ComovingVolume,
    DoublePowerLawMagnitude,
    SchechterMagnitude,
    VelocityDispersionFunction,
)
from jaxlens.distributions.numerical import Numerical
from jaxlens.sampling.keys import uniforms

U = np.array([1e-4, 0.01, 0.2, 0.5, 0.7, 0.95, 0.9999])
# nodes of the reference's quadrature in each of its panels
NODES, WEIGHTS = np.polynomial.legendre.leggauss(6)
PANELS = 300


def choi(sigma: np.ndarray) -> np.ndarray:
    """Choi et al. (2007)."""
    return (sigma / 161.0) ** 2.32 * np.exp(-((sigma / 161.0) ** 2.67)) / sigma


def schechter(M: np.ndarray) -> np.ndarray:
    x = 10.0 ** (0.4 * (-20.44 - M))
    return x ** (1.0 - 1.3) * np.exp(-x)


def quasars(M: np.ndarray) -> np.ndarray:
    """Kulkarni et al. (2019) at redshift 2."""
    return 1.0 / (10.0 ** (0.4 * (1 - 4.26) * (M + 26.35)) + 10.0 ** (0.4 * (1 - 1.98) * (M + 26.35)))


def volume(z: np.ndarray) -> np.ndarray:
    universe = astropy.cosmology.FlatwCDM(70.0, 0.25, w0=-0.9, Tcmb0=0.0)
    return universe.differential_comoving_volume(z).value * (1.0 + z) ** 1.5


Case = tuple[Numerical, Callable[[np.ndarray], np.ndarray]]
CASES: list[Case] = [
    (VelocityDispersionFunction(50.0, 450.0), choi),
    (SchechterMagnitude(-20.44, -1.3, -28.0, -16.0), schechter),
    (DoublePowerLawMagnitude(-26.35, -4.26, -1.98, -30.0, -19.0), quasars),
    (ComovingVolume(0.0, 4.0, evolution=1.5, Om0=0.25, w0=-0.9), volume),
]
BY_CASE = pytest.mark.parametrize(
    ("distribution", "density"),
    [
        pytest.param(*case, marks=[pytest.mark.slow] * (case[1] is not choi), id=type(case[0]).__name__)
        for case in CASES
    ],
)


def probabilities(
    density: Callable[[np.ndarray], np.ndarray], ends: tuple[float, float], x: np.ndarray
) -> np.ndarray:
    """P at each x, which is sorted, by quadrature."""
    edges, step = np.linspace(*ends, PANELS + 1, retstep=True)
    masses = step * weighted(density, edges[:-1], step)
    before = np.concatenate([[0.0], np.cumsum(masses)])
    panel = np.clip(((x - ends[0]) / step).astype(int), 0, PANELS - 1)
    rest = x - edges[panel]
    return (before[panel] + rest * weighted(density, edges[panel], rest)) / before[-1]


def weighted(
    density: Callable[[np.ndarray], np.ndarray], start: np.ndarray, length: np.ndarray | float
) -> np.ndarray:
    """The mean density over `length` from each start."""
    at = start[:, None] + 0.5 * np.reshape(length, (-1, 1)) * (NODES + 1.0)
    return 0.5 * density(at) @ WEIGHTS


@jax.jit
def evaluated(distribution: Numerical, u: jax.Array) -> dict[str, jax.Array]:
    """Quantiles and what the other functions are there; with the derivatives of the quantiles."""
    x = distribution.icdf(u)
    leaves, structure = jax.tree.flatten(distribution)

    def icdf(parameters: jax.Array) -> jax.Array:
        return jax.tree.unflatten(structure, list(parameters)).icdf(u)

    return {
        "x": x,
        "cdf": distribution.cdf(x),
        "above": distribution.above(x),
        "density": jnp.exp(distribution.log_prob(x)),
        "derivatives": jax.jacfwd(icdf)(jnp.stack(leaves)),
    }


def as_floats(distribution: Numerical) -> Numerical:
    """The distribution with arrays for parameters, as drawn ones have."""
    return jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.result_type(float)), distribution)


@BY_CASE
def test_quantiles_probabilities_and_density_are_those_of_the_integral(
    distribution: Numerical, density: Callable[[np.ndarray], np.ndarray], x64: None
) -> None:
    found = evaluated(as_floats(distribution), U)
    low, high = (float(end) for end in distribution.support())
    x = np.asarray(found["x"])
    np.testing.assert_allclose(probabilities(density, (low, high), x), U, rtol=1e-8)
    np.testing.assert_allclose(found["cdf"], U, rtol=1e-9)
    np.testing.assert_allclose(found["above"], 1.0 - U, rtol=1e-9)
    step = (high - low) / PANELS
    total = step * weighted(density, low + step * np.arange(PANELS), step).sum()
    np.testing.assert_allclose(found["density"], density(x) / total, rtol=1e-8)


@BY_CASE
def test_derivatives_of_the_quantiles_are_central_differences(
    distribution: Numerical, density: Callable[[np.ndarray], np.ndarray], x64: None
) -> None:
    leaves, structure = jax.tree.flatten(distribution)
    derivatives = np.asarray(evaluated(as_floats(distribution), U)["derivatives"])
    for i, leaf in enumerate(leaves):
        # a redshift of zero is an end from which nothing can be subtracted
        step = 1e-5 * max(abs(leaf), 0.1)
        ends = [
            [*leaves[:i], leaf + sign * step, *leaves[i + 1 :]]
            for sign in (0.0 if leaf == 0.0 else -1.0, 1.0)
        ]
        below, above = (evaluated(as_floats(jax.tree.unflatten(structure, end)), U)["x"] for end in ends)
        width = ends[1][i] - ends[0][i]
        np.testing.assert_allclose(derivatives[:, i], (above - below) / width, rtol=2e-5, atol=1e-6)


@pytest.mark.slow
@BY_CASE
def test_draws_follow_the_density_in_float32(
    distribution: Numerical, density: Callable[[np.ndarray], np.ndarray]
) -> None:
    u = np.sort(uniforms(jax.random.split(jax.random.key(7, impl="threefry2x32"), 4000)))
    draws = np.asarray(jax.jit(lambda d, u: d.icdf(u))(as_floats(distribution), u), float)
    low, high = (float(end) for end in distribution.support())
    probability = probabilities(density, (low, high), draws)
    assert stats.kstest(probability, stats.uniform.cdf).pvalue > 1e-3
    np.testing.assert_allclose(probability, u, atol=1e-5)
    assert low <= draws.min() <= draws.max() <= high


@pytest.mark.parametrize(("distribution", "density"), CASES, ids=[type(case[0]).__name__ for case in CASES])
def test_the_density_of_the_coordinate_is_the_published_one(
    distribution: Numerical, density: Callable[[np.ndarray], np.ndarray], x64: None
) -> None:
    low, high = (float(end) for end in distribution.support())
    x = jnp.asarray(low + (high - low) * np.array([0.2, 0.4, 0.6, 0.8]))
    y = distribution.coordinate(x)
    np.testing.assert_allclose(distribution.value(y), x, rtol=1e-13)
    log, *_, parameters = distribution.density()
    own = log(y, *parameters) + distribution.log_slope(x)
    expected = np.log(density(np.asarray(x)))
    np.testing.assert_allclose(own - own[0], expected - expected[0], rtol=1e-10)
    assert bool(distribution.coordinate(x)[0] > distribution.coordinate(x)[1]) == distribution.falling


@pytest.mark.long
def test_the_velocity_dispersion_function_is_a_generalised_gamma_distribution(x64: None) -> None:
    """With no lower and no upper end it is scipy's gengamma."""
    theirs = stats.gengamma(2.32 / 2.67, 2.67, scale=161.0)
    found = evaluated(as_floats(VelocityDispersionFunction(0.0, 5000.0)), U)
    np.testing.assert_allclose(found["x"], theirs.ppf(U), rtol=1e-8)
    np.testing.assert_allclose(found["density"], theirs.pdf(found["x"]), rtol=1e-8)
    # Choi et al. (2007): mean dispersion Gamma((alpha + 1) / beta) / Gamma(alpha / beta) sigma_star
    mean = special.gamma(3.32 / 2.67) / special.gamma(2.32 / 2.67) * 161.0
    u = (np.arange(4000) + 0.5) / 4000
    assert float(VelocityDispersionFunction(0.0, 5000.0).icdf(u).mean()) == pytest.approx(mean, rel=1e-4)


@pytest.mark.long
@pytest.mark.parametrize(("alpha", "beta"), [(0.2, 2.0), (0.41, 2.59), (0.94, 1.85), (8.0, 6.0), (2.0, 20.0)])
def test_other_powers_of_the_velocity_dispersion_function(alpha: float, beta: float) -> None:
    """In float32, against the incomplete gamma function, from zero on."""
    function = VelocityDispersionFunction(0.0, 5000.0, 161.0, alpha, beta)
    x = np.asarray(evaluated(as_floats(function), np.float32(U))["x"], float)
    np.testing.assert_allclose(special.gammainc(alpha / beta, (x / 161.0) ** beta), U, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("distribution", "words"),
    [
        (VelocityDispersionFunction(100.0, 50.0), ["minimum 100.0 is above maximum 50.0; it must not be"]),
        (
            VelocityDispersionFunction(0.0, 400.0, alpha=-0.5, beta=0.0),
            [
                "beta is 0.0; it must be above zero",
                "alpha -0.5 diverges at minimum 0; take a minimum above zero",
            ],
        ),
        (
            SchechterMagnitude(-20.0, -1.0, -18.0, -18.0),
            ["minimum and maximum are both -18.0; maximum must be above minimum"],
        ),
        (
            ComovingVolume(-0.1, 2.0, Om0=1.5),
            ["minimum is -0.1; it must not be below zero", "Om0 is 1.5; it must be between 0 and 1"],
        ),
        (DoublePowerLawMagnitude(-26.0, -4.0, -2.0, -30.0, -19.0), []),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Numerical) else "",
)
def test_problems(distribution: Numerical, words: list[str]) -> None:
    assert distribution.problems() == words
