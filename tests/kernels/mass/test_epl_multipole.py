"""The power law with multipoles is the sum of its parts, in the parameters of lenstronomy."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.kernels import MASS_PROFILES
from jaxlens.kernels.mass.multipole import multipole
from jaxlens.kernels.mass.multipole_ell import multipole_ell
from jaxlens.kernels.mass.power_law import epl

X, Y = np.array([0.4, -1.1, 0.9, 2.3]), np.array([0.3, 0.7, -1.6, -0.2])
E1, E2 = 0.15, -0.2
LENS = {"theta_E": 1.3, "gamma": 1.9, "e1": E1, "e2": E2}
CENTER = {"center_x": 0.05, "center_y": -0.1}
STRENGTHS = {"a1_a": 0.03, "a3_a": -0.02, "a4_a": 0.04}
ANGLES = {"delta_phi_m1": 0.7, "delta_phi_m3": 0.2, "delta_phi_m4": -0.3}


@pytest.mark.long
@pytest.mark.parametrize("about_ellipse", [False, True])
@pytest.mark.parametrize("orders", [(4,), (3, 4), (1, 3, 4)])
def test_it_is_the_sum_of_its_parts(orders, about_ellipse, x64):
    digits = "".join(f"M{m}" for m in orders)
    name = "EPL_BOXYDISKY" if orders == (4,) else f"EPL_MULTIPOLE_{digits}"
    profile = MASS_PROFILES[f"{name}_ELL" if about_ellipse else name]
    own = {key: v for key, v in {**STRENGTHS, **ANGLES}.items() if key in profile.parameters}
    found = profile.deflection(X, Y, **LENS, **own, **CENTER)
    expected = np.asarray(epl(X, Y, **LENS, **CENTER))
    modulus, phi = np.hypot(E1, E2), np.arctan2(E2, E1) / 2.0
    q = (1.0 - modulus) / (1.0 + modulus)
    for m in orders:
        part = {"m": m, "phi_m": phi + own.get(f"delta_phi_m{m}", 0.0), "r_E": 1.3, **CENTER}
        strength = 1.3 * own[f"a{m}_a"]
        if about_ellipse:
            expected = expected + np.asarray(multipole_ell(X, Y, a_m=strength, q=q, **part))
        else:
            expected = expected + np.asarray(multipole(X, Y, a_m=strength / np.sqrt(q), **part))
    np.testing.assert_allclose(found, expected, rtol=1e-13)


@pytest.mark.long
def test_a_lens_without_mass_deflects_nothing():
    profile = MASS_PROFILES["EPL_MULTIPOLE_M1M3M4_ELL"]
    lens = LENS | {"theta_E": 0.0}
    assert not np.any(profile.deflection(X, Y, **lens, **STRENGTHS, **ANGLES))
