"""The values of several configurations side by side, as the columns of one array."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from jaxlens.config.haloes.arrays import halo_array
from jaxlens.config.haloes.names import NUMBER
from jaxlens.config.short_names import ShortNames, object_names
from jaxlens.engine.columns import Layout, layout
from jaxlens.simulator.simulator import Simulator


@dataclass(frozen=True, eq=False)
class MixedColumns:
    """The columns of a batch in which systems of several configurations are mixed.

    Attributes:
        bands: the names of the bands.
        shapes: the shape of each value of one system by name, in the order of the columns.
        places: (configurations, columns), where each column stands among a configuration's own columns, -1
            where the configuration has no such value.
        objects: the NAMEs of the objects of all configurations, by the beginning of their values' names.
    """

    bands: tuple[str, ...]
    shapes: Layout
    places: np.ndarray
    objects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, name: str) -> dict[str, int]:
        """The columns of a value by its full or short name, by name and band, or by name, band and epoch.

        A value that differs by band and by epoch has the columns `name-band-epoch`, the epochs counted from
        0; `name-band` are those of one band.  One that all bands share has `name-epoch`.

        Raises:
            ValueError: if there is none of that name, with the nearest, or there are several.
        """
        known = self._by_name()
        if known.get(name):
            return known[name]
        found = halo_array(name)
        if found is not None:
            raise ValueError(
                f"{name!r} is an array of haloes, which batch.parameters has; a label is one number of a "
                f"system, such as '{found.prefix}-{NUMBER}'"
            )
        return known[self._short_names.full(name, "labels")]

    def has(self, name: str) -> bool:
        """Whether `find` has columns for this name."""
        return bool(self._by_name().get(name)) or len(self._short_names.meant(name)) == 1

    @cached_property
    def _short_names(self) -> ShortNames:
        """What the full and short names of columns mean."""
        return ShortNames((name for name, own in self._by_name().items() if own), self.objects)

    def _by_name(self) -> dict[str, dict[str, int]]:
        """The columns of every name that `find` takes."""
        known: dict[str, dict[str, int]] = {}
        column = 0
        for own, shape in self.shapes.items():
            columns = {each: column + k for k, each in enumerate(_names(own, shape, self.bands))}
            known |= {each: {each: place} for each, place in columns.items()}
            if len(shape) == 2:
                for band in self.bands:
                    start = f"{own}-{band}-"
                    known[start[:-1]] = {n: place for n, place in columns.items() if n.startswith(start)}
            known[own] = columns
            column += len(columns)
        return known


def mixed_columns(simulators: Sequence[Simulator], measured: bool = False) -> MixedColumns:
    """The values of all configurations by name; one that differs by band in any of them does so in all.

    Args:
        simulators: one for each configuration.
        measured: whether the fluxes that are measured on the images of time series are among them.

    Raises:
        ValueError: if the configurations have images of different shapes.
    """
    _refuse_different_images(simulators)
    layouts = [layout(simulator, measured) for simulator in simulators]
    shapes: Layout = {}
    for own in layouts:
        shapes |= {name: np.broadcast_shapes(shape, shapes.get(name, ())) for name, shape in own.items()}
    shapes = {name: shapes[name] for name in sorted(shapes)}
    places = np.array([_places(shapes, own) for own in layouts], np.int32)
    objects = object_names(*(simulator.configuration for simulator in simulators))
    return MixedColumns(simulators[0].bands, shapes, places, objects)


def _refuse_different_images(simulators: Sequence[Simulator]) -> None:
    """ValueError where the images of the configurations cannot stand in one array."""
    shapes = [(simulator.configuration.name, simulator.scene.image_shape) for simulator in simulators]
    if len({shape for _, shape in shapes}) > 1:
        listed = ", ".join(f"{name} has {shape}" for name, shape in shapes)
        raise ValueError(
            f"a stream needs images of one shape, but {listed}; "
            "name configurations with as many epochs each, or give all of them a TIMESERIES; several files "
            "must have one numPix"
        )


def _names(own: str, shape: tuple[int, ...], bands: Sequence[str]) -> list[str]:
    """The names of the columns of a value of this shape: (), (bands,), (epochs, bands) or (epochs, 1)."""
    if not shape:
        return [own]
    by_band = [f"{own}-{band}" for band in bands] if shape[-1] == len(bands) else [own]
    return by_band if len(shape) == 1 else [f"{name}-{k}" for k in range(shape[0]) for name in by_band]


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
