"""Spherical densities as lenses: against the projected density, and NFW's closed form."""

from __future__ import annotations

from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

from jaxlens.kernels.mass.double_power_law import GNFW, PSEUDO_DPL
from jaxlens.kernels.mass.stripped_nfw import GREEN_BOSCH, stripping

R = np.array([0.02, 0.3, 1.4, 9.0])


def convergence(density, r: float) -> float:
    """The density along the line of sight."""
    ends = (0.0, r, 10.0 * r, 100.0 * r)
    parts = [quad(lambda z: density(np.hypot(r, z)), *pair, epsrel=1e-12)[0] for pair in pairwise(ends)]
    # z = e^t beyond
    far = quad(lambda t: density(np.hypot(r, np.exp(t))) * np.exp(t), np.log(ends[-1]), 60.0, epsrel=1e-12)[0]
    return 2.0 * (sum(parts) + far)


def convergence_of(slope, r):
    """Kappa = (r^2 slope)' / (2 r) = slope + r^2 dslope / d(r^2)."""
    squared = jnp.asarray(r) ** 2
    value, change = jax.jvp(slope, (squared,), (jnp.ones_like(squared),))
    return np.asarray(value + squared * change)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_the_convergence_is_the_density_along_the_line_of_sight() -> None:
    f_b, c_s, Rs, rho = 0.3, 11.0, 1.2, 0.4
    halo = stripping(jnp.asarray(f_b), jnp.asarray(c_s))

    def stripped(r):
        s = r / Rs
        cut = 1.0 + (float(halo.cut) * s) ** float(halo.delta)
        return float(halo.normalization) * rho / (s * (1.0 + s) ** 2 * cut)

    own = convergence_of(lambda r: GREEN_BOSCH.slope(r, f_b=f_b, c_s=c_s, Rs=Rs, rho0ang=rho), R)
    np.testing.assert_allclose(own, [convergence(stripped, r) for r in R], rtol=1e-9)

    shape = {"Rs": 1.2, "alpha_Rs": 1.0}
    for slope, density in (
        (
            lambda r: GNFW.slope(r, gamma_in=1.6, **shape),
            lambda r: (r / Rs) ** -1.6 * (1.0 + r / Rs) ** -1.4,
        ),
        (
            lambda r: PSEUDO_DPL.slope(r, gamma_inner=0.7, gamma_outer=3.0, **shape),
            lambda r: (r / Rs) ** -0.7 * (1.0 + (r / Rs) ** 2) ** -1.15,
        ),
    ):
        own = convergence_of(slope, R)
        expected = np.array([convergence(density, r) for r in R])
        np.testing.assert_allclose(own / own[1], expected / expected[1], rtol=1e-9)
        assert float(slope(jnp.asarray(1.44))) == pytest.approx(1.0 / 1.2, rel=1e-14)


@pytest.mark.parametrize(
    ("precision", "tolerance"), [pytest.param("float32", 2e-6, marks=pytest.mark.slow), ("float64", 1e-11)]
)
def test_two_families_are_nfw_where_they_should_be(precision: str, tolerance: float) -> None:
    """GNFW at gamma_in = 1, GreenBoschNFW at f_b = 1: m = ln(x / 2) + arccosh(1 / x) / sqrt(1 - x^2)."""
    with jax.enable_x64(precision == "float64"):
        r = jnp.asarray(R, precision)
        x = R / 1.2
        inverse = 1.0 / x.astype(complex)
        m = np.log(x / 2.0) + np.real(np.arccosh(inverse) / np.sqrt(1.0 - x.astype(complex) ** 2))
        expected = 4.0 * 0.4 * 1.2 * m / x**2
        stripped = jax.jit(GREEN_BOSCH.slope)(r * r, f_b=1.0, c_s=10.0, Rs=1.2, rho0ang=0.4)
        np.testing.assert_allclose(stripped, expected, rtol=tolerance)
        alpha = 4.0 * 0.4 * 1.2**2 * (1.0 - np.log(2.0))
        general = jax.jit(GNFW.slope)(r * r, Rs=1.2, alpha_Rs=alpha, gamma_in=1.0)
        np.testing.assert_allclose(general, expected, rtol=tolerance)
