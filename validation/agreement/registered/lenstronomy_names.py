"""How lenstronomy is asked for a registered profile, where its arguments are not ours by the same names."""

from __future__ import annotations

from typing import Any

from jaxlens.kernels.registry import Profile
from validation.agreement.registered.draws import Drawn
from validation.agreement.registered.tables import Deflections

# The options of profiles that lenstronomy does not have; at their defaults both agree.
OURS = {("INTERPOL", "order")}


def rows_of(drawn: Drawn, profile: Profile, row: int) -> dict[str, Any]:
    """The parameters of one draw: floats, arrays for lists and tables, and integers."""
    kinds = profile.kinds
    values: dict[str, Any] = {}
    for key, value in drawn.items():
        if (profile.name, key) in OURS:
            continue
        if kinds[key] == "number":
            values[key] = float(value[row])
        elif kinds[key] == "list":
            values[key] = value[row].copy()
        else:
            values[key] = int(value) if kinds[key] == "integer" else value.copy()
    return values


def mass_arguments(name: str, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options of lenstronomy's `LensModel`, and the parameters of its profile.

    Args:
        name: the profile.
        values: our parameters.
    """
    if name == "TABULATED_DEFLECTIONS":
        centre = {key: values[key] for key in ("center_x", "center_y")}
        return {"profile_kwargs_list": [{"custom_class": Deflections()}]}, centre
    return {}, values


def light_arguments(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """The parameters of lenstronomy's light profile: ours, at unit amplitude.

    Args:
        name: the profile.
        values: our parameters.
    """
    return {"amp": 1.0} | values
