"""The folder of a dataset: what is there, and what becomes of it when a dataset is made in it.

A dataset that replaces another is made in the folder `.replacement` of its folder.  Its manifest is what
counts once it is complete: from then on the old files are removed and the new ones moved, and whoever comes
next finishes that, wherever it was cut.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from jaxlens.files.checksums import algorithm_of, size_and_checksum
from jaxlens.files.errors import StorageError, explained
from jaxlens.files.light_curves import FOLDER
from jaxlens.files.writer import remove, remove_partials
from jaxlens.production.arguments import Arguments
from jaxlens.production.identity import differences, differences_of_kind
from jaxlens.production.layout import PART_FOLDER
from jaxlens.production.lock import LOCK, FolderLocked, named, owner_of
from jaxlens.production.manifest import MANIFEST, FileRecord, Manifest, Shard, read_manifest

CONFIG = "config.yaml"
REPLACEMENT = ".replacement"
# The files of a dataset without a manifest, as earlier versions made them.
_WITHOUT_MANIFEST = tuple(
    f"CONFIGURATION_*_{content}*" for content in ("images", "planes", "difference", "metadata", "haloes")
)


def target(folder: Path, wanted: Manifest, arguments: Arguments) -> tuple[Path, Manifest]:
    """Where a dataset is made, and its manifest with what is whole already.

    The lock of the folder is held.  What dead runs have left is removed.

    Args:
        folder: the folder of the dataset.
        wanted: the manifest of the dataset that is asked for.
        arguments: those of make_dataset; `resume` and `overwrite` say what becomes of what is there.

    Raises:
        StorageError: if the folder has a dataset that is neither resumed nor overwritten, or another one than
            is resumed; or a file of somebody else that would be replaced.
    """
    finished = finish_replacement(folder)
    remove_partials(folder)
    replacement = folder / REPLACEMENT
    if not (arguments.overwrite and arguments.resume):
        remove(replacement)
    old = read_manifest(folder)
    if old is not None and finished and arguments.resume and not differences(old, wanted):
        return folder, resumed(folder, old, wanted, arguments.allow_mixed)
    others = old_files(folder) if old is None else []
    if old is None:
        refuse_config_of_others(folder)
    if arguments.overwrite and (old or others):
        _refuse_busy_parts(folder)
        return _replacing(replacement, wanted, arguments)
    if old is not None and arguments.resume:
        return folder, resumed(folder, old, wanted, arguments.allow_mixed)
    if old is not None or others:
        raise StorageError(f"{folder}: {_holds(old, others)}; {_advice(old)}")
    return folder, wanted


def resumed(folder: Path, old: Manifest, wanted: Manifest, allow_mixed: bool) -> Manifest:
    """The manifest of a dataset that is resumed, in which every shard that is not as recorded is missing.

    Args:
        folder: where it is.
        old: its manifest.
        wanted: the manifest of the dataset that is asked for.
        allow_mixed: whether the rest may be made by another kind of device or other versions.

    Raises:
        StorageError: if it is another dataset than is asked for.
    """
    if other := differences(old, wanted):
        raise StorageError(
            f"{folder}: holds another dataset than is asked for ({'; '.join(other)}); resume with what it "
            "was made with, choose another OUTDIR, or overwrite it"
        )
    kind = differences_of_kind(old, wanted)
    if kind and not allow_mixed and not old.complete:
        raise StorageError(
            f"{folder}: was begun otherwise ({'; '.join(kind)}), so that its images would agree to float "
            "rounding only; go on there, or allow a mixed dataset"
        )
    for label, shard in old.shards():
        if not all(as_recorded(folder, record) for record in shard.files):
            old = old.with_shard(label, Shard(shard.number, shard.start, shard.stop))
    if kind and any(not shard.whole for _, shard in old.shards()) and not allow_mixed:
        raise StorageError(
            f"{folder}: has damaged shards, and was made otherwise ({'; '.join(kind)}); mend it there, or "
            "allow a mixed dataset"
        )
    for label, section in old.configurations.items():
        if not all(as_recorded(folder, record) for record in section.virtual):
            old = old.with_section(label, replace(section, virtual=()))
    return old


def as_recorded(folder: Path, record: FileRecord) -> bool:
    """Whether a file is there and is what the manifest says."""
    path = folder / record.name
    try:
        return size_and_checksum(path, algorithm_of(record.checksum)) == (record.bytes, record.checksum)
    except OSError:
        return False


def refuse_config_of_others(folder: Path) -> None:
    """StorageError where a folder without a dataset has a config.yaml, which is then somebody else's."""
    path = folder / CONFIG
    if os.path.lexists(path):
        raise StorageError(
            f"{path}: is of no dataset, and would be replaced by the configuration as it is used; move it, "
            "or choose another OUTDIR"
        )


