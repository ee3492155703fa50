"""HDF5 files that join the shards of a dataset without a copy of their content (virtual datasets)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import h5py


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


def _join(
    joined: h5py.File, first: h5py.File, name: str, sources: Sequence[str], lengths: Sequence[int]
) -> None:
    """Join one group or dataset."""
    found = first[name]
    if isinstance(found, h5py.Group):
        joined.require_group(name).attrs.update(found.attrs)
        return
    if not found.shape or found.shape[0] != lengths[0] or not _is_by_system(first, name):
        first.copy(found, joined, name)
        return
    layout = h5py.VirtualLayout((sum(lengths), *found.shape[1:]), found.dtype)
    start = 0
    for source, length in zip(sources, lengths, strict=True):
        layout[start : start + length] = h5py.VirtualSource(
            source, name, (length, *found.shape[1:]), found.dtype
        )
        start += length
    joined.create_virtual_dataset(name, layout)
    joined[name].attrs.update(found.attrs)


def _is_by_system(file: h5py.File, name: str) -> bool:
    """Whether a dataset has a value for each system."""
    return name.startswith("metadata/") or name in (str(file.attrs["images"]), "mjd", "mask")
