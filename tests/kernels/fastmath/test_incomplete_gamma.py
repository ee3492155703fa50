"""The incomplete gamma function and its integrals: against scipy and mpmath, and their derivatives."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import exp1, gammainc, gammaln

from jaxlens.kernels.fastmath.incomplete_gamma import (
    entire_exponential_integral,
    lower_gamma_ratio,
    mean_exponential,
)

A = np.array([0.3, 0.5, 1.0, 1.4, 4.0, 10.0, 16.0, 20.0])
S = np.array([1e-9, 1e-3, 0.4, 3.0, 11.0, 25.0, 48.0, 90.0, 2000.0])
# mpmath.hyper([a] * m, [a + 1] * m, -s) by m and a, at each s of SERIES_S
SERIES_S = np.array([1e-3, 0.5, 5.0, 25.0, 60.0])
SERIES = {
    (2, 0.5): [
        0.9998889088854881,
        0.9490493942204847,
        0.7080876982797507,
        0.45927698791438387,
        0.3465438246614284,
    ],
    (2, 4.0): [
        0.9993602221678108,
        0.7293557133311366,
        0.06496834571534502,
        0.0004823674449588362,
        2.1023902916965186e-05,
    ],
    (2, 16.0): [
        0.999114581794776,
        0.6426113454741419,
        0.01289719512360833,
        6.895689675032018e-09,
        1.6059191444224918e-14,
    ],
    (3, 0.5): [
        0.9999629669624771,
        0.9824241289279346,
        0.8769202377806281,
        0.7043715054993256,
        0.5954027306581012,
    ],
    (3, 4.0): [
        0.9994881481170552,
        0.7774537440995833,
        0.11655066161804628,
        0.002033045931417218,
        0.0001235459978721726,
    ],
    (3, 16.0): [
        0.9991666445734957,
        0.6597231821690434,
        0.017130244844104817,
        3.365663708560604e-08,
        1.7998972350082735e-13,
    ],
}
TOLERANCE = {"float32": 5e-6, "float64": 1e-13}


def grid(precision: str):
    """A and S on a grid, each (72,)."""
    return (jnp.asarray(v.ravel(), precision) for v in np.meshgrid(A, S))


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_it_is_scipys(precision: str) -> None:
    with jax.enable_x64(precision == "float64"):
        a, s = grid(precision)
        value = mean_exponential(1, a, s)
        ratio = lower_gamma_ratio(a, s)
        a, s = np.asarray(a, float), np.asarray(s, float)
        exact = gammainc(a, s)
        expected = exact * np.exp(gammaln(a + 1.0) - a * np.log(s))
        assert value.dtype == precision
        # what is below the smallest float32 is 0
        np.testing.assert_allclose(value, expected, rtol=TOLERANCE[precision], atol=1e-36)
        # the inverse of a power that overflows as well
        near = s < 50.0
        np.testing.assert_allclose(
            np.asarray(ratio)[near], exact[near], rtol=2.0 * TOLERANCE[precision], atol=1e-36
        )


@pytest.mark.parametrize("precision", [pytest.param("float32", marks=pytest.mark.slow), "float64"])
def test_its_integrals_are_mpmaths(precision: str) -> None:
    with jax.enable_x64(precision == "float64"):
        for order in (2, 3):
            rows = {a: row for (m, a), row in SERIES.items() if m == order}
            a, s = np.meshgrid(list(rows), SERIES_S, indexing="ij")
            value = mean_exponential(order, jnp.asarray(a, precision), jnp.asarray(s, precision))
            np.testing.assert_allclose(value, list(rows.values()), rtol=2.0 * TOLERANCE[precision])


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_its_derivatives_are_central_differences_of_both_orders() -> None:
    """In a and s, across the switch from the series to its limit, and at small s."""
    a, s = jnp.full(9, 4.0), jnp.asarray([1e-6, 1e-4, 0.3, 4.0, 20.0, 52.9, 53.1, 60.0, 400.0])

    @jax.jit
    def values_and_derivatives(a, s):
        def value(a, s):
            return mean_exponential(1, a, s)

        def along(argument):
            def first(*at):
                return jax.grad(lambda *at: jnp.sum(value(*at)), argnums=argument)(*at)

            unit = [jnp.zeros_like(a), jnp.zeros_like(s)]
            unit[argument] = jnp.ones_like(a)
            return jax.jvp(first, (a, s), tuple(unit))

        return value(a, s), along(0), along(1)

    _, (in_a, in_aa), (in_s, in_ss) = values_and_derivatives(a, s)
    step = 1e-4
    for k, first, second in ((0, in_a, in_aa), (1, in_s, in_ss)):
        scale = np.ones(9) if k == 0 else np.asarray(jnp.maximum(1.0, s))
        ahead, behind = (
            values_and_derivatives(*(v + sign * step * scale * (i == k) for i, v in enumerate((a, s))))
            for sign in (1.0, -1.0)
        )
        inside = slice(None) if k == 0 else slice(2, None)
        expected = (ahead[0] - behind[0]) / (2.0 * step * scale)
        np.testing.assert_allclose(first[inside], expected[inside], rtol=1e-6, atol=1e-12)
        expected = (ahead[1 + k][0] - behind[1 + k][0]) / (2.0 * step * scale)
        np.testing.assert_allclose(second[inside], expected[inside], rtol=1e-6, atol=1e-12)
    # at s = 0 the derivative of the power series: -a / (a + 1)
    np.testing.assert_allclose(in_s[:2], -4.0 / 5.0, rtol=1e-3)


@pytest.mark.usefixtures("x64")
def test_the_exponential_integral_is_scipys() -> None:
    s = np.array([1e-8, 1e-3, 0.5, 3.0, 30.0, 45.0, 200.0, 1e4])
    value = entire_exponential_integral(jnp.asarray(s))
    by_series = s - s**2 / 4.0 + s**3 / 18.0 - s**4 / 96.0
    expected = np.where(s < 0.01, by_series, exp1(s) + np.log(s) + np.euler_gamma)
    np.testing.assert_allclose(value, expected, rtol=1e-12)


def test_nan_stays_nan_and_zero_is_one() -> None:
    one, nan = jnp.ones(3), jnp.full(3, jnp.nan)
    assert np.isnan(mean_exponential(1, one, nan)).all()
    assert np.isnan(mean_exponential(1, nan, one)).all()
    np.testing.assert_allclose(mean_exponential(1, one, jnp.zeros(3)), 1.0, rtol=1e-6)
