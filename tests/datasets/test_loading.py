"""load: a dataset on the disk is the Dataset that was made, whatever is missing of it."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jaxlens import load, make_dataset, merge
from jaxlens.datasets.dataset import Dataset
from jaxlens.files.errors import StorageError
from jaxlens.files.lazy import LazyArray
from tests.datasets.conftest import OnDisk


def without(folder: Path, *numbers: int) -> None:
    """Take shards of a dataset away, as a run that was killed leaves it."""
    tree = json.loads((folder / "manifest.json").read_text())
    tree["state"] = "incomplete"
    section = tree["configurations"]["CONFIGURATION_1"]
    section["virtual"] = []
    for shard in section["shards"]:
        if shard["number"] in numbers:
            shard |= {"files": [], "state": "missing"}
    (folder / "manifest.json").write_text(json.dumps(tree))


def without_manifest(folder: Path) -> None:
    """What version 0.1.0 has written of the same dataset."""
    for path in folder.iterdir():
        if "-of-" in path.name or path.name in ("manifest.json", "config.yaml"):
            path.unlink()


def assert_same(loaded: Dataset, made: Dataset, systems: slice | list[int] = slice(None)) -> None:
    assert isinstance(loaded.images(), LazyArray)
    for name in ("images", "planes"):
        np.testing.assert_array_equal(getattr(loaded, name)(), getattr(made, name)()[systems])
    table = made.metadata().iloc[systems].reset_index(drop=True)
    assert loaded.metadata().equals(table)
    assert loaded.CONFIGURATION_1_metadata is loaded.metadata()
    np.testing.assert_array_equal(loaded.CONFIGURATION_1_images[-1], made.images()[systems][-1])


def test_a_dataset_is_loaded_as_it_was_made(on_disk: OnDisk) -> None:
    made, loaded = on_disk.dataset, load(on_disk.folder)
    assert_same(loaded, made)
    for name in ("name", "size", "seed", "bands", "configurations", "species_map"):
        assert getattr(loaded, name) == getattr(made, name), name
    assert loaded.folder == on_disk.folder
    assert loaded.outdir == str(on_disk.folder)
    assert loaded.config_dict["SPECIES"] == made.config_dict["SPECIES"]
    assert loaded.search("REDSHIFT") == made.search("REDSHIFT")
    assert loaded.images("GALAXIES").shape == (5, 2, 8, 8)
    assert {"CONFIGURATION_1_images", "CONFIGURATION_1_planes"} <= set(dir(loaded))
    assert not hasattr(loaded, "CONFIGURATION_1_series")
    with pytest.raises(ValueError, match="'NOBODY' is not in the file"):
        loaded.images("NOBODY")
    workers = pickle.loads(pickle.dumps(loaded.images()))
    np.testing.assert_array_equal(workers[[4, 0]], made.images()[[4, 0]])


def test_what_is_resumed_is_read_from_its_folder(on_disk: OnDisk) -> None:
    """Here nothing is missing, so that nothing is made."""
    document = json.loads(json.dumps(on_disk.document))
    document["DATASET"]["PARAMETERS"]["OUTDIR"] = str(on_disk.folder)
    options: dict[str, Any] = {"image_file_format": "h5", "return_planes": True}
    resumed = make_dataset(document, True, resume=True, **options)
    assert_same(resumed, on_disk.dataset)
    assert resumed.runs["CONFIGURATION_1"].systems == 0


def test_of_an_incomplete_dataset_what_is_whole_is_there(on_disk: OnDisk) -> None:
    without(on_disk.folder, 1)
    with pytest.warns(UserWarning, match="1 of 3 shards are missing"):
        loaded = load(on_disk.folder)
    assert_same(loaded, on_disk.dataset, [0, 1, 4])
    assert loaded.metadata()["OBJID-g"].tolist() == [0, 1, 4]
    without(on_disk.folder, 0, 2)
    with pytest.warns(UserWarning, match="3 of 3 shards are missing"):
        loaded = load(on_disk.folder)
    assert "nothing is there" in repr(loaded)
    with pytest.raises(ValueError, match=r"nothing of CONFIGURATION_1 is whole in .*; resume it"):
        loaded.images()


def test_a_dataset_of_version_0_1_0_is_loaded_too(on_disk: OnDisk) -> None:
    """An HDF5 file has its configuration, and an npy file has none."""
    made = on_disk.dataset
    on_disk.dataset.save(on_disk.folder.with_name("npy"), "npy", shard_size=6)
    on_disk.dataset.save(on_disk.folder.with_name("h5"), "h5", shard_size=6)
    for name in ("npy", "h5"):
        folder = on_disk.folder.with_name(name)
        without_manifest(folder)
        loaded = load(folder)
        np.testing.assert_array_equal(loaded.images(), made.images())
        np.testing.assert_array_equal(loaded.planes("CONFIGURATION_1")[2], made.planes()[2])
        assert loaded.metadata()["seeing-g"].astype(np.float32).equals(made.metadata()["seeing-g"])
        assert "CONFIGURATION_1" in repr(loaded)
    assert (loaded.seed, loaded.size, loaded.name) == (1, 5, "Small")
    assert loaded.config_dict["SPECIES"] == made.config_dict["SPECIES"]
    nameless = load(on_disk.folder.with_name("npy"))
    assert not hasattr(nameless, "config")
    assert (nameless.bands, nameless.size) == (["g", "r"], 5)
    with pytest.raises(ValueError, match=r"'GALAXIES' is not there; give one of CONFIGURATION_1"):
        nameless.images("GALAXIES")


def test_a_configuration_that_cannot_be_read_is_told_and_the_images_are_there(on_disk: OnDisk) -> None:
    (on_disk.folder / "config.yaml").write_text("DATASET: {}")
    with pytest.warns(UserWarning, match=r"config.yaml: cannot be read, so that the dataset has no config"):
        loaded = load(on_disk.folder)
    np.testing.assert_array_equal(loaded.images(), on_disk.dataset.images())
    assert not hasattr(loaded, "config")


def test_what_is_no_dataset_is_explained(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="give the OUTDIR of a dataset"):
        load(tmp_path)
    (tmp_path / "part-0-of-2").mkdir()
    (tmp_path / "part-0-of-2" / "manifest.json").touch()
    with pytest.raises(StorageError, match=r"holds parts of a dataset \(part-0-of-2\); merge them"):
        load(tmp_path)


@pytest.mark.slow
def test_parts_and_what_is_merged_of_them_are_loaded(on_disk: OnDisk, tmp_path: Path) -> None:
    made = on_disk.dataset
    document = json.loads(json.dumps(on_disk.document))
    document["DATASET"]["PARAMETERS"]["OUTDIR"] = str(tmp_path / "whole")
    options: dict[str, Any] = {"image_file_format": "h5", "return_planes": True, "batch_size": 2}
    parts = [make_dataset(document, True, shard_size=2, part=(k, 2), **options) for k in range(2)]
    first = load(tmp_path / "whole" / "part-0-of-2")
    assert_same(parts[1], made, slice(2, 5))
    assert_same(first, made, slice(0, 2))
    assert "part 0 of 2" in repr(first)
    assert first.outdir == str(tmp_path / "whole")
    merge(tmp_path / "whole")
    assert_same(load(tmp_path / "whole"), made)


@pytest.mark.slow
def test_a_loaded_dataset_is_made_again(on_disk: OnDisk) -> None:
    loaded = load(on_disk.folder)
    loaded.update_param({"SIZE": 3, "PLANE_1-OBJECT_1-REDSHIFT": 0.7})
    loaded.regenerate()
    assert loaded.metadata()["PLANE_1-OBJECT_1-REDSHIFT-g"].unique().tolist() == [np.float32(0.7)]
    assert loaded.planes().shape == (3, 4, 2, 8, 8)
    again = load(on_disk.folder)
    np.testing.assert_array_equal(again.images(), loaded.images())
    assert again.manifest is not None
    assert again.manifest.configurations["CONFIGURATION_1"].shard_size == 2
