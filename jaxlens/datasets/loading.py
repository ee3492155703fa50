"""load: a dataset on the disk as a Dataset."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.users_line import users_line
from jaxlens.datasets.dataset import Dataset, make_dataset
from jaxlens.datasets.stored import files_without_manifest
from jaxlens.files.errors import StorageError
from jaxlens.files.systems import StoredSystems
from jaxlens.production.folder import CONFIG, parts_in, pending
from jaxlens.production.layout import Part
from jaxlens.production.manifest import Manifest, read_manifest


def load(folder: str | Path) -> Dataset:
    """The dataset in a folder; its images and metadata are read when they are asked for.

    Args:
        folder: the folder of a dataset, whole or not, or of a part of one, in any format; also of one that
            version 0.1.0 has made, which has no manifest.

    Returns:
        A Dataset like that of `make_dataset`, whose arrays are `jaxlens.files.lazy.LazyArray`: they are
        indexed like numpy arrays, and only what is asked for is read.

    Raises:
        StorageError: if there is no dataset.
        ImportError: when something is read, if the library of its format is not installed.

    Warns:
        UserWarning: if shards are missing, of which then the others are there; or if the configuration
            cannot be read, without which `config`, `update_param` and `regenerate` are missing.

    >>> import tempfile
    >>> from jaxlens.config import load_config
    >>> with tempfile.TemporaryDirectory() as outdir:
    ...     config = replace(load_config("galaxy_galaxy"), size=3, outdir=outdir)
    ...     made = make_dataset(config, True, store_in_memory=False, image_file_format="h5")
    ...     load(outdir).images()[-1].shape
    (3, 50, 50)
    """
    if not isinstance(folder, str | Path):
        raise TypeError(f"folder is a {type(folder).__name__}; give the path of a dataset's folder")
    folder = Path(folder)
    manifest = read_manifest(folder)
    if manifest is None:
        return _without_manifest(folder)
    if pending(folder):
        raise StorageError(
            f"{folder}: a complete replacement waits for being put in its place; generate again with --resume"
        )
    if not manifest.complete:
        warnings.warn(f"{folder}: {_missing(manifest)}; only what is whole is there", stacklevel=users_line())
    config = _config(folder, manifest)
    return Dataset.of_folder(folder, manifest, config, _arguments(manifest, config), _described(manifest))


def _missing(manifest: Manifest) -> str:
    """How many shards are missing, as text."""
    total = sum(1 for _ in manifest.shards())
    missing = sum(not shard.whole for _, shard in manifest.shards())
    return f"{missing} of {total} shards are missing (resume it)"


def _config(folder: Path, manifest: Manifest) -> Config | None:
    """The configuration, whose OUTDIR is where the dataset is now."""
    try:
        config = load_config(folder / CONFIG, configurations=tuple(manifest.configurations))
    except (ConfigError, OSError) as error:
        _warn_of_configuration(f"{folder / CONFIG}", error)
        return None
    is_part = manifest.part is not None and folder.name == Part(*manifest.part).folder
    return replace(config, outdir=str(folder.parent if is_part else folder))


def _warn_of_configuration(where: str, error: Exception) -> None:
    text = "so that the dataset has no config and cannot be made again"
    warnings.warn(f"{where}: cannot be read, {text}: {error}", stacklevel=users_line())


def _arguments(manifest: Manifest, config: Config | None) -> dict[str, Any]:
    """The arguments of make_dataset with which the dataset is made again."""
    options, sections = manifest.options, manifest.configurations
    sizes = {section.shard_size for section in sections.values() if section.count > 1}
    batches = {section.batch_size for section in sections.values()}
    every = config is None or len(sections) == len(config.configurations)
    given: dict[str, Any] = {
        name: options[name] for name in ("return_planes", "skip_image_generation", "csv", "compression")
    }
    given |= {
        "save_to_disk": True,
        "store_in_memory": False,
        "image_file_format": manifest.format,
        "solve_lens_equation": options["solve_lens_equation"],
        "products": bool(options.get("products")),
        "batch_size": batches.pop() if len(batches) == 1 else None,
        "configurations": None if every else tuple(sections),
        "shard_size": sizes.pop() if len(sizes) == 1 else None,
        "part": manifest.part,
        "image_dtype": manifest.dtype,
    }
    return _defaults() | given


def _defaults() -> dict[str, Any]:
    """The arguments of make_dataset that are not given."""
    parameters = inspect.signature(make_dataset).parameters.values()
    return {one.name: one.default for one in parameters if one.name not in ("config", "check")}


def _described(manifest: Manifest) -> dict[str, Any]:
    return {"name": manifest.name, "seed": manifest.seed}


def _without_manifest(folder: Path) -> Dataset:
    """A dataset that version 0.1.0 has made; only HDF5 files know their configuration."""
    parts = parts_in(folder)
    if parts:
        names = ", ".join(part.name for part in parts[:3])
        raise StorageError(f"{folder}: holds parts of a dataset ({names}); merge them, or give one of them")
    label, paths = next(iter(files_without_manifest(folder).items()))
    attributes = StoredSystems(paths[:1]).attributes
    config = _config_in(paths[0], attributes)
    if config is not None:
        size, seed = attributes.get("size", config.size), attributes.get("seed", config.seed)
        config = replace(config, size=size, seed=seed, outdir=str(folder))  # type: ignore[arg-type]
    fmt = {"h5": "h5", "npy": "npy"}.get(paths[0].suffix[1:], "h5")
    arguments = _defaults() | {"save_to_disk": True, "store_in_memory": False, "image_file_format": fmt}
    described = {"name": str(attributes.get("images", label)), "seed": attributes.get("seed")}
    return Dataset.of_folder(folder, None, config, arguments, described)


def _config_in(path: Path, attributes: Mapping[str, object]) -> Config | None:
    """The configuration in the attributes of a file."""
    text = attributes.get("yaml")
    if not isinstance(text, str):
        return None
    try:
        return load_config(yaml.safe_load(text))
    except (ConfigError, OSError, yaml.YAMLError) as error:
        _warn_of_configuration(f"{path}, its configuration", error)
        return None
