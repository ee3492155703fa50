"""Joining the parts of a dataset into one."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from jaxlens.files.at_once import write_at_once
from jaxlens.files.checksums import files_of, open_regular
from jaxlens.files.errors import StorageError, explained
from jaxlens.files.light_curves import FOLDER
from jaxlens.files.writer import PARTIAL, prepare, remove, remove_partials
from jaxlens.production.folder import (
    CONFIG,
    as_recorded,
    files_without_manifest,
    parts_in,
    refuse_config_of_others,
)
from jaxlens.production.identity import differences, differences_of_kind
from jaxlens.production.lock import FolderLock, FolderLocked, named, owner_of
from jaxlens.production.manifest import (
    MANIFEST,
    FileRecord,
    Manifest,
    Section,
    Shard,
    read_manifest,
    write_manifest,
)
from jaxlens.production.virtual import with_virtual_files

# How many shards that are missing a message lists.
_LISTED = 5


def merge(
    folders: str | Path | Iterable[str | Path],
    into: str | Path | None = None,
    copy: bool = False,
    allow_mixed: bool = False,
) -> Path:
    """Join the parts of a dataset, which several jobs have made, into one dataset.

    Nothing is copied, unless asked for: the manifest has the paths of the files where they are, relative to
    the folder, and for HDF5 a virtual file a configuration, `CONFIGURATION_1_images.h5`, has all its systems.

    Args:
        folders: the folders of the parts, or one folder that holds them.
        into: the folder of the whole; it may be left out where one folder holds the parts, which is then the
            whole.
        copy: copy the files into it, so that the parts can be removed.
        allow_mixed: also where parts were made on other kinds of devices or with other versions; the manifest
            tells which.

    Returns:
        The folder of the whole.

    Raises:
        StorageError: if the parts do not belong together, shards are missing, a file is not as recorded, or
            `into` holds another dataset.
        ValueError: if `into` is missing, or no folder is given.
    """
    given = [Path(folders)] if isinstance(folders, str | Path) else [Path(folder) for folder in folders]
    if not given:
        raise ValueError("give the folders of the parts")
    parts = list(dict.fromkeys(part for folder in given for part in _parts(folder)))
    if into is None and (len(given) != 1 or parts == given):
        raise ValueError("give the folder of the whole dataset (into, --outdir)")
    target = given[0] if into is None else Path(into)
    manifests = {part: _read(part) for part in parts}
    whole = _joined(manifests, target, copy, allow_mixed)
    prepare(target, sum(record.bytes for record in whole.files()) if copy else 0)
    with FolderLock(target):
        _refuse_another(target, whole)
        remove_partials(target)
        if read_manifest(target) is None:
            # nothing is whole in it yet; with it, what is cut off here can be done again
            write_manifest(target, _nothing_whole(whole))
        write_at_once(target / CONFIG, _config(parts[0]))
        if copy:
            for part, manifest in manifests.items():
                _copy(part, target, manifest)
        write_manifest(target, with_virtual_files(target, whole))
    return target


def _nothing_whole(whole: Manifest) -> Manifest:
    sections = {label: _section(section, {}) for label, section in whole.configurations.items()}
    return replace(whole, configurations=sections)


def _config(part: Path) -> str:
    """The text of a part's configuration."""
    path = part / CONFIG
    with explained(path, "finish the part with --resume"), open_regular(path) as file:
        return file.read().decode()


def _parts(folder: Path) -> list[Path]:
    """The folder itself, or the parts that it holds."""
    parts = parts_in(folder)
    manifest = read_manifest(folder)
    if parts and (manifest is None or manifest.part is None):
        return parts
    if manifest is None:
        raise StorageError(f"{folder}: has neither a {MANIFEST} nor parts; give the folders that were made")
    return [folder]


def _read(part: Path) -> Manifest:
    if (owner := owner_of(part)) is not None:
        raise FolderLocked(f"{part}: {named(owner)} is writing there; wait until it has finished")
    manifest = read_manifest(part)
    assert manifest is not None
    return manifest


