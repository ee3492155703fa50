"""Every registered light profile at usual parameters, by lenstronomy.

Each group is a profile: `x`, `y`, `surface_brightness` of shape (rows, points), `compared`, as in
`validation.agreement.topics.mass_profiles`, its parameters (those of
`validation.agreement.registered.draws`), and `total_flux` (rows,) where lenstronomy has one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from lenstronomy.LightModel.light_model import LightModel

from jaxlens.exchange.lenstronomy_names import light_arguments
from jaxlens.kernels import LIGHT_PROFILES, LightProfile
from validation.agreement.references import PARAMETER_PREFIX
from validation.agreement.registered import draws
from validation.agreement.registered.lenstronomy_names import rows_of
from validation.agreement.topics.mass_profiles import LARGEST_STEP, STEP, Function, fields, neighbours


def groups(names: list[str] | None = None) -> dict[str, dict[str, np.ndarray]]:
    """All registered profiles, or some."""
    chosen = sorted(LIGHT_PROFILES) if names is None else names
    return {name: group(LIGHT_PROFILES[name]) for name in chosen}


def group(profile: LightProfile) -> dict[str, np.ndarray]:
    """The reference values of a profile."""
    drawn = draws.parameters(profile)
    x, y = draws.points(profile, drawn)
    asked = [
        light_arguments(profile.name, {"amp": 1.0} | rows_of(drawn, profile, row))
        for row in range(draws.ROWS)
    ]
    rows = [(one.options, one.arguments) for one in asked]
    center_x, center_y = draws.centers(profile, drawn)
    step = np.minimum(STEP * np.hypot(x - center_x[:, None], y - center_y[:, None]), LARGEST_STEP)
    with np.errstate(all="ignore"):
        near = neighbours([_brightness(profile.name, *row) for row in rows], x, y, step)
        arrays = {"x": x, "y": y} | fields(near, ("surface_brightness",))
        fluxes = [_total_flux(profile.name, *row) for row in rows]
    if None not in fluxes:
        arrays["total_flux"] = np.array(fluxes, dtype=float)
    return arrays | {PARAMETER_PREFIX + key: value for key, value in draws.frozen(profile, drawn).items()}


def _brightness(name: str, options: dict[str, Any], values: dict[str, Any]) -> Function:
    """`(x, y)` -> (1, points), by a new model each time: some keep what they computed last."""

    def function(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        model = LightModel([name], profile_kwargs_list=[options])
        found = model.surface_brightness(x.copy(), y.copy(), [dict(values)])
        return np.broadcast_to(found, x.shape)[None]

    return function


def _total_flux(name: str, options: dict[str, Any], values: dict[str, Any]) -> float | None:
    """None where lenstronomy has none."""
    try:
        return float(LightModel([name], profile_kwargs_list=[options]).total_flux([dict(values)])[0])
    except ValueError:
        return None
