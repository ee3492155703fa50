"""The round profiles that drawn haloes can have, by lenstronomy's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.kernels.halos.tnfw import nfw_numbers, nfw_slope, tnfw_numbers, tnfw_slope, tnfw_tangents
from jaxlens.kernels.mass.nfw import NFW
from jaxlens.kernels.mass.point_mass import CORE_SQUARED
from jaxlens.kernels.mass.pseudo_jaffe import PSEUDO_JAFFE
from jaxlens.kernels.mass.radial import Radial
from jaxlens.kernels.mass.truncated_nfw import TNFW
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
        tangents: `(**numbers)` -> for a number by name, how others that follow it change with it; in the
            result of `numbers` these others have no derivative.
    """

    numbers: Callable[..., dict[str, jax.Array]]
    slope: Callable[..., jax.Array]
    tangents: Callable[..., dict[str, dict[str, jax.Array]]] = lambda **_: {}


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
    "TNFW": RoundProfile(
        TNFW, "alpha_Rs", ("Rs", "r_trunc"), Single(tnfw_numbers, tnfw_slope, tnfw_tangents)
    ),
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
