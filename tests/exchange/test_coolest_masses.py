"""Masses in COOLEST's parameters, by the formulas of its documentation, and back."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

from jaxlens.exchange.coolest_masses import deflection_at_origin, mass_in, mass_out
from jaxlens.exchange.coolest_template import Number, TemplateProfile
from jaxlens.exchange.errors import ExchangeError
from jaxlens.kernels import MASS_PROFILES

CENTRE = {"center_x": 0.2, "center_y": -0.1}
SHAPE = {"e1": 0.15, "e2": -0.1, **CENTRE}
MASSES: dict[str, dict[str, float]] = {
    "SIE": {"theta_E": 1.2, **SHAPE},
    "SIS": {"theta_E": 1.2, **CENTRE},
    "EPL": {"theta_E": 1.2, "gamma": 2.15, **SHAPE},
    "CHAMELEON": {"alpha_1": 0.8, "w_c": 0.15, "w_t": 1.1, **SHAPE},
}
RNG = np.random.default_rng(2)
X, Y = RNG.uniform(-2.0, 2.0, (2, 12))


def kappa(mass: TemplateProfile, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The convergence of COOLEST's documentation at places in its axes, x to the west."""
    own = {name: value.value for name, value in mass.values.items()}
    phi = np.radians(own["phi"] - 90.0)
    dx, dy = x - own["center_x"], y - own["center_y"]
    along, across = np.cos(phi) * dx + np.sin(phi) * dy, np.cos(phi) * dy - np.sin(phi) * dx
    squared = own["q"] * along**2 + across**2 / own["q"]
    if mass.kind == "Chameleon":
        return (
            own["b"] / 2 * (1 / np.sqrt(squared + own["s_c"] ** 2) - 1 / np.sqrt(squared + own["s_t"] ** 2))
        )
    gamma = own.get("gamma", 2.0)
    return (3 - gamma) / 2 * (own["theta_E"] / np.sqrt(squared)) ** (gamma - 1)


def convergence(name: str, values: Any) -> np.ndarray:
    """Half the divergence of the deflection of a kernel, by central differences in double precision."""
    h = 1e-5
    with jax.enable_x64(True):
        deflection = MASS_PROFILES[name].deflection
        x, y = np.concatenate([X - h, X + h, X, X]), np.concatenate([Y, Y, Y - h, Y + h])
        alpha_x, alpha_y = (np.asarray(alpha) for alpha in deflection(x, y, **values))
    (left, right, _, _), (_, _, low, high) = alpha_x.reshape(4, -1), alpha_y.reshape(4, -1)
    return (right - left + high - low) / (4 * h)


@pytest.mark.parametrize("name", MASSES)
def test_the_convergence_is_that_of_the_documentation(name: str) -> None:
    mass = mass_out(name, MASSES[name])
    np.testing.assert_allclose(kappa(mass, -X, Y), convergence(name, MASSES[name]), rtol=1e-7)


@pytest.mark.parametrize("name", MASSES)
def test_a_mass_comes_back(name: str) -> None:
    kind, values = mass_in(mass_out(name, MASSES[name]))
    assert kind == {"SIS": "SIE"}.get(name, name)
    assert {key: one.value for key, one in values.items()} == pytest.approx(
        {**dict.fromkeys(("e1", "e2"), 0.0), **MASSES[name]}, abs=1e-12
    )


def test_shear_stretches_towards_its_angle() -> None:
    """COOLEST: psi = gamma_ext r^2 / 2 cos(2 (phi - phi_ext)), 20 degrees east of north."""
    angle = np.radians(70.0)
    values = {"gamma_ext": 0.1, "psi_ext": float(angle), "ra_0": 0.0, "dec_0": 0.0}
    shear = mass_out("SHEAR_GAMMA_PSI", values)
    assert {name: one.value for name, one in shear.values.items()} == pytest.approx(
        {"gamma_ext": 0.1, "phi_ext": 20.0}
    )
    kind, back = mass_in(shear)
    assert kind == "SHEAR"
    expected = 0.1 * np.cos(2 * angle), 0.1 * np.sin(2 * angle)
    assert (back["gamma1"].value, back["gamma2"].value) == pytest.approx(expected)


def test_sheets_are_moved_to_the_origin() -> None:
    values = {"gamma1": 0.05, "gamma2": -0.02, "ra_0": 0.4, "dec_0": 0.3}
    at_origin = {**values, "ra_0": 0.0, "dec_0": 0.0}
    deflection = MASS_PROFILES["SHEAR"].deflection
    moved = [
        np.asarray(a) - np.asarray(b)
        for a, b in zip(deflection(X, Y, **values), deflection(X, Y, **at_origin), strict=True)
    ]
    expected = deflection_at_origin("SHEAR", values)
    np.testing.assert_allclose(moved, np.broadcast_to(np.reshape(expected, (2, 1)), (2, X.size)), atol=1e-7)
    assert deflection_at_origin("CONVERGENCE", {"kappa": 0.1, "ra_0": 1.0, "dec_0": 2.0}) == pytest.approx(
        (-0.1, -0.2)
    )


@pytest.mark.parametrize(
    ("kind", "reason"), [("NIE", "two meanings"), ("NFW", "no unit"), ("SPEMD", "two meanings")]
)
def test_masses_whose_parameters_are_not_defined_are_refused(kind: str, reason: str) -> None:
    with pytest.raises(ExchangeError, match=reason):
        mass_in(TemplateProfile(kind, {"theta_E": Number(1.0)}))


def test_other_masses_are_refused_by_name() -> None:
    with pytest.raises(ExchangeError, match="is NFW; masses of COOLEST are SIE"):
        mass_out("NFW", {"Rs": 1.0, "alpha_Rs": 0.5, **CENTRE})
