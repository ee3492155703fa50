"""Every registered mass profile at usual parameters, by lenstronomy.

Each group is a profile: `x`, `y` of shape (rows, points), its parameters (those of
`validation.agreement.registered.draws`), and

- `alpha_x`, `alpha_y`, and `potential` where lenstronomy has one, and `compared`, which is False where
  lenstronomy has no number, or where its values are not smooth: where they differ by more than 1e-9 of the
  peak from what those beside them say.  That happens where a formula loses digits, as at r = Rs of an NFW;
- `f_xx`, `f_xy`, `f_yx`, `f_yy`, away from the centre: lenstronomy's where they are the derivatives of its
  deflection, else central differences of its deflection, and `hessian_compared`, which is False where these
  differences are not accurate to 2e-7.  `hessian_error` is how far lenstronomy's are from the differences at
  most, in units of the largest at the point.

Profiles that lenstronomy cannot evaluate are those of `validation.agreement.exact.stand_ins`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from lenstronomy.LensModel.lens_model import LensModel

from jaxlens.exchange.lenstronomy_names import mass_arguments
from jaxlens.kernels import MASS_PROFILES, MassProfile
from validation.agreement.exact.stand_ins import STAND_INS
from validation.agreement.references import PARAMETER_PREFIX
from validation.agreement.registered import draws
from validation.agreement.registered.lenstronomy_names import rows_of

# Step of the central differences, in units of the distance from the centre, and the largest (arcsec).
STEP, LARGEST_STEP = 0.01, 0.003
# The offsets of central differences, in steps; their weights in sixth and fourth order (Fornberg 1988, table
# 1), and the weights that give the value between the neighbours.
OFFSETS = (-3.0, -2.0, -1.0, 1.0, 2.0, 3.0)
SIXTH = np.array([-1.0, 9.0, -45.0, 45.0, -9.0, 1.0]) / 60.0
FOURTH = np.array([0.0, 1.0, -8.0, 8.0, -1.0, 0.0]) / 12.0
MIDDLE = np.array([1.0, -6.0, 15.0, 15.0, -6.0, 1.0]) / 20.0
# Jumps of lenstronomy's values that are taken for smooth, in units of the peak.
SMOOTH = 1e-9
# lenstronomy's second derivatives are used where they are this close to the differences.
CLOSE = 1e-7
# Errors of the differences that are allowed, and their smallest unit, in |alpha| / arcsec.
ACCURATE, LEAST = 2e-7, 1e-6

# Profiles whose potential lenstronomy integrates point by point, which takes minutes; ours has the deflection
# for its gradient, which is tested.
SLOW_POTENTIALS = (
    "BPL",
    "GNFW",
    "GNFW_ELLIPSE_GAUSS_DEC",
    "GreenBoschNFW",
    "NFW_ELLIPSE_GAUSS_DEC",
    "SERSIC_ELLIPSE_GAUSS_DEC",
    "SYNTHESIS",
)

Function = Callable[[np.ndarray, np.ndarray], np.ndarray]
Arrays = dict[str, np.ndarray]


class Near(NamedTuple):
    """lenstronomy's fields (fields, rows, points) at the points, and beside them along x and along y."""

    at: np.ndarray
    beside: np.ndarray
    step: np.ndarray


def groups(names: list[str] | None = None) -> dict[str, Arrays]:
    """All registered profiles, or some."""
    chosen = sorted(MASS_PROFILES) if names is None else names
    return {name: group(MASS_PROFILES[name]) for name in chosen}


def group(profile: MassProfile) -> Arrays:
    """The reference values of a profile."""
    drawn = draws.parameters(profile)
    x, y = draws.points(profile, drawn)
    lenses = [_lens(profile, drawn, row) for row in range(draws.ROWS)]
    center_x, center_y = draws.centers(profile, drawn)
    step = np.minimum(STEP * np.hypot(x - center_x[:, None], y - center_y[:, None]), LARGEST_STEP)
    step[:, draws.CENTER] = LARGEST_STEP
    with np.errstate(all="ignore"):
        near = neighbours([lens["fields"] for lens in lenses], x, y, step)
        hessian = _their_hessian(lenses, x, y)
        arrays = fields(near, ("alpha_x", "alpha_y", "potential")) | _hessian(near, hessian)
    kept = {PARAMETER_PREFIX + key: value for key, value in draws.frozen(profile, drawn).items()}
    return {"x": x, "y": y} | arrays | kept


def neighbours(functions: list[Function], x: np.ndarray, y: np.ndarray, step: np.ndarray) -> Near:
    """The fields of every row at its points and beside them.

    Args:
        functions: for each row `(x, y)` -> (fields, points).
        x: positions (rows, points) in arcsec.
        y: the other coordinate.
        step: the step of each point (arcsec).
    """

    def at(dx: float, dy: float) -> np.ndarray:
        rows = zip(functions, x + dx * step, y + dy * step, strict=True)
        return np.stack([function(u, v) for function, u, v in rows], axis=1)

    beside = [[at(k, 0.0) for k in OFFSETS], [at(0.0, k) for k in OFFSETS]]
    return Near(at(0.0, 0.0), np.array(beside), step)


