"""A small dataset on the disk, made once; tests copy it, and read it or write it again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from jaxlens.datasets.dataset import Dataset, make_dataset

SMALL = """
DATASET: {NAME: Small, PARAMETERS: {SIZE: 5, OUTDIR: unused, SEED: 1}}
COSMOLOGY: {PARAMETERS: {H0: 70, Om0: 0.3}}
IMAGE: {PARAMETERS: {exposure_time: 100, numPix: 8, pixel_scale: 0.5, psf_type: GAUSSIAN, read_noise: 5}}
SURVEY:
  PARAMETERS:
    BANDS: g,r
    seeing: {DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 0.8, maximum: 1.1}}}
    magnitude_zero_point: 27.0
    sky_brightness: 22.0
    num_exposures: 1
SPECIES:
  GALAXY_1: {NAME: LENS, LIGHT_PROFILE_1: {NAME: GAUSSIAN, PARAMETERS: {magnitude: 20.0, sigma: 0.5}}}
GEOMETRY:
  CONFIGURATION_1:
    NAME: GALAXIES
    FRACTION: 1.0
    PLANE_1: {OBJECT_1: LENS, PARAMETERS: {REDSHIFT: 0.4}}
"""


class OnDisk(NamedTuple):
    """A dataset that is in memory and on the disk.

    Attributes:
        dataset: with everything in memory.
        folder: HDF5 files in three shards.
        document: its configuration.
    """

    dataset: Dataset
    folder: Path
    document: dict[str, Any]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> OnDisk:
    """Five galaxies with planes, in shards of two."""
    document = yaml.safe_load(SMALL)
    folder = tmp_path_factory.mktemp("datasets") / "out"
    document["DATASET"]["PARAMETERS"]["OUTDIR"] = str(folder)
    options: dict[str, Any] = {"image_file_format": "h5", "return_planes": True, "batch_size": 2}
    return OnDisk(make_dataset(document, True, shard_size=2, **options), folder, document)


@pytest.fixture
def on_disk(made_once: OnDisk, tmp_path: Path) -> OnDisk:
    """The same with a folder of the test's own."""
    folder = tmp_path / "own"
    shutil.copytree(made_once.folder, folder)
    return made_once._replace(folder=folder)


@pytest.fixture
def content() -> Callable[[Path], dict[str, bytes]]:
    """The bytes of every file in a folder, by its path."""

    def read(folder: Path) -> dict[str, bytes]:
        files = (path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in files}

    return read
