"""Profiles of a user: the public decorators, which register functions beside those of jaxlens."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import jax

from jaxlens.config.aliases import LIGHT_ALIASES, MASS_ALIASES
from jaxlens.kernels import registry
from jaxlens.kernels.parameters import Meaning
from jaxlens.kernels.registry import LIGHT_PROFILES, MASS_PROFILES, Profile

F = TypeVar("F", bound=Callable[..., Any])
# What `Meaning` has of a parameter: unit, meaning, and the lower and upper end of its usual range.
MeaningLike = tuple[str, str, float, float]

# Names of profiles in files.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# Words of the file beside the parameters of a profile.
_RESERVED = ("magnitude", "sigma_v", "NAME", "INPUT")
_FORM = "write it as f(x, y, *, parameter, parameter_with_default=1.0)"
# Why a profile has `amp` in place of `magnitude` where nothing is said about its flux.
_NO_FLUX = "its total flux is not given"


def light_profile(
    name: str,
    *,
    total_flux: Callable[..., jax.Array] | None = None,
    meanings: Mapping[str, MeaningLike] | None = None,
) -> Callable[[F], F]:
    """Register a function as the light profile `name` of configuration files.

    The function is called with positions x and y (arcsec, arrays) and, as keyword arguments, with the
    parameters of the file; it returns the surface brightness there (per arcsec^2) at unit amplitude, of the
    shape to which they broadcast.  It is traced by JAX, so it is written in jax.numpy.  Its keyword-only
    arguments are the profile's parameters; a file may leave out those that have a default.  An argument with
    the annotation `int` is a whole number that is the same for all systems, and one with the annotation
    `jaxlens.kernels.types.Reals` a list of numbers.  Registering a name again replaces its function.

    Args:
        name: the name in files.
        total_flux: the flux at unit amplitude, as a function of the same keyword arguments, so that files
            give `magnitude`; without it they give `amp`, the amplitude in counts/s/arcsec^2.
        meanings: unit, meaning, and the ends of the usual range of parameters, for `jaxlens profiles`.

    Returns:
        A decorator, which returns the function unchanged.

    Raises:
        ValueError: if a profile of jaxlens has this name, or the function has another signature.

    For example, a ring::

        @jaxlens.light_profile("RING", total_flux=lambda R, w, **_: 2 * jnp.pi**1.5 * R * w)
        def ring(x, y, *, R, w, center_x=0.0, center_y=0.0):
            r = jnp.hypot(x - center_x, y - center_y)
            return jnp.exp(-(((r - R) / w) ** 2))
    """

    def decorate(function: F) -> F:
        _check(name, function, LIGHT_PROFILES, LIGHT_ALIASES)
        if total_flux is not None:
            _check_arguments(name, "total_flux", total_flux, _parameters(name, function))
        no_flux = "" if total_flux is not None else _NO_FLUX
        register = registry.light_profile(
            name, total_flux=total_flux, no_flux=no_flux, meanings=_meanings(meanings)
        )
        return register(function)

    return decorate


def mass_profile(
    name: str,
    *,
    potential: Callable[..., jax.Array] | None = None,
    meanings: Mapping[str, MeaningLike] | None = None,
) -> Callable[[F], F]:
    """Register a function as the mass profile `name` of configuration files, by its deflection.

    The function is called as that of `light_profile`, and returns the reduced deflection angles
    (alpha_x, alpha_y) in arcsec, for a source in the last plane.

    Args:
        name: the name in files.
        potential: the lensing potential psi in arcsec^2, a function of the same arguments, of which the
            deflection is the gradient; without it the profile has no arrival times.
        meanings: as in `light_profile`.

    Returns:
        A decorator, which returns the function unchanged.

    Raises:
        ValueError: as in `light_profile`.

    For example, a point mass with a core::

        @jaxlens.mass_profile("SOFT_POINT")
        def soft_point(x, y, *, theta_E, core=0.1):
            scale = theta_E**2 / (x**2 + y**2 + core**2)
            return scale * x, scale * y
    """

    def decorate(function: F) -> F:
        _check(name, function, MASS_PROFILES, MASS_ALIASES)
        if potential is not None:
            _check_arguments(name, "potential", potential, _parameters(name, function))
        return registry.mass_profile(name, potential=potential, meanings=_meanings(meanings))(function)

    return decorate


def mass_potential(name: str, *, meanings: Mapping[str, MeaningLike] | None = None) -> Callable[[F], F]:
    """Register a function as the mass profile `name` of configuration files, by its lensing potential.

    The function is called as that of `light_profile`, and returns psi in arcsec^2.  Its gradient is the
    deflection, by automatic differentiation.

    Args:
        name: the name in files.
        meanings: as in `light_profile`.

    Returns:
        A decorator, which returns the function unchanged.

    Raises:
        ValueError: as in `light_profile`.

    For example, a Gaussian potential::

        @jaxlens.mass_potential("BUMP")
        def bump(x, y, *, height, sigma):
            return height * jnp.exp(-(x**2 + y**2) / (2 * sigma**2))
    """

    def decorate(function: F) -> F:
        _check(name, function, MASS_PROFILES, MASS_ALIASES)
        return registry.mass_potential(name, meanings=_meanings(meanings))(function)

    return decorate


def is_own(profile: Profile) -> bool:
    """Whether a profile is a user's, and not one of jaxlens."""
    return profile.name in _OWN


# The names of the profiles that users have registered.
_OWN: set[str] = set()


def _check(
    name: str, function: Callable[..., Any], profiles: Mapping[str, Profile], aliases: Mapping[str, str]
) -> None:
    """Refuse a name that is taken or not legal, and a function of another form."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a profile; give a word of letters, digits and _")
    if (name in profiles and name not in _OWN) or name in aliases:
        raise ValueError(f"{name} is a profile of jaxlens; choose another name")
    for parameter in _parameters(name, function):
        if parameter in _RESERVED:
            raise ValueError(f"{name}: {parameter} has another meaning in files; rename this parameter")
    _OWN.add(name)


def _parameters(name: str, function: Callable[..., Any]) -> tuple[str, ...]:
    """The keyword-only arguments of a function of x and y; ValueError where it has another form."""
    arguments = list(inspect.signature(function).parameters.values())
    positions = [one for one in arguments if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    others = [one for one in arguments if one not in positions]
    if len(positions) != 2 or any(one.kind != one.KEYWORD_ONLY for one in others):
        raise ValueError(f"{name}: the function has another form; {_FORM}")
    return tuple(one.name for one in others)


def _check_arguments(name: str, what: str, function: Callable[..., Any], parameters: tuple[str, ...]) -> None:
    """Refuse a function of a profile that cannot be called with its parameters."""
    positions = (None, None) if what == "potential" else ()
    try:
        inspect.signature(function).bind(*positions, **dict.fromkeys(parameters))
    except TypeError as error:
        form = "(x, y, *, ...)" if positions else "(*, ...)"
        names = ", ".join(parameters)
        advice = f"write it as f{form} with the profile's parameters {names}, or **_ for those it ignores"
        raise ValueError(f"{name}: {what} cannot be called: {error}; {advice}") from None


def _meanings(meanings: Mapping[str, MeaningLike] | None) -> dict[str, Meaning]:
    return {key: Meaning(*one) for key, one in (meanings or {}).items()}
