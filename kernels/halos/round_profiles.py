"""The round profiles that drawn haloes can have, by lenstronomy's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.fastmath.compiler import computed_apart
from jaxlens.kernels.fastmath.pairs import Arrays
from jaxlens.kernels.halos.tnfw import nfw_numbers, nfw_slope, tnfw_numbers, tnfw_slope
from jaxlens.kernels.mass.nfw import NFW
from jaxlens.kernels.mass.point_mass import CORE_SQUARED
from jaxlens.kernels.mass.pseudo_jaffe import PSEUDO_JAFFE
from jaxlens.kernels.mass.radial import Radial
from jaxlens.kernels.mass.truncated_nfw import TNFW
from jaxlens.kernels.registry import parameters_of
from jaxlens.kernels.types import Real


def point_mass_slope(r_squared: jax.Array, *, theta_E: Real) -> jax.Array:
    """The deflection of `mass.point_mass` over the radius.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        theta_E: Einstein radius (arcsec).

    Returns:
        alpha / r, of the shape to which the arguments broadcast.
    """
    return jnp.square(theta_E) / jnp.maximum(r_squared, CORE_SQUARED)


def point_mass_potential(r_squared: jax.Array, *, theta_E: Real) -> jax.Array:
    """The potential of `mass.point_mass`.

    Args:
        r_squared: squared radius (arcsec^2), any shape.
        theta_E: Einstein radius (arcsec).

    Returns:
        psi in arcsec^2, of the shape to which the arguments broadcast.
    """
    inside = jnp.minimum(r_squared / CORE_SQUARED, 1.0) - 1.0
    return 0.5 * jnp.square(theta_E) * (jnp.log(jnp.maximum(r_squared, CORE_SQUARED)) + inside)


class Single(NamedTuple):
    """A profile's deflection over the radius in float32, with few operations for each ray.

    Attributes:
        numbers: `(**parameters)` -> numbers by name, computed once a halo.
        slope: `(r_squared, **numbers)` -> alpha / r.
    """

    numbers: Callable[..., dict[str, jax.Array]]
    slope: Callable[..., jax.Array]


class RoundProfile(NamedTuple):
    """A round profile whose deflection is proportional to one of its parameters, or to its square.

    Attributes:
        radial: the deflection over the radius, and the potential.
        strength: the parameter in question, which is 0 where there is no halo.
        lengths: the other parameters, in arcsec.
        single: the deflection over the radius in float32; None where it is that of `radial`.
    """

    radial: Radial
    strength: str
    lengths: tuple[str, ...]
    single: Single | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """All of them."""
        return (self.strength, *self.lengths)


# By lenstronomy's name.
ROUND_PROFILES: Mapping[str, RoundProfile] = {
    "TNFW": RoundProfile(TNFW, "alpha_Rs", ("Rs", "r_trunc"), Single(tnfw_numbers, tnfw_slope)),
    "NFW": RoundProfile(NFW, "alpha_Rs", ("Rs",), Single(nfw_numbers, nfw_slope)),
    "PJAFFE": RoundProfile(PSEUDO_JAFFE, "sigma0", ("Ra", "Rs")),
    "POINT_MASS": RoundProfile(Radial(point_mass_slope, point_mass_potential), "theta_E", ()),
}


def round_profile(name: str) -> RoundProfile:
    """A profile by its name; ValueError where there is none."""
    if name not in ROUND_PROFILES:
        raise ValueError(f"no halo is a {name!r}; haloes can be {', '.join(ROUND_PROFILES)}")
    return ROUND_PROFILES[name]


def numbers_of(name: str, haloes: Mapping[str, jax.Array], shown: jax.Array) -> dict[str, jax.Array]:
    """Numbers of haloes that are finite, also those of haloes that do not exist, which deflect nothing.

    Args:
        name: the profile.
        haloes: x, y and the profile's parameters by name, each (n,); others are left out.
        shown: which haloes exist, (n,), of bool.

    Returns:
        The numbers by name, (n,): those that are given where a halo is shown.

    Raises:
        ValueError: there is no such profile, or one of its numbers is missing.
    """
    profile = round_profile(name)
    missing = [key for key in ("x", "y", *profile.parameters) if key not in haloes]
    if missing:
        raise ValueError(
            f"haloes that are {name} also need {', '.join(missing)}; given are {', '.join(haloes)}"
        )
    absent = {"x": 0.0, "y": 0.0, profile.strength: 0.0, **dict.fromkeys(profile.lengths, 1.0)}
    return {key: jnp.where(shown, haloes[key], value) for key, value in absent.items()}


def prepared(name: str, numbers: Mapping[str, jax.Array], dtype: Any) -> dict[str, jax.Array]:
    """What the terms of `deflection_terms` are functions of, computed once a halo.

    Args:
        name: the profile.
        numbers: of `numbers_of`.
        dtype: the floating type of the sums.

    Returns:
        Numbers by name: x, y and those of the slope, (n,).
    """
    single = _single(name, dtype)
    own = dict(numbers)
    centre = {key: own.pop(key) for key in ("x", "y")}
    found = centre | (own if single is None else single.numbers(**own))
    return {key: jnp.asarray(found[key], dtype) for key in ("x", "y", *_names(name, dtype))}


@cache
def deflection_terms(name: str, dtype: Any) -> Callable[[Arrays, Arrays], list[jax.Array]]:
    """The function from (x, y) of rays and from the arrays of `prepared` to the deflection of each halo.

    Args:
        name: the profile.
        dtype: the floating type.

    Returns:
        The function, which broadcasts; for equal arguments it is the same object.
    """
    single = _single(name, dtype)
    slope = round_profile(name).radial.slope if single is None else single.slope
    names = _names(name, dtype)

    def slope_of(rays: Arrays, halo: Arrays) -> jax.Array:
        dx, dy = rays[0] - halo[0], rays[1] - halo[1]
        return slope(dx * dx + dy * dy, **dict(zip(names, halo[2:], strict=True)))

    def terms(rays: Arrays, halo: Arrays) -> list[jax.Array]:
        # both components use the slope, which XLA's CPU compiler would otherwise compute for each
        found = computed_apart(slope_of, rays, halo)
        return [found * (rays[0] - halo[0]), found * (rays[1] - halo[1])]

    return terms


@cache
def potential_terms(name: str) -> Callable[[Arrays, Arrays], list[jax.Array]]:
    """The function from (x, y) of rays and from the arrays of `numbers_of` to the potential of each halo.

    Args:
        name: the profile.

    Returns:
        The function, which broadcasts; for equal arguments it is the same object.
    """
    profile = round_profile(name)

    def terms(rays: Arrays, halo: Arrays) -> list[jax.Array]:
        dx, dy = rays[0] - halo[0], rays[1] - halo[1]
        own = dict(zip(profile.parameters, halo[2:], strict=True))
        return [profile.radial.potential(dx * dx + dy * dy, **own)]

    return terms


def _single(name: str, dtype: Any) -> Single | None:
    """The form for float32, where there is one and where it is asked for."""
    return round_profile(name).single if dtype == jnp.float32 else None


def _names(name: str, dtype: Any) -> tuple[str, ...]:
    """The numbers of a halo on which the slope depends, in the order in which they are given."""
    single = _single(name, dtype)
    return round_profile(name).parameters if single is None else parameters_of(single.slope)
