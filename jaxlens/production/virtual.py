"""The files that join all shards of a configuration, so that a dataset of many shards opens as one file."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

from jaxlens.files.checksums import size_and_checksum
from jaxlens.files.errors import explained
from jaxlens.files.hdf5_virtual import join, join_haloes
from jaxlens.files.names import is_of_haloes
from jaxlens.files.writer import PARTIAL, remove
from jaxlens.production.manifest import FileRecord, Manifest, Section


def with_virtual_files(folder: Path, manifest: Manifest) -> Manifest:
    """Write the files that join the shards of each configuration, and record them.

    There are some where all shards of a configuration of HDF5 files are there, and are several.

    Args:
        folder: the folder of the dataset.
        manifest: its manifest, which is complete.
    """
    for label, section in manifest.configurations.items():
        if manifest.format == "h5" and section.count == len(section.shards) > 1 and not section.virtual:
            manifest = manifest.with_section(label, replace(section, virtual=_joined(folder, section)))
    return manifest


def _joined(folder: Path, section: Section) -> tuple[FileRecord, ...]:
    """The files that join the shards of a configuration."""
    found = []
    names = [
        [record.name for record in shard.files if record.name.endswith(".h5")] for shard in section.shards
    ]
    for sources in zip(*names, strict=True):
        name = f"{Path(sources[0]).name.rpartition('-of-')[0].rpartition('-')[0]}.h5"
        partial = folder / f"{name}.{secrets.token_hex(8)}{PARTIAL}"
        with explained(folder / name):
            try:
                (join_haloes if is_of_haloes(Path(name)) else join)(partial, folder, sources)
                found.append(FileRecord(name, *size_and_checksum(partial)))
                partial.replace(folder / name)
            except BaseException:
                remove(partial)
                raise
    return tuple(found)