def fields(near: Near, names: tuple[str, ...]) -> Arrays:
    """The fields by name, with zeros where one is no number, and `compared`.

    Args:
        near: the fields, of which the last one may be NaN everywhere: there is none.
        names: what they are.
    """
    if np.isnan(near.at[-1]).all():
        near = Near(near.at[:-1], near.beside[:, :, :-1], near.step)
    between = np.einsum("k,dkfrp->dfrp", MIDDLE, near.beside)
    jump = np.max(np.abs(between - near.at), axis=0)
    peak = np.nanmax(np.abs(near.at[..., 1:]), axis=2, keepdims=True)
    smooth = jump <= SMOOTH * np.where(peak > 0.0, peak, 1.0)
    # neighbours on both sides of a cusp say nothing of it
    smooth[..., draws.CENTER] = True
    compared = np.all(smooth & np.isfinite(near.at), axis=0)
    return {key: np.where(compared, field, 0.0) for key, field in zip(names, near.at, strict=False)} | {
        "compared": compared
    }


def _lens(profile: MassProfile, drawn: draws.Drawn, row: int) -> dict[str, Function]:
    """Lenstronomy's functions of one draw, of copies of the coordinates: some profiles change them."""
    values = rows_of(drawn, profile, row)
    if profile.name in STAND_INS:
        return _stand_in(profile.name, values)
    asked = mass_arguments(profile.name, values)
    model, values = LensModel([asked.name], profile_kwargs_list=[asked.options or None]), asked.arguments

    def of(method: Callable[..., Any], x: np.ndarray, y: np.ndarray) -> np.ndarray:
        found = method(x.copy(), y.copy(), [values])
        parts = found if isinstance(found, tuple) else (found,)
        return np.stack([np.broadcast_to(part, x.shape) for part in parts])

    def all_fields(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        alpha = of(model.alpha, x, y)
        if profile.name in SLOW_POTENTIALS:
            return np.concatenate([alpha, np.full((1, *x.shape), np.nan)])
        try:
            return np.concatenate([alpha, of(model.potential, x, y)])
        except Exception:
            # each profile has its own way to say that there is no potential
            return np.concatenate([alpha, np.full((1, *x.shape), np.nan)])

    return {"fields": all_fields, "hessian": lambda x, y: of(model.hessian, x, y)}


def _stand_in(name: str, values: dict[str, Any]) -> dict[str, Function]:
    """The functions of `_lens` of a profile that lenstronomy cannot evaluate; the deflection alone."""

    def all_fields(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.concatenate([STAND_INS[name](x, y, values), np.full((1, *x.shape), np.nan)])

    return {"fields": all_fields, "hessian": lambda x, y: np.full((4, *x.shape), np.nan)}


def _their_hessian(lenses: list[dict[str, Function]], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(4, rows, points); NaN where lenstronomy has none."""
    try:
        rows = zip(lenses, x, y, strict=True)
        return np.stack([lens["hessian"](*at) for lens, *at in rows], axis=1)
    except Exception:
        return np.full((4, *x.shape), np.nan)


def _hessian(near: Near, theirs: np.ndarray) -> Arrays:
    """Lenstronomy's second derivatives of the potential where they are right, else differences."""
    sixth, fourth = (_differences(near, weights) for weights in (SIXTH, FOURTH))
    size = np.maximum(np.max(np.abs(sixth), axis=0), LEAST * np.max(np.abs(near.at[:2]), axis=0))
    size = np.where(size > 0.0, size, 1.0)
    error, doubt = (np.max(np.abs(a - sixth), axis=0) / size for a in (theirs, fourth))
    right = error < CLOSE
    compared = right | (doubt < ACCURATE)
    compared[:, draws.CENTER] = False
    found = np.where(compared, np.where(right, theirs, sixth), 0.0)
    arrays = dict(zip(("f_xx", "f_xy", "f_yx", "f_yy"), found, strict=True))
    largest = np.max(error[compared]) if compared.any() else np.nan
    return arrays | {
        "hessian_compared": compared,
        "hessian_error": np.array(largest if np.isfinite(largest) else 1e9),
    }


def _differences(near: Near, weights: np.ndarray) -> np.ndarray:
    """f_xx, f_xy, f_yx, f_yy (4, rows, points) of the deflection."""
    in_x, in_y = np.einsum("k,dkfrp->dfrp", weights, near.beside[:, :, :2]) / near.step
    return np.stack([in_x[0], in_y[0], in_x[1], in_y[1]])
