"""Light profiles on points around their center, and their total flux.

Each group is a profile: `x`, `y`, `surface_brightness` of shape (cases, points), `total_flux` of
shape (cases,), and the profile's parameters.  The first point of a case is the center itself, the
second lies within lenstronomy's smoothing length of it.
"""

from __future__ import annotations

import numpy as np
from lenstronomy.LightModel.light_model import LightModel

from validation.core_sersic import core_sersic_total_flux
from validation.references import PARAMETER_PREFIX
from validation.topics.draws import Cases, ellipticities, exact, points_around

CASES = 24
POINTS = 32


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Every light profile, with parameters over the range in which people use them."""
    rng = np.random.default_rng(20260101)
    center = {"center_x": rng.normal(0, 1, CASES), "center_y": rng.normal(0, 1, CASES)}
    e1, e2 = ellipticities(rng, CASES)
    shape = {"e1": e1, "e2": e2}
    sersic = {
        "R_sersic": 10 ** rng.uniform(-1.3, 1.0, CASES),
        "n_sersic": np.concatenate([[0.5, 1.0, 4.0, 10.0], rng.uniform(0.5, 10.0, CASES - 4)]),
    }
    core = {
        "R_sersic": 10 ** rng.uniform(-0.7, 0.7, CASES),
        "Rb": 10 ** rng.uniform(-2.0, -0.5, CASES),
        "n_sersic": rng.uniform(0.8, 6.0, CASES),
        "gamma": rng.uniform(0.0, 0.8, CASES),
        "alpha": np.concatenate([[3.0, 3.0], rng.uniform(1.0, 5.0, CASES - 2)]),
    }
    gaussian = {"sigma": 10 ** rng.uniform(-1.0, 0.7, CASES)}
    return {
        "SERSIC": _profile("SERSIC", rng, sersic | center),
        "SERSIC_ELLIPSE": _profile("SERSIC_ELLIPSE", rng, sersic | shape | center),
        "CORE_SERSIC": _profile("CORE_SERSIC", rng, core | shape | center),
        "GAUSSIAN": _profile("GAUSSIAN", rng, gaussian | center),
        "GAUSSIAN_ELLIPSE": _profile("GAUSSIAN_ELLIPSE", rng, gaussian | shape | center),
        "UNIFORM": _profile("UNIFORM", rng, {}),
    }


def _profile(name: str, rng: np.random.Generator, parameters: Cases) -> dict[str, np.ndarray]:
    parameters = exact(parameters)
    x, y = points_around(rng, parameters, CASES, POINTS)
    model = LightModel([name])
    brightness, flux = [], []
    for case in range(CASES):
        values = {key: float(array[case]) for key, array in parameters.items()}
        brightness.append(model.surface_brightness(x[case], y[case], [{"amp": 1.0, **values}]))
        flux.append(_total_flux(name, values))
    arrays = {"x": x, "y": y, "surface_brightness": np.array(brightness), "total_flux": np.array(flux)}
    return arrays | {PARAMETER_PREFIX + key: array for key, array in parameters.items()}


def _total_flux(name: str, values: dict[str, float]) -> float:
    """The total flux by lenstronomy; where it has none, the integral, or 1 for a uniform sky."""
    if name == "UNIFORM":
        return 1.0
    if name == "CORE_SERSIC":
        return core_sersic_total_flux(values)
    return float(LightModel([name]).total_flux([values], norm=True)[0])
