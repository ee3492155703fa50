"""Light profiles on points around their center and in a small image, and their total flux.

Each group is a profile: `x`, `y`, `surface_brightness` of shape (cases, points), the points being those of
`validation.agreement.inputs.draws`, `total_flux` of shape (cases,), and the profile's parameters.  SERSIC
also has `b_n`, the exact number that makes R_sersic the radius of half the light.
"""

from __future__ import annotations

import numpy as np
from lenstronomy.LightModel.light_model import LightModel
from scipy.special import gammaincinv

from validation.agreement.exact.core_sersic import core_sersic_total_flux
from validation.agreement.inputs.draws import (
    CASES,
    Cases,
    centers,
    ellipticities,
    exact,
    log_uniform,
    pixel_axes,
    points_of,
    rows_of,
)
from validation.agreement.references import PARAMETER_PREFIX

# arcsec along a side of a pixel of the small images.
PIXEL_SCALE = 0.2


def parameters(rng: np.random.Generator, axes: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
    """Parameters (cases,) of every light profile, over the range of published files.

    `axes` are the pixel axes (cases, pixels) of the images that the centers lie in.
    """
    center = dict(zip(("center_x", "center_y"), centers(rng, axes), strict=True))
    shape = dict(zip(("e1", "e2"), ellipticities(rng), strict=True))
    index = np.concatenate([[0.5, 10.0, 1.0, 4.0], rng.uniform(0.5, 10.0, CASES - 4)])
    sersic = {"R_sersic": log_uniform(rng, 0.01, 30.0), "n_sersic": rng.permutation(index)}
    core = {
        "R_sersic": log_uniform(rng, 0.01, 30.0),
        "n_sersic": rng.permutation(index),
        "gamma": np.concatenate([[0.0, 0.0], rng.uniform(0.0, 0.9, CASES - 2)]),
        "alpha": np.concatenate([[3.0, 3.0], rng.uniform(1.0, 10.0, CASES - 2)]),
    }
    core["Rb"] = core["R_sersic"] * 10 ** rng.uniform(-2.0, -0.3, CASES)
    gaussian = {"sigma": log_uniform(rng, 0.05, 5.0)}
    drawn = {
        "SERSIC": sersic | center,
        "SERSIC_ELLIPSE": sersic | shape | center,
        "CORE_SERSIC": core | shape | center,
        "GAUSSIAN": gaussian | center,
        "GAUSSIAN_ELLIPSE": gaussian | shape | center,
        "UNIFORM": {},
    }
    return {name: exact(values) for name, values in drawn.items()}


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Every light profile."""
    rng = np.random.default_rng(20260101)
    axes = pixel_axes(np.full(CASES, PIXEL_SCALE))
    drawn = parameters(rng, axes)
    made = {name: _profile(name, rng, axes, values) for name, values in drawn.items()}
    made["SERSIC"]["b_n"] = gammaincinv(2.0 * drawn["SERSIC"]["n_sersic"], 0.5)
    return made


def _profile(name: str, rng: np.random.Generator, axes: np.ndarray, drawn: Cases) -> dict[str, np.ndarray]:
    middle = np.zeros(CASES)
    x, y = points_of(rng, drawn.get("center_x", middle), drawn.get("center_y", middle), axes)
    model = LightModel([name])
    rows = rows_of(drawn) if drawn else [{}] * CASES
    brightness = [
        model.surface_brightness(*xy, [{"amp": 1.0, **row}]) for *xy, row in zip(x, y, rows, strict=True)
    ]
    arrays = {"x": x, "y": y, "surface_brightness": np.array(brightness)}
    arrays["total_flux"] = np.array([total_flux(name, row) for row in rows])
    return arrays | {PARAMETER_PREFIX + key: array for key, array in drawn.items()}


def total_flux(name: str, values: dict[str, float]) -> float:
    """The total flux by lenstronomy; where it has none, the integral, or 1 for a uniform sky."""
    if name == "UNIFORM":
        return 1.0
    if name == "CORE_SERSIC":
        return core_sersic_total_flux(values)
    return float(LightModel([name]).total_flux([values], norm=True)[0])
