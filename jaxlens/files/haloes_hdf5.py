"""The file of haloes beside the images, HDF5 whatever the format of the images.

    CONFIGURATION_1_haloes.h5
        attributes: label, start (the index of the first system), and how the dataset was made
        LINE_OF_SIGHT/                      one group for each prefix; or PLANE_1-OBJECT_1-SUBSTRUCTURE/
            offsets       (systems + 1,)    system i has the entries offsets[i] to offsets[i + 1] - 1
            x, y          (haloes,)         arcsec about the image's centre
            z             (haloes,)         redshift
            mass          (haloes,)         solar masses
            concentration (haloes,)
            r_trunc       (haloes,)         arcsec
            kappa_sheet   (systems, planes) convergence that the sheet of each plane of haloes takes out

There are those that the profile needs, in the precision in which systems are computed, so that the images can
be rendered again.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any

import h5py
import numpy as np

from jaxlens.config.haloes.names import KAPPA_SHEET
from jaxlens.files.contents import Chunk, Contents
from jaxlens.files.haloes import HaloLists
from jaxlens.files.hdf5 import created
from jaxlens.files.lots import LotBuffer

# The content of the file in its name, `CONFIGURATION_1_haloes.h5`.
HALOES = "haloes"
# The dataset of a group that says where the haloes of each system begin.
OFFSETS = "offsets"
# Systems whose haloes are written together, so that the bytes do not depend on the batches of the run.
_SYSTEMS_PER_LOT = 64
# Haloes of one HDF5 chunk, each of which is written once and whole.
_HALOES_PER_CHUNK = 4096
# How astropy writes the units of the arrays; those without one are not here.
UNITS = MappingProxyType({"x": "arcsec", "y": "arcsec", "mass": "solMass", "r_trunc": "arcsec"})
LONG_NAMES = MappingProxyType(
    {
        OFFSETS: "where the haloes of each system begin, and where the last end",
        "x": "angular position about the image's centre",
        "y": "angular position about the image's centre",
        "z": "redshift",
        "mass": "mass",
        "concentration": "concentration",
        "r_trunc": "truncation radius",
        KAPPA_SHEET: "convergence that the sheet of each plane of haloes takes out",
    }
)


class HaloesFile:
    """The file of haloes of some systems, which is written chunk by chunk."""

    def __init__(self, path: Path, contents: Contents) -> None:
        self._file = created(path)
        self._file.attrs.update(contents.attributes)
        self._file.attrs.update({"label": contents.label, "start": contents.start})
        self._groups = {prefix: _Group(self._file, prefix, contents) for prefix in contents.haloes}
        self._lots = LotBuffer(self._write, contents.start, _SYSTEMS_PER_LOT)

    def append(self, chunk: Chunk) -> None:
        """Write the haloes of the next systems."""
        # one value stands for all, from which a chunk knows how many systems it has
        name, value = next(iter(chunk.values.items()))
        self._lots.append(Chunk(chunk.start, {name: value}, {}, chunk.haloes))

    def finish(self) -> None:
        """Write what is still buffered, after the last chunk."""
        self._lots.flush()
        for group in self._groups.values():
            group.finish()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, lot: Chunk) -> None:
        for prefix, group in self._groups.items():
            group.append(lot.haloes[prefix])


class _Group:
    """The haloes of one prefix."""

    def __init__(self, file: h5py.File, prefix: str, contents: Contents) -> None:
        self._group, self._contents = file.create_group(prefix), contents
        own = {key: value for key, value in contents.fixed.items() if key.startswith(f"{prefix}-")}
        self._group.attrs.update({key.removeprefix(f"{prefix}-"): value for key, value in own.items()})
        self._offsets = self._group.create_dataset(OFFSETS, (contents.count + 1,), np.int64)
        _describe(self._offsets, OFFSETS)
        self._columns: dict[str, _Column] = {}
        self._systems = self._haloes = 0

    def append(self, lists: HaloLists) -> None:
        """Write the haloes of the next systems."""
        first, last = self._systems, self._systems + lists.count
        self._offsets[first : last + 1] = self._haloes + lists.offsets
        for name, array in lists.arrays.items():
            if name not in self._columns:
                self._columns[name] = _Column(self._create(name, array))
            self._columns[name].append(array)
        if lists.kappa_sheet is not None:
            self._write_sheets(first, lists.kappa_sheet)
        self._systems, self._haloes = last, self._haloes + int(lists.offsets[-1])

    def finish(self) -> None:
        """Write what is still buffered."""
        for column in self._columns.values():
            column.flush()

    def _create(self, name: str, array: np.ndarray) -> h5py.Dataset:
        # Each chunk is written once and whole, so HDF5's chunk cache is switched off: then data are written
        # at once, and a full disk raises an error.
        layout: dict[str, Any] = {"chunks": (_HALOES_PER_CHUNK,), "maxshape": (None,), "rdcc_nbytes": 1}
        if self._contents.compression is not None:
            layout |= {"compression": self._contents.compression, "shuffle": True}
        dataset = self._group.create_dataset(name, (0,), array.dtype, **layout)
        _describe(dataset, name)
        return dataset

    def _write_sheets(self, first: int, sheets: np.ndarray) -> None:
        if KAPPA_SHEET not in self._group:
            shape = (self._contents.count, *sheets.shape[1:])
            _describe(self._group.create_dataset(KAPPA_SHEET, shape, sheets.dtype), KAPPA_SHEET)
        if len(sheets):
            self._group[KAPPA_SHEET][first : first + len(sheets)] = sheets


class _Column:
    """One array of a group, which is written in whole chunks."""

    def __init__(self, dataset: h5py.Dataset) -> None:
        self._dataset = dataset
        self._waiting: list[np.ndarray] = []
        self._count = 0

    def append(self, array: np.ndarray) -> None:
        """Write all whole chunks of what is there now."""
        self._waiting.append(array)
        self._count += len(array)
        if self._count >= _HALOES_PER_CHUNK:
            self._write(self._count - self._count % _HALOES_PER_CHUNK)

    def flush(self) -> None:
        """Write the last chunk."""
        if self._count:
            self._write(self._count)

    def _write(self, count: int) -> None:
        """Write the first `count` of those that wait."""
        whole = np.concatenate(self._waiting)
        start = len(self._dataset)
        self._dataset.resize((start + count,))
        self._dataset[start:] = whole[:count]
        self._waiting, self._count = [whole[count:]], len(whole) - count


def _describe(dataset: h5py.Dataset, name: str) -> None:
    """Say what an array is, and its unit."""
    dataset.attrs["long_name"] = LONG_NAMES[name]
    if name in UNITS:
        dataset.attrs["units"] = UNITS[name]
