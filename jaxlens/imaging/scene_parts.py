"""The parts of a scene from those of a configuration."""

from __future__ import annotations

from typing import Any

from jaxlens.config.haloes.names import SUBSTRUCTURE, halo_arrays
from jaxlens.config.model import LINE_OF_SIGHT, Configuration, Copies, Galaxy, Plane, PointSource, Profile
from jaxlens.config.model import Haloes as ConfiguredHaloes
from jaxlens.config.model.haloes import HaloProfile
from jaxlens.imaging.scene_objects import Copied, FieldHaloes, Haloes, Hosted, Light, Mass, ScenePlane
from jaxlens.kernels.halos import MassDefinition


def scene_plane(plane: Plane, is_last: bool) -> ScenePlane:
    """The profiles and point sources of a plane, without mass in the last one."""
    light: list[Light] = []
    mass: list[Mass] = []
    points: list[Hosted] = []
    subhaloes: list[Haloes] = []
    hosts = {s.name: f"{plane.label}-{label}-LIGHT_PROFILE_1" for label, s in reversed(plane.single)}
    for label, species in plane.single:
        prefix = f"{plane.label}-{label}"
        if isinstance(species, Galaxy):
            light += _lights(prefix, species)
            mass += _masses(prefix, species)
            subhaloes += _subhaloes(prefix, species)
        elif species.host is not None:
            points.append(Hosted(prefix, hosts[species.host], species.sep_unit))
    redshift = f"{plane.label}-OBJECT_1-REDSHIFT"
    copies = tuple(_copied(plane, one, is_last) for one in plane.copies)
    if is_last:
        mass, subhaloes = [], []
    return ScenePlane(redshift, tuple(light), tuple(mass), tuple(points), copies, tuple(subhaloes))


def _copied(plane: Plane, copies: Copies, is_last: bool) -> Copied:
    """An object that stands in a plane a random number of times, without mass in the last plane."""
    prefix, species = f"{plane.label}-{copies.label}", dict(plane.objects)[copies.label]
    placed = bool(copies.position)
    if isinstance(species, PointSource):
        return Copied(prefix, copies.bound, placed, is_star=True)
    masses = () if is_last else _masses(prefix, species)
    return Copied(prefix, copies.bound, placed, _lights(prefix, species), masses)


def _lights(prefix: str, galaxy: Galaxy) -> tuple[Light, ...]:
    return tuple(Light(**_named(prefix, profile)) for profile in galaxy.light)


def _masses(prefix: str, galaxy: Galaxy) -> tuple[Mass, ...]:
    return tuple(
        Mass(**_named(prefix, profile), mass_definition=profile.mass_definition)
        for profile in (*galaxy.mass, *galaxy.shear)
    )


def _subhaloes(prefix: str, galaxy: Galaxy) -> tuple[Haloes, ...]:
    own = galaxy.substructure
    if own is None:
        return ()
    return (Haloes(f"{prefix}-{SUBSTRUCTURE}", *_halo_fields(own)),)


def _named(prefix: str, profile: Profile) -> dict[str, Any]:
    """The fields that `Light` and `Mass` share."""
    return {
        "prefix": f"{prefix}-{profile.label}",
        "profile": profile.name,
        "parameters": tuple(name for name, _ in profile.parameters),
        "integers": profile.integers,
        "tables": tuple(name for name, _ in profile.tables),
    }


def field_haloes(configuration: Configuration) -> FieldHaloes | None:
    """The haloes along the line of sight of a configuration; None where there is no plane for them."""
    own = configuration.line_of_sight
    if own is None or not any(own.planes):
        return None
    return FieldHaloes(LINE_OF_SIGHT, *_halo_fields(own), own.planes, own.window)


def _halo_fields(own: ConfiguredHaloes) -> tuple[HaloProfile, MassDefinition, int, tuple[str, ...]]:
    """What the kinds of haloes of a scene have in common, after their prefix."""
    return own.profile, own.mass_definition, own.bound, halo_arrays(own)
