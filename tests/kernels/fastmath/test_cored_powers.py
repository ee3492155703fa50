"""Averages of the power (1 + w)^(-p - 1): against scipy's and mpmath's hypergeometric functions."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import hyp2f1

from jaxlens.kernels.fastmath.cored_powers import mean_power, mean_power_log

W = np.array([1e-3, 0.5, 10.0, 1e3, 1e5])
# 3F2(1, 1, p + 1; 2, 2; -w) at each w of W, by mpmath's quadrature
ROWS = {
    -0.75: "0.9999375173537907 0.9723594165751784 0.7772404475721979 0.30930613347424013 0.0998469281678148",
    -0.25: "0.9998125728790915 0.9208442121304258 0.5043283006728101 0.04837067509430122 0.0022450734750234",
    0.5: "0.999625208196713 0.851960511525367 0.30773064711778675 0.01116939186976135 2.026591129725930e-4",
    2.0: "0.9992506660422661 0.7387984414414978 0.165349309094464 0.00395387788915811 6.25646273251011e-5",
    6.5: "0.9981285353686544 0.52426596492567 0.07188787871880804 0.0014273665037359388 2.13585422465718e-5",
}
INTEGRALS = {p: np.array(row.split(), float) for p, row in ROWS.items()}


@pytest.mark.parametrize(
    ("precision", "tolerance"), [pytest.param("float32", 2e-6, marks=pytest.mark.slow), ("float64", 1e-13)]
)
def test_they_are_the_hypergeometric_functions(precision: str, tolerance: float) -> None:
    p, w = np.meshgrid(list(INTEGRALS), W, indexing="ij")
    with jax.enable_x64(precision == "float64"):
        arrays = jnp.asarray(p, precision), jnp.asarray(w, precision)
        np.testing.assert_allclose(mean_power_log(*arrays), list(INTEGRALS.values()), rtol=tolerance)
        # scipy loses digits far out
        expected = hyp2f1(1.0, p + 1.0, 2.0, -w)
        np.testing.assert_allclose(mean_power(*arrays), expected, rtol=max(tolerance, 1e-11))


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
def test_at_p_of_zero_and_at_the_centre_they_are_smooth() -> None:
    """ln(1 + w) / w at p = 0; the derivative in p is that of the exponential series; 1 at w = 0."""
    w, zero, one = jnp.asarray([0.0, 1e-6, 0.3, 8.0, 2e4]), jnp.zeros(5), jnp.ones(5)
    value, in_p = jax.jvp(lambda p: mean_power(p, w), (zero,), (one,))
    logarithm = np.log1p(np.asarray(w))
    ratio = np.where(w > 0.0, logarithm / np.where(w > 0.0, w, 1.0), 1.0)
    np.testing.assert_allclose(value, ratio, rtol=1e-14)
    np.testing.assert_allclose(in_p, -0.5 * logarithm * ratio, rtol=1e-14)

    log_value, in_w = jax.jvp(lambda w: mean_power_log(0.5 * one, w), (w,), (one,))
    assert float(log_value[0]) == pytest.approx(1.0, rel=1e-14)
    assert float(in_w[0]) == pytest.approx(-1.5 / 4.0, rel=1e-12)
    # d (w f) / dw is the mean of the power
    whole = np.asarray(log_value + w * in_w)
    np.testing.assert_allclose(whole, mean_power(0.5 * one, w), rtol=1e-12)
