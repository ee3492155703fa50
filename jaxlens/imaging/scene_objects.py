"""The objects of a scene: light and mass profiles, point sources, copies of objects, and haloes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from jaxlens.config.haloes.names import KAPPA_SHEET, NUMBER
from jaxlens.config.model.haloes import HaloProfile
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


@dataclass(frozen=True)
class Haloes:
    """The subhaloes of an object, of which a system has a random number.

    Their numbers are arrays (bound,), called `<prefix>-<name>`, of which the first `<prefix>-NUMBER` entries
    are haloes.

    Attributes:
        prefix: what their names begin with, such as `PLANE_1-OBJECT_1-SUBSTRUCTURE`.
        profile: what each halo is.
        mass_definition: how the mass of a halo is defined.
        bound: for how many haloes there is room.
        arrays: the names of the numbers of a halo, without the prefix.
    """

    prefix: str
    profile: HaloProfile
    mass_definition: MassDefinition
    bound: int
    arrays: tuple[str, ...]

    @property
    def number(self) -> str:
        """The name of the parameter that says how many haloes there are."""
        return f"{self.prefix}-{NUMBER}"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of all parameters of a system that the haloes depend on."""
        return (self.number, *(f"{self.prefix}-{name}" for name in self.arrays))


@dataclass(frozen=True)
class FieldHaloes(Haloes):
    """Haloes along the line of sight; each has its redshift.

    Attributes:
        planes: how many planes of haloes there are in front of each plane of the scene, behind the one in
            front of it.
        window: for how many haloes there is room in each of these planes.
    """

    planes: tuple[int, ...]
    window: int

    @property
    def sheets(self) -> str:
        """The name of the convergence that each plane's sheet takes out, an array (sum of `planes`,)."""
        return f"{self.prefix}-{KAPPA_SHEET}"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of all parameters of a system that the haloes depend on."""
        return (*super().parameters, self.sheets)


@dataclass(frozen=True)
class ScenePlane:
    """The objects at one redshift; the last plane has no mass here, because nothing is behind it.

    Attributes:
        redshift: the name of the plane's redshift.
        light: its light profiles.
        mass: its mass profiles.
        points: its hosted point sources.
        copies: what stands there a random number of times, apart from the profiles above.
        subhaloes: the subhaloes of its objects, which have mass.
    """

    redshift: str
    light: tuple[Light, ...]
    mass: tuple[Mass, ...]
    points: tuple[Hosted, ...]
    copies: tuple[Copied, ...] = ()
    subhaloes: tuple[Haloes, ...] = ()

    @property
    def heavy(self) -> tuple[Copied, ...]:
        """Its copies that have mass."""
        return tuple(one for one in self.copies if one.mass)

    @property
    def masses(self) -> tuple[Mass, ...]:
        """Its mass profiles, and those of its copies, each once."""
        return (*self.mass, *(mass for one in self.copies for mass in one.mass))

    @property
    def centres(self) -> dict[str, str]:
        """The prefix of each galaxy with light, and that of its first light profile that has a centre."""
        found: dict[str, str] = {}
        for light in self.light:
            if "center_x" in light.parameters:
                found.setdefault(light.prefix.rpartition("-")[0], light.prefix)
        return found

    @property
    def line_of_sight(self) -> bool:
        """Whether one of its masses stands for matter along the line of sight."""
        return any(mass.kernel.line_of_sight for mass in self.mass)
