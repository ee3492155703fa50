"""Mass profiles on points around their center.

Each group is a profile: `x`, `y`, `potential`, `alpha_x`, `alpha_y` of shape (cases, points) and the
profile's parameters; where lenstronomy's second derivatives are exact also `f_xx`, `f_xy`, `f_yy`.
SIE's are those of EPL at gamma = 2: lenstronomy's own are finite differences.  NIE has none.  The
first point of a case is the center, where the derivatives of a cusp mean nothing: they are left at 0.
"""

from __future__ import annotations

import numpy as np
from lenstronomy.LensModel.lens_model import LensModel

from validation.references import PARAMETER_PREFIX
from validation.topics.draws import Cases, ellipticities, exact, points_around

CASES = 24
POINTS = 32

# A mass profile's |e| is clipped at 0.9999, where the axis ratio is 5e-5; hypergeometric series stop at 0.9.
NARROW = ((0.0, 0.0), (1e-7, 0.0), (0.0, -0.5), (0.35, 0.35), (-0.6, 0.5), (0.9, 0.0))


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Every mass profile, with parameters over the range in which people use them."""
    rng = np.random.default_rng(20260102)
    center = {"center_x": rng.normal(0, 0.3, CASES), "center_y": rng.normal(0, 0.3, CASES)}
    origin = {"ra_0": center["center_x"], "dec_0": center["center_y"]}
    radius = {"theta_E": rng.uniform(0.2, 3.0, CASES)}
    shape = dict(zip(("e1", "e2"), ellipticities(rng, CASES), strict=True))
    narrow = dict(zip(("e1", "e2"), ellipticities(rng, CASES, NARROW), strict=True))
    core = {"s_scale": np.concatenate([[1e-10, 1e-4], 10 ** rng.uniform(-3, 0, CASES - 2)])}
    slope = {"gamma": np.concatenate([[2.0, 2.0, 2.0, 1.5, 2.5], rng.uniform(1.3, 2.7, CASES - 5)])}
    shear = {"gamma1": rng.normal(0, 0.1, CASES), "gamma2": rng.normal(0, 0.1, CASES)}
    polar = {"gamma_ext": rng.uniform(0, 0.3, CASES), "psi_ext": rng.uniform(-np.pi, np.pi, CASES)}
    drawn = {
        "SIS": radius | center,
        "SIE": radius | shape | center,
        "NIE": radius | shape | core | center,
        "EPL": radius | slope | narrow | center,
        "POINT_MASS": radius | center,
        "CONVERGENCE": {"kappa": rng.normal(0, 0.2, CASES)} | origin,
        "SHEAR": shear | origin,
        "SHEAR_GAMMA_PSI": polar | origin,
    }
    # lenstronomy divides 0 by 0 in the center of an EPL, and sets the result to zero.
    with np.errstate(invalid="ignore"):
        return {name: _profile(name, rng, parameters) for name, parameters in drawn.items()}


def _profile(name: str, rng: np.random.Generator, parameters: Cases) -> dict[str, np.ndarray]:
    parameters = exact(parameters)
    about = {key.replace("ra_0", "center_x").replace("dec_0", "center_y"): v for key, v in parameters.items()}
    x, y = points_around(rng, about, CASES, POINTS)
    arrays = {"x": x, "y": y}
    rows = [{key: float(array[case]) for key, array in parameters.items()} for case in range(CASES)]
    model = LensModel([name])
    arrays["potential"] = np.array([model.potential(*xy, [row]) for *xy, row in zip(x, y, rows, strict=True)])
    alpha = np.array([model.alpha(*xy, [row]) for *xy, row in zip(x, y, rows, strict=True)])
    arrays |= {"alpha_x": alpha[:, 0], "alpha_y": alpha[:, 1]}
    if name != "NIE":
        arrays |= _second_derivatives(name, x, y, rows)
    return arrays | {PARAMETER_PREFIX + key: array for key, array in parameters.items()}


def _second_derivatives(
    name: str, x: np.ndarray, y: np.ndarray, rows: list[dict[str, float]]
) -> dict[str, np.ndarray]:
    """f_xx, f_xy, f_yy of lenstronomy's analytic profiles, zero in the first point of each case."""
    model = LensModel(["EPL" if name == "SIE" else name])
    second = np.zeros((3, *x.shape))
    for case, row in enumerate(rows):
        values = row | {"gamma": 2.0} if name == "SIE" else row
        f_xx, f_xy, _, f_yy = model.hessian(x[case, 1:], y[case, 1:], [values])
        second[:, case, 1:] = f_xx, f_xy, f_yy
    return dict(zip(("f_xx", "f_xy", "f_yy"), second, strict=True))
