"""Profiles of a configuration from lenstronomy's parameters, with magnitudes in place of amplitudes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jaxlens.config.aliases import LIGHT_ALIASES, MASS_ALIASES
from jaxlens.exchange.errors import ExchangeError
from jaxlens.exchange.from_lenstronomy_arguments import Image, by_band, is_nothing, same
from jaxlens.exchange.from_lenstronomy_files import Files
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES
from jaxlens.kernels.registry import LightProfile, MassProfile, Profile

# Parameters of a light profile that all bands share.
_PLACES = ("center_x", "center_y", "start_x", "start_y")
# The parameters of a table that is an image.
_IMAGE = "image"
# The haloes by mass of lenstronomy, whose redshifts are arguments of their class.
_BY_MASS = ("NFW_MC", "NFW_MC_ELLIPSE_POTENTIAL")


def mass_entry(name: str, options: Any, values: Mapping[str, Any], file: str, files: Files) -> dict[str, Any]:
    """The entry MASS_PROFILE_n.

    Args:
        name: lenstronomy's name of the profile.
        options: the arguments of its class, or None.
        values: its parameters.
        file: how files of its arrays are called.
        files: where they are written.

    Raises:
        ExchangeError: for a profile or parameters that jaxlens has not.
    """
    profile, own = known_mass(name), with_options(name, options, values)
    name = MASS_ALIASES.get(name, name)
    return {"NAME": name, "PARAMETERS": _parameters(profile, own, file, files)}


def known_mass(name: str) -> MassProfile:
    """The mass profile of a name of lenstronomy; ExchangeError where jaxlens has none."""
    if name in _BY_MASS:
        raise ExchangeError(
            f"{name} is a halo by mass; give its angles Rs and alpha_Rs as {MASS_ALIASES[name]}"
        )
    found: MassProfile = _known(MASS_ALIASES.get(name, name), MASS_PROFILES, "mass")
    return found


def with_options(name: str, options: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a mass profile, with those that are options of lenstronomy's class.

    Args:
        name: lenstronomy's name of the profile.
        options: the arguments of its class, or None.
        values: its parameters.

    Raises:
        ExchangeError: for options that jaxlens has not.
    """
    if name == "SYNTHESIS":
        return dict(values) | _synthesis(options)
    if not is_nothing(options) and options != {}:
        raise ExchangeError(
            f"{name} has lens_profile_kwargs {options}, which jaxlens has not; leave them out"
        )
    return dict(values)


def light_entry(
    images: Sequence[Image], name: str, values: Sequence[Mapping[str, Any]], file: str, files: Files
) -> dict[str, Any] | None:
    """The entry LIGHT_PROFILE_n; None where the profile has no light in any band.

    Args:
        images: the arguments of each band.
        name: lenstronomy's name of the profile.
        values: its parameters by band.
        file: how files of its arrays are called.
        files: where they are written.

    Raises:
        ExchangeError: for a profile or parameters that jaxlens has not, and a negative flux.
    """
    name = LIGHT_ALIASES.get(name, name)
    profile = _known(name, LIGHT_PROFILES, "light")
    if all(not np.any(np.asarray(one.get("amp", 1.0))) for one in values):
        return None
    parts = [_brightness(image, profile, one) for image, one in zip(images, values, strict=True)]
    brightness = {key: by_band(images, [float(part[0][key]) for part in parts]) for key in parts[0][0]}
    shapes = [part[1] for part in parts]
    for key in _PLACES:
        if not all(same(one.get(key), shapes[0].get(key)) for one in shapes):
            raise ExchangeError(
                f"{name} has a {key} that differs between bands; in jaxlens all bands share it"
            )
    return {
        "NAME": name,
        "PARAMETERS": brightness | _parameters_by_band(images, profile, shapes, file, files),
    }


def _known(name: str, profiles: Mapping[str, Any], kind: str) -> Any:
    if name not in profiles:
        raise ExchangeError(
            f"jaxlens has no {kind} profile {name}; `jaxlens profiles` lists those that it has"
        )
    return profiles[name]


