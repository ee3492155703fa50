"""Reading files of haloes: those of consecutive systems, in one file or in several that follow each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np

from jaxlens.config.haloes.names import KAPPA_SHEET
from jaxlens.config.model.haloes import HALO_ARRAYS
from jaxlens.files.errors import StorageError, explained
from jaxlens.files.haloes import HaloLists, joined
from jaxlens.files.haloes_hdf5 import HALOES, OFFSETS
from jaxlens.files.names import beside
from jaxlens.files.system_haloes import SystemHaloes

_READ_ERRORS = (OSError, RuntimeError, KeyError, ValueError)
_ADVICE = "give a file of haloes that jaxlens wrote (`jaxlens verify` says what of a dataset is whole)"


def haloes_beside(path: Path) -> Path:
    """The file of haloes of the systems of a file of images, or of a table of metadata.

    >>> haloes_beside(Path("CONFIGURATION_1_images-00003-of-00100.npy")).name
    'CONFIGURATION_1_haloes-00003-of-00100.h5'
    """
    return beside(path, HALOES, "h5")


def read_haloes(path: Path, start: int = 0, stop: int | None = None) -> dict[str, HaloLists]:
    """The haloes of some systems of one file, by prefix.

    Args:
        path: the file.
        start: the first system, counted from the first of the file.
        stop: where to end, as in a slice; by default after the last.

    Raises:
        StorageError: if the file cannot be read, lacks a dataset, or has offsets that do not fit; the message
            names the file and the dataset.
    """
    with explained(path, _ADVICE, _READ_ERRORS), h5py.File(path, "r") as file:
        return {name: _read(one, start, stop) for name, one in file.items() if isinstance(one, h5py.Group)}


def open_haloes(path: Path) -> SystemHaloes:
    """The haloes of the systems of one file, which are read when they are asked for.

    Raises:
        StorageError: as `read_haloes`.
    """
    with explained(path, _ADVICE, _READ_ERRORS), h5py.File(path, "r") as file:
        start = int(file.attrs.get("start", 0))
        counts = [len(_offsets(one)) - 1 for one in file.values() if isinstance(one, h5py.Group)]
        if not counts:
            raise ValueError("has no group of haloes, such as LINE_OF_SIGHT")
    indices = np.arange(start, start + counts[0])
    return SystemHaloes(StoredHaloes([path], [(start, start + counts[0])]), indices)


def _read(group: h5py.Group, start: int, stop: int | None) -> HaloLists:
    """The haloes of one prefix."""
    prefix = group.name.strip("/")
    offsets = _offsets(group)
    arrays = {name: _dataset(group, name) for name in HALO_ARRAYS if name in group}
    if not arrays:
        raise ValueError(f"{prefix}: has no arrays; it needs some of {', '.join(HALO_ARRAYS)}")
    for name, array in arrays.items():
        if array.shape != (offsets[-1],):
            what = f"has shape {array.shape}, and the offsets end at {offsets[-1]}"
            raise ValueError(f"{prefix}/{name}: {what}; it must have one number for each halo")
    first, last, _ = slice(start, stop).indices(len(offsets) - 1)
    bounds = offsets[first : max(first, last) + 1]
    read = {name: array[bounds[0] : bounds[-1]] for name, array in arrays.items()}
    sheets = None
    if KAPPA_SHEET in group:
        found = _dataset(group, KAPPA_SHEET, ndim=2)
        if len(found) != len(offsets) - 1:
            what = f"has {len(found)} rows, and there are {len(offsets) - 1} systems"
            raise ValueError(f"{prefix}/{KAPPA_SHEET}: {what}; it must have a row for each system")
        sheets = found[first : max(first, last)]
    return HaloLists(bounds - bounds[0], read, sheets)


def _offsets(group: h5py.Group) -> np.ndarray:
    """The offsets of a group, checked."""
    name = f"{group.name.strip('/')}/{OFFSETS}"
    if OFFSETS not in group:
        raise ValueError(f"{name}: is missing; it says where the haloes of each system begin, (systems + 1,)")
    found = _dataset(group, OFFSETS)
    if not np.issubdtype(found.dtype, np.integer) or not len(found):
        raise ValueError(f"{name}: is {found.dtype} {found.shape}; it must be whole numbers, (systems + 1,)")
    offsets: np.ndarray = found[:].astype(np.int64)
    if offsets[0] != 0 or np.any(np.diff(offsets) < 0):
        raise ValueError(f"{name}: must begin with 0 and never fall")
    return offsets


def _dataset(group: h5py.Group, name: str, ndim: int = 1) -> h5py.Dataset:
    """A dataset of a group with so many axes."""
    found = group[name]
    if not isinstance(found, h5py.Dataset) or found.ndim != ndim:
        axes = "one axis" if ndim == 1 else f"{ndim} axes"
        raise ValueError(f"{group.name.strip('/')}/{name}: is no array with {axes}, which it must be")
    return found


class StoredHaloes:
    """The haloes of files that follow each other, read when they are asked for; it can be pickled.

    Args:
        paths: the files.
        ranges: the first system of each and the one after its last.
    """

    def __init__(self, paths: Sequence[Path], ranges: Sequence[tuple[int, int]]) -> None:
        self._paths, self._ranges = tuple(paths), tuple(ranges)

    @property
    def count(self) -> int:
        """The number of systems."""
        return sum(stop - start for start, stop in self._ranges)

    def read(self, start: int, stop: int) -> dict[str, HaloLists]:
        """The haloes of systems start..stop-1, counted from the first that is there, by prefix.

        Raises:
            StorageError: as `read_haloes`, or where a file has another number of systems than it should.
        """
        parts, begin = [], 0
        for path, (index, end) in zip(self._paths, self._ranges, strict=True):
            first, last = max(start - begin, 0), min(stop - begin, end - index)
            if first < last:
                parts.append(self._read(path, end - index, first, last))
            begin += end - index
        found = parts or [read_haloes(self._paths[0], 0, 0)]
        return {prefix: joined([part[prefix] for part in found]) for prefix in found[0]}

    def _read(self, path: Path, count: int, first: int, last: int) -> dict[str, HaloLists]:
        found = read_haloes(path, first, last)
        for prefix, lists in found.items():
            if lists.count != last - first:
                there = f"ends with system {first + lists.count} of {count}"
                raise StorageError(f"{path}: {prefix}/{OFFSETS}: {there}; {_ADVICE}")
        return found
