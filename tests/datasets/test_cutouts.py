"""A dataset of a catalogue: its metadata in memory and on the disk, its cutouts on the sky, and proof."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from astropy.io import fits
from astropy.wcs import WCS

from jaxlens import load, verify
from jaxlens.datasets.dataset import Dataset, make_dataset
from tests.datasets.conftest import SMALL, OnDisk

pytestmark = pytest.mark.slow

ROWS = pd.DataFrame(
    {
        "name": ["A0", "A, 1", "\u00c52"],
        "mag": [20.0, 21.0, 22.0],
        "ra": [150.000000123456, 151.0, 152.0],
        "dec": [2.0, -3.0, 4.0],
        "nimg": [2, 4, 3],
    }
)
NAMES = ["CATALOG-row", "CATALOG-ID", "CATALOG-nimg", "ra_sky", "dec_sky"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("catalogue")
    ROWS.to_csv(folder / "c.csv", index=False)
    document = yaml.safe_load(SMALL)
    document["DATASET"]["PARAMETERS"]["OUTDIR"] = str(folder / "out")
    document["CATALOG"] = {
        "FILENAME": str(folder / "c.csv"),
        "COLUMNS": {"PLANE_1-OBJECT_1-LIGHT_PROFILE_1-magnitude": "mag"},
        "SKY": {"ra": "ra", "dec": "dec"},
        "ID": "name",
        "KEEP": ["nimg"],
    }
    return make_dataset(document, save_to_disk=True, image_file_format="fits", batch_size=2, shard_size=4)


@pytest.mark.long
def test_the_columns_of_the_catalogue_are_exact_in_memory_and_in_files(made: Dataset) -> None:
    rows = [0, 1, 2, 0, 1]
    assert made.folder is not None
    # FITS has ASCII only
    for metadata, last in ((made.metadata(), "\u00c52"), (load(made.folder).metadata(), "\\xc52")):
        columns = [metadata[f"{name}-g"] for name in NAMES]
        assert columns[0].tolist() == rows
        assert columns[1].tolist() == ["A0", "A, 1", last, "A0", "A, 1"]
        assert columns[2].tolist() == [2, 4, 3, 2, 4]
        np.testing.assert_array_equal(columns[3], ROWS["ra"][rows])
        assert columns[3].dtype == np.float64
    assert verify(made.folder).whole


def test_a_cutout_has_the_place_of_its_system(made: Dataset, tmp_path: Path) -> None:
    assert made.folder is not None
    dataset = load(made.folder)
    centre = dataset.wcs(3).pixel_to_world(3.5, 3.5)
    np.testing.assert_allclose([centre.ra.deg, centre.dec.deg], [ROWS["ra"][0], 2.0], rtol=0, atol=1e-12)
    dataset.write_cutout(tmp_path / "system.fits", 4)
    with fits.open(tmp_path / "system.fits") as file:
        assert [unit.name for unit in file[1:]] == ["G", "R"]
        assert file["R"].header["BUNIT"] == "electrons/s"
        np.testing.assert_array_equal(file["R"].data, made.images()[4, 1])
        east = WCS(file["R"].header).pixel_to_world(5.5, 3.5)
    offsets = made.wcs(1).pixel_to_world(3.5, 3.5).spherical_offsets_to(east)
    np.testing.assert_allclose([one.to_value("arcsec") for one in offsets], [1.0, 0.0], atol=1e-6)
    with pytest.raises(ValueError, match="system 5 is not there; give a number from 0 to 4"):
        dataset.wcs(5)


def test_offsets_are_directions_on_the_sky(made: Dataset) -> None:
    """As astropy's WCS of each system has them."""
    ra, dec = made.sky_positions(np.tile([1.0, 0.0, -2.0], (5, 1)), 0.5)
    assert ra.shape == dec.shape == (5, 3)
    scale = float(made.metadata()["pixel_scale-g"].iloc[0])
    for i in range(5):
        expected = made.wcs(i).pixel_to_world(3.5 + np.array([1.0, 0.0, -2.0]) / scale, 3.5 + 0.5 / scale)
        np.testing.assert_allclose([ra[i], dec[i]], [expected.ra.deg, expected.dec.deg], rtol=0, atol=1e-11)
    origins = made.sky_positions(0.0, 0.0)
    np.testing.assert_allclose(origins[0], ROWS["ra"][[0, 1, 2, 0, 1]], rtol=0, atol=1e-12)
    with pytest.raises(ValueError, match="x and y have 3 rows; give 5, one for each system, or one number"):
        made.sky_positions(np.zeros(3), 0.0)


@pytest.mark.long
def test_without_a_catalogue_there_is_no_place(on_disk: OnDisk) -> None:
    for ask in (lambda: on_disk.dataset.wcs(0), lambda: on_disk.dataset.sky_positions(0.0, 0.0)):
        with pytest.raises(ValueError, match="no place on the sky"):
            ask()
