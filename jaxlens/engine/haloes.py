"""Room for the haloes of a system: how many numbers they are, and programs that have more room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np

from jaxlens.config.haloes.names import KAPPA_SHEET, NUMBER, halo_arrays, named_haloes
from jaxlens.config.model import Configuration, LineOfSight
from jaxlens.sampling.population import Population
from jaxlens.simulator.simulator import Simulator

_Room = TypeVar("_Room")


def numbers_of_haloes(simulator: Simulator) -> dict[str, int]:
    """How many numbers of haloes a system has at most, by prefix; empty where it has no haloes."""
    found: dict[str, int] = {}
    for name, (count,) in shapes_of_haloes(simulator).items():
        prefix = name.rpartition("-")[0]
        found[prefix] = found.get(prefix, 0) + count
    return found


def shapes_of_haloes(simulator: Simulator) -> dict[str, tuple[int]]:
    """The shape of each array of haloes of one system by name, in the order of names."""
    found: dict[str, tuple[int]] = {}
    for prefix, haloes in named_haloes(simulator.configuration):
        found |= {f"{prefix}-{name}": (haloes.bound,) for name in halo_arrays(haloes)}
        if isinstance(haloes, LineOfSight):
            found[f"{prefix}-{KAPPA_SHEET}"] = (sum(haloes.planes),)
    return {name: found[name] for name in sorted(found)}


def room_for_haloes(configuration: Configuration, values: Mapping[str, np.ndarray]) -> int:
    """How many times the room for haloes some systems need, a power of two.

    Args:
        configuration: their configuration.
        values: by name, with the NUMBER of haloes of each, (n,).
    """
    room = 1
    for prefix, haloes in named_haloes(configuration):
        largest = np.max(values[f"{prefix}-{NUMBER}"], initial=0.0)
        while largest > room * haloes.bound:
            room *= 2
    return room


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
