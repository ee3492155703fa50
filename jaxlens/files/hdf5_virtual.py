"""HDF5 files that join the shards of a dataset without a copy of their content (virtual datasets)."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np

from jaxlens.files.haloes import offsets_of
from jaxlens.files.haloes_hdf5 import OFFSETS

# The attributes by which HDF5 keeps dimension scales, which refer to objects of one file.
_OF_SCALES = ("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST")


def join(target: Path, folder: Path, sources: Sequence[str]) -> None:
    """Write a file that shows the systems of several files one after another.

    What has a value for each system is virtual, and what all systems share is copied from the first file.
    The target names the others by their paths relative to its folder, so that all can be moved together.

    Args:
        target: the file, which is not there yet.
        folder: the folder that the names of `sources` begin in, and in which the target will be.
        sources: the files, in the order of their systems.

    Raises:
        OSError: if a file cannot be read or written.
    """
    lengths = []
    for source in sources:
        with h5py.File(folder / source, "r") as file:
            lengths.append(len(file[str(file.attrs["images"])]))
    with h5py.File(folder / sources[0], "r") as first, h5py.File(target, "x") as joined:
        joined.attrs.update(first.attrs)
        names: list[str] = []
        first.visit(names.append)
        for name in names:
            _join(joined, first, name, sources, lengths)
        for name in names:
            _attach(joined, first, name)


def join_haloes(target: Path, folder: Path, sources: Sequence[str]) -> None:
    """Write a file that shows the haloes of several files (`jaxlens.files.haloes_hdf5`) one after another.

    The offsets are the file's own.

    Args:
        target: the file, which is not there yet.
        folder: the folder that the names of `sources` begin in, and in which the target will be.
        sources: the files, in the order of their systems.

    Raises:
        OSError: if a file cannot be read or written.
    """
    with contextlib.ExitStack() as files:
        opened = [files.enter_context(h5py.File(folder / source, "r")) for source in sources]
        joined = files.enter_context(h5py.File(target, "x"))
        joined.attrs.update(opened[0].attrs)
        for group in opened[0]:
            _join_group(joined, group, opened, sources)


def _join_group(joined: h5py.File, group: str, opened: Sequence[h5py.File], sources: Sequence[str]) -> None:
    """Join the haloes of one prefix."""
    joined.create_group(group).attrs.update(opened[0][group].attrs)
    offsets = [file[group][OFFSETS][:] for file in opened]
    numbers = np.concatenate([np.diff(own) for own in offsets])
    joined[group].create_dataset(OFFSETS, data=offsets_of(numbers))
    for name, dataset in opened[0][group].items():
        if name != OFFSETS:
            lengths = [len(file[group][name]) for file in opened]
            _create(joined, dataset, f"{group}/{name}", list(zip(sources, lengths, strict=True)))
        joined[group][name].attrs.update(dataset.attrs)


def _join(
    joined: h5py.File, first: h5py.File, name: str, sources: Sequence[str], lengths: Sequence[int]
) -> None:
    """Join one group or dataset."""
    found = first[name]
    if isinstance(found, h5py.Group):
        joined.require_group(name).attrs.update(found.attrs)
        return
    if _is_by_system(first, name):
        _create(joined, found, name, list(zip(sources, lengths, strict=True)))
    else:
        first.copy(found, joined, name, without_attrs=True)
    others = {key: value for key, value in found.attrs.items() if key not in _OF_SCALES}
    joined[name].attrs.update(others)


def _attach(joined: h5py.File, first: h5py.File, name: str) -> None:
    """Give a dataset the dimension scales that the first file's has."""
    found = first[name]
    if not isinstance(found, h5py.Dataset):
        return
    if found.is_scale:
        joined[name].make_scale(found.attrs["NAME"].decode())
    for axis, dim in enumerate(found.dims):
        for scale in dim.values():
            joined[name].dims[axis].attach_scale(joined[scale.name])


def _create(joined: h5py.File, first: h5py.Dataset, name: str, sources: Sequence[tuple[str, int]]) -> None:
    """Create a virtual dataset of the rows of several files; without the time, which h5py would write."""
    space = h5py.h5s.create_simple((sum(length for _, length in sources), *first.shape[1:]))
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_obj_track_times(False)
    row, start = (0,) * (first.ndim - 1), 0
    for source, length in sources:
        if not length:
            continue
        shape = (length, *first.shape[1:])
        space.select_hyperslab((start, *row), shape)
        plan.set_virtual(space, source.encode(), f"/{name}".encode(), h5py.h5s.create_simple(shape))
        start += length
    space.select_all()
    links = h5py.h5p.create(h5py.h5p.LINK_CREATE)
    links.set_create_intermediate_group(True)
    h5py.h5d.create(joined.id, name.encode(), first.id.get_type(), space, plan, links).close()


def _is_by_system(file: h5py.File, name: str) -> bool:
    """Whether a dataset has a value for each system."""
    by_system = (str(file.attrs["images"]), "mjd", "mask", "system")
    return name.startswith("metadata/") or name in by_system