def _brightness(
    image: Image, profile: LightProfile, values: Mapping[str, Any]
) -> tuple[dict[str, float], dict[str, Any]]:
    """`magnitude` or `amp` of a profile in a band, and its other parameters."""
    shape = dict(values)
    if profile.total_flux is None:
        if "amp" in profile.parameters:
            return {}, shape
        return {"amp": float(shape.pop("amp"))}, shape
    # amplitudes that are a list, or a table, are parameters of the profile
    amp = 1.0 if "amp" in profile.parameters else float(shape.pop("amp"))
    flux = amp * float(np.sum(np.asarray(profile.flux(**for_kernel(profile, shape)))))
    if not flux > 0.0:
        raise ExchangeError(
            f"{profile.name} has the flux {flux:g} in {image.band}; a magnitude is that of a flux above 0"
        )
    return {"magnitude": float(image.zero_point - 2.5 * np.log10(flux))}, shape


def for_kernel(profile: Profile, values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a profile as its functions take them."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        kind = profile.kinds.get(key)
        if kind == "list":
            found[key] = tuple(float(one) for one in np.ravel(value))
        elif kind == "integer":
            found[key] = int(value)
        elif kind == "table":
            found[key] = np.asarray(value, np.float64)
        elif kind == "number":
            found[key] = float(value)
    return found


def _parameters(profile: Profile, values: Mapping[str, Any], file: str, files: Files) -> dict[str, Any]:
    """The mapping PARAMETERS from parameters that all bands share."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        kind = _kind(profile, key)
        if kind == "table":
            found[key] = files.array(f"{file}_{key}", np.asarray(value, np.float64))
        elif kind == "list":
            found[key] = [float(one) for one in np.ravel(value)]
        else:
            found[key] = int(value) if kind == "integer" else float(value)
    _check_complete(profile, found)
    return found


def _parameters_by_band(
    images: Sequence[Image], profile: Profile, shapes: Sequence[Mapping[str, Any]], file: str, files: Files
) -> dict[str, Any]:
    """The mapping PARAMETERS from parameters by band."""
    parts = [for_kernel(profile, one) for one in shapes]
    for shape in shapes:
        for key in shape:
            _kind(profile, key)
    found: dict[str, Any] = {}
    for key in parts[0]:
        own = [part[key] for part in parts]
        kind = profile.kinds[key]
        if kind == "table":
            found[key] = files.array(f"{file}_{key}", _table(profile, key, own))
        elif kind == "list":
            found[key] = [by_band(images, entries) for entries in zip(*own, strict=True)]
        else:
            found[key] = by_band(images, own)
    _check_complete(profile, found)
    return found


def _table(profile: Profile, key: str, own: Sequence[np.ndarray]) -> np.ndarray:
    """An array of a profile; an image that differs between bands is a stack of one by band."""
    if all(same(own[0], one) for one in own):
        return own[0]
    if key != _IMAGE or len({one.shape for one in own}) > 1:
        raise ExchangeError(
            f"{profile.name} has a {key} that differs between bands; in jaxlens all bands share it"
        )
    return np.stack(own)[None]


def _kind(profile: Profile, key: str) -> str:
    if key not in profile.kinds:
        raise ExchangeError(f"{profile.name} has no parameter {key}; it has {', '.join(profile.parameters)}")
    return profile.kinds[key]


def _check_complete(profile: Profile, found: Mapping[str, Any]) -> None:
    optional = ("f_", "f_xx", "f_yy", "f_xy")
    for key, default in profile.parameters.items():
        if default is None and key not in found and key not in optional:
            raise ExchangeError(f"{profile.name} lacks {key}; give it")


def _synthesis(options: Any) -> dict[str, Any]:
    """The parameters of our SYNTHESIS that are options of lenstronomy's: an NFW halo of cored ellipsoids."""
    components = (options or {}).get("kwargs_list") or []
    kinds = (options or {}).get("target_lens_model"), (options or {}).get("component_lens_model")
    if kinds != ("NFW", "CSE") or not components:
        raise ExchangeError(f"SYNTHESIS is of {kinds}; jaxlens has that of an NFW halo by CSE components")
    return {key: components[0][key] for key in ("e1", "e2")} | {"s": [float(one["s"]) for one in components]}
