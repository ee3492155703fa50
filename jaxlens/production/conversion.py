"""Writing systems that are made already as a dataset on the disk, in any format."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np

from jaxlens.config import Config
from jaxlens.engine.devices import chosen
from jaxlens.engine.job import Job
from jaxlens.files.at_once import write_at_once
from jaxlens.files.contents import Chunk, Contents, Values
from jaxlens.files.errors import StorageError
from jaxlens.files.formats import ImageFormat
from jaxlens.files.haloes import HaloLists
from jaxlens.files.storage import refuse_unsupported
from jaxlens.files.systems import Systems
from jaxlens.files.writer import Writer, commit, prepare, remove, remove_partials
from jaxlens.production.arguments import Arguments
from jaxlens.production.chunks import Chunks
from jaxlens.production.folder import CONFIG, finish_replacement, target
from jaxlens.production.layout import Grid, shard_suffix
from jaxlens.production.lock import FolderLock
from jaxlens.production.manifest import MANIFEST, FileRecord, Manifest, Shard, write_manifest
from jaxlens.production.recipe import Recipe, recorded_recipe
from jaxlens.production.virtual import with_virtual_files

# Bytes of arrays that are in memory at a time.
_BLOCK = 2**26
# What a file says of how its systems were made, which is not told by what is written now.
_MADE = ("device", "jaxlens_version", "batch_size")


def write_systems(
    folder: Path,
    systems: Mapping[str, Systems],
    config: Config,
    text: str,
    wanted: Manifest,
    overwrite: bool,
    check: Callable[[], None],
) -> None:
    """Write systems as a dataset on the disk; only some of them are in memory at a time.

    Args:
        folder: the folder of the dataset.
        systems: those of each configuration, by label, in the order of the shards that are whole.
        config: the configuration.
        text: the content of config.yaml.
        wanted: the manifest; its shards that are whole are written, and the others stay missing.
        overwrite: replace the dataset that is in the folder, if there is one, once the new one is whole.
        check: is called between shards, and raises where the work should end.

    Raises:
        StorageError: if the folder cannot be written, or holds a dataset that is not overwritten.
    """
    prepare(folder, 0)
    with FolderLock(folder), jax.enable_x64(wanted.precision == "float64"):
        begun = _without_files(wanted)
        place, manifest = target(folder, begun, Arguments(save_to_disk=True, overwrite=overwrite))
        conversions = {label: _Conversion(label, one, config, wanted) for label, one in systems.items()}
        prepare(place, sum(one.bytes_on_disk for one in conversions.values()))
        write_manifest(place, manifest)
        try:
            write_at_once(place / CONFIG, text)
            for label, conversion in conversions.items():
                for shard in conversion.written(place):
                    manifest = manifest.with_shard(label, shard)
                    write_manifest(place, manifest)
                    check()
        except BaseException:
            _remove_empty(place, manifest)
            raise
        finally:
            remove_partials(place)
        write_manifest(place, with_virtual_files(place, manifest))
        if place != folder:
            finish_replacement(folder)


class _Conversion:
    """Writes the systems of one configuration."""

    def __init__(self, label: str, systems: Systems, config: Config, wanted: Manifest) -> None:
        self._systems, self._wanted, self._section = systems, wanted, wanted.configurations[label]
        self._recipe = recorded_recipe(config, wanted)
        self._job = self._recipe.job(label, chosen(None), self._section.batch_size)
        (empty,) = Chunks(replace(self._job, start=0, count=0), None)
        self._empty = empty.values

    @property
    def bytes_on_disk(self) -> int:
        """An estimate of the size of the files."""
        return self._recipe.bytes_on_disk(replace(self._job, count=self._systems.contents.count))

    def written(self, place: Path) -> Iterator[Shard]:
        """The shards that are whole, once each is written in the folder `place`."""
        first = 0
        for shard in self._section.shards:
            if not shard.whole:
                continue
            count = shard.stop - shard.start
            contents = _contents(self._recipe, self._job, shard, self._systems)
            suffix = shard_suffix(shard.number, self._section.count)
            with Writer(place, contents, self._recipe.format, self._recipe.csv, suffix) as writer:
                for chunk in self._chunks(contents, first, first + count, shard.start - first):
                    writer.append(chunk)
            commit(place, writer.written)
            files = tuple(FileRecord(one.name, one.bytes, one.checksum) for one in writer.written)
            first += count
            yield replace(shard, files=files)

    def _chunks(self, contents: Contents, first: int, last: int, offset: int) -> Iterator[Chunk]:
        """Systems `first` to `last` - 1 of those that are there; `offset` more is their index."""
        pixels = sum(math.prod(contents.shape(array)[1:]) for array in contents.arrays)
        step = max(1, _BLOCK // max(4 * pixels, 1024))
        for start in range(first, max(last, first + 1), step):
            stop = min(start + step, last)
            values = fitted(self._systems.values(start, stop), self._empty)
            arrays = {name: np.asarray(self._systems.arrays[name][start:stop]) for name in contents.arrays}
            yield Chunk(start + offset, values, arrays, self._haloes(contents, start, stop))

    def _haloes(self, contents: Contents, start: int, stop: int) -> dict[str, HaloLists]:
        """The haloes of systems `start` to `stop` - 1 of those that are there."""
        if not contents.haloes:
            return {}
        if self._systems.haloes is None:
            raise StorageError(f"{contents.label} has no file of haloes; give a dataset that has it")
        return self._systems.haloes.part(start, stop)


def fitted(values: Values, like: Values) -> Values:
    """Values as they were made, from values that a format has by band, by epoch, or in double precision.

    Args:
        values: by name, of n systems.
        like: the values of no systems, as they are made.

    Raises:
        StorageError: if a value is missing.

    >>> found = fitted({"H0": np.array([[70.1, 70.1]])}, {"H0": np.empty(0, np.float32)})
    >>> found["H0"]
    array([70.1], dtype=float32)
    >>> fitted({"seeing": np.array([0.5])}, {"seeing": np.empty((0, 1), np.float32)})["seeing"].shape
    (1, 1)
    """
    missing = [name for name in like if name not in values]
    if missing:
        raise StorageError(f"the files have no metadata of {missing[0]}; give a dataset with its CSV")
    return {name: _fitted(np.asarray(values[name]), one) for name, one in like.items()}


def _fitted(value: np.ndarray, like: Any) -> np.ndarray:
    if value.ndim == 3 and like.ndim < 3:
        value = value[:, 0]
    if value.ndim == 2 and like.ndim == 1:
        value = value[:, 0]
    if value.ndim == 3 and like.shape[2] == 1:
        value = value[:, :, :1]
    if value.ndim == like.ndim - 1 and like.shape[-1] == 1:
        # some formats have no axis of one band
        value = value[..., None]
    return value if like.dtype == object else value.astype(like.dtype)


def _contents(recipe: Recipe, job: Job, shard: Shard, systems: Systems) -> Contents:
    """What the files of a shard hold, which say what the first files said of how they were made."""
    contents = recipe.contents(replace(job, start=shard.start, count=shard.stop - shard.start), 1)
    size = job.batch_size
    attributes = dict(contents.attributes) | ({} if size is None else {"batch_size": size})
    own = systems.contents.attributes
    attributes |= {name: own[name] for name in _MADE if name in own}
    return replace(contents, attributes=attributes)


def _without_files(manifest: Manifest) -> Manifest:
    """The manifest of a dataset of which nothing is written yet."""
    for label, section in manifest.configurations.items():
        shards = tuple(replace(shard, files=()) for shard in section.shards)
        manifest = manifest.with_section(label, replace(section, shards=shards, virtual=()))
    return manifest


def _remove_empty(place: Path, manifest: Manifest) -> None:
    """Remove what says that there is a dataset, where there is nothing of it yet."""
    if not any(shard.whole for _, shard in manifest.shards()):
        remove(place / MANIFEST)
        remove(place / CONFIG)


def converted(
    manifest: Manifest,
    image_format: ImageFormat,
    image_dtype: str | None,
    compression: str | None,
    shard_size: int | None,
) -> Manifest:
    """The manifest of a dataset in another format.

    Args:
        manifest: that of the dataset.
        image_format: a key of `FORMATS`.
        image_dtype: "float32" or "float16"; None for that of the dataset.
        compression: of the arrays, or None.
        shard_size: systems a shard, rounded up to whole batches; None to leave the shards as they are.

    Raises:
        ValueError: if an argument is wrong.
    """
    dtype = image_dtype or manifest.dtype
    refuse_unsupported(image_format, dtype, compression)
    refuse_widened(manifest.dtype, dtype)
    if shard_size is not None and (manifest.part is not None or not manifest.complete):
        raise ValueError("shard_size changes the shards of a whole dataset; finish and merge it first")
    # the metadata of npy files is in the CSV
    options = {**manifest.options, "compression": compression}
    options["csv"] = bool(options["csv"]) or image_format == "npy"
    if shard_size is not None and _is_mixed(manifest):
        raise ValueError(
            "some shards were made on another kind of device, or in smaller batches; leave the "
            "shards as they are"
        )
    new = replace(manifest, format=image_format, dtype=dtype, options=options)
    for label, section in manifest.configurations.items():
        section = replace(section, virtual=())
        if shard_size is not None:
            size = -(-shard_size // section.batch_size) * section.batch_size
            bounds, files = Grid(section.systems, section.batch_size, size).shards, section.shards[0].files
            shards = tuple(Shard(number, *bound, files) for number, bound in enumerate(bounds))
            section = replace(section, shard_size=size, count=len(shards), shards=shards)
        new = new.with_section(label, section)
    return new


def refuse_widened(old: str, new: str) -> None:
    """ValueError where a dataset of one precision is asked for in a higher one.

    Args:
        old: the precision that it has.
        new: the one that is asked for.
    """
    if (old, new) == ("float16", "float32"):
        raise ValueError(
            "image_dtype is 'float32', and the dataset has float16, whose digits do not come back"
        )


def _is_mixed(manifest: Manifest) -> bool:
    return any(shard.batch_size or shard.device_kind or shard.versions for _, shard in manifest.shards())
