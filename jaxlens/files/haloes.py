"""The haloes of many systems, one system after another: ragged arrays with the place where each begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from jaxlens.config.haloes.arrays import halo_array
from jaxlens.config.haloes.names import KAPPA_SHEET, NUMBER
from jaxlens.config.model.haloes import HALO_ARRAYS, LINE_OF_SIGHT

# The haloes of some systems by prefix, such as `LINE_OF_SIGHT`.
HaloesByPrefix = Mapping[str, "HaloLists"]


@dataclass(frozen=True, eq=False)
class HaloLists:
    """The haloes of n systems that have one prefix, such as `LINE_OF_SIGHT`.

    Attributes:
        offsets: (n + 1,), int64; the haloes of system i are the entries offsets[i] to offsets[i + 1] - 1.
        arrays: those of `HALO_ARRAYS` that there are, by name, each (haloes,): x, y and r_trunc in arcsec,
            mass in solar masses.
        kappa_sheet: (n, planes), the convergence that the sheet of each plane of haloes takes out; None for
            subhaloes.
    """

    offsets: np.ndarray
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    kappa_sheet: np.ndarray | None = None

    @property
    def count(self) -> int:
        """The number of systems."""
        return len(self.offsets) - 1

    @property
    def numbers(self) -> np.ndarray:
        """The number of haloes of each system, (n,), int64."""
        return np.diff(self.offsets)

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        sheets = 0 if self.kappa_sheet is None else self.kappa_sheet.nbytes
        return self.offsets.nbytes + sheets + sum(array.nbytes for array in self.arrays.values())

    def of(self, i: int) -> dict[str, np.ndarray]:
        """The haloes of system i, counted from the first that is here: {name: (haloes,)}."""
        own = self.part(i, i + 1)
        sheet = {} if own.kappa_sheet is None else {KAPPA_SHEET: own.kappa_sheet[0]}
        return {**own.arrays, **sheet}

    def part(self, first: int, last: int) -> HaloLists:
        """The systems first..last-1 of these, as views; what is outside is left out.

        >>> lists = HaloLists(np.array([0, 2, 3]), {"mass": np.array([1e8, 2e8, 5e7])})
        >>> lists.part(1, 2).arrays["mass"].tolist(), lists.part(1, 2).offsets.tolist()
        ([50000000.0], [0, 1])
        """
        first, last = min(max(first, 0), self.count), min(max(last, 0), self.count)
        bounds = self.offsets[first : max(first, last) + 1]
        inside = slice(int(bounds[0]), int(bounds[-1]))
        sheets = None if self.kappa_sheet is None else self.kappa_sheet[first : max(first, last)]
        return HaloLists(bounds - bounds[0], {name: a[inside] for name, a in self.arrays.items()}, sheets)

    def padded(self, bound: int) -> dict[str, np.ndarray]:
        """The arrays as a program takes them, each (n, bound), zero where a system has no more haloes.

        `kappa_sheet` is (n, planes), as it is.

        Raises:
            ValueError: if a system has more haloes than that.
        """
        numbers = self.numbers
        if np.any(numbers > bound):
            raise ValueError(f"a system has {numbers.max()} haloes; there is room for {bound}")
        places = np.arange(bound)[None, :] < numbers[:, None]
        found = {}
        for name, array in self.arrays.items():
            found[name] = np.zeros((self.count, bound), array.dtype)
            found[name][places] = array
        return found if self.kappa_sheet is None else found | {KAPPA_SHEET: self.kappa_sheet}


def joined(lists: Sequence[HaloLists]) -> HaloLists:
    """The systems of several lists, at least one, after each other.

    >>> one = HaloLists(np.array([0, 2]), {"mass": np.array([1e8, 2e8])})
    >>> joined([one, one]).offsets.tolist()
    [0, 2, 4]
    """
    first = lists[0]
    numbers = np.concatenate([one.numbers for one in lists])
    arrays = {name: np.concatenate([one.arrays[name] for one in lists]) for name in first.arrays}
    sheets = None
    if first.kappa_sheet is not None:
        sheets = np.concatenate([one.kappa_sheet for one in lists if one.kappa_sheet is not None])
    return HaloLists(offsets_of(numbers), arrays, sheets)


def offsets_of(numbers: np.ndarray) -> np.ndarray:
    """Where the haloes of each system begin, and where the last end, (n + 1,), int64.

    >>> offsets_of(np.array([2, 0, 3])).tolist()
    [0, 2, 2, 5]
    """
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(numbers, dtype=np.int64)])


def ragged_haloes(arrays: Mapping[str, np.ndarray], values: Mapping[str, np.ndarray]) -> dict[str, HaloLists]:
    """The haloes of some systems by prefix, of arrays on the host.

    Args:
        arrays: by name, such as `LINE_OF_SIGHT-mass`, each (n, bound), and `<prefix>-kappa_sheet`, (n,
            planes).
        values: the other values by name; `<prefix>-NUMBER` (n,) says how many of the first are haloes, and
            the redshift of subhaloes is that of their plane.

    Raises:
        ValueError: if a system has more haloes than there is room for.

    >>> number, mass = np.array([1.0, 2.0]), np.array([[5, 0], [1, 2]])
    >>> found = ragged_haloes({"LINE_OF_SIGHT-mass": mass}, {"LINE_OF_SIGHT-NUMBER": number})
    >>> found["LINE_OF_SIGHT"].arrays["mass"].tolist()
    [5, 1, 2]
    """
    by_prefix: dict[str, dict[str, np.ndarray]] = {}
    for name, value in arrays.items():
        found = halo_array(name)
        assert found is not None, name
        by_prefix.setdefault(found.prefix, {})[found.array] = value
    return {prefix: _ragged(prefix, own, values) for prefix, own in by_prefix.items()}


def _ragged(prefix: str, arrays: dict[str, np.ndarray], values: Mapping[str, np.ndarray]) -> HaloLists:
    """The haloes of one prefix, of padded arrays (n, bound)."""
    numbers = np.asarray(values[f"{prefix}-{NUMBER}"]).astype(np.int64)
    padded = {name: arrays[name] for name in HALO_ARRAYS if name in arrays}
    room = min(array.shape[1] for array in padded.values())
    if np.any(numbers > room):
        raise ValueError(f"{prefix} of a system has {numbers.max()} haloes, and there is room for {room}")
    places = np.arange(room)[None, :] < numbers[:, None]
    found = {name: array[:, :room][places] for name, array in padded.items()}
    if prefix != LINE_OF_SIGHT:
        redshift = values[f"{prefix.partition('-')[0]}-OBJECT_1-REDSHIFT"]
        found["z"] = np.repeat(redshift, numbers)
    in_order = {name: found[name] for name in HALO_ARRAYS if name in found}
    return HaloLists(offsets_of(numbers), in_order, arrays.get(KAPPA_SHEET))
