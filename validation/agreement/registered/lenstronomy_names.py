"""How lenstronomy is asked for a registered profile, where its arguments are not ours by the same names."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.interpolate import RectBivariateSpline

from jaxlens.kernels.registry import Profile
from validation.agreement.registered.draws import Drawn


def rows_of(drawn: Drawn, profile: Profile, row: int) -> dict[str, Any]:
    """The parameters of one draw: floats, arrays for lists and tables, and integers."""
    kinds = profile.kinds
    values: dict[str, Any] = {}
    for key, value in drawn.items():
        if kinds[key] == "number":
            values[key] = float(value[row])
        elif kinds[key] == "list":
            values[key] = value[row].copy()
        else:
            values[key] = int(value) if kinds[key] == "integer" else value.copy()
    return values


def mass_arguments(
    name: str, values: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], tuple[float, float]]:
    """The options of lenstronomy's `LensModel`, the parameters of its profile, and the origin (arcsec).

    Args:
        name: the profile.
        values: our parameters.
    """
    if name == "NIE_SIMPLE":
        # it has no centre in lenstronomy
        values = dict(values)
        return {}, values, (values.pop("center_x"), values.pop("center_y"))
    if name != "TABULATED_DEFLECTIONS":
        return {}, values, (0.0, 0.0)
    splines = [
        RectBivariateSpline(values["grid_interp_y"], values["grid_interp_x"], values[key], kx=1, ky=1, s=0)
        for key in ("f_x", "f_y")
    ]

    def deflection(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(spline(y, x, grid=False) for spline in splines)

    place = {key: values[key] for key in ("center_x", "center_y")}
    return {"profile_kwargs_list": [{"custom_class": deflection}]}, place, (0.0, 0.0)


def light_arguments(name: str, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options of lenstronomy's light profile, and its parameters: ours, at unit amplitude.

    Args:
        name: the profile.
        values: our parameters.
    """
    values = {key: value for key, value in values.items() if key != "order"}
    options = {"n_comp": len(values["amp"])} if name in ("MGE_SET", "MGE_SET_ELLIPSE") else {}
    return options, {"amp": 1.0} | values
