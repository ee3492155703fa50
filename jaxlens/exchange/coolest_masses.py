"""Profiles of mass in COOLEST's parameters, and back.

    jaxlens                        COOLEST
    SIE, SIS                       SIE               kappa = theta_E / (2 sqrt(q x^2 + y^2 / q))
    EPL, EPL_Q_PHI                 PEMD              theta_E on the intermediate axis, as in jaxlens
    CHAMELEON                      Chameleon         b = alpha_1 / N, s = w (1 + abs(e))
    SHEAR, SHEAR_GAMMA_PSI         ExternalShear     about the origin
    CONVERGENCE                    ConvergenceSheet  about the origin

N = sqrt(1 + w_c^2) - w_c - sqrt(1 + w_t^2) + w_t (`kernels/mass/chameleon.py`).  COOLEST's documentation
gives theta_E of lenses with a core, NIE and SPEMD, in two ways that differ, and no unit of rho_c of NFW:
these are refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from jaxlens.exchange.coolest_axes import axis_ratio, east_of_north, ellipticity, from_x
from jaxlens.exchange.coolest_template import Number, TemplateProfile
from jaxlens.exchange.errors import ExchangeError
from jaxlens.kernels.ellipse import MAX_ELLIPTICITY

# The arguments of a kernel, or the numbers and distributions of a profile of a file, by name.
Values = Mapping[str, Any]
# The name of a profile of a file, and its parameters.
Named = tuple[str, dict[str, Number]]
# The sheets of mass, which COOLEST holds in fields of their own, about the origin.
SHEETS = frozenset({"SHEAR", "SHEAR_GAMMA_PSI", "CONVERGENCE"})


def mass_out(profile: str, values: Values) -> TemplateProfile:
    """A mass in COOLEST's parameters, sheets without their centre.

    Args:
        profile: its name in jaxlens.
        values: the arguments of its kernel, each a number.

    Raises:
        ExchangeError: if COOLEST has no such mass.
    """
    if profile not in _OUT:
        raise ExchangeError(f"is {profile}; masses of COOLEST are {', '.join(_OUT)}")
    kind, convert = _OUT[profile]
    return TemplateProfile(kind, {name: Number(value) for name, value in convert(values).items()})


def shape_out(values: Values, largest: float = math.inf) -> dict[str, float]:
    """q, phi and the centre of an elliptical profile, by COOLEST's names.

    Args:
        values: e1 and e2, or q and phi (radians), or none of them for a round one; center_x and center_y.
        largest: the largest modulus of the ellipticity.
    """
    q, phi = values.get("q", 1.0), values.get("phi", 0.0)
    if "e1" in values:
        q, phi = axis_ratio(values["e1"], values["e2"])
        q = max(q, (1.0 - largest) / (1.0 + largest)) if math.isfinite(largest) else q
    place = {"center_x": -values["center_x"], "center_y": values["center_y"]}
    return {"q": q, "phi": east_of_north(phi), **place}


def deflection_at_origin(profile: str, values: Values) -> tuple[float, float]:
    """The deflection (arcsec) at the origin of a sheet that is zero elsewhere.

    A sheet about the origin lacks it: what lies behind it is then seen where it is if it is moved by this.

    Args:
        profile: its name in jaxlens.
        values: the arguments of its kernel, each a number.
    """
    gamma1, gamma2, kappa = _sheet(profile, values)
    x, y = -values["ra_0"], -values["dec_0"]
    return (kappa + gamma1) * x + gamma2 * y, gamma2 * x + (kappa - gamma1) * y


def _sheet(profile: str, values: Values) -> tuple[float, float, float]:
    """gamma1, gamma2 and kappa of a sheet."""
    if profile == "CONVERGENCE":
        return 0.0, 0.0, values["kappa"]
    if profile == "SHEAR":
        return values["gamma1"], values["gamma2"], 0.0
    strength, angle = values["gamma_ext"], 2.0 * values["psi_ext"]
    return strength * math.cos(angle), strength * math.sin(angle), 0.0


def _isothermal(values: Values) -> dict[str, float]:
    return {"theta_E": values["theta_E"], **shape_out(values, MAX_ELLIPTICITY)}


def _power_law(values: Values) -> dict[str, float]:
    return {"gamma": values["gamma"], **_isothermal(values)}


def _chameleon(values: Values) -> dict[str, float]:
    stretch = 1.0 + min(math.hypot(values["e1"], values["e2"]), MAX_ELLIPTICITY)
    w_c, w_t = values["w_c"], values["w_t"]
    radii = {"s_c": stretch * w_c, "s_t": stretch * w_t}
    return {"b": values["alpha_1"] / _norm(w_c, w_t), **radii, **shape_out(values, MAX_ELLIPTICITY)}


def _norm(w_c: float, w_t: float) -> float:
    """N of a chameleon: its deflection at 1 arcsec where it is round and b is 1."""
    if w_t <= w_c:
        raise ExchangeError(f"has w_t = {w_t:g} and w_c = {w_c:g}, and so no mass; w_t must be above w_c")
    return math.sqrt(1.0 + w_c**2) - w_c - math.sqrt(1.0 + w_t**2) + w_t


def _shear(values: Values) -> dict[str, float]:
    angle = math.atan2(values["gamma2"], values["gamma1"]) / 2.0
    return {"gamma_ext": math.hypot(values["gamma1"], values["gamma2"]), "phi_ext": east_of_north(angle)}


def _polar_shear(values: Values) -> dict[str, float]:
    gamma1, gamma2, _ = _sheet("SHEAR_GAMMA_PSI", values)
    return _shear({"gamma1": gamma1, "gamma2": gamma2})


# A mass of jaxlens -> its kind in COOLEST, and how it is converted.
_OUT: Mapping[str, tuple[str, Callable[[Values], dict[str, float]]]] = {
    "SIE": ("SIE", _isothermal),
    "SIS": ("SIE", _isothermal),
    "EPL": ("PEMD", _power_law),
    "EPL_Q_PHI": ("PEMD", _power_law),
    "CHAMELEON": ("Chameleon", _chameleon),
    "SHEAR": ("ExternalShear", _shear),
    "SHEAR_GAMMA_PSI": ("ExternalShear", _polar_shear),
    "CONVERGENCE": ("ConvergenceSheet", lambda values: {"kappa_s": values["kappa"]}),
}


def mass_in(profile: TemplateProfile) -> Named:
    """The profile of a file that is a mass of COOLEST, and its parameters.

    Raises:
        ExchangeError: if jaxlens has no such mass, or COOLEST does not say what its parameters mean.
    """
    if profile.kind not in _IN:
        raise ExchangeError(f"is {profile.kind}{_WHY.get(profile.kind, '')}; masses are {', '.join(_IN)}")
    return _IN[profile.kind](profile)


def shape_in(profile: TemplateProfile) -> dict[str, Number]:
    """e1 and e2 of an elliptical profile, or q and phi where one of them is drawn, and its centre."""
    q, phi = profile.number("q"), from_x(profile.number("phi"))
    place = {"center_x": profile.number("center_x").times(-1.0), "center_y": profile.number("center_y")}
    if q.spread or phi.spread:
        return {"q": q, "phi": phi, **place}
    return dict(zip(("e1", "e2"), map(Number, ellipticity(q.value, phi.value)), strict=True)) | place


def _isothermal_in(profile: TemplateProfile) -> Named:
    return "SIE", {"theta_E": profile.number("theta_E"), **shape_in(profile)}


def _power_law_in(profile: TemplateProfile) -> Named:
    own = {name: profile.number(name) for name in ("theta_E", "gamma")}
    return "EPL", {**own, **shape_in(profile)}


def _chameleon_in(profile: TemplateProfile) -> Named:
    own = {name: profile.number(name) for name in ("b", "s_c", "s_t", "q")}
    if any(one.spread for one in own.values()):
        raise ExchangeError(
            "is Chameleon with a distribution of b, s_c, s_t or q; take their point estimates"
        )
    stretch = 2.0 / (1.0 + own["q"].value)
    w_c, w_t = own["s_c"].value / stretch, own["s_t"].value / stretch
    widths = {"w_c": Number(w_c), "w_t": Number(w_t)}
    return "CHAMELEON", {"alpha_1": own["b"].times(_norm(w_c, w_t)), **widths, **shape_in(profile)}


def _shear_in(profile: TemplateProfile) -> Named:
    gamma, psi = profile.number("gamma_ext"), from_x(profile.number("phi_ext"))
    if gamma.spread or psi.spread:
        return "SHEAR_GAMMA_PSI", {"gamma_ext": gamma, "psi_ext": psi}
    angle = 2.0 * psi.value
    parts = gamma.value * math.cos(angle), gamma.value * math.sin(angle)
    return "SHEAR", dict(zip(("gamma1", "gamma2"), map(Number, parts), strict=True))


# A mass of COOLEST -> how it is converted.
_IN: Mapping[str, Callable[[TemplateProfile], Named]] = {
    "SIE": _isothermal_in,
    "PEMD": _power_law_in,
    "Chameleon": _chameleon_in,
    "ExternalShear": _shear_in,
    "ConvergenceSheet": lambda profile: ("CONVERGENCE", {"kappa": profile.number("kappa_s")}),
}
# Why some masses of COOLEST are not read.
_WHY: Mapping[str, str] = {
    **dict.fromkeys(("NIE", "SPEMD"), ", whose theta_E has two meanings in COOLEST's documentation"),
    "NFW": ", whose rho_c has no unit in COOLEST's documentation",
}