def _joined(manifests: Mapping[Path, Manifest], target: Path, copy: bool, allow_mixed: bool) -> Manifest:
    """The manifest of the whole."""
    first_part, *_ = manifests
    first = replace(manifests[first_part], part=None)
    found: dict[str, dict[int, Shard]] = {label: {} for label in first.configurations}
    for part, manifest in manifests.items():
        if other := differences(first, replace(manifest, part=None)):
            raise StorageError(f"{part}: is of another dataset than {first_part} ({'; '.join(other)})")
        kind = differences_of_kind(first, manifest)
        if kind and not allow_mixed:
            raise StorageError(
                f"{part}: was made otherwise than {first_part} ({'; '.join(kind)}): their images agree "
                "to float rounding only; allow a mixed dataset (--allow-mixed), or make it again"
            )
        for label, shard in manifest.shards():
            if shard.whole:
                one = _moved(shard, part, target, manifest, copy, bool(kind))
                _refuse_twice(found[label].setdefault(shard.number, one), one, label)
    sections = {label: _section(first.configurations[label], shards) for label, shards in found.items()}
    whole = replace(first, configurations=sections)
    if missing := [(label, shard.number) for label, shard in whole.shards() if not shard.whole]:
        listed = ", ".join(f"{number} of {label}" for label, number in missing[:_LISTED])
        more = ", ..." if len(missing) > _LISTED else ""
        raise StorageError(
            f"{target}: {len(missing)} shards are missing (number {listed}{more}); finish their parts"
        )
    return whole


def _refuse_twice(one: Shard, other: Shard, label: str) -> None:
    """StorageError where two parts have the same shard with another content."""
    for mine, its in zip(one.files, other.files, strict=True):
        if mine.checksum != its.checksum:
            raise StorageError(
                f"shard {one.number} of {label} is there twice with another content ({mine.name}, "
                f"{its.name}); leave one of the parts out, after `jaxlens verify` of both"
            )


def _section(section: Section, found: Mapping[int, Shard]) -> Section:
    """A configuration with all its shards; those that are not found have no files."""
    size, last = section.shard_size, section.systems
    shards = tuple(
        found.get(number, Shard(number, number * size, min((number + 1) * size, last)))
        for number in range(section.count)
    )
    return replace(section, shards=shards, virtual=())


def _moved(shard: Shard, part: Path, target: Path, manifest: Manifest, copy: bool, mixed: bool) -> Shard:
    """A shard of a part as one of the whole."""
    if mixed:
        shard = replace(
            shard,
            device_kind=shard.device_kind or manifest.device_kind,
            versions=shard.versions or manifest.versions,
        )
    files = []
    for record in shard.files:
        path = part / record.name
        if not path.exists():
            raise StorageError(f"{path}: is missing; finish the part with --resume")
        if path.is_file() and path.stat().st_size != record.bytes:
            raise StorageError(f"{path}: is not as recorded; finish the part with --resume")
        name = _own_name(record) if copy else Path(os.path.relpath(path, target)).as_posix()
        files.append(FileRecord(name, record.bytes, record.checksum))
    return replace(shard, files=tuple(files))


def _own_name(record: FileRecord) -> str:
    """The name of a file in the folder of its dataset, where a dataset that was merged has it elsewhere.

    >>> _own_name(FileRecord("../part-0-of-2/lightcurves/CONFIGURATION_1_PLANE_2-OBJECT_1.csv", 0, ""))
    'lightcurves/CONFIGURATION_1_PLANE_2-OBJECT_1.csv'
    """
    path = PurePosixPath(record.name)
    return f"{FOLDER}/{path.name}" if path.parent.name == FOLDER else path.name


def _refuse_another(target: Path, whole: Manifest) -> None:
    """StorageError where the folder has another dataset than is merged into it."""
    old = read_manifest(target)
    if old is None:
        refuse_config_of_others(target)
        files = [path.name for path in files_without_manifest(target)]
        problem = f"holds a dataset without a manifest ({', '.join(files[:3])})" if files else ""
    else:
        problem = "; ".join(differences(old, whole))
    if problem:
        raise StorageError(f"{target}: holds another dataset ({problem}); choose another folder")


def _copy(part: Path, target: Path, manifest: Manifest) -> None:
    """Copy the files of a part that are not there, and check them.

    Raises:
        StorageError: if one cannot be copied, or is not as recorded.
    """
    for record in (record for _, shard in manifest.shards() for record in shard.files):
        own = replace(record, name=_own_name(record))
        if as_recorded(target, own):
            continue
        path = target / own.name
        partial = path.with_name(f"{path.name}.{secrets.token_hex(8)}{PARTIAL}")
        with explained(path):
            path.parent.mkdir(exist_ok=True)
            try:
                _copied(part / record.name, partial)
                if not as_recorded(partial.parent, replace(record, name=partial.name)):
                    raise StorageError(
                        f"{part / record.name}: is not as recorded; finish the part with --resume"
                    )
                _commit(partial, path)
            except BaseException:
                remove(partial)
                raise


def _commit(partial: Path, path: Path) -> None:
    """Give a copy its name, once it is on the disk."""
    for file in files_of(partial):
        with file.open("rb") as copied:
            os.fsync(copied.fileno())
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    partial.replace(path)


def _copied(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
