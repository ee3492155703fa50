"""The objects of a scene: light and mass profiles, point sources, and objects of which there are copies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from jaxlens.config.physical import Form, forms_of
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES, LightProfile, MassProfile
from jaxlens.kernels.halos import MassDefinition


@dataclass(frozen=True)
class _Profile:
    """A profile; its parameters, and the arrays that are `tables`, are called `<prefix>-<name>`."""

    prefix: str
    profile: str
    parameters: tuple[str, ...]
    integers: tuple[tuple[str, int], ...] = ()
    tables: tuple[str, ...] = ()


class Light(_Profile):
    """A light profile."""

    @property
    def kernel(self) -> LightProfile:
        """What `jaxlens.kernels` has by its name."""
        return LIGHT_PROFILES[self.profile]


@dataclass(frozen=True)
class Mass(_Profile):
    """A mass profile, and the definition of its mass where M200 is given."""

    mass_definition: MassDefinition = "200c"

    @property
    def kernel(self) -> MassProfile:
        """What `jaxlens.kernels` has by its name."""
        return MASS_PROFILES[self.profile]

    @property
    def form(self) -> Form | None:
        """The physical parameters that are given in place of angles; None where there are none."""
        return next((form for form in forms_of(self.kernel, self.parameters) if form.is_mass), None)

    @property
    def is_linear(self) -> bool:
        """Whether its deflection is linear, so that it makes no images."""
        return self.kernel.linear


@dataclass(frozen=True)
class Hosted:
    """A point source whose position is relative to the centre of its host's first light profile, `host`."""

    prefix: str
    host: str
    sep_unit: Literal["arcsec", "kpc"]


@dataclass(frozen=True)
class Copied:
    """An object that stands in its plane a random number of times.

    The parameters of copy k are called `<prefix>_<k>-<name>`.  The arrays of all copies' values, with the
    copies along the first axis, are called `<prefix>-<name>`; the profiles here have these names.

    Attributes:
        prefix: the prefix of the object, such as `PLANE_1-OBJECT_3`.
        bound: how many copies there are, shown or not.
        is_placed: whether each copy has `sep` and `angle`, by which it is shifted.
        light: its light profiles.
        mass: its mass profiles.
        is_star: whether it is a foreground star, which has no profiles.
    """

    prefix: str
    bound: int
    is_placed: bool
    light: tuple[Light, ...] = ()
    mass: tuple[Mass, ...] = ()
    is_star: bool = False

    @property
    def number(self) -> str:
        """The name of the parameter that says how many copies are shown."""
        return f"{self.prefix}-NUMBER"

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The prefix of each copy."""
        return tuple(f"{self.prefix}_{k}" for k in range(1, self.bound + 1))

    @cached_property
    def position(self) -> tuple[str, ...]:
        """The names of the parameters of a copy, without its prefix, that say where it is."""
        if self.is_placed:
            return ("sep", "angle")
        return ("ra_image", "dec_image") if self.is_star else ()

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of all parameters of a copy, without its prefix."""
        own = [f"{one.prefix}-{name}" for one in (*self.light, *self.mass) for name in one.parameters]
        names = ["magnitude"] * self.is_star + [name.removeprefix(f"{self.prefix}-") for name in own]
        return (*self.position, *names)
