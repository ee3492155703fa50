"""Dataset.save: a dataset, in memory or on the disk, as a dataset on the disk in any format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jaxlens.config.updates import config_text
from jaxlens.datasets.stored import systems_in
from jaxlens.datasets.updates import DatasetUpdates
from jaxlens.engine.devices import chosen
from jaxlens.files.errors import StorageError
from jaxlens.files.formats import ImageFormat
from jaxlens.files.storage import refuse_unsupported
from jaxlens.files.systems import Systems
from jaxlens.production.arguments import Arguments
from jaxlens.production.conversion import converted, refuse_widened, write_systems
from jaxlens.production.folder import CONFIG
from jaxlens.production.identity import described
from jaxlens.production.manifest import FileRecord, Manifest
from jaxlens.production.recipe import Recipe, sizes

# Stands for the files of shards that are to be written.
_TO_WRITE = (FileRecord("", 0, ""),)


def save(
    dataset: Any,
    folder: Path,
    image_format: ImageFormat,
    image_dtype: str | None,
    compression: str | None,
    shard_size: int | None,
    overwrite: bool,
    check: Callable[[], None],
) -> None:
    """Write a dataset into a folder.

    Args:
        dataset: a `Dataset`, in memory or on the disk.
        folder: where to.
        image_format: a key of `FORMATS`.
        image_dtype: "float32" or "float16"; None for that of the dataset.
        compression: of the arrays, or None.
        shard_size: systems a shard; None to leave the shards as they are.
        overwrite: replace the dataset that is in the folder, if there is one.
        check: is called between shards, and raises where the work should end.

    Raises:
        StorageError, ImportError, ValueError: as `Dataset.save`.
    """
    if "config" not in dataset.__dict__:
        raise StorageError(f"{dataset.folder}: has no configuration that can be read, which a dataset needs")
    systems: Mapping[str, Systems] = dataset._systems
    for label, one in systems.items():
        if not one.contents.arrays:
            raise ValueError(f"{label} has no images; its table is a CSV, whatever the format")
    if dataset.manifest is not None:
        old = dataset.manifest
        stored = dict(systems_in(dataset.folder, old, dataset.config))
        text = (dataset.folder / CONFIG).read_text(encoding="utf-8")
        wanted = converted(old, image_format, image_dtype, compression, shard_size)
        write_systems(folder, stored, dataset.config, text, wanted, overwrite, check)
        return
    _refuse_sample(dataset, systems)
    own = next(iter(systems.values())).contents.dtype
    dtype = image_dtype or own
    refuse_widened(own, dtype)
    wanted = _manifest(dataset, systems, image_format, dtype, compression, shard_size)
    text = config_text(dataset.config, wanted.seed)
    write_systems(folder, systems, dataset.config, text, wanted, overwrite, check)


def _refuse_sample(dataset: DatasetUpdates, systems: Mapping[str, Systems]) -> None:
    """ValueError where not all systems are there."""
    wanted = sizes(dataset.config)
    for label in dataset.configurations:
        there = systems[label].contents.count if label in systems else 0
        if there != wanted[label]:
            raise ValueError(
                f"{there} of {wanted[label]} systems of {label} are in memory; make the dataset with "
                "store_in_memory=True, or with save_to_disk=True"
            )


def _manifest(
    dataset: Any,
    systems: Mapping[str, Systems],
    image_format: ImageFormat,
    dtype: str,
    compression: str | None,
    shard_size: int | None,
) -> Manifest:
    """The manifest of a dataset that has none."""
    refuse_unsupported(image_format, dtype, compression)
    first = next(iter(systems.values()))
    arrays = tuple(name for name in first.contents.arrays if name != "difference")
    names = first.values(0, 0)
    is_double = any(value.dtype == "float64" and name.endswith("REDSHIFT") for name, value in names.items())
    recipe = Recipe(
        dataset.config,
        dataset.seed,
        arrays,
        "num_source_images" in names,
        True,
        image_format,
        dtype,
        compression,
        is_double and dataset.folder is None,
    )
    attributes = first.contents.attributes
    jobs = {}
    for label, one in systems.items():
        size = one.contents.attributes.get("batch_size")
        jobs[label] = recipe.job(label, chosen(None), None if size is None else int(size))
    manifest = described(recipe, jobs, Arguments(save_to_disk=True, shard_size=shard_size), None)
    if dataset.folder is not None:
        # made by version 0.1.0, by devices of which only the kind is known
        versions = {"jaxlens": str(attributes.get("jaxlens_version", "0.1.0"))}
        kind = str(attributes.get("device", "unknown"))
        manifest = replace(manifest, device_kind=kind, devices=1, versions=versions)
    for label, section in manifest.configurations.items():
        shards = tuple(replace(shard, files=_TO_WRITE) for shard in section.shards)
        manifest = manifest.with_section(label, replace(section, shards=shards))
    return manifest
