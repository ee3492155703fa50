"""Proof that a dataset is whole: checksums of every file, and systems that are made again and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from jaxlens.files.checksums import algorithm_of, size_and_checksum
from jaxlens.files.errors import StorageError
from jaxlens.production.folder import CONFIG, pending
from jaxlens.production.manifest import FileRecord, Manifest, Shard, read_manifest
from jaxlens.production.remaking import Remaking, remaking


@dataclass(frozen=True)
class CheckedShard:
    """What was found of one shard.

    Attributes:
        label: the label of its configuration.
        shard: its record.
        problems: what is wrong, as texts; empty where it is whole and right.
        compared: the indices of the systems that were made again and are equal.
        exact: whether they are equal bit for bit, and not to float rounding alone.
    """

    label: str
    shard: Shard
    problems: tuple[str, ...]
    compared: tuple[int, ...] = ()
    exact: bool = True

    @property
    def whole(self) -> bool:
        """Whether it was made, and nothing is wrong with it."""
        return self.shard.whole and not self.problems


@dataclass(frozen=True)
class Verification:
    """What `verify` found of a dataset.

    Attributes:
        manifest: how it was made.
        shards: what was found of each shard.
        problems: what is wrong beside the shards.
    """

    manifest: Manifest
    shards: tuple[CheckedShard, ...]
    problems: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether every shard was made, and nothing is wrong anywhere."""
        return not self.problems and all(one.whole for one in self.shards)

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for label, section in self.manifest.configurations.items():
            own = [one for one in self.shards if one.label == label]
            good = [one for one in own if one.whole]
            systems = sum(one.shard.stop - one.shard.start for one in good)
            compared = sum(len(one.compared) for one in good)
            how = "bit for bit" if all(one.exact for one in good) else "to float rounding"
            again = f"{compared} of them made again, equal {how}" if compared else "checksums alone"
            yield (
                f"{label} ({section.name}): {len(good)} of {len(own)} shards whole, {systems} systems; "
                f"{again}"
            )
            for one in own:
                for problem in one.problems or (() if one.shard.whole else ("not made yet",)):
                    which = f"systems {one.shard.start} to {one.shard.stop - 1}"
                    yield f"  shard {one.shard.number} ({which}): {problem}"
        yield from self.problems
        yield "whole" if self.whole else "NOT whole"


def verify(
    folder: str | Path, systems: int = 2, seed: int = 0, check: Callable[[], None] = lambda: None
) -> Verification:
    """Check a dataset on disk: every file's checksum, and some systems of each shard by making them again.

    Nothing is changed.  On the kind of device and with the versions that made a shard its systems are made
    again bit for bit; on others they are compared to float rounding.

    Args:
        folder: the folder of the dataset.
        systems: how many systems of each shard are made again, chosen at random; 0 for none.
        seed: of that choice.
        check: is called between shards, and raises where the work should end.

    Returns:
        What was found; its `whole` says whether the dataset is.

    Raises:
        StorageError: if there is no dataset.
        ValueError: if an argument is wrong.
    """
    if systems < 0:
        raise ValueError(f"systems is {systems}; it must be a whole number of at least 0")
    folder = Path(folder)
    manifest = dataset_manifest(folder)
    problems = []
    if pending(folder):
        problems.append(
            "a complete replacement waits for being put in its place; generate again with --resume"
        )
    again, problem = remaking(folder, manifest) if systems else (None, _without_config(folder))
    problems += [problem] if problem else []
    generator = np.random.default_rng(seed)
    found = []
    for label, shard in manifest.shards():
        check()
        wrong = _wrong_files(folder, shard.files)
        one = CheckedShard(label, shard, wrong)
        if shard.whole and not wrong and again is not None and shard.stop > shard.start:
            count = min(systems, shard.stop - shard.start)
            indices = generator.choice(shard.stop - shard.start, count, replace=False) + shard.start
            one = _compared(again, one, sorted(indices.tolist()))
        found.append(one)
    for section in manifest.configurations.values():
        problems += [f"{text}; resume writes it again" for text in _wrong_files(folder, section.virtual)]
    return Verification(manifest, tuple(found), tuple(problems))


def _without_config(folder: Path) -> str:
    """What is wrong where the configuration is missing, without which nobody can make the systems again."""
    return "" if (folder / CONFIG).is_file() else f"{CONFIG} is missing; resume writes it again"


def dataset_manifest(folder: Path) -> Manifest:
    """The manifest of a dataset on disk.

    Raises:
        StorageError: if there is none.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise StorageError(f"{folder}: has no manifest.json; give the folder of a dataset that jaxlens made")
    return manifest


def _wrong_files(folder: Path, records: tuple[FileRecord, ...]) -> tuple[str, ...]:
    """What is wrong with files, as texts."""
    found = []
    for record in records:
        path = folder / record.name
        if not path.exists():
            found.append(f"{record.name} is missing")
            continue
        try:
            size, checksum = size_and_checksum(path, algorithm_of(record.checksum))
        except OSError as error:
            found.append(f"{record.name} cannot be read: {error.strerror}")
            continue
        if size != record.bytes:
            found.append(f"{record.name} has {size} bytes, not {record.bytes}")
        elif checksum != record.checksum:
            found.append(f"{record.name} has another content than was written")
    return tuple(found)


def _compared(again: Remaking, found: CheckedShard, systems: list[int]) -> CheckedShard:
    """A shard of which these systems were made again."""
    problem = again.problem_of(found.label, found.shard, systems)
    if problem:
        return replace(found, problems=(problem,))
    return replace(found, compared=tuple(systems), exact=again.is_exact(found.shard))
