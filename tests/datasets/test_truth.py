"""The truth tables of datasets: as those of their simulator, in memory and in every format."""

import sqlite3

import numpy as np
import pandas as pd
import pytest

import jaxlens
from jaxlens.datasets.truth import write_dataset_truth
from jaxlens.simulator.simulator import Simulator
from tests.haloes import halo_document

pytestmark = pytest.mark.slow


@pytest.fixture
def unlensed(small_quasar, tmp_path):
    """Two configurations without mass, which compile quickly: a galaxy, and one with a quasar."""
    for profile in ("MASS_PROFILE_1", "SHEAR_PROFILE_1"):
        del small_quasar["SPECIES"]["GALAXY_1"][profile]
    geometry = small_quasar["GEOMETRY"]
    quasar = {"OBJECT_1": "SOURCE", "OBJECT_2": "QUASAR", "PARAMETERS": {"REDSHIFT": 1.5}}
    one = {"OBJECT_1": "LENS", "PARAMETERS": {"REDSHIFT": 0.4}}
    geometry["CONFIGURATION_1"] = {"NAME": "GALAXIES", "FRACTION": 0.4, "PLANE_1": one}
    geometry["CONFIGURATION_2"] = {"NAME": "QUASARS", "FRACTION": 0.6, "PLANE_1": quasar}
    small_quasar["DATASET"]["PARAMETERS"] |= {"SIZE": 5, "OUTDIR": str(tmp_path / "out")}
    small_quasar["IMAGE"]["PARAMETERS"]["numPix"] = 8
    return small_quasar


@pytest.mark.long
def test_a_dataset_has_those_of_its_systems(unlensed, key):
    dataset = jaxlens.make_dataset(unlensed, skip_image_generation=True)
    tables = jaxlens.truth_tables(dataset)
    assert tables["lens"].empty
    assert tables["galaxies"]["configuration"].tolist() == ["CONFIGURATION_1"] * 2
    images = tables["images"]
    assert images["id"].tolist() == [0, 1, 2]
    assert set(images["configuration"]) == {"CONFIGURATION_2"}
    np.testing.assert_array_equal(images["magnification"], 1.0)
    np.testing.assert_array_equal(images["delay"], 0.0)
    assert "ra" not in images, "no position on the sky is known"
    sim = Simulator(unlensed, "QUASARS")
    own = jaxlens.truth_tables(sim, sim.sample(key, 3))
    pd.testing.assert_frame_equal(images[list(own["images"])], own["images"])
    only = jaxlens.truth_tables(dataset, configurations=["QUASARS"])
    assert "galaxies" not in only
    pd.testing.assert_frame_equal(only["host"], own["host"])
    with pytest.raises(ValueError, match="give the params of a Simulator's systems"):
        jaxlens.truth_tables(sim)
    with pytest.raises(ValueError, match="a dataset has its own"):
        jaxlens.truth_tables(dataset, sim.sample(key, 3))
    with pytest.raises(ValueError, match="the dataset has no folder; give the path"):
        write_dataset_truth(dataset)


@pytest.mark.long
def test_tables_of_metadata_have_the_same(unlensed, tmp_path):
    made = jaxlens.make_dataset(unlensed, True, skip_image_generation=True, batch_size=2, shard_size=2)
    assert_files_have_the_same(made, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("form", ["h5", "fits"])
def test_files_of_a_dataset_have_the_same(unlensed, tmp_path, form):
    made = jaxlens.make_dataset(unlensed, True, image_file_format=form, batch_size=2, shard_size=2)
    assert_files_have_the_same(made, tmp_path)


def assert_files_have_the_same(made, tmp_path):
    """The tables of a dataset that was loaded, and its files, are those of the dataset in memory."""
    expected = jaxlens.truth_tables(made)
    stored = jaxlens.load(tmp_path / "out")
    found = jaxlens.truth_tables(tmp_path / "out")
    assert set(found) == set(expected)
    for name, table in expected.items():
        pd.testing.assert_frame_equal(found[name], table)
    (path,) = write_dataset_truth(stored, format="sqlite")
    assert path == tmp_path / "out" / "truth.sqlite"
    database = sqlite3.connect(path)
    rows = database.execute("SELECT id, magnitude_g, magnitude_r FROM images").fetchall()
    database.close()
    assert rows == [(0, 22.0, 21.5), (1, 22.0, 21.5), (2, 22.0, 21.5)]
    paths = write_dataset_truth(stored)
    assert paths[0].parent == tmp_path / "out" / "truth"
    for name, table in expected.items():
        read = pd.read_csv(tmp_path / "out" / "truth" / f"{name}.csv")
        pd.testing.assert_frame_equal(read, table, check_dtype=False, rtol=1e-6)


@pytest.mark.long
def test_lenses_with_haloes_have_rows(tmp_path):
    """Haloes, of which each system has a number of its own, are read from their file."""
    document = halo_document(tmp_path / "out", size=3, field=None)
    made = jaxlens.make_dataset(document, True, skip_image_generation=True)
    expected = jaxlens.truth_tables(made)
    found = jaxlens.truth_tables(tmp_path / "out")
    pd.testing.assert_frame_equal(found["lens"], expected["lens"])
    theta_E = made.metadata()["PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E-g"]
    np.testing.assert_array_equal(expected["lens"]["mass1_theta_E"], theta_E.astype(np.float32))
    assert not any("SUBSTRUCTURE" in column for column in expected["lens"])
