"""Curved arcs: the stretches and the curvature that their parameters promise, and their limits."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.lensing.rays import jacobian
from jaxlens.kernels.mass.curved_arcs import curved_arc_const, curved_arc_sis_mst, curved_arc_spp
from jaxlens.kernels.mass.isothermal import sis
from jaxlens.kernels.mass.power_law import epl
from jaxlens.kernels.registry import MASS_PROFILES

pytestmark = pytest.mark.slow

ARC = {"tangential_stretch": 8.0, "curvature": 0.7, "direction": 0.6, "center_x": 0.1, "center_y": -0.2}
STRETCHED = ARC | {"radial_stretch": 1.2}
X, Y = np.array([0.4, -1.1, 2.0, -0.9]), np.array([0.3, 0.7, -0.1, -1.0])
NAMES = ["CURVED_ARC_CONST", "CURVED_ARC_CONST_MST", "CURVED_ARC_SIS_MST", "CURVED_ARC_SPP"]


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_the_arc_has_its_stretches_and_is_not_deflected(name):
    profile = MASS_PROFILES[name]
    parameters = {key: STRETCHED[key] for key in profile.parameters}

    def rays(x, y):
        alpha_x, alpha_y = profile.deflection(x, y, **parameters)
        return x - alpha_x, y - alpha_y

    with jax.enable_x64(True):
        x, y = jnp.array([0.1]), jnp.array([-0.2])
        np.testing.assert_allclose(np.ravel(profile.deflection(x, y, **parameters)), 0.0, atol=1e-14)
        matrix = np.reshape([float(a[0]) for a in jacobian(rays, x, y)], (2, 2))
    across = np.array([np.cos(0.6), np.sin(0.6)])
    along = np.array([-np.sin(0.6), np.cos(0.6)])
    np.testing.assert_allclose(matrix @ across, across / parameters.get("radial_stretch", 1.0), atol=1e-12)
    np.testing.assert_allclose(matrix @ along, along / 8.0, atol=1e-12)


@pytest.mark.long
def test_the_round_arcs_are_a_power_law_and_an_isothermal_lens_less_a_constant():
    radius, u = 1.0 / 0.7, 1.0 - 1.0 / 8.0
    centre = {"center_x": 0.1 - radius * np.cos(0.6), "center_y": -0.2 - radius * np.sin(0.6)}
    gamma = 2.0 - (1.0 - 1.0 / 1.2) / u
    lens = {"theta_E": radius * u ** (1.0 / (gamma - 1.0)), "gamma": gamma, "e1": 0.0, "e2": 0.0, **centre}
    with jax.enable_x64(True):
        expected = np.subtract(epl(X, Y, **lens), np.asarray(epl(0.1, -0.2, **lens))[:, None])
        np.testing.assert_allclose(curved_arc_spp(X, Y, **STRETCHED), expected, atol=1e-12)
        isothermal = {"theta_E": radius * (1.0 / 1.2 - 1.0 / 8.0), **centre}
        expected = np.subtract(sis(X, Y, **isothermal), np.asarray(sis(0.1, -0.2, **isothermal))[:, None])
        expected += (1.0 - 1.0 / 1.2) * np.stack([X - 0.1, Y + 0.2])
        np.testing.assert_allclose(curved_arc_sis_mst(X, Y, **STRETCHED), expected, atol=1e-12)


def test_a_straight_arc_keeps_its_digits_in_single_precision():
    straight = STRETCHED | {"curvature": 1e-6, "direction": 0.0}
    alpha_x, alpha_y = curved_arc_spp(jnp.float32(X), jnp.float32(Y), **straight)
    np.testing.assert_allclose(alpha_x, (1.0 - 1.0 / 1.2) * (X - 0.1), atol=3e-6)
    np.testing.assert_allclose(alpha_y, (1.0 - 1.0 / 8.0) * (Y + 0.2), atol=3e-6)


def test_beyond_the_circle_an_arc_of_constant_stretch_does_not_deflect():
    parameters = ARC | {"direction": 0.0}
    for y in (3.0, -3.0):
        assert np.all(np.asarray(curved_arc_const(jnp.float32(0.5), jnp.float32(y), **parameters)) == 0.0)
