"""How lenstronomy is asked for a profile, where its arguments are not ours by the same names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from jaxlens.config.own_profiles import is_own
from jaxlens.exchange.errors import ExchangeError
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES
from jaxlens.kernels.registry import Profile

Values = dict[str, Any]
# The options of lenstronomy's SYNTHESIS: it fits components at this number of radii.
_SYNTHESIS_RADII = 100
# How many steps of equal size a grid has between its two ends is known from this array.
_ON_GRID = "f_x"
# The parameters of a profile that say where it is, by axis.
_PLACES = (("center_x", "center_y"), ("ra_0", "dec_0"), ("com_x", "com_y"), ("start_x", "start_y"))
_AXES = ("grid_interp_x", "grid_interp_y")
# Profiles that are everywhere the same.
_WITHOUT_PLACE = ("UNIFORM", "SHIFT", "BLANK_PLANE")


class Asked(NamedTuple):
    """A profile of lenstronomy.

    Attributes:
        name: its name.
        options: the arguments of its class.
        arguments: the arguments of its functions.
    """

    name: str
    options: Values
    arguments: Values


def mass_arguments(name: str, values: Mapping[str, Any]) -> Asked:
    """How lenstronomy is asked for a mass profile.

    Args:
        name: our name of the profile.
        values: our parameters: numbers, arrays for lists and tables, and whole numbers.

    Raises:
        ExchangeError: if it is a profile of the user's own.
    """
    _refuse_own(MASS_PROFILES[name])
    own = with_axes(values)
    special = _SPECIAL.get(name)
    return special(own) if special else Asked(name, {}, own)


def light_arguments(name: str, values: Mapping[str, Any]) -> Asked:
    """How lenstronomy is asked for a light profile, at the amplitudes that `values` have.

    Args:
        name: our name of the profile.
        values: our parameters, as in `mass_arguments`.

    Raises:
        ExchangeError: if it is a profile of the user's own, or an image that is interpolated cubically.
    """
    _refuse_own(LIGHT_PROFILES[name])
    own = dict(values)
    if name == "INTERPOL":
        own = _image(own)
    options = {"n_comp": len(own["amp"])} if name in ("MGE_SET", "MGE_SET_ELLIPSE") else {}
    return Asked(name, options, own)


def moved(name: str, values: Mapping[str, Any], x: float, y: float) -> Values:
    """The parameters of a profile that is shifted.

    Args:
        name: our name of the profile.
        values: its parameters.
        x: the shift, arcsec.
        y: the other component.

    Raises:
        ExchangeError: if the profile has no parameters that say where it is.
    """
    own = dict(values)
    if name in _WITHOUT_PLACE or (x == 0.0 and y == 0.0):
        return own
    for names in (*_PLACES, _AXES):
        if names[0] in own:
            return own | {key: own[key] + by for key, by in zip(names, (x, y), strict=True)}
    raise ExchangeError(
        f"{name} of an object with NUMBER stands at ({x:.4g}, {y:.4g}) arcsec, and lenstronomy's {name} has "
        "no "
        "centre; take a profile that has one"
    )


def with_axes(values: Mapping[str, Any]) -> Values:
    """The parameters of a profile with whole axes of a grid in place of the two ends of equal steps."""
    own = dict(values)
    for key, axis in zip(_AXES, (1, 0), strict=True):
        if key in own and _ON_GRID in own and len(own[key]) != own[_ON_GRID].shape[axis]:
            own[key] = np.linspace(own[key][0], own[key][-1], own[_ON_GRID].shape[axis])
    return own


def _refuse_own(profile: Profile) -> None:
    if is_own(profile):
        raise ExchangeError(
            f"{profile.name} is a profile of your own, which lenstronomy does not know; take one of jaxlens's"
        )


def _image(values: Values) -> Values:
    """Lenstronomy's INTERPOL has neither `flip` nor `size`: its image is mirrored, and its pixels larger."""
    order = values.pop("order", 1)
    if order != 1:
        raise ExchangeError(
            f"INTERPOL has order {order}, and lenstronomy interpolates linearly; give order: 1"
        )
    mirrored, size = np.round(values.pop("flip", 0.0)) == 1.0, values.pop("size", 1.0)
    image = values["image"][..., ::-1] if mirrored else values["image"]
    return values | {"image": image, "scale": size * values["scale"]}


def _nie_simple(values: Values) -> Asked:
    """NIE_SIMPLE has no centre in lenstronomy's functions; its NIE has, and is the same lens."""
    b, s, q = values["b"], values["s"], values["q"]
    lens = {"theta_E": b / np.sqrt(q), "s_scale": s * np.sqrt(q), "e1": (1.0 - q) / (1.0 + q), "e2": 0.0}
    return Asked("NIE", {}, lens | {key: values[key] for key in ("center_x", "center_y")})


def _tabulated(values: Values) -> Asked:
    """Lenstronomy's TABULATED_DEFLECTIONS asks a function of the position."""
    from scipy.interpolate import RectBivariateSpline

    splines = [
        RectBivariateSpline(values["grid_interp_y"], values["grid_interp_x"], values[key], kx=1, ky=1, s=0)
        for key in ("f_x", "f_y")
    ]

    def deflection(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(spline(y, x, grid=False) for spline in splines)

    place = {key: values[key] for key in ("center_x", "center_y")}
    return Asked("TABULATED_DEFLECTIONS", {"custom_class": deflection}, place)


def _synthesis(values: Values) -> Asked:
    """The options of lenstronomy's SYNTHESIS, which have the components, and the parameters of its target."""
    place = {key: values[key] for key in ("e1", "e2", "center_x", "center_y")}
    options = {
        "target_lens_model": "NFW",
        "component_lens_model": "CSE",
        "kwargs_list": [{"a": 1.0, "s": float(core)} | place for core in values["s"]],
        "lin_fit_hyperparams": {"num_r_evals": _SYNTHESIS_RADII},
    }
    target = {key: values[key] for key in ("Rs", "alpha_Rs", "center_x", "center_y")}
    return Asked("SYNTHESIS", options, target)


_SPECIAL: Mapping[str, Callable[[Values], Asked]] = {
    "NIE_SIMPLE": _nie_simple,
    "TABULATED_DEFLECTIONS": _tabulated,
    "SYNTHESIS": _synthesis,
}
