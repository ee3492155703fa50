"""Proof that a dataset is whole: checksums of every file, and systems that are made again and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import jax
import numpy as np

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.identity import config_digest
from jaxlens.engine.batch_size import planned
from jaxlens.engine.devices import chosen
from jaxlens.engine.job import Job
from jaxlens.files.checksums import size_and_sha256
from jaxlens.files.contents import Chunk
from jaxlens.files.errors import StorageError
from jaxlens.files.formats import FORMATS
from jaxlens.files.stored import StoredFile
from jaxlens.production.chunks import Chunks
from jaxlens.production.folder import CONFIG, pending
from jaxlens.production.identity import device_kind, versions
from jaxlens.production.manifest import FileRecord, Manifest, Shard, read_manifest
from jaxlens.production.recipe import Recipe

# Values and pixels that were made by another kind of device agree to this part of the largest, by precision.
_ROUNDING = {"float32": 1e-4, "float64": 1e-10}
# The same of numbers that are stored as float16.
_ROUNDING_OF_HALF = 2e-3


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
            yield (
                f"{label} ({section.name}): {len(good)} of {len(own)} shards whole, {systems} systems; "
                f"{compared} of them made again, equal {how}"
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
    again = _Again(folder, manifest) if systems else None
    if again is not None and again.problem:
        problems.append(again.problem)
        again = None
    generator = np.random.default_rng(seed)
    found = []
    for label, shard in manifest.shards():
        check()
        wrong = _wrong_files(folder, shard.files)
        one = CheckedShard(label, shard, wrong)
        if shard.whole and not wrong and again is not None and shard.stop > shard.start:
            count = min(systems, shard.stop - shard.start)
            chosen_systems = generator.choice(shard.stop - shard.start, count, replace=False) + shard.start
            one = again.compared(one, sorted(chosen_systems.tolist()))
        found.append(one)
    for section in manifest.configurations.values():
        problems += [f"{text}; resume writes it again" for text in _wrong_files(folder, section.virtual)]
    return Verification(manifest, tuple(found), tuple(problems))


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
            size, sha256 = size_and_sha256(path)
        except OSError as error:
            found.append(f"{record.name} cannot be read: {error.strerror}")
            continue
        if size != record.bytes:
            found.append(f"{record.name} has {size} bytes, not {record.bytes}")
        elif sha256 != record.sha256:
            found.append(f"{record.name} has another content than was written")
    return tuple(found)


class _Again:
    """Makes systems of a dataset again.

    Attributes:
        problem: why it cannot; "" where it can.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self._folder, self._manifest = folder, manifest
        self._devices = chosen(None)
        self.problem, self._jobs = "", dict[str, Job]()
        self._x64 = manifest.precision == "float64"
        try:
            config = load_config(folder / CONFIG)
            if config_digest(config) != manifest.config_sha256:
                self.problem = f"{CONFIG}, or a file that it names, has changed; no system was made again"
                return
            with jax.enable_x64(self._x64):
                self._recipe = _recipe(config, manifest)
                for label, section in manifest.configurations.items():
                    self._jobs[label] = self._recipe.job(label, self._devices, section.batch_size)
        except (ConfigError, OSError) as error:
            self.problem = f"{CONFIG} cannot be read, so that no system was made again: {error}"

    def compared(self, found: CheckedShard, systems: list[int]) -> CheckedShard:
        """A shard of which these systems were made again."""
        exact = self._is_exact(found.shard)
        path = self._path(found.shard)
        with jax.enable_x64(self._x64), FORMATS[self._manifest.format].open(path) as stored:
            for index in systems:
                again = self._chunk(found.label, index)
                wrong = self._unequal(stored, again, index, exact)
                if wrong:
                    text = f"system {index} is not what is made again: {wrong}"
                    return replace(found, problems=(text,))
        return replace(found, compared=tuple(systems), exact=exact)

    def _path(self, shard: Shard) -> Path:
        """The file of the images of a shard, or of its table where it has no images."""
        ending = FORMATS[self._manifest.format].ending
        names = [record.name for record in shard.files]
        images = [name for name in names if "_images" in name and name.endswith(f".{ending}")]
        return self._folder / (images or names)[0]

    def _chunk(self, label: str, index: int) -> Chunk:
        """The batch of a system, of which the program makes all."""
        job = self._jobs[label]
        size = job.batch_size
        assert size is not None
        start = index // size * size
        job = replace(job, start=start, count=min(size, job.count - start))
        (chunk,) = Chunks(job, planned(job))
        return chunk

    def _is_exact(self, shard: Shard) -> bool:
        """Whether this process makes a shard bit for bit as it was made."""
        made_on = shard.device_kind or self._manifest.device_kind
        made_by = dict(shard.versions or self._manifest.versions)
        here = (device_kind(self._devices), versions(), len(self._devices))
        return shard.batch_size is None and here == (made_on, made_by, self._manifest.devices)

    def _unequal(self, stored: StoredFile, again: Chunk, index: int, exact: bool) -> str:
        """What of a system differs, or ""."""
        row, place = index - again.start, index - stored.start
        pairs = {
            name: (value, again.values.get(name)) for name, value in stored.values(place, place + 1).items()
        }
        pairs |= {name: (stored.read(name, place, place + 1), again.arrays[name]) for name in stored.arrays}
        for name, (old, new) in pairs.items():
            if new is None or not self._equal(old[0], new[row], exact):
                return str(name)
        return ""

    def _equal(self, old: np.ndarray, new: np.ndarray, exact: bool) -> bool:
        old, new = np.asarray(old), np.asarray(new).astype(np.asarray(old).dtype)
        if exact or not np.issubdtype(old.dtype, np.floating):
            return bool(np.array_equal(old, new, equal_nan=np.issubdtype(old.dtype, np.floating)))
        tolerance = _ROUNDING_OF_HALF if old.dtype == np.float16 else _ROUNDING[self._manifest.precision]
        scale = float(np.max(np.abs(new), initial=0.0, where=np.isfinite(new)))
        return bool(np.allclose(old, new, rtol=tolerance, atol=tolerance * scale, equal_nan=True))


def _recipe(config: Config, manifest: Manifest) -> Recipe:
    """What was made, as a manifest tells."""
    options = manifest.options
    arrays = () if options["skip_image_generation"] else ("images",)
    return Recipe(
        config,
        manifest.seed,
        (*arrays, "planes") if options["return_planes"] else arrays,  # type: ignore[arg-type]
        bool(options["solve_lens_equation"]),
        bool(options["csv"]),
        manifest.format,  # type: ignore[arg-type]
        manifest.dtype,
        options["compression"],  # type: ignore[arg-type]
        manifest.precision == "float64",
    )
