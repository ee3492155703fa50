"""Dataset.to_xarray: names, coordinates and units, read where they are used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from jaxlens import load
from jaxlens.datasets.dataset import Dataset, make_dataset
from jaxlens.files.formats import FORMATS
from jaxlens.files.systems import StoredSystems
from tests.datasets.conftest import SMALL
from tests.datasets.test_dataset_series import document

pytestmark = pytest.mark.extras


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Time series of different lengths, in three shards."""
    config = document(tmp_path_factory.mktemp("series"))
    return make_dataset(config, True, image_file_format="h5", return_planes=True, batch_size=1, shard_size=2)


def test_names_coordinates_and_units_are_there(made: Dataset) -> None:
    assert made.folder is not None
    for dataset in (made, load(made.folder)):
        data = dataset.to_xarray()
        assert data["images"].dims == ("system", "epoch", "band", "y", "x")
        assert data["planes"].dims == ("system", "epoch", "plane", "band", "y", "x")
        assert data["images"].attrs["units"] == "electrons/s"
        assert data["band"].values.tolist() == ["g", "r"]
        assert data["x"].attrs["units"] == "arcsec"
        np.testing.assert_allclose(data["y"], (np.arange(8) - 3.5) * 0.5)
        assert data["seeing"].dims == ("system", "epoch", "band")
        assert data["seeing"].attrs["units"] == "arcsec"
        assert data["H0"].dims == ("system",)
        np.testing.assert_array_equal(data["mjd"], made.mjd())
        chosen = data["images"].sel(band="r", system=[4, 1]).isel(epoch=slice(0, 2), x=slice(None, None, 2))
        np.testing.assert_array_equal(chosen, made.series()[[4, 1]][:, :2, 1, :, ::2])
        np.testing.assert_array_equal(
            data["planes"].sel(plane=["lens", "noise"]).isel(system=2),
            made.series(array="planes")[2][:, [0, 3]],
        )


def test_pixels_are_read_where_they_are_used(made: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[tuple[int, int]] = []
    original = StoredSystems.read

    def recorded(self: StoredSystems, name: str, start: int, stop: int) -> np.ndarray:
        read.append((start, stop))
        return original(self, name, start, stop)  # type: ignore[arg-type]

    monkeypatch.setattr(StoredSystems, "read", recorded)
    assert made.folder is not None
    data = load(made.folder).to_xarray()
    assert read == []
    data["images"].isel(system=slice(1, 3)).load()
    assert read == [(1, 3)]


@pytest.mark.parametrize("image_format", FORMATS)
def test_every_format_comes_back_byte_for_byte(made: Dataset, tmp_path: Path, image_format: str) -> None:
    assert made.folder is not None
    made.save(tmp_path / "there", image_format)
    there = load(tmp_path / "there")
    np.testing.assert_array_equal(there.series(), made.series())
    np.testing.assert_array_equal(there.difference(), made.difference())
    np.testing.assert_array_equal(there.images()[[-1, 0]], made.images()[[-1, 0]])
    there.save(tmp_path / "back")
    files = [path for path in made.folder.rglob("*") if path.is_file()]
    for path in files:
        if image_format == "npy" and "_images" in path.name:
            # what a band does not observe is not in a table
            continue
        if image_format == "npy" and path.name == "manifest.json":
            continue
        other = tmp_path / "back" / path.relative_to(made.folder)
        assert other.read_bytes() == path.read_bytes(), other.name


def test_small_files_open_in_xarray_lazily_too(tmp_path: Path) -> None:
    import yaml

    config = yaml.safe_load(SMALL)
    config["DATASET"]["PARAMETERS"]["OUTDIR"] = str(tmp_path)
    made = make_dataset(config, batch_size=5)
    data = made.to_xarray("GALAXIES")
    assert data["images"].dims == ("system", "band", "y", "x")
    np.testing.assert_array_equal(data["images"], made.images())
    assert data.attrs["name"] == "Small"