def finish_replacement(folder: Path) -> bool:
    """Put a complete replacement in the place of what it replaces; the lock of the folder is held.

    Returns:
        Whether there was one.

    Raises:
        StorageError: if a file cannot be moved.
    """
    replacement = folder / REPLACEMENT
    new = replacement_of(folder)
    if new is None or not new.complete:
        return False
    kept = {record.name for record in new.files()}
    moved = {name for name in kept if not (replacement / name).exists()}
    for path in _replaced(folder):
        if str(path.relative_to(folder)) not in moved:
            remove(path)
    for part in parts_in(folder):
        _remove_part(part)
    for name in (*sorted(kept - moved), CONFIG, MANIFEST):
        with explained(folder / name):
            (folder / name).parent.mkdir(exist_ok=True)
            if (replacement / name).exists():
                (replacement / name).replace(folder / name)
    remove(replacement)
    with contextlib.suppress(OSError):
        # where it is empty
        (folder / FOLDER).rmdir()
    return True


def replacement_of(folder: Path) -> Manifest | None:
    """The manifest of what will replace the dataset of a folder, if there is something."""
    replacement = folder / REPLACEMENT
    is_folder = replacement.is_dir() and not replacement.is_symlink()
    return read_manifest(replacement) if is_folder else None


def manifest_to_resume(folder: Path, overwrite: bool) -> Manifest | None:
    """The manifest of the dataset that is resumed, if there is one.

    With `overwrite` that is the replacement; without, the dataset of the folder, which a complete replacement
    is already.
    """
    new = replacement_of(folder)
    return new if overwrite or (new is not None and new.complete) else read_manifest(folder)


def pending(folder: Path) -> bool:
    """Whether a complete replacement waits for being put in its place."""
    new = replacement_of(folder)
    return new is not None and new.complete


def parts_in(folder: Path) -> list[Path]:
    """The folders of parts in a folder, in order."""
    found = [path for path in folder.glob("part-*-of-*") if PART_FOLDER.fullmatch(path.name)]
    return sorted((path for path in found if (path / MANIFEST).exists()), key=lambda path: path.name)


def old_files(folder: Path) -> list[Path]:
    """The files of a dataset without a manifest, and the folders of parts."""
    return [*files_without_manifest(folder), *parts_in(folder)]


def files_without_manifest(folder: Path) -> list[Path]:
    """The files of a dataset that has no manifest."""
    return sorted({path for pattern in _WITHOUT_MANIFEST for path in folder.glob(pattern)})


def _replaced(folder: Path) -> Iterator[Path]:
    """What the replacement of a folder's dataset removes: its files, and nothing that it has not made.

    A dataset that was merged has files in the folders of its parts too; outside the folder they stay.
    """
    old = read_manifest(folder)
    if old is not None:
        yield from _recorded(folder, old)
    else:
        yield from files_without_manifest(folder)
        yield from (folder / FOLDER).glob("CONFIGURATION_*_*.csv")


def _recorded(folder: Path, manifest: Manifest) -> Iterator[Path]:
    """The files of a dataset that are in its folder."""
    for record in manifest.files():
        name = PurePosixPath(record.name)
        if not name.is_absolute() and ".." not in name.parts:
            yield folder / name


def _remove_part(part: Path) -> None:
    """Remove a part, its manifest last, and nothing else that is in its folder."""
    if part.is_symlink():
        return remove(part)
    remove_partials(part)
    with contextlib.suppress(StorageError):
        manifest = read_manifest(part)
        own = _recorded(part, manifest) if manifest else ()
        for path in (*own, part / REPLACEMENT, part / LOCK, part / CONFIG, part / MANIFEST):
            remove(path)
    for folder in (part / FOLDER, part):
        with contextlib.suppress(OSError):
            # where it is empty
            folder.rmdir()


def _replacing(replacement: Path, wanted: Manifest, arguments: Arguments) -> tuple[Path, Manifest]:
    """The folder of a replacement, which is empty or goes on where an earlier one was cut."""
    with explained(replacement):
        if replacement.is_symlink():
            replacement.unlink()
        replacement.mkdir(exist_ok=True)
    remove_partials(replacement)
    begun = read_manifest(replacement)
    if begun is None:
        return replacement, wanted
    return replacement, resumed(replacement, begun, wanted, arguments.allow_mixed)


def _refuse_busy_parts(folder: Path) -> None:
    """FolderLocked where another process writes a part that would be removed."""
    for part in parts_in(folder):
        if (owner := owner_of(part)) is not None:
            raise FolderLocked(f"{part}: {named(owner)} is writing there; wait until it has finished")


def _holds(old: Manifest | None, others: list[Path]) -> str:
    """What is in a folder."""
    if old is None:
        names = ", ".join(path.name for path in others[:3]) + (", ..." if len(others) > 3 else "")
        return f"holds a dataset, or parts of one, without a manifest ({names})"
    whole = sum(shard.whole for _, shard in old.shards())
    total = sum(1 for _ in old.shards())
    systems = sum(section.systems for section in old.configurations.values())
    state = "complete" if old.complete else f"{whole} of {total} shards are whole"
    return f"holds the dataset {old.name} ({systems} systems, seed {old.seed}, {state})"


def _advice(old: Manifest | None) -> str:
    begun = old is not None and not old.complete
    finish = "resume it (resume=True, or generate --resume), " if begun else ""
    return f"{finish}replace it (overwrite=True, --overwrite), or choose another OUTDIR"
