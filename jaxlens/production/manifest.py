"""The manifest of a dataset on disk: how it is made, and which shards of it are whole.

The manifest is what makes a file part of a dataset.  It is replaced at once, so that it is never half
written, and holds nothing that depends on when, where or by how many processes the dataset was made.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from jaxlens.files.at_once import write_at_once
from jaxlens.files.checksums import algorithm_of, open_regular
from jaxlens.files.errors import StorageError, explained
from jaxlens.files.formats import IMAGE_FORMATS, ImageFormat
from jaxlens.production.layout import Grid, Part

MANIFEST = "manifest.json"
# The number of the layout of manifest.json, which changes where older versions cannot read it: in 1 the
# checksum of a file is its `sha256`.
FORMAT_VERSION = 2
_READABLE = (1, FORMAT_VERSION)


@dataclass(frozen=True)
class FileRecord:
    """A file, or a folder that is one store, of a shard.

    Attributes:
        name: the path in the dataset's folder, with "/" between its parts.
        bytes: its size.
        checksum: of its content, with the algorithm, see `jaxlens.files.checksums`.
    """

    name: str
    bytes: int
    checksum: str


@dataclass(frozen=True)
class Shard:
    """Consecutive systems of one configuration in files of their own.

    Attributes:
        number: which shard of the configuration, counted from 0.
        start: the index of the first system.
        stop: the index after that of the last.
        files: its files; none where it is not whole.
        batch_size: where memory ran out, the smaller batches in which some of its systems were made.
        device_kind: of what made it, where the dataset was begun on another kind.
        versions: of what made it, where the dataset was begun with others.
    """

    number: int
    start: int
    stop: int
    files: tuple[FileRecord, ...] = ()
    batch_size: int | None = None
    device_kind: str | None = None
    versions: Mapping[str, str] | None = None

    @property
    def whole(self) -> bool:
        """Whether it was made."""
        return bool(self.files)


@dataclass(frozen=True)
class Section:
    """One configuration of a dataset.

    Attributes:
        name: its NAME.
        systems: the number of systems of the whole dataset, also where this is a part of it.
        batch_size: systems that are made at a time.
        shard_size: systems of a shard.
        count: the number of shards of the whole dataset.
        shards: those of this folder.
        virtual: the files that join all shards, such as `CONFIGURATION_1_images.h5`.
    """

    name: str
    systems: int
    batch_size: int
    shard_size: int
    count: int
    shards: tuple[Shard, ...]
    virtual: tuple[FileRecord, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """How a dataset is made, and which shards of it are whole.

    Attributes:
        name: the dataset's NAME.
        seed: the seed of its systems.
        config_sha256: of the resolved configuration, see `jaxlens.config.identity.config_digest`.
        inputs: the sha256 of each file that the configuration names, by its absolute path.
        format: the format of the images, a key of `jaxlens.files.formats.FORMATS`.
        dtype: "float32" or "float16", of the arrays.
        options: the further arguments that the files depend on.
        precision: "float32" or "float64", in which the systems were computed.
        device_kind: the kind of device, as jax names it.
        devices: how many of them shared a batch.
        versions: of jaxlens and of the packages that images depend on.
        part: (k, n) where this folder is part k of n; None for a whole dataset.
        configurations: by label.
    """

    name: str
    seed: int
    config_sha256: str
    inputs: Mapping[str, str]
    format: ImageFormat
    dtype: str
    options: Mapping[str, bool | str | None]
    precision: str
    device_kind: str
    devices: int
    versions: Mapping[str, str]
    part: tuple[int, int] | None
    configurations: Mapping[str, Section] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every shard was made."""
        return all(shard.whole for _, shard in self.shards())

    def shards(self) -> Iterator[tuple[str, Shard]]:
        """Every shard with the label of its configuration, in order."""
        for label, section in self.configurations.items():
            for shard in section.shards:
                yield label, shard

    def files(self) -> Iterator[FileRecord]:
        """Every file that was written."""
        for section in self.configurations.values():
            for shard in section.shards:
                yield from shard.files
            yield from section.virtual

    def with_shard(self, label: str, shard: Shard) -> Manifest:
        """The manifest in which a shard is replaced."""
        section = self.configurations[label]
        shards = tuple(shard if one.number == shard.number else one for one in section.shards)
        return self.with_section(label, replace(section, shards=shards))

    def with_section(self, label: str, section: Section) -> Manifest:
        """The manifest in which a configuration is replaced."""
        return replace(self, configurations={**self.configurations, label: section})


