"""The mass function of subhaloes: closed forms, integrals by numpy, pyHalo's numbers, and derivatives."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from jaxlens.kernels.halos import mass_integral, masses, number_integral, turnover
from jaxlens.kernels.halos.power_law_masses import SHAPE

# Half-mode masses, and the turnovers of Lovell (2020) for subhaloes and for haloes in the field; cold first.
WARM = np.float32(
    [[0.0, 4.2, 2.5, -0.2], [1e7, 4.2, 2.5, -0.2], [3e8, 4.2, 2.5, -0.2], [3e8, 2.3, 0.8, -1.0]]
)
# The mean numbers and masses of pyHalo 1.5.2 for the first three, over those of the cold
# (`validation.haloes.oracles.subhaloes`).
PYHALO_NUMBERS, PYHALO_MASSES = (1.0, 0.2999556022, 0.0609472931), (1.0, 0.8322458603, 0.5172055242)
SLOPE, M_MIN, M_MAX = -1.9, 1e6, 1e10


@jax.jit
@partial(jax.vmap, in_axes=(0, None))
def quantiles(warm, above):
    """Masses of each model in WARM."""
    shape = dict(zip(SHAPE[3:], warm, strict=True))
    return masses(above, M_min=M_MIN, M_max=M_MAX, slope=SLOPE, **shape)


@jax.jit
def integrals(M_min):
    """Numbers and masses of the models in WARM."""
    shape = {"M_min": M_min, "M_max": M_MAX, "slope": SLOPE, **dict(zip(SHAPE[3:], WARM.T, strict=True))}
    return number_integral(**shape), mass_integral(**shape)


@pytest.fixture(scope="module")
def above() -> np.ndarray:
    """Uniform numbers as draws have them, from the smallest to the largest."""
    words = np.random.default_rng(2).integers(0, 2**23, 4000)
    return np.float32([2.0**-24, *((words + 0.5) / 2**23), 1.0 - 2.0**-24])


@pytest.fixture(scope="module")
def drawn(above) -> np.ndarray:
    return np.asarray(quantiles(WARM, above), float)


def log_masses() -> np.ndarray:
    """A fine grid, from large masses to small ones."""
    return np.linspace(np.log(M_MAX), np.log(M_MIN), 200_001)


def density(warm, y: np.ndarray, power: float = 0.0) -> np.ndarray:
    """M^power dN/dlnM without its constant, in float64."""
    half_mode_mass, a, b, c = (float(value) for value in warm)
    suppression = (1.0 + (a * half_mode_mass * np.exp(-y)) ** b) ** c
    return np.exp((SLOPE + 1.0 + power) * (y - np.log(1e8))) * suppression


def above_by_numpy(warm) -> np.ndarray:
    """The share of haloes above each mass of the grid, by the trapezoidal rule."""
    values = density(warm, log_masses())
    sums = np.concatenate([[0.0], np.cumsum(0.5 * (values[1:] + values[:-1]))])
    return sums / sums[-1]


def test_masses_of_a_power_law_are_its_closed_quantile(above, drawn) -> None:
    p = SLOPE + 1.0
    exact = (M_MAX**p + above.astype(float) * (M_MIN**p - M_MAX**p)) ** (1.0 / p)
    np.testing.assert_allclose(drawn[0], exact, rtol=2e-6)


def test_masses_with_a_turnover_are_its_quantile(above, drawn) -> None:
    for warm, found in zip(WARM, drawn, strict=True):
        exact = np.exp(np.interp(above.astype(float), above_by_numpy(warm), log_masses()))
        np.testing.assert_allclose(found, exact, rtol=1e-5)


def test_masses_of_uniform_numbers_follow_the_mass_function(above, drawn) -> None:
    for warm, found in zip(WARM, drawn, strict=True):
        shares = np.interp(-np.log(found), -log_masses(), above_by_numpy(warm))
        assert stats.kstest(shares, "uniform").pvalue > 1e-3


def test_integrals_are_those_of_numpy_and_pyhalo() -> None:
    for power, found, theirs in zip(
        (0.0, 1.0), integrals(M_MIN), (PYHALO_NUMBERS, PYHALO_MASSES), strict=True
    ):
        exact = [-np.trapezoid(density(warm, log_masses(), power), log_masses()) for warm in WARM]
        np.testing.assert_allclose(found, np.multiply(exact, 1e8**power), rtol=3e-6)
        # pyHalo rounds 4.2^2.5 to 36.15
        np.testing.assert_allclose(found[:3] / found[0], theirs, rtol=1e-5)


def test_ends_and_numbers_that_are_missing() -> None:
    ends = np.asarray(quantiles(WARM, np.float32([0.0, 1.0, *[np.nan] * 4000])))[:, :3]
    np.testing.assert_allclose(ends[:, :2], [[M_MAX, M_MIN]] * 4, rtol=3e-6)
    assert np.isnan(ends[:, 2]).all()
    missing = np.where(np.arange(4) == np.arange(4)[:, None], np.float32(np.nan), WARM)
    assert np.isnan(quantiles(missing, np.full(4002, 0.5, np.float32))).all()


def test_there_are_no_haloes_where_the_least_mass_is_above_the_largest() -> None:
    np.testing.assert_array_equal(integrals(2e10), np.zeros((2, 4)))


def test_a_turnover_far_below_its_mass_does_not_overflow() -> None:
    found = turnover(
        jnp.float32(1e-3), half_mode_mass=1e10, turnover_a=4.2, turnover_b=10.0, turnover_c=-0.01
    )
    assert float(found) == pytest.approx(4.2e13 ** (10.0 * -0.01), rel=1e-5)


@pytest.mark.long
def test_derivatives_are_central_differences_and_those_of_a_fine_table(x64) -> None:
    """At fixed uniform numbers, in all numbers of the shape; it is finite at a half-mode mass of zero."""
    u = jnp.linspace(0.01, 0.99, 30)

    def logarithm(values):
        return jnp.log(masses(u, **dict(zip(SHAPE, values, strict=True))))

    by_jax, value = jax.jit(jax.jacfwd(logarithm)), jax.jit(logarithm)
    at = np.array([1e6, 1e10, -1.9, 1e8, 4.2, 2.5, -0.2])
    found = np.asarray(by_jax(at)).T
    for k, row in enumerate(found):
        step = np.where(np.arange(7) == k, 1e-4 * abs(at[k]), 0.0)
        difference = (value(at + step) - value(at - step)) / (2.0 * step[k])
        np.testing.assert_allclose(row, difference, atol=1e-6 * np.abs(difference).max())
    assert np.isfinite(np.asarray(by_jax(at * [1, 1, 1, 0, 1, 1, 1]))).all()
    # the derivative at fixed share of the exact function: -(dP/dslope) / (dP/dln m)
    y, shares = log_masses(), []
    for slope in (-1.9001, -1.8999):
        values = np.exp((slope + 1.0) * (y - y[0])) * (1.0 + (4.2e8 * np.exp(-y)) ** 2.5) ** -0.2
        sums = np.concatenate([[0.0], np.cumsum(0.5 * (values[1:] + values[:-1]))])
        shares.append(np.interp(np.asarray(u), sums / sums[-1], y))
    np.testing.assert_allclose(found[2], (shares[1] - shares[0]) / 2e-4, rtol=1e-3)
