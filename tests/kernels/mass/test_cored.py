"""Cored lenses: identities between them, and the sheet that an MST variant takes away."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels import MASS_PROFILES
from jaxlens.kernels.mass import cored

R_SQUARED = jnp.asarray([0.0, 1e-6, 0.2, 3.0, 900.0])


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_the_families_meet_where_their_powers_are_equal() -> None:
    """(1 + w)^(-3/2) is ULDM of slope 2 and SPL_CORE of gamma 4; (1 + w)^-1 is SPL_CORE of gamma 3."""
    squared = jnp.asarray(R_SQUARED, float)
    core = {"sigma0": 0.4, "r_core": 0.7}
    # theta_c^2 / (2^(1/2) - 1) = r_core^2; B(1/2, 3/2) = pi / 2 and B(1/2, 1) = 2
    soliton = {"kappa_0": 0.4, "theta_c": 0.7 * np.sqrt(np.sqrt(2.0) - 1.0), "slope": 2.0}
    for name in ("slope", "potential"):
        first = getattr(cored.CORED_DENSITY, name)(squared, **core)
        others = (
            getattr(cored.ULDM, name)(squared, **soliton),
            getattr(cored.SPL_CORE, name)(squared, sigma0=0.8 / np.pi, r_core=0.7, gamma=4.0),
        )
        for other in others:
            # the potentials differ by lenstronomy's constant
            np.testing.assert_allclose(other - other[0], first - first[0], rtol=1e-11, atol=1e-15)
        second = getattr(cored.CORED_DENSITY_2, name)(squared, **core)
        third = getattr(cored.SPL_CORE, name)(squared, sigma0=0.2, r_core=0.7, gamma=3.0)
        np.testing.assert_allclose(third, second, rtol=1e-12)


@pytest.mark.usefixtures("x64")
def test_an_mst_variant_has_no_mass_at_its_centre_and_minus_the_sheet_far_out() -> None:
    x, y = jnp.asarray([0.0, 1e-4, 300.0]), jnp.zeros(3)
    for name in (
        "CORED_DENSITY_MST",
        "CORED_DENSITY_2_MST",
        "CORED_DENSITY_EXP_MST",
        "CORED_DENSITY_ULDM_MST",
    ):
        alpha_x, alpha_y = MASS_PROFILES[name].deflection(x, y, lambda_approx=0.8, r_core=0.5)
        np.testing.assert_allclose(alpha_y, 0.0, atol=1e-15)
        np.testing.assert_allclose(alpha_x[:2], 0.0, atol=1e-11)
        np.testing.assert_allclose(alpha_x[2], -0.25 * 300.0, rtol=1e-4)


def test_the_density_of_a_soliton_halves_at_its_core_radius() -> None:
    """The convergence (1 + a)^(1/2 - slope) there, a = 2^(1 / slope) - 1, as half the divergence."""
    step = 1e-2
    squared = jnp.asarray([(4.0 - step) ** 2, (4.0 + step) ** 2])
    mass = np.asarray(squared * cored.ULDM.slope(squared, kappa_0=0.3, theta_c=4.0), float)
    kappa = (mass[1] - mass[0]) / float(squared[1] - squared[0])
    assert kappa == pytest.approx(0.3 * 2.0 ** ((0.5 - 8.0) / 8.0), rel=1e-3)
