"""Every registered mass profile at usual parameters, by lenstronomy.

Each group is a profile: `x`, `y` of shape (rows, points), its parameters (those of
`validation.agreement.registered.draws`), and

- `alpha_x`, `alpha_y`, and `potential` where lenstronomy has one, and `compared`, which is False where
  lenstronomy has no number;
- `f_xx`, `f_xy`, `f_yx`, `f_yy`, away from the centre: lenstronomy's if they are the derivatives of its
  deflection, else central differences of its deflection.  `hessian_by_differences` says which, and
  `hessian_error` how far lenstronomy's are from these differences, in units of the largest.

Profiles that lenstronomy cannot evaluate are evaluated by `validation.agreement.exact.stand_ins`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from lenstronomy.LensModel.lens_model import LensModel

from jaxlens.kernels import MASS_PROFILES, MassProfile
from validation.agreement.references import PARAMETER_PREFIX
from validation.agreement.registered import draws
from validation.agreement.registered.lenstronomy_names import mass_arguments, rows_of

# Step of the central differences, in units of the distance from the centre.
STEP = 0.02
# The offsets of central differences of sixth order, in steps, and their weights (Fornberg 1988, table 1).
OFFSETS = (-3.0, -2.0, -1.0, 1.0, 2.0, 3.0)
WEIGHTS = (-1.0 / 60.0, 9.0 / 60.0, -45.0 / 60.0, 45.0 / 60.0, -9.0 / 60.0, 1.0 / 60.0)
# lenstronomy's second derivatives are used where they are this close to the differences.
CLOSE = 1e-7

Function = Callable[[np.ndarray, np.ndarray], np.ndarray]


def groups(names: list[str] | None = None) -> dict[str, dict[str, np.ndarray]]:
    """All registered profiles, or some."""
    chosen = sorted(MASS_PROFILES) if names is None else names
    return {name: group(MASS_PROFILES[name]) for name in chosen}


def group(profile: MassProfile) -> dict[str, np.ndarray]:
    """The reference values of a profile."""
    drawn = draws.parameters(profile)
    x, y = draws.points(profile, drawn)
    by_row = [_lens(profile, drawn, row) for row in range(draws.ROWS)]
    with np.errstate(all="ignore"):
        alpha = np.stack([lens["alpha"](*at) for lens, *at in zip(by_row, x, y, strict=True)], axis=1)
    arrays = {"alpha_x": alpha[0], "alpha_y": alpha[1]} | _potential(by_row, x, y)
    arrays = {"x": x, "y": y} | with_numbers(arrays)
    arrays |= _hessian(by_row, x, y, draws.centers(profile, drawn))
    return arrays | {PARAMETER_PREFIX + key: value for key, value in drawn.items()}


def with_numbers(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays with zeros where one of them is no number, and `compared`, which is False there."""
    compared = np.all([np.isfinite(array) for array in arrays.values()], axis=0)
    return {key: np.where(compared, array, 0.0) for key, array in arrays.items()} | {"compared": compared}


def _lens(profile: MassProfile, drawn: draws.Drawn, row: int) -> dict[str, Function]:
    """Lenstronomy's functions of one draw, of copies of the coordinates: some profiles change them."""
    options, values = mass_arguments(profile.name, rows_of(drawn, profile, row))
    model = LensModel([profile.name], **options)

    def of(method: Callable[..., Any]) -> Function:
        return lambda x, y: np.array(
            np.broadcast_arrays(*np.atleast_1d(method(x.copy(), y.copy(), [values])))
        )

    return {"alpha": of(model.alpha), "hessian": of(model.hessian), "potential": of(model.potential)}


def _potential(by_row: list[dict[str, Function]], x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """Lenstronomy's potential; nothing where it has none."""
    try:
        with np.errstate(all="ignore"):
            found = [np.ravel(lens["potential"](*at)) for lens, *at in zip(by_row, x, y, strict=True)]
    except Exception:  # of several kinds, and of TABULATED_DEFLECTIONS Exception itself
        return {}
    return {"potential": np.broadcast_to(np.stack(found), x.shape)}


def _hessian(
    by_row: list[dict[str, Function]], x: np.ndarray, y: np.ndarray, center: tuple[np.ndarray, np.ndarray]
) -> dict[str, np.ndarray]:
    step = STEP * np.hypot(x - center[0][:, None], y - center[1][:, None])
    step[:, draws.CENTER] = STEP
    with np.errstate(all="ignore"):
        rows = zip(by_row, x, y, step, strict=True)
        differences = np.stack([_differences(lens["alpha"], *at) for lens, *at in rows], axis=1)
        theirs = _their_hessian(by_row, x, y)
    away, size = (np.max(np.abs(a), axis=0)[:, 1:] for a in (theirs - differences, differences))
    error = np.max(away / np.where(size > 0.0, size, 1.0))
    by_differences = not error < CLOSE
    found = differences if by_differences else theirs
    found[..., draws.CENTER] = 0.0
    found = np.where(np.isfinite(found), found, 0.0)
    arrays = dict(zip(("f_xx", "f_xy", "f_yx", "f_yy"), found, strict=True))
    return arrays | {
        "hessian_by_differences": np.array(by_differences),
        "hessian_error": np.array(error if np.isfinite(error) else 1e9),
    }


def _their_hessian(by_row: list[dict[str, Function]], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(4, rows, points); NaN where lenstronomy has none."""
    try:
        found = [lens["hessian"](*at) for lens, *at in zip(by_row, x, y, strict=True)]
    except (ValueError, NotImplementedError, AttributeError, TypeError):
        return np.full((4, *x.shape), np.nan)
    return np.stack([np.broadcast_to(array, (4, x.shape[1])) for array in found], axis=1)


def _differences(alpha: Function, x: np.ndarray, y: np.ndarray, step: np.ndarray) -> np.ndarray:
    """f_xx, f_xy, f_yx, f_yy (4, points) of a deflection."""
    in_x = sum(w * alpha(x + k * step, y) for k, w in zip(OFFSETS, WEIGHTS, strict=True)) / step
    in_y = sum(w * alpha(x, y + k * step) for k, w in zip(OFFSETS, WEIGHTS, strict=True)) / step
    return np.stack([in_x[0], in_y[0], in_x[1], in_y[1]])
