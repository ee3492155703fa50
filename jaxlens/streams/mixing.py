"""Which configuration each system of an endless stream has, and how many of each a batch can hold.

System i has the place i g mod 2^64 on a circle of 2^64 places; g is the odd number nearest to 2^64 / phi,
with phi the golden ratio (a Weyl sequence).  Each configuration has an arc of the circle in proportion to
its FRACTION, and a system gets the configuration whose arc contains its place.  So the configuration is a
fixed function of i in integer arithmetic.  Any run of consecutive systems has the configurations in
proportion to within a few systems, and the most systems of a configuration that such a run can have is
known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

# Places on the circle.
_PLACES = 2**64
# g, the odd number nearest to 2^64 / phi.
_STEP = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Mixture:
    """Configurations in the proportions of `fractions`, which need not add up to one.

    Raises:
        ValueError: if `fractions` is empty or one of them is not above 0.

    >>> mixture = Mixture((3.0, 1.0))
    >>> mixture.of(indices(0, 12)).tolist()
    [0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1]
    >>> mixture.most(12)
    (10, 4)
    """

    fractions: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.fractions or any(not 0 < fraction < float("inf") for fraction in self.fractions):
            raise ValueError(f"FRACTIONs are {list(self.fractions)}; give one or more, each above 0")

    @property
    def _ends(self) -> list[int]:
        """Where each configuration's arc ends, the last at the number of places."""
        exact = [Fraction(fraction) for fraction in self.fractions]
        whole = sum(exact)
        return [round(_PLACES * sum(exact[: k + 1], Fraction(0)) / whole) for k in range(len(exact))]

    def of(self, systems: np.ndarray) -> np.ndarray:
        """The configuration's number of each of `systems` (n,), which are uint64: (n,), int32."""
        inner = np.array([min(end, _PLACES - 1) for end in self._ends[:-1]], np.uint64)
        return np.searchsorted(inner, systems * _STEP, side="right").astype(np.int32)

    def most(self, count: int) -> tuple[int, ...]:
        """How many systems of each configuration are among any `count` in a row, at most.

        The places of any run are those of the first, rotated; so it is what an arc can hold of those.
        """
        places = np.sort(indices(0, count) * _STEP)
        ends = self._ends
        arcs = [end - start for start, end in zip([0, *ends[:-1]], ends, strict=True)]
        return tuple(_held(places, arc) for arc in arcs)


def indices(start: int, count: int) -> np.ndarray:
    """The numbers start..start+count-1 of systems, modulo 2^64: uint64."""
    return np.arange(count, dtype=np.uint64) + np.uint64(start % _PLACES)


def _held(places: np.ndarray, arc: int) -> int:
    """The most of the sorted `places` that an arc of this length can hold."""
    if arc >= _PLACES:
        return len(places)
    # an arc that holds the most can be moved until it begins at one of the places
    ends = places + np.uint64(arc)
    beyond = np.searchsorted(places, ends) + len(places) * (ends < places)
    return max(1, int(np.max(beyond - np.arange(len(places)))))


@dataclass(frozen=True)
class Division:
    """Consecutive systems divided by configuration.

    Attributes:
        systems: the indices of the systems of each configuration, arrays of static lengths, filled up
            with repeated indices.
        configuration: the configuration of each system, (n,).
        place: where each system stands in the concatenation of `systems`, (n,).
    """

    systems: tuple[np.ndarray, ...]
    configuration: np.ndarray
    place: np.ndarray


def divided(mixture: Mixture, lengths: Sequence[int], start: int, count: int) -> Division:
    """Divide the systems start..start+count-1 by configuration.

    Args:
        mixture: the proportions of the configurations.
        lengths: how many systems of each configuration are made, at least `mixture.most(count)`.
        start: the index of the first system.
        count: how many systems there are.

    >>> found = divided(Mixture((3.0, 1.0)), (4, 2), 0, 4)
    >>> [systems.tolist() for systems in found.systems], found.place.tolist()
    ([[0, 1, 2, 2], [3, 3]], [0, 1, 2, 4])
    """
    run = indices(start, count)
    configuration = mixture.of(run)
    place = np.zeros(count, np.int32)
    systems, offset = [], 0
    for c, length in enumerate(lengths):
        (own,) = np.nonzero(configuration == c)
        place[own] = offset + np.arange(len(own), dtype=np.int32)
        wanted = run[own] if len(own) else run[:1]
        systems.append(np.pad(wanted, (0, length - len(wanted)), mode="edge"))
        offset += length
    return Division(tuple(systems), configuration, place)
