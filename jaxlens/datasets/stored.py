"""The systems of a dataset in its folder, which are read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jaxlens.config import Config
from jaxlens.files.errors import StorageError
from jaxlens.files.formats import FORMATS, ImageFormat
from jaxlens.files.names import metadata_label
from jaxlens.files.reader import find_shards
from jaxlens.files.systems import StoredSystems
from jaxlens.production.manifest import Manifest, Shard


def systems_in(
    folder: Path, manifest: Manifest | None, config: Config | None
) -> Iterator[tuple[str, StoredSystems]]:
    """The systems of each configuration of which there is something whole, by label.

    Args:
        folder: the folder of the dataset.
        manifest: what is whole; None where the folder has no manifest.
        config: the configuration, which knows the number of epochs; None where it is not known.
    """
    if manifest is None:
        yield from ((label, StoredSystems(paths)) for label, paths in files_without_manifest(folder).items())
        return
    for label, section in manifest.configurations.items():
        shards = [shard for shard in section.shards if shard.whole]
        if shards:
            series = None if config is None else config.configuration(label).series
            yield (
                label,
                StoredSystems(
                    [folder / main_file(shard, manifest.format) for shard in shards],
                    [(shard.start, shard.stop) for shard in shards],
                    None if series is None else series.cadence.epochs,
                ),
            )


def main_file(shard: Shard, image_format: ImageFormat) -> str:
    """The name of a shard's file of images, or of its table where it has no images."""
    ending = FORMATS[image_format].ending
    names = [record.name for record in shard.files]
    images = [name for name in names if "_images" in Path(name).name and name.endswith(f".{ending}")]
    return (images or [name for name in names if metadata_label(Path(name))])[0]


def files_without_manifest(folder: Path) -> dict[str, tuple[Path, ...]]:
    """The files of images, or the tables where there are no images, of a dataset of version 0.1.0.

    Raises:
        StorageError: if there is no dataset.
    """
    tables: dict[str | None, tuple[Path, ...]] = {
        metadata_label(path): (path,) for path in sorted(folder.glob("*_metadata.csv"))
    }
    try:
        return find_shards(folder)
    except StorageError:
        found: dict[str, tuple[Path, ...]] = {label: paths for label, paths in tables.items() if label}
        if not found:
            raise
        return found
