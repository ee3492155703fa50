"""The values of several configurations side by side, as the columns of one array."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from jaxlens.config.errors import nearest
from jaxlens.engine.columns import Layout, layout
from jaxlens.simulator.simulator import Simulator


class MixedColumns(NamedTuple):
    """The columns of a batch in which systems of several configurations are mixed.

    Attributes:
        bands: the names of the bands.
        shapes: the shape of each value of one system by name, in the order of the columns.
        places: (configurations, columns), where each column stands among a configuration's own columns, -1
            where the configuration has no such value.
    """

    bands: tuple[str, ...]
    shapes: Layout
    places: np.ndarray

    def find(self, name: str) -> dict[str, int]:
        """The columns of a value by its name, or by name and band where it differs by band.

        Raises:
            ValueError: if there is none of that name, with the nearest.
        """
        known: dict[str, dict[str, int]] = {}
        column = 0
        for own, shape in self.shapes.items():
            names = [f"{own}-{band}" for band in self.bands] if shape else [own]
            columns = {each: column + k for k, each in enumerate(names)}
            known |= {each: {each: place} for each, place in columns.items()} | {own: columns}
            column += len(names)
        if name not in known:
            raise ValueError(f"{name!r} is no number of these configurations; {nearest(name, known)}")
        return known[name]


def mixed_columns(simulators: Sequence[Simulator]) -> MixedColumns:
    """The values of all configurations by name; one that differs by band in any of them does so in all."""
    layouts = [layout(simulator, with_images=True) for simulator in simulators]
    shapes: Layout = {}
    for own in layouts:
        shapes |= {name: shape for name, shape in own.items() if len(shape) >= len(shapes.get(name, ()))}
    shapes = {name: shapes[name] for name in sorted(shapes)}
    places = np.array([_places(shapes, own) for own in layouts], np.int32)
    return MixedColumns(simulators[0].bands, shapes, places)


def _places(shapes: Mapping[str, tuple[int, ...]], own: Layout) -> list[int]:
    """Where each of the mixed columns stands among a configuration's own, -1 for nowhere."""
    starts, start = {}, 0
    for name, shape in own.items():
        starts[name] = start
        start += math.prod(shape)
    found: list[int] = []
    for name, shape in shapes.items():
        if name not in own:
            found += [-1] * math.prod(shape)
            continue
        # what one configuration has by band or by epoch another may have for all
        places = starts[name] + np.arange(math.prod(own[name])).reshape(own[name])
        found += np.broadcast_to(places, shape).ravel().tolist()
    return found
