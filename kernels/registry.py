"""Profiles by name.  A profile is a function, and its keyword-only arguments are its parameters.

Names and parameters are lenstronomy's.  A profile is registered where it is defined:

    @light_profile("GAUSSIAN", total_flux=unit_flux)
    def gaussian(x, y, *, sigma, center_x=0.0, center_y=0.0):
        ...

A configuration file may leave out the parameters that have a default.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

import jax

F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True, eq=False)
class LightProfile:
    """Surface brightness at unit amplitude, and its total flux.

    Attributes:
        name: lenstronomy's name of the profile.
        surface_brightness: `(x, y, **parameters)` -> brightness per arcsec^2 at unit amplitude.
        total_flux: `(**parameters)` -> flux at unit amplitude.
        parameters: maps a parameter's name to its default, or to None where a value is required.
    """

    name: str
    surface_brightness: Callable[..., jax.Array]
    total_flux: Callable[..., jax.Array]
    parameters: Mapping[str, float | None]


@dataclass(frozen=True, eq=False)
class MassProfile:
    """Reduced deflection angle and lensing potential.

    Attributes:
        name: lenstronomy's name of the profile.
        deflection: `(x, y, **parameters)` -> (alpha_x, alpha_y), in arcsec.
        potential: `(x, y, **parameters)` -> psi, in arcsec^2.
        parameters: maps a parameter's name to its default, or to None where a value is required.
        sigma_v: a velocity dispersion `sigma_v` may be given in place of the Einstein radius `theta_E`.
        power_law: the lens is a power law with the parameters of `lensing.direction_search`: `theta_E`, the
            centre, unless it is round e1 and e2, and unless it is isothermal gamma.  Its deflection is a
            power of the radius times a function of the direction, so the images behind it can be searched for
            by direction.
        linear: the deflection is linear in the position, so that the profile adds no images of its own.
    """

    name: str
    deflection: Callable[..., tuple[jax.Array, jax.Array]]
    potential: Callable[..., jax.Array]
    parameters: Mapping[str, float | None]
    sigma_v: bool = False
    power_law: bool = False
    linear: bool = False


# The registered light profiles by lenstronomy's name.
LIGHT_PROFILES: dict[str, LightProfile] = {}
# The registered mass profiles by lenstronomy's name.
MASS_PROFILES: dict[str, MassProfile] = {}


def parameters_of(function: Callable[..., object]) -> Mapping[str, float | None]:
    """The keyword-only arguments of a profile, with their defaults (None: required)."""
    arguments = inspect.signature(function).parameters.values()
    return MappingProxyType(
        {
            a.name: None if a.default is inspect.Parameter.empty else float(a.default)
            for a in arguments
            if a.kind is inspect.Parameter.KEYWORD_ONLY
        }
    )


def light_profile(name: str, *, total_flux: Callable[..., jax.Array]) -> Callable[[F], F]:
    """A decorator that registers a surface-brightness function.

    Args:
        name: lenstronomy's name of the profile.
        total_flux: the flux at unit amplitude, a function of the profile's parameters.

    Returns:
        The decorator; it returns the function unchanged.
    """

    def register(function: F) -> F:
        LIGHT_PROFILES[name] = LightProfile(name, function, total_flux, parameters_of(function))  # type: ignore[arg-type]
        return function

    return register


def mass_profile(
    name: str,
    *,
    potential: Callable[..., jax.Array],
    sigma_v: bool = False,
    power_law: bool = False,
    linear: bool = False,
) -> Callable[[F], F]:
    """A decorator that registers a deflection function.

    Args:
        name: lenstronomy's name of the profile.
        potential: the lensing potential, a function of the same arguments as the deflection.
        sigma_v: as in `MassProfile`.
        power_law: as in `MassProfile`.
        linear: as in `MassProfile`.

    Returns:
        The decorator; it returns the function unchanged.
    """

    def register(function: F) -> F:
        MASS_PROFILES[name] = MassProfile(
            name,
            function,  # type: ignore[arg-type]
            potential,
            parameters_of(function),
            sigma_v=sigma_v,
            power_law=power_law,
            linear=linear,
        )
        return function

    return register
