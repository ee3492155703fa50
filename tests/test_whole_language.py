"""One dataset that uses the whole language, made again from its own metadata."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
import yaml
from astropy.io import fits

from jaxlens import Dataset, Simulator, make_dataset

pytestmark = pytest.mark.slow
SIZE, SIDE = 6, 100
THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
BULGE = "PLANE_1-OBJECT_1-LIGHT_PROFILE_2"
MAGNITUDE = "PLANE_2-OBJECT_1-LIGHT_PROFILE_1-magnitude"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with an INPUT, a link, a USERDIST, BACKGROUNDS with a map, and what they name, side by side."""
    folder = tmp_path_factory.mktemp("language")
    document = yaml.safe_load((Path(__file__).parent / "documented.yaml").read_text(encoding="utf-8"))
    del document["GEOMETRY"]["CONFIGURATION_2"]
    del document["SPECIES"]["POINTSOURCE_2"]  # which only that configuration has
    bulge = document["SPECIES"]["GALAXY_1"]["LIGHT_PROFILE_2"]["PARAMETERS"]
    bulge["R_sersic"] = {"SAME_AS": "MASS_PROFILE_1-theta_E", "TIMES": 0.3, "SCATTER": 0.01}
    (folder / "species.yaml").write_text(yaml.safe_dump(document["SPECIES"]))
    (folder / "table.txt").write_text(f"{THETA_E} {MAGNITUDE} WEIGHT\n1.0 21 1\n1.6 22 2\n1.2 23 1\n")
    (folder / "sky").mkdir()
    images = np.random.default_rng(1).normal(0.01, 0.02, (4, SIDE + 7, SIDE - 3)).astype(np.float32)
    fits.writeto(folder / "sky" / "F160W.fits", images)
    (folder / "sky" / "map.txt").write_text(f"{THETA_E} seeing\n1.0 0.08\n1.2 0.08\n1.4 0.08\n1.6 0.08\n")
    document["GEOMETRY"]["CONFIGURATION_1"]["FRACTION"] = 1.0
    document["DATASET"]["PARAMETERS"] |= {"SIZE": SIZE, "OUTDIR": str(folder / "out")}
    document |= {
        "SPECIES": {"INPUT": "species.yaml"},
        "DISTRIBUTIONS": {"USERDIST_1": {"FILENAME": "table.txt", "MODE": "interpolate"}},
        "BACKGROUNDS": {"PATH": "sky", "CONFIGURATIONS": ["CONFIGURATION_1"]},
    }
    (folder / "main.yaml").write_text(yaml.safe_dump(document))
    return folder


@pytest.fixture(scope="module")
def dataset(folder: Path) -> Dataset:
    return make_dataset(
        folder / "main.yaml",
        survey="hst",
        save_to_disk=True,
        image_file_format="h5",
        return_planes=True,
        solve_lens_equation=True,
        batch_size=4,
    )


def again(dataset: Dataset, table: Any) -> np.ndarray:
    """The images that a table of metadata describes."""
    sim = Simulator(dataset.config)
    key = jax.random.key(dataset.seed, impl="threefry2x32")
    return np.asarray(sim.observe(key, sim.params_from_table(table)))


@pytest.fixture(scope="module")
def from_memory(dataset: Dataset) -> np.ndarray:
    """The images that the metadata in memory describe."""
    return again(dataset, dataset.metadata())


@pytest.mark.long
def test_every_part_was_used(dataset: Dataset) -> None:
    metadata = dataset.metadata()
    assert dataset.bands == ["F160W"]
    theta_E = metadata[f"{THETA_E}-F160W"].to_numpy(float)
    assert len(set(theta_E)) == SIZE
    scatter = metadata[f"{BULGE}-R_sersic-F160W"].to_numpy(float) - 0.3 * theta_E
    assert 0.0 < np.max(np.abs(scatter)) < 0.05
    nearest = np.argmin(np.abs(theta_E[:, None] - np.array([1.0, 1.2, 1.4, 1.6])), axis=1)
    np.testing.assert_array_equal(metadata["BACKGROUND_IDX-F160W"], nearest)
    assert set(metadata["exposure_time-F160W"]) == {5400.0}
    counts = metadata["PLANE_2-OBJECT_2-num_source_images-F160W"].to_numpy(int)
    assert counts.min() >= 2
    assert [len(text.split(";")) for text in metadata["PLANE_2-OBJECT_2-x_mins-F160W"]] == counts.tolist()


def test_planes_add_up_to_the_image(dataset: Dataset) -> None:
    planes = dataset.CONFIGURATION_1_planes  # type: ignore[attr-defined]
    assert planes.shape == (SIZE, 4, 1, SIDE, SIDE)
    peak = np.max(np.abs(dataset.images()))
    np.testing.assert_allclose(planes.sum(axis=1), dataset.images(), atol=1e-6 * peak)


@pytest.mark.long
def test_the_metadata_in_memory_render_the_same_images(dataset: Dataset, from_memory: np.ndarray) -> None:
    peak = np.max(np.abs(dataset.images()), axis=(1, 2, 3), keepdims=True)
    difference = (from_memory - dataset.images()) / peak
    assert np.max(np.abs(difference)) < 1e-6


@pytest.mark.long
@pytest.mark.parametrize("name", ["CONFIGURATION_1_metadata.csv", "CONFIGURATION_1_images.h5"])
def test_the_metadata_on_disk_render_the_same_images(
    name: str, dataset: Dataset, from_memory: np.ndarray, folder: Path
) -> None:
    np.testing.assert_array_equal(again(dataset, folder / "out" / name), from_memory)


def test_the_file_alone_makes_the_dataset_again(dataset: Dataset, folder: Path) -> None:
    """The YAML that an HDF5 file keeps needs neither the folder of the first one nor the preset's name."""
    from jaxlens.files.reader import read

    text = str(read(folder / "out" / "CONFIGURATION_1_images.h5").attributes["yaml"])
    second = make_dataset(yaml.safe_load(text), batch_size=4, return_planes=True, solve_lens_equation=True)
    np.testing.assert_array_equal(second.images(), dataset.images())
