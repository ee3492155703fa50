"""Every registered light profile at usual parameters, by lenstronomy.

Each group is a profile: `x`, `y`, `surface_brightness` of shape (rows, points), `compared`, which is False
where lenstronomy has no number, its parameters (those of
`validation.agreement.registered.draws`), and `total_flux` (rows,) where lenstronomy has one.
"""

from __future__ import annotations

import numpy as np
from lenstronomy.LightModel.light_model import LightModel

from jaxlens.kernels import LIGHT_PROFILES, LightProfile
from validation.agreement.references import PARAMETER_PREFIX
from validation.agreement.registered import draws
from validation.agreement.registered.lenstronomy_names import light_arguments, rows_of
from validation.agreement.topics.mass_profiles import with_numbers


def groups(names: list[str] | None = None) -> dict[str, dict[str, np.ndarray]]:
    """All registered profiles, or some."""
    chosen = sorted(LIGHT_PROFILES) if names is None else names
    return {name: group(LIGHT_PROFILES[name]) for name in chosen}


def group(profile: LightProfile) -> dict[str, np.ndarray]:
    """The reference values of a profile."""
    drawn = draws.parameters(profile)
    x, y = draws.points(profile, drawn)
    brightness, fluxes = [], []
    for row in range(draws.ROWS):
        values = light_arguments(profile.name, rows_of(drawn, profile, row))
        # a model of its own each time, since some keep what they computed last
        model = LightModel([profile.name])
        with np.errstate(all="ignore"):
            brightness.append(model.surface_brightness(x[row].copy(), y[row].copy(), [values]))
        fluxes.append(_total_flux(model, values))
    arrays = {"x": x, "y": y} | with_numbers({"surface_brightness": np.array(brightness)})
    if None not in fluxes:
        arrays["total_flux"] = np.array(fluxes, dtype=float)
    return arrays | {PARAMETER_PREFIX + key: value for key, value in drawn.items()}


def _total_flux(model: LightModel, values: dict[str, object]) -> float | None:
    try:
        return float(model.total_flux([values])[0])
    except ValueError:
        return None
