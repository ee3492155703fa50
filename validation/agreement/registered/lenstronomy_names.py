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


def mass_name(name: str) -> str:
    """Lenstronomy's name of a mass profile, where it has to be asked for another one.

    NIE_SIMPLE has no centre in lenstronomy's functions, so its NIE is asked with parameters of the same lens.
    """
    return {"NIE_SIMPLE": "NIE"}.get(name, name)


def mass_arguments(name: str, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options of lenstronomy's `LensModel`, and the parameters of its profile.

    Args:
        name: the profile.
        values: our parameters.
    """
    if name == "SYNTHESIS":
        return _synthesis(values)
    if name == "NIE_SIMPLE":
        b, s, q = values["b"], values["s"], values["q"]
        lens = {"theta_E": b / np.sqrt(q), "s_scale": s * np.sqrt(q), "e1": (1.0 - q) / (1.0 + q), "e2": 0.0}
        return {}, lens | {key: values[key] for key in ("center_x", "center_y")}
    if name != "TABULATED_DEFLECTIONS":
        return {}, values
    splines = [
        RectBivariateSpline(values["grid_interp_y"], values["grid_interp_x"], values[key], kx=1, ky=1, s=0)
        for key in ("f_x", "f_y")
    ]

    def deflection(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(spline(y, x, grid=False) for spline in splines)

    place = {key: values[key] for key in ("center_x", "center_y")}
    return {"profile_kwargs_list": [{"custom_class": deflection}]}, place


def _synthesis(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options of lenstronomy's SYNTHESIS, which have the components, and the parameters of its target."""
    place = {key: values[key] for key in ("e1", "e2", "center_x", "center_y")}
    options = {
        "target_lens_model": "NFW",
        "component_lens_model": "CSE",
        "kwargs_list": [{"a": 1.0, "s": float(core)} | place for core in values["s"]],
        "lin_fit_hyperparams": {"num_r_evals": 100},
    }
    target = {key: values[key] for key in ("Rs", "alpha_Rs", "center_x", "center_y")}
    return {"profile_kwargs_list": [options]}, target


def light_arguments(name: str, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options of lenstronomy's light profile, and its parameters: ours, at unit amplitude.

    Args:
        name: the profile.
        values: our parameters.
    """
    values = {key: value for key, value in values.items() if key != "order"}
    if name == "INTERPOL":
        values = _interpolated(values)
    options = {"n_comp": len(values["amp"])} if name in ("MGE_SET", "MGE_SET_ELLIPSE") else {}
    return options, {"amp": 1.0} | values


def _interpolated(values: dict[str, Any]) -> dict[str, Any]:
    """Lenstronomy's INTERPOL has neither `flip` nor `size`: its image is mirrored, and its pixels larger."""
    mirrored, size = np.round(values.pop("flip", 0.0)) == 1.0, values.pop("size", 1.0)
    image = values["image"][..., ::-1] if mirrored else values["image"]
    return values | {"image": image, "scale": size * values["scale"]}
