"""Sersic profiles of mass: the total mass, and the elliptical one where it is round."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gamma

from jaxlens.kernels.mass.sersic import sersic
from jaxlens.kernels.mass.sersic_ellipse import sersic_ellipse_kappa, sersic_ellipse_kappa_potential
from jaxlens.kernels.sersic_index import b_n


@pytest.mark.usefixtures("x64")
def test_far_out_it_is_a_point_of_its_total_mass() -> None:
    """Mass over pi: 2 n k_eff R^2 e^b b^(-2n) Gamma(2n)."""
    for n in (0.6, 1.0, 4.0):
        b = float(b_n(n))
        mass = 2.0 * n * 0.3 * 0.7**2 * np.exp(b) * b ** (-2.0 * n) * gamma(2.0 * n)
        alpha_x, alpha_y = sersic(jnp.asarray([3e5]), jnp.asarray([4e5]), k_eff=0.3, R_sersic=0.7, n_sersic=n)
        np.testing.assert_allclose([alpha_x[0], alpha_y[0]], [0.6 * mass / 5e5, 0.8 * mass / 5e5], rtol=1e-9)


@pytest.mark.usefixtures("x64")
def test_the_ellipse_is_keetons_integral_and_round_at_zero_ellipticity() -> None:
    x, y, shape = 0.6, 0.35, {"k_eff": 0.3, "R_sersic": 0.7, "n_sersic": 2.5}
    at = jnp.asarray([x]), jnp.asarray([y])
    np.testing.assert_allclose(
        sersic_ellipse_kappa(*at, e1=0.0, e2=0.0, **shape), sersic(*at, **shape), rtol=1e-11
    )
    # q = 0.7 along x: alpha = q (x J_0, y J_1), J_n the integral of kappa(xi) / [1 - (1 - q^2) u]^(n + 1/2)
    q, b = 0.7, float(b_n(2.5))

    def integrand(u: float, power: float) -> float:
        shrunk = 1.0 - (1.0 - q * q) * u
        xi = np.sqrt(u * (x * x + y * y / shrunk))
        return 0.3 * np.exp(-b * ((xi / 0.7) ** (1.0 / 2.5) - 1.0)) / shrunk**power

    # u = t^6, since the integrand has no derivative at u = 0
    expected = [
        q * s * quad(lambda t, p=p: 6.0 * t**5 * integrand(t**6, p), 0.0, 1.0, epsrel=1e-12)[0]
        for s, p in ((x, 0.5), (y, 1.5))
    ]
    own = sersic_ellipse_kappa(*at, e1=0.3, e2=0.0, **shape)
    np.testing.assert_allclose(np.ravel(own), expected, rtol=1e-11)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_the_deflection_of_the_ellipse_is_the_gradient_of_its_potential() -> None:
    own = {"k_eff": 0.3, "R_sersic": 0.7, "n_sersic": 3.3, "e1": 0.2, "e2": -0.25}
    x, y, step = jnp.asarray([0.5, -0.1]), jnp.asarray([0.3, 0.9]), 1e-5
    ahead, behind = (sersic_ellipse_kappa_potential(x + s, y, **own) for s in (step, -step))
    np.testing.assert_allclose(
        (ahead - behind) / (2.0 * step), sersic_ellipse_kappa(x, y, **own)[0], rtol=1e-8
    )
