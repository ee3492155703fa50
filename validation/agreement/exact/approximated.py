"""Deflections of the profiles for which sums and interpolations stand, by quadrature of their density.

lenstronomy, and jaxlens with it, computes some profiles as sums of cored ellipsoids (CSE) or of Gaussians
(GAUSS_DEC), and others by interpolation between values on a grid.  The exact deflection tells how good these
approximations are.  The convergence is the integral of the density along the line of sight, by the
trapezoidal rule in the logarithm of the depth, or a formula; the deflection follows as in `exact.stand_ins`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from jaxlens.kernels import MASS_PROFILES
from validation.agreement.exact.stand_ins import elliptical
from validation.agreement.references import parameters
from validation.agreement.registered import draws, evaluation
from validation.agreement.registered.tables import CORE
from validation.agreement.reporting.rows import Row, row

Values = Mapping[str, float]
Radial = Callable[[np.ndarray], np.ndarray]

# ln(depth / scale radius) along the line of sight: the ends and the step of the sum.
DEEPEST, STEP = 24.0, 0.1
# The radii (over the scale radius) at which the convergence is tabulated: powers of 10 of the ends, number.
FIRST, LAST, RADII = -9.0, 4.0, 2600
# Nodes of the mean convergence inside the scale radius.
NODES = 200
# The rows of the reference values that are compared: each is a quadrature at each point.
ROWS = 12
REMARK = "the error of the approximation, lenstronomy's and ours"


def projected(density: Radial) -> Radial:
    """The convergence as a function of the projected radius, of a density in units of the scale radius."""
    depth = np.exp(np.arange(-DEEPEST, DEEPEST, STEP))
    radii = 10.0 ** np.linspace(FIRST, LAST, RADII)
    sums = np.array([2.0 * STEP * np.sum(density(np.hypot(depth, radius)) * depth) for radius in radii])
    return lambda x: np.exp(np.interp(np.log(x), np.log(radii), np.log(sums)))


def _deflection_at_scale(convergence: Radial) -> float:
    """The deflection at the scale radius, which is the mean convergence within."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    t = 0.5 * (nodes + 1.0)
    # x = t^4 resolves the cusp
    return float(np.sum(weights * convergence(t**4) * t**4 * 4.0 * t**3))


def _halo(values: Values, density: Radial) -> Radial:
    """The convergence of a halo with the deflection alpha_Rs at Rs, of the squared radius."""
    shape = projected(density)
    factor = values["alpha_Rs"] / values["Rs"] / _deflection_at_scale(shape)
    return lambda r_squared: factor * shape(np.sqrt(r_squared) / values["Rs"])


def _nfw(values: Values) -> Radial:
    return _halo(values, lambda r: 1.0 / (r * (1.0 + r) ** 2))


def _gnfw(values: Values) -> Radial:
    slope = values["gamma_in"]
    return _halo(values, lambda r: r**-slope * (1.0 + r) ** (slope - 3.0))


def _hernquist(values: Values) -> Radial:
    """The scale radius is that along the major axis, and lenstronomy divides by the axis ratio."""
    shape = projected(lambda r: 1.0 / (r * (1.0 + r) ** 3))
    modulus = np.hypot(values["e1"], values["e2"])
    q = (1.0 - modulus) / (1.0 + modulus)
    return lambda r_squared: values["sigma0"] / q * shape(np.sqrt(r_squared / q) / values["Rs"])


def _sersic(values: Values) -> Radial:
    n = values["n_sersic"]
    b = 1.9992 * n - 0.3271

    def convergence(r_squared: np.ndarray) -> np.ndarray:
        radius = np.sqrt(r_squared) / values["R_sersic"]
        return np.asarray(values["k_eff"] * np.exp(-b * (radius ** (1.0 / n) - 1.0)))

    return convergence


def _ctnfw(values: Values) -> Radial:
    core, cut, sharp = values["r_core"] / values["r_s"], values["r_trunc"] / values["r_s"], values["a"]

    def density(r: np.ndarray) -> np.ndarray:
        inner = (core**sharp + r**sharp) ** (1.0 / sharp)
        return np.asarray(cut**2 / (cut**2 + r**2) / (inner * (1.0 + r) ** 2))

    shape, factor = projected(density), values["rho_s"] * values["r_s"]
    return lambda r_squared: factor * shape(np.sqrt(r_squared) / values["r_s"])


def _isothermal(values: Values) -> Radial:
    """What `registered.tables` puts on the grid: psi = sqrt(r^2 + CORE^2)."""

    def convergence(r_squared: np.ndarray) -> np.ndarray:
        root = np.sqrt(r_squared + CORE**2)
        return np.asarray(0.5 * (1.0 / root + CORE**2 / root**3))

    return convergence


# The exact convergence by the name of the profile.
EXACT: Mapping[str, Callable[[Values], Radial]] = {
    "NFW_ELLIPSE_CSE": _nfw,
    "HERNQUIST_ELLIPSE_CSE": _hernquist,
    "NFW_ELLIPSE_GAUSS_DEC": _nfw,
    "GNFW_ELLIPSE_GAUSS_DEC": _gnfw,
    "SERSIC_ELLIPSE_GAUSS_DEC": _sersic,
    "CTNFW_GAUSS_DEC": _ctnfw,
    "INTERPOL": _isothermal,
    "TABULATED_DEFLECTIONS": _isothermal,
}


def rows(groups: Mapping[str, Mapping[str, np.ndarray]]) -> list[Row]:
    """The error of the deflection of each approximation, over its peak; shown and not judged.

    Args:
        groups: the reference values of all mass profiles.
    """
    return [
        row(f"{name}: deflection, against the exact profile", errors(name, groups[name]), None, remark=REMARK)
        for name in EXACT
    ]


def errors(name: str, group: Mapping[str, np.ndarray]) -> np.ndarray:
    """max|diff| of our deflection from the exact one over its peak, (ROWS,), away from the centre.

    Args:
        name: the profile.
        group: its reference values, of which points and parameters are used.
    """
    profile = MASS_PROFILES[name]
    drawn = draws.thawed(profile, parameters(dict(group)))
    at = evaluation.arguments(profile, drawn, group["x"], group["y"])
    ours = evaluation.evaluate(evaluation.function_of(profile, drawn), at)[:2]
    numbers = [key for key in profile.of_kind("number") if key in drawn]
    found = []
    for k in range(ROWS):
        values = {"center_x": 0.0, "center_y": 0.0} | {key: float(drawn[key][k]) for key in numbers}
        x, y = group["x"][k], group["y"][k]
        away = np.hypot(x - values["center_x"], y - values["center_y"]) > 1e-3
        exact = elliptical(x[away], y[away], values, EXACT[name](values))
        difference = np.max(np.abs(ours[:, k][:, away] - exact))
        found.append(difference / np.max(np.abs(exact)))
    return np.array(found)