def read_manifest(folder: str | Path) -> Manifest | None:
    """The manifest of a folder; None where it has none.

    Raises:
        StorageError: if it cannot be read, or is no manifest of this or an earlier version.
    """
    path = Path(folder) / MANIFEST
    if not os.path.lexists(path):
        return None
    with explained(path, "give a readable manifest", (OSError,)), open_regular(path) as file:
        content = file.read()
    try:
        return _manifest(json.loads(content))
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError, ZeroDivisionError) as error:
        problem = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        raise StorageError(
            f"{path}: is no manifest of a dataset ({problem}); restore it, or make the dataset again"
        ) from error


def write_manifest(folder: str | Path, manifest: Manifest) -> None:
    """Replace the manifest of a folder, all of it or nothing.

    Raises:
        StorageError: if it cannot be written.
    """
    write_at_once(Path(folder) / MANIFEST, manifest_text(manifest))


def manifest_text(manifest: Manifest) -> str:
    """The content of manifest.json."""
    tree = asdict(manifest)
    configurations = tree.pop("configurations")
    for section in configurations.values():
        for shard in section["shards"]:
            shard["state"] = "whole" if shard["files"] else "missing"
            for name in [name for name, value in shard.items() if value is None]:
                del shard[name]
    state = "complete" if manifest.complete else "incomplete"
    head = {"format_version": FORMAT_VERSION, "state": state}
    return json.dumps(head | tree | {"configurations": configurations}, indent=1) + "\n"


def _manifest(tree: Any) -> Manifest:
    if not isinstance(tree, dict):
        raise ValueError("it is no JSON object")
    version = tree.pop("format_version")
    if version not in _READABLE:
        known = " and ".join(map(str, _READABLE))
        raise ValueError(f"format_version is {version}, and this version of jaxlens knows {known}")
    tree.pop("state")
    part = tree.pop("part")
    own = Part(0, 1) if part is None else Part(*part)
    sections = {label: _section(section, own) for label, section in tree.pop("configurations").items()}
    if not sections:
        raise ValueError("it has no configurations")
    manifest = Manifest(**tree, part=None if part is None else tuple(part), configurations=sections)
    if manifest.format not in IMAGE_FORMATS:
        raise ValueError(f"format is {manifest.format!r}, which is none of {', '.join(IMAGE_FORMATS)}")
    return manifest


def _section(tree: Any, part: Part) -> Section:
    shards = tuple(_shard(shard) for shard in tree.pop("shards"))
    virtual = tuple(map(_record, tree.pop("virtual")))
    section = Section(**tree, shards=shards, virtual=virtual)
    grid = Grid(section.systems, section.batch_size, section.shard_size)
    right = [(number, *grid.range(number)) for number in part.of(section.count)]
    found = [(one.number, one.start, one.stop) for one in shards]
    if found != right or section.count != grid.count:
        raise ValueError(f"the shards of {section.name} are not those of {section.systems} systems")
    return section


def _shard(tree: Any) -> Shard:
    tree.pop("state")
    return Shard(files=tuple(map(_record, tree.pop("files"))), **tree)


def _record(tree: Any) -> FileRecord:
    if "sha256" in tree:
        return FileRecord(tree["name"], tree["bytes"], f"sha256:{tree['sha256']}")
    algorithm_of(tree["checksum"])
    return FileRecord(**tree)
