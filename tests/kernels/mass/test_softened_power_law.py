"""The elliptical power law with a core: its limits, and mpmath's integrals of its convergence."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.mass.isothermal import nie
from jaxlens.kernels.mass.power_law import epl, epl_potential
from jaxlens.kernels.mass.softened_power_law import spemd, spemd_potential

X = (0.7, -0.02, 2.0)
Y = (0.4, 0.05, -3.0)
# alpha_x, alpha_y and psi at the three points for theta_E = 1.1, q = 0.6, by (gamma, s_scale): mpmath.quad of
# kappa over confocal ellipses in the variable u of Keeton (2001), with 25 digits
EXACT = {
    (1.6, 0.1): (
        [0.6481697288720036, -0.042322050581763714, 0.7508626494221191],
        [0.574457616588534, 0.1747239733471657, -1.7049982976350162],
        [0.4432065594571109, 0.004915443254656583, 4.629518440504107],
    ),
    (2.4, 0.5): (
        [0.307255149543785, -0.01350701110997717, 0.21332598332253822],
        [0.2737127768454456, 0.05622185524723037, -0.4353481411242442],
        [0.19870008453650512, 0.0015449587993727038, 1.6217145969766857],
    ),
    (2.3, 0.01): (
        [0.8893369904843452, -0.5466067443479014, 0.3517137213979536],
        [0.6765899479539749, 1.9059069110535198, -0.6801136707169347],
        [1.097380022123224, 0.09014777511032303, 3.6736626044023386],
    ),
}


NAMES = ("theta_E", "gamma", "s_scale", "e1", "e2")


@jax.jit
def deflection_and_potential(x, y, parameters):
    """alpha_x, alpha_y and psi of arrays of one shape."""
    own = dict(zip(NAMES, parameters, strict=True))
    return jnp.stack([*spemd(x, y, **own), spemd_potential(x, y, **own)])


@pytest.mark.usefixtures("x64")
def test_it_is_the_integral_of_its_convergence_0_at_the_centre_and_nan_where_a_parameter_is() -> None:
    cases, expected = [], []
    for (gamma, core), rows in EXACT.items():
        for k, (x, y) in enumerate(zip(X, Y, strict=True)):
            # q = 0.6 along x
            cases.append((x, y, 1.1, gamma, core, 0.25, 0.0))
            expected.append([row[k] for row in rows])
    for zero in (
        (0.0, 0.0, 1.1, 2.3, 0.3, 0.2, 0.1),
        (0.0, 0.0, 1.1, 2.3, 0.0, 0.2, 0.1),
        (0.4, 0.3, 0.0, 2.3, 0.1, 0.2, 0.1),
    ):
        cases.append(zero)
        expected.append([0.0, 0.0, 0.0])
    for k in range(2, 7):
        cases.append(
            tuple(np.nan if i == k else v for i, v in enumerate((0.4, 0.3, 1.1, 2.3, 0.2, 0.2, 0.1)))
        )
        expected.append([np.nan] * 3)
    x, y, *parameters = jnp.asarray(cases).T
    found = deflection_and_potential(x, y, parameters)
    np.testing.assert_allclose(found, np.transpose(expected), rtol=1e-11)


@pytest.mark.long
@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 2e-6), ("float64", 1e-12)])
def test_without_a_core_it_is_the_power_law_and_at_gamma_2_the_nie(precision: str, tolerance: float) -> None:
    def agree(found, expected):
        np.testing.assert_allclose(found, expected, rtol=2.0 * tolerance, atol=tolerance)

    with jax.enable_x64(precision == "float64"):
        x, y = jnp.asarray(X, precision), jnp.asarray(Y, precision)
        shape = {"theta_E": 1.1, "e1": 0.2, "e2": -0.35}
        for gamma in (1.4, 2.0, 2.7):
            own, without = {"gamma": gamma, "s_scale": 0.0, **shape}, {"gamma": gamma, **shape}
            agree(spemd(x, y, **own), epl(x, y, **without))
            agree(spemd_potential(x, y, **own), epl_potential(x, y, **without))
        own, isothermal = {"gamma": 2.0, "s_scale": 0.2, **shape}, {"s_scale": 0.2, **shape}
        agree(spemd(x, y, **own), nie(x, y, **isothermal))
