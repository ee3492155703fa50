"""Room for the haloes of a system: how many numbers they are, and programs that have more room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from jaxlens.config.halo_names import halo_arrays, named_haloes
from jaxlens.config.model import LineOfSight
from jaxlens.sampling.population import Population
from jaxlens.simulator.simulator import Simulator

_Room = TypeVar("_Room")


def numbers_of_haloes(simulator: Simulator) -> dict[str, int]:
    """How many numbers of haloes a system has at most, by prefix; empty where it has no haloes."""
    found = {}
    for prefix, haloes in named_haloes(simulator.configuration):
        planes = sum(haloes.planes) if isinstance(haloes, LineOfSight) else 0
        found[prefix] = haloes.bound * len(halo_arrays(haloes)) + planes
    return found


def with_halo_room(simulator: Simulator, factor: int) -> Simulator:
    """The same simulator with room for so many times as many haloes."""
    population = _with_room(simulator.population, factor)
    scene = simulator.scene
    planes = tuple(
        replace(plane, subhaloes=tuple(_roomier(one, factor) for one in plane.subhaloes))
        for plane in scene.planes
    )
    field = None if scene.field_haloes is None else _roomier(scene.field_haloes, factor)
    return simulator.replace(
        population=population,
        static_population=population.static,
        scene=replace(scene, planes=planes, field_haloes=field),
    )


def _with_room(population: Population, factor: int) -> Population:
    haloes = tuple(replace(one, haloes=_roomier(one.haloes, factor)) for one in population.haloes)
    return replace(population, haloes=haloes)


def _roomier(haloes: _Room, factor: int) -> _Room:
    """Haloes with so many times the bound, and the window if they have one."""
    names = [name for name in ("bound", "window") if hasattr(haloes, name)]
    changes: Mapping[str, int] = {name: factor * getattr(haloes, name) for name in names}
    return replace(haloes, **changes)  # type: ignore[type-var]
