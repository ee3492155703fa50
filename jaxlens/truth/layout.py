"""Which object of a configuration stands in which table of truth."""

from __future__ import annotations

from dataclasses import dataclass

from jaxlens.config.model import Galaxy, Plane, PointSource
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Copied
from jaxlens.simulator.simulator import Simulator


@dataclass(frozen=True)
class Member:
    """One object, or one copy of an object, of a configuration.

    Attributes:
        prefix: what its parameters begin with, such as `PLANE_1-OBJECT_1`.
        plane: the index of its plane.
        species: what it is.
        copied: the object of which it is a copy, or None.
        number: which copy it is, from 1; 0 where it is none.
    """

    prefix: str
    plane: int
    species: Galaxy | PointSource
    copied: Copied | None = None
    number: int = 0


@dataclass(frozen=True)
class Layout:
    """The members of a configuration by table.

    Attributes:
        galaxies: those of `lens`, `host` and `galaxies`, by the name of the table.
        points: the point sources with hosts.
        stars: the stars in the foreground.
    """

    galaxies: dict[str, list[Member]]
    points: list[Member]
    stars: list[Member]


def layout(simulator: Simulator) -> Layout:
    """Where the objects of a simulator's configuration stand."""
    members = [
        one
        for j, plane in enumerate(simulator.configuration.planes)
        for one in _members(simulator.scene, j, plane)
    ]
    found = Layout({"lens": [], "host": [], "galaxies": []}, [], [])
    lens = _lens(simulator.scene, members)
    hosts = {point.host.rpartition("-")[0] for plane in simulator.scene.planes for point in plane.points}
    for one in members:
        if isinstance(one.species, PointSource):
            (found.stars if one.species.host is None else found.points).append(one)
        elif one is lens:
            found.galaxies["lens"].append(one)
        elif simulator.scene.is_lensed(one.plane) or one.prefix in hosts:
            found.galaxies["host"].append(one)
        else:
            found.galaxies["galaxies"].append(one)
    return found


def _members(scene: Scene, j: int, plane: Plane) -> list[Member]:
    """The objects of a plane, with the copies in the place of their object."""
    copies = {
        own: (copied, number)
        for copied in scene.planes[j].copies
        for number, own in enumerate(copied.prefixes, 1)
    }
    named = ((f"{plane.label}-{label}", species) for label, species in plane.members)
    return [Member(prefix, j, species, *copies.get(prefix, ())) for prefix, species in named]


def _lens(scene: Scene, members: list[Member]) -> Member | None:
    """The first galaxy that stands there once and has mass, more than a shear where there is one."""
    single = [one for one in members if isinstance(one.species, Galaxy) and one.copied is None]
    by_kind: tuple[list[Member], list[Member]] = [], []
    for one in single:
        own = [mass for mass in scene.planes[one.plane].mass if mass.prefix.startswith(f"{one.prefix}-")]
        if own:
            by_kind[all(mass.is_linear for mass in own)].append(one)
    return next(iter([*by_kind[0], *by_kind[1]]), None)
