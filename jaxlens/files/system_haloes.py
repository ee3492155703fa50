"""The haloes of the systems of one configuration, in memory or on the disk, as a Dataset gives them."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Protocol, SupportsIndex

import numpy as np

from jaxlens.config.haloes.names import NUMBER
from jaxlens.config.model.haloes import LINE_OF_SIGHT
from jaxlens.files.haloes import HaloesByPrefix, HaloLists, joined


class HaloSource(Protocol):
    """Something that has the haloes of systems."""

    @property
    def count(self) -> int:
        """The number of systems."""

    def read(self, start: int, stop: int) -> dict[str, HaloLists]:
        """The haloes of systems start..stop-1, counted from the first that is there, by prefix."""


class KeptHaloes:
    """Haloes in memory.

    Args:
        lists: by prefix.
    """

    def __init__(self, lists: HaloesByPrefix) -> None:
        self._lists = lists

    @property
    def count(self) -> int:
        """The number of systems."""
        return min(one.count for one in self._lists.values())

    def read(self, start: int, stop: int) -> dict[str, HaloLists]:
        """The haloes of systems start..stop-1, by prefix, as views."""
        return {prefix: lists.part(start, stop) for prefix, lists in self._lists.items()}


class SystemHaloes(Mapping[str, HaloLists]):
    """The haloes of the systems of one configuration; those on the disk are read when they are asked for.

    It is a mapping from prefix (`LINE_OF_SIGHT`, or such as `PLANE_1-OBJECT_1-SUBSTRUCTURE`) to the haloes of
    all systems, as ragged arrays: `offsets`, and by name in `arrays` x, y, r_trunc (arcsec), z, mass (solar
    masses) and concentration, those that the profile needs.  `of(i)` gives those of one system.

    Args:
        source: the haloes.
        indices: the index of each system in the dataset, (n,).

    >>> lists = HaloLists(np.array([0, 2, 3]), {"mass": np.array([1e8, 2e8, 5e7])})
    >>> haloes = SystemHaloes(KeptHaloes({"LINE_OF_SIGHT": lists}), np.arange(2))
    >>> haloes.of(1)["LINE_OF_SIGHT"]["mass"].tolist(), haloes["LINE_OF_SIGHT"].numbers.tolist()
    ([50000000.0], [2, 1])
    """

    def __init__(self, source: HaloSource, indices: np.ndarray) -> None:
        self._source, self.indices = source, indices

    @property
    def count(self) -> int:
        """The number of systems."""
        return self._source.count

    def of(self, i: SupportsIndex) -> dict[str, dict[str, np.ndarray]]:
        """The haloes of system i, counted as the images are: {prefix: {name: (haloes,)}}.

        Those along the line of sight have `kappa_sheet`, (planes,), too.

        Raises:
            IndexError: if there is no such system.
            StorageError: if the file of haloes cannot be read.
        """
        place = operator.index(i)
        if not -self.count <= place < self.count:
            raise IndexError(f"system {place} is not there; there are {self.count}")
        place %= self.count
        return {prefix: lists.of(0) for prefix, lists in self.part(place, place + 1).items()}

    def part(self, start: int, stop: int) -> dict[str, HaloLists]:
        """The haloes of systems start..stop-1, counted from the first that is there, by prefix."""
        return self._source.read(start, stop)

    def params(
        self, indices: Sequence[int] | np.ndarray | None = None, room: Mapping[str, int] | None = None
    ) -> dict[str, np.ndarray]:
        """The haloes as parameters of a Simulator: NUMBER (n,), arrays (n, room), kappa_sheet (n, planes).

        Args:
            indices: the index in the dataset of each system that is wanted; by default all that are there.
            room: for how many haloes there is room, by prefix; doubled until all have room.  By default for
                as many as one of these systems has.

        Returns:
            By name, such as `LINE_OF_SIGHT-mass`; without the redshift of subhaloes, which is their plane's.

        Raises:
            ValueError: if an index is not there, or there are no haloes of a prefix.
        """
        missing = [prefix for prefix in room or () if prefix not in self._prefixes]
        if missing:
            raise ValueError(f"there are no haloes of {missing[0]}; there are {', '.join(self._prefixes)}")
        wanted = self.indices if indices is None else np.asarray(indices)
        lists = self._chosen(self._places(wanted))
        found: dict[str, np.ndarray] = {}
        for prefix in self._prefixes if room is None else room:
            own = lists[prefix]
            most = int(own.numbers.max(initial=0))
            bound = most if room is None else room[prefix]
            while bound < most:
                bound = 2 * max(bound, 1)
            arrays = {NUMBER: own.numbers.astype(float), **own.padded(bound)}
            if prefix != LINE_OF_SIGHT:
                del arrays["z"]
            found |= {f"{prefix}-{name}": array for name, array in arrays.items()}
        return found

    def _places(self, indices: np.ndarray) -> np.ndarray:
        """Where the systems of these indices are."""
        order = np.argsort(self.indices, kind="stable")
        found = np.searchsorted(self.indices, indices, sorter=order)
        places: np.ndarray = order[np.minimum(found, len(order) - 1)] if len(order) else found
        wrong = np.flatnonzero(self.indices[places] != indices) if len(order) else np.arange(len(indices))
        if wrong.size:
            raise ValueError(f"system {indices[wrong[0]]} has no haloes there; give those of its dataset")
        return places

    def _chosen(self, places: np.ndarray) -> dict[str, HaloLists]:
        """The haloes of systems at these places; those that follow each other are read together."""
        if not len(places):
            return self.part(0, 0)
        runs = np.split(places, np.flatnonzero(np.diff(places) != 1) + 1)
        parts = [self.part(int(run[0]), int(run[-1]) + 1) for run in runs]
        return {prefix: joined([part[prefix] for part in parts]) for prefix in parts[0]}

    @cached_property
    def _prefixes(self) -> tuple[str, ...]:
        return tuple(self.part(0, 0))

    def __getitem__(self, prefix: str) -> HaloLists:
        if prefix not in self._prefixes:
            raise KeyError(f"there are no haloes of {prefix}; there are {', '.join(self._prefixes)}")
        return self.part(0, self.count)[prefix]

    def __iter__(self) -> Iterator[str]:
        return iter(self._prefixes)

    def __len__(self) -> int:
        return len(self._prefixes)

    def __repr__(self) -> str:
        return f"<haloes of {self.count} systems: {', '.join(self._prefixes)}>"
