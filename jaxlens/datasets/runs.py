"""Which files of a folder without a manifest were made by one run."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from jaxlens.datasets.dataset import Dataset
from jaxlens.datasets.stored import files_without_manifest
from jaxlens.files.systems import StoredSystems


class Runs(NamedTuple):
    """The configurations of a folder by the run that made them.

    Attributes:
        newest: the labels of those of the newest run.
        others: the labels of those of earlier ones.
    """

    newest: tuple[str, ...]
    others: tuple[str, ...]


def runs_in(dataset: Dataset) -> Runs:
    """The configurations of the newest run in the folder of a dataset, and those of earlier runs.

    A manifest knows the files of one run alone, so that all of its configurations are of that run.  Version
    0.1.0 wrote none, and two of its runs may have left files in one folder.  Files of one run have the same
    format, shape of images and bands and, where the format holds them, the same configuration and seed.

    Args:
        dataset: as `load` gives it.
    """
    if dataset.manifest is not None or dataset.folder is None:
        return Runs(tuple(dataset.configurations), ())
    found = files_without_manifest(dataset.folder)
    known = {label: paths for label, paths in found.items() if label in dataset.configurations}
    changed = {label: max(path.stat().st_mtime for path in paths) for label, paths in known.items()}
    marks = {label: _mark(paths) for label, paths in known.items()}
    newest = marks[max(known, key=changed.__getitem__)]
    return Runs(
        tuple(label for label in known if marks[label] == newest),
        tuple(label for label in known if marks[label] != newest),
    )


def _mark(paths: tuple[Path, ...]) -> tuple[object, ...]:
    """What files of one run have in common."""
    systems = StoredSystems(paths)
    contents, attributes = systems.contents, systems.attributes
    return (
        paths[0].suffix,
        tuple(contents.bands),
        contents.num_pix,
        str(attributes.get("yaml")),
        str(attributes.get("seed")),
    )
