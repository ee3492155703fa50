"""Mass profiles on points around their center and in a small image.

Each group is a profile: `x`, `y` of shape (cases, points), the points being those of
`validation.agreement.inputs.draws`, the profile's parameters, and

- `potential`, `alpha_x`, `alpha_y` by lenstronomy for |e| <= 0.9, beyond it by
  `validation.agreement.exact.mass`; `lenstronomy_error` (cases,) is the difference of lenstronomy's
  deflection from the exact one, over its peak;
- `kappa`, `gamma1`, `gamma2`, exact: lenstronomy's for SIE and NIE are finite differences.  They are not
  defined where `at_center` is True.
"""

from __future__ import annotations

import numpy as np
from lenstronomy.LensModel.lens_model import LensModel

from validation.agreement.exact.mass import Lensing, lensing
from validation.agreement.inputs.draws import (
    CASES,
    Cases,
    centers,
    ellipticities,
    exact,
    float32_exact,
    log_uniform,
    pixel_axes,
    points_of,
    rows_of,
)
from validation.agreement.references import PARAMETER_PREFIX

# Largest |e| at which lenstronomy is the reference.
USUAL_ELLIPTICITY = 0.9
# An image of 12 pixels reaches to two Einstein radii; without one the pixels are this large (arcsec).
PIXELS_IN_THETA_E = 2.75
PIXEL_SCALE = 0.3
# Names of the center in x and in y.
CENTERS = (("center_x", "ra_0"), ("center_y", "dec_0"))


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Every mass profile, with parameters over the range of published files."""
    rng = np.random.default_rng(20260102)
    theta_e = float32_exact(rng.permutation(log_uniform(rng, 0.05, 10.0)))
    sized = pixel_axes(theta_e / PIXELS_IN_THETA_E)
    fixed = pixel_axes(np.full(CASES, PIXEL_SCALE))
    center = dict(zip(("center_x", "center_y"), centers(rng, sized), strict=True))
    origin = dict(zip(("ra_0", "dec_0"), centers(rng, fixed), strict=True))
    shape = dict(zip(("e1", "e2"), ellipticities(rng), strict=True))
    lens = {"theta_E": theta_e} | center
    core = {"s_scale": rng.permutation(log_uniform(rng, 1e-10, 1.0))}
    power_law = {"gamma": np.concatenate([rng.uniform(1.2, 2.8, CASES - 2), [1.2, 2.8]])}
    power_law["gamma"][::5] = 2.0
    shear = {"gamma1": rng.normal(0, 0.1, CASES), "gamma2": rng.normal(0, 0.1, CASES)}
    polar = {"gamma_ext": rng.uniform(0, 0.3, CASES), "psi_ext": rng.uniform(-np.pi, np.pi, CASES)}
    centered = {"SIS": {}, "SIE": shape, "NIE": shape | core, "EPL": shape | power_law, "POINT_MASS": {}}
    external = {
        "CONVERGENCE": {"kappa": rng.normal(0, 0.2, CASES)},
        "SHEAR": shear,
        "SHEAR_GAMMA_PSI": polar,
    }
    made = {name: _profile(name, rng, sized, lens | values) for name, values in centered.items()}
    return made | {name: _profile(name, rng, fixed, values | origin) for name, values in external.items()}


def _profile(name: str, rng: np.random.Generator, axes: np.ndarray, drawn: Cases) -> dict[str, np.ndarray]:
    drawn = exact(drawn)
    center_x, center_y = (drawn[a] if a in drawn else drawn[b] for a, b in CENTERS)
    x, y = points_of(rng, center_x, center_y, axes)
    rows = rows_of(drawn)
    truth = _exact(name, rows, x, y)
    theirs = _lenstronomy(name, rows, x, y)
    arrays = {"x": x, "y": y, "at_center": (x == center_x[:, None]) & (y == center_y[:, None])}
    arrays |= {key: truth[key] for key in ("kappa", "gamma1", "gamma2")}
    beyond = np.hypot(drawn.get("e1", np.zeros(CASES)), drawn.get("e2", 0.0)) > USUAL_ELLIPTICITY
    arrays |= {key: np.where(beyond[:, None], truth[key], array) for key, array in theirs.items()}
    arrays["lenstronomy_error"] = _deflection_error(theirs, truth)
    return arrays | {PARAMETER_PREFIX + key: array for key, array in drawn.items()}


def _exact(name: str, rows: list[dict[str, float]], x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """Every quantity of every case, each (cases, points)."""
    values = [
        [lensing(name, row, *xy) for xy in zip(*case, strict=True)]
        for row, *case in zip(rows, x, y, strict=True)
    ]
    return dict(zip(Lensing._fields, np.moveaxis(np.array(values), 2, 0), strict=True))


def _lenstronomy(
    name: str, rows: list[dict[str, float]], x: np.ndarray, y: np.ndarray
) -> dict[str, np.ndarray]:
    model = LensModel([name])
    # lenstronomy divides 0 by 0 in the center of an EPL, and sets the result to zero.
    with np.errstate(invalid="ignore", divide="ignore"):
        potential = [model.potential(*xy, [row]) for *xy, row in zip(x, y, rows, strict=True)]
        alpha = np.array([model.alpha(*xy, [row]) for *xy, row in zip(x, y, rows, strict=True)])
    return {"potential": np.array(potential), "alpha_x": alpha[:, 0], "alpha_y": alpha[:, 1]}


def _deflection_error(theirs: Cases, truth: Cases) -> np.ndarray:
    """max|diff| of the deflection over its peak, (cases,), away from the center."""
    components = ("alpha_x", "alpha_y")
    away = np.max([np.abs(theirs[key] - truth[key])[:, 2:] for key in components], axis=(0, 2))
    return np.asarray(away / np.max([np.abs(truth[key])[:, 2:] for key in components], axis=(0, 2)))
