"""make_dataset of a time series: rows as in deeplenstronomy, and the same by system."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pandas as pd
import pytest
import yaml

from jaxlens import Simulator, load, make_dataset, view_series
from jaxlens.config import load_config
from jaxlens.datasets.arrays import DatasetArrays
from jaxlens.datasets.dataset import Dataset
from jaxlens.files.contents import Contents
from jaxlens.files.reader import read
from jaxlens.production.products import Kept

pytestmark = pytest.mark.slow

BANDS = ("g", "r")
# Two pointings of three and two epochs, whose bands are observed on different nights.
CADENCE: dict[str, Any] = {
    "REFERENCE_MJD": 57000.5,
    "POINTING_1": {"g": [57001.136, 57011.3, 57020.1], "r": [57002.125, 57012.3, 57021.1]},
    "POINTING_2": {"g": [57001.2, 57031.0], "r": [57002.2, 57031.7]},
}
# The variable source stands in the plane of the lens, so that no lens equation is solved.
VARIABLE = """
DATASET: {NAME: Nights, PARAMETERS: {SIZE: 5, OUTDIR: unused, SEED: 1}}
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
  POINTSOURCE_1: {NAME: STAR, HOST: LENS, MODEL: flat, PARAMETERS: {magnitude: 100}}
GEOMETRY:
  CONFIGURATION_1:
    NAME: STARS
    FRACTION: 1.0
    PLANE_1: {OBJECT_1: LENS, OBJECT_2: STAR, PARAMETERS: {REDSHIFT: 0.4}}
    TIMESERIES:
      OBJECTS: [STAR]
      NITES: cadence.yaml
      PEAK: {DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 0, maximum: 20}}}
      DIFFERENCE: {TEMPLATE: 1}
"""
# The columns of deeplenstronomy for an object that varies, and for the image, that only a series has.
ITS_COLUMNS = ["id", "magnitude", "magnitude_measured", "nite", "peaknite", "tdshift_0", "type"]
OUR_COLUMNS = ["forced_flux", "forced_flux_0", "forced_flux_error", "forced_flux_error_0"]
OUR_COLUMNS += ["magnification_0", "time_delay_0"]


def document(folder: Path) -> dict[str, Any]:
    """The file above, with its cadence in `folder`."""
    (folder / "cadence.yaml").write_text(yaml.safe_dump(CADENCE))
    found: dict[str, Any] = yaml.safe_load(VARIABLE)
    found["GEOMETRY"]["CONFIGURATION_1"]["TIMESERIES"]["NITES"] = str(folder / "cadence.yaml")
    found["DATASET"]["PARAMETERS"]["OUTDIR"] = str(folder / "out")
    return found


def lensed(folder: Path) -> dict[str, Any]:
    """The file above, whose star stands behind the lens."""
    found = document(folder)
    mass = {"NAME": "SIE", "PARAMETERS": {"theta_E": 1.0, "e1": 0.1, "e2": 0.0}}
    found["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"] = mass
    light = {"NAME": "GAUSSIAN", "PARAMETERS": {"magnitude": 23.0, "sigma": 0.2, "center_x": 0.05}}
    found["SPECIES"]["GALAXY_2"] = {"NAME": "SOURCE", "LIGHT_PROFILE_1": light}
    found["SPECIES"]["POINTSOURCE_1"] |= {"HOST": "SOURCE", "MODEL": "variablenoise"}
    geometry = found["GEOMETRY"]["CONFIGURATION_1"]
    del geometry["PLANE_1"]["OBJECT_2"]
    geometry["PLANE_2"] = {"OBJECT_1": "SOURCE", "OBJECT_2": "STAR", "PARAMETERS": {"REDSHIFT": 1.5}}
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The dataset, in memory and as HDF5 and CSV on disk."""
    config = document(tmp_path_factory.mktemp("series"))
    return make_dataset(config, True, image_file_format="h5", return_planes=True, batch_size=3)


def systems(made: Dataset) -> list[list[int]]:
    """The rows of each system."""
    objid = made.metadata()["OBJID-g"].to_numpy()
    return [np.flatnonzero(objid == k).tolist() for k in range(5)]


@pytest.mark.long
def test_each_system_has_one_row_for_each_epoch_of_its_pointing(made: Dataset) -> None:
    table = made.metadata()
    objid, pointing = table["OBJID-r"].tolist(), table["POINTING-r"].tolist()
    assert objid == sorted(objid)
    assert {len(rows) for rows in systems(made)} == {2, 3}
    for rows in systems(made):
        nights = CADENCE[pointing[rows[0]]]
        assert [pointing[k] for k in rows] == [pointing[rows[0]]] * len(rows)
        for band in BANDS:
            # exactly the numbers of the cadence
            assert table[f"PLANE_1-OBJECT_2-nite-{band}"].tolist()[rows[0] : rows[-1] + 1] == nights[band]
            assert table[f"mjd-{band}"].tolist()[rows[0] : rows[-1] + 1] == nights[band]
            days = np.array(nights[band]) - CADENCE["REFERENCE_MJD"]
            np.testing.assert_allclose(table[f"day-{band}"][rows], days, rtol=0, atol=1e-5)
            assert table[f"num_epochs-{band}"][rows].tolist() == [len(rows)] * len(rows)


def test_the_columns_are_named_as_in_deeplenstronomy(made: Dataset) -> None:
    names = list(made.metadata())
    of_star = [name.removeprefix("PLANE_1-OBJECT_2-") for name in names if "OBJECT_2-" in name]
    for band in BANDS:
        assert {f"{name}-{band}" for name in (*ITS_COLUMNS, *OUR_COLUMNS)} <= set(of_star)
        assert {f"{name}-{band}" for name in ("OBJID", "POINTING", "PEAK", "day", "mjd")} <= set(names)
    assert names[0] == "OBJID-g"
    assert made.metadata()["PLANE_1-OBJECT_2-type-g"].tolist()[0] == "Flat"


def test_what_differs_by_epoch_has_the_value_of_its_epoch(made: Dataset) -> None:
    table = made.metadata()
    for rows in systems(made):
        assert table["PLANE_1-OBJECT_2-peaknite-g"][rows].nunique() == 1
        assert table["PLANE_1-OBJECT_2-peaknite-g"][rows[0]] == table["PEAK-g"][rows[0]]
        assert table["seeing-g"][rows].nunique() == len(rows)
        phase = table["day-g"][rows] - table["PEAK-g"][rows]
        np.testing.assert_allclose(table["PLANE_1-OBJECT_2-tdshift_0-g"][rows], phase, rtol=0, atol=1e-4)


def test_the_images_are_the_rows_of_the_series(made: Dataset) -> None:
    series, mask = made.series(), made.mask()
    assert series.shape == (5, 3, 2, 8, 8)
    assert made.CONFIGURATION_1_series is series
    assert mask.dtype == bool
    assert made.mjd().dtype == np.float64
    np.testing.assert_array_equal(np.isnan(made.mjd()), ~mask)
    np.testing.assert_array_equal(made.CONFIGURATION_1_images, series[mask.any(axis=2)])
    np.testing.assert_array_equal(made.images("STARS"), made.CONFIGURATION_1_images)
    assert len(made.images()) == len(made.metadata())
    assert (series[~mask] == 0).all()
    assert made.series(array="planes").shape == (5, 3, 4, 2, 8, 8)
    np.testing.assert_array_equal(made.planes(), made.series(array="planes")[mask.any(axis=2)])
    total = made.planes().sum(axis=1)
    np.testing.assert_allclose(total, made.images(), rtol=0, atol=1e-5 * np.abs(series).max())


def test_difference_images_are_those_of_epochs_minus_the_template(made: Dataset) -> None:
    expected = made.series() - made.series()[:, 1:2]
    difference = made.difference()
    assert difference is made.CONFIGURATION_1_difference
    seen = made.mask()
    np.testing.assert_allclose(difference[seen], expected[seen], rtol=0, atol=1e-5 * np.abs(expected).max())
    assert (difference[~seen] == 0).all()


def test_the_files_hold_what_memory_holds(made: Dataset) -> None:
    folder = Path(made.outdir)
    paths = {str(path.relative_to(folder)) for path in made.runs["CONFIGURATION_1"].files}
    names = {
        f"CONFIGURATION_1_{name}" for name in ("images.h5", "planes.h5", "difference.h5", "metadata.csv")
    }
    assert paths == names | {"lightcurves/CONFIGURATION_1_PLANE_1-OBJECT_2.csv"}
    stored = read(folder / "CONFIGURATION_1_images.h5")
    assert stored.series is not None
    for array, kept in zip(stored.series, (made.series(), made.mjd(), made.mask()), strict=True):
        np.testing.assert_array_equal(array, kept)
    np.testing.assert_array_equal(stored.images, made.images())
    assert stored.metadata.equals(made.metadata())


def test_the_first_systems_of_a_dataset_are_drawn(made: Dataset) -> None:
    for dataset in (made, load(made.outdir)):
        figure = view_series(dataset)
        drawn = [len(axes.images) for axes in figure.axes]
        assert len(drawn) == 4 * 3
        assert drawn == made.mask()[:4].all(axis=2).astype(int).ravel().tolist()


def test_the_light_curves_are_in_the_table(made: Dataset) -> None:
    curves = pd.read_csv(Path(made.outdir) / "lightcurves" / "CONFIGURATION_1_PLANE_1-OBJECT_2.csv")
    assert len(curves) == made.mask().sum()
    own = curves[(curves["OBJID"] == 1) & (curves["band"] == "r")]
    row = made.metadata()[made.metadata()["OBJID-r"] == 1]
    for name in ("magnitude", "magnitude_measured", "forced_flux", "forced_flux_error"):
        np.testing.assert_allclose(own[name], row[f"PLANE_1-OBJECT_2-{name}-r"], rtol=1e-6)
    assert (curves["magnification"] == 1).all()


def assert_recipes(params: Mapping[str, Any], drawn: Mapping[str, Any], seen: np.ndarray) -> None:
    """Parameters of a table are those that were drawn, wherever they were `seen`, (n, epochs, bands)."""
    assert params.keys() == drawn.keys()
    for name, value in drawn.items():
        wanted, found = np.asarray(value), np.asarray(params[name])
        assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype), name
        used = seen[:, :, : wanted.shape[2]] if wanted.ndim == 3 else np.ones(wanted.shape, bool)
        # another program may round the last bit of a draw otherwise
        np.testing.assert_allclose(found[used], wanted[used], rtol=3e-7, err_msg=name)


def test_the_rows_of_a_system_are_its_recipe(made: Dataset, key: jax.Array) -> None:
    """Whatever the order of the rows; what a system does not observe has any value."""
    sim = Simulator(made.config)
    table = made.metadata().iloc[np.random.default_rng(1).permutation(len(made.metadata()))]
    order = table["OBJID-g"].unique()
    assert order.tolist() != list(range(5))
    drawn = {name: np.asarray(value)[order] for name, value in sim.sample(key, 5).items()}
    assert_recipes(sim.params_from_table(table), drawn, made.mask()[order])


@pytest.mark.long
def test_a_table_gives_its_images_again(made: Dataset, key: jax.Array) -> None:
    sim = Simulator(made.config)
    params = sim.params_from_table(Path(made.outdir) / "CONFIGURATION_1_metadata.csv")
    again = np.asarray(sim.observe(key, params))
    np.testing.assert_allclose(again, made.series(), rtol=0, atol=2e-5 * np.abs(made.series()).max())


def test_where_no_pointing_is_shorter_images_and_series_share_memory() -> None:
    series, mjd = np.zeros((2, 3, 2, 4, 4), np.float32), np.ones((2, 3, 2))
    contents = Contents("CONFIGURATION_1", "Nights", BANDS, 4, 2, {}, epochs=3)
    kept = Kept(contents, {"num_epochs": np.full((2, 2), 3), "mjd": mjd}, {"images": series})
    assert kept.rows("images").shape == (6, 2, 4, 4)
    assert np.shares_memory(kept.rows("images"), kept.arrays["images"])
    ragged = Kept(contents, {"num_epochs": np.array([[3, 3], [2, 2]]), "mjd": mjd}, {"images": series})
    assert ragged.rows("images").shape == (5, 2, 4, 4)
    assert len(ragged.metadata) == 5


def test_single_exposures_have_no_series() -> None:
    dataset = DatasetArrays()
    dataset.config, dataset.folder = load_config("galaxy_galaxy"), None
    contents = Contents("CONFIGURATION_1", "Lenses", BANDS, 4, 2, {}, ())
    dataset._systems = {"CONFIGURATION_1": Kept(contents, {"H0": np.ones(2)}, {})}
    message = "CONFIGURATION_1 has no TIMESERIES; its images are single exposures"
    for method in (dataset.series, dataset.mjd, dataset.mask, dataset.difference):
        with pytest.raises(ValueError, match=f"^{message}$"):
            method()
    for name in ("CONFIGURATION_1_series", "CONFIGURATION_1_images", "CONFIGURATION_2_images"):
        with pytest.raises(AttributeError, match=f"'DatasetArrays' object has no attribute '{name}'"):
            getattr(dataset, name)


@pytest.mark.long
def test_any_batch_size_gives_the_same_systems(made: Dataset, tmp_path: Path) -> None:
    config = document(tmp_path)
    parts = make_dataset(config, True, image_file_format="npy", return_planes=True, batch_size=1)
    scale = np.abs(made.series()).max()
    np.testing.assert_allclose(parts.series(), made.series(), rtol=0, atol=2e-5 * scale)
    np.testing.assert_array_equal(parts.mjd(), made.mjd())
    assert list(parts.metadata()) == list(made.metadata())
    for name, column in made.metadata().items():
        if column.dtype.kind == "f":
            np.testing.assert_allclose(parts.metadata()[name], column, rtol=1e-3, atol=1e-4, err_msg=name)
        else:
            assert parts.metadata()[name].equals(column), name
    np.testing.assert_array_equal(np.load(tmp_path / "out/CONFIGURATION_1_images.npy"), parts.images())
    np.testing.assert_array_equal(np.load(tmp_path / "out/CONFIGURATION_1_planes.npy"), parts.planes())
    stored = read(tmp_path / "out/CONFIGURATION_1_images.npy")
    assert stored.series is not None
    np.testing.assert_array_equal(stored.series.images, parts.series())


@pytest.mark.long
def test_images_of_a_lensed_source_have_columns_of_their_own(tmp_path: Path) -> None:
    config = lensed(tmp_path)
    dataset = make_dataset(config, True, solve_lens_equation=True, batch_size=5)
    table = dataset.metadata()
    own = {name for name in table if name.startswith("PLANE_2-OBJECT_2-") and name.endswith("-g")}
    its = ["magnitude", "magnitude_measured", *(f"magnitude_shift_{k}" for k in (1, 2, 3))]
    its += [f"magnitude_measured_shift_{k}" for k in (1, 2, 3)] + [f"tdshift_{k}" for k in range(4)]
    its += ["nite", "peaknite", "id", "type", "x_mins", "y_mins", "num_source_images"]
    assert {f"PLANE_2-OBJECT_2-{name}-g" for name in its} <= own
    assert not [name for name in own if re.search(r"_4-g|shift_0-g", name.replace("tdshift_0", ""))]
    rows = table[table["OBJID-g"] == 0]
    assert rows["x_mins-g"].nunique() == 1
    assert len(rows["x_mins-g"].iloc[0].split(";")) == rows["num_source_images-g"].iloc[0]
    for k in range(1, 4):
        shift = rows["PLANE_2-OBJECT_2-tdshift_0-g"] - rows[f"PLANE_2-OBJECT_2-tdshift_{k}-g"]
        assert (shift >= 0).all()
        delay = rows[f"PLANE_2-OBJECT_2-time_delay_{k}-g"]
        np.testing.assert_allclose(shift, delay, rtol=0, atol=1e-3)
    sim = Simulator(config)
    again, drawn = sim.params_from_table(table), sim.sample(jax.random.key(1, impl="threefry2x32"), 5)
    assert_recipes(again, drawn, dataset.mask())


def test_without_images_the_table_lacks_what_is_measured_on_them(made: Dataset, tmp_path: Path) -> None:
    dataset = make_dataset(document(tmp_path), True, skip_image_generation=True, batch_size=3)
    table = dataset.metadata()
    measured = [name for name in made.metadata() if "forced" in name or "measured" in name]
    assert list(table) == [name for name in made.metadata() if name not in measured]
    np.testing.assert_array_equal(dataset.mjd(), made.mjd())
    with pytest.raises(ValueError, match="there are no images"):
        dataset.series()
    for name, column in table.items():
        if column.dtype.kind == "f":
            np.testing.assert_allclose(column, made.metadata()[name], rtol=1e-5, atol=1e-5, err_msg=name)
    names = {path.name for path in (tmp_path / "out").rglob("*.csv")}
    assert names == {"CONFIGURATION_1_metadata.csv", "CONFIGURATION_1_PLANE_1-OBJECT_2.csv"}


def test_a_sample_is_five_systems_with_all_their_epochs(made: Dataset, tmp_path: Path) -> None:
    config = document(tmp_path)
    config["DATASET"]["PARAMETERS"]["SIZE"] = 7
    sample = make_dataset(config, store_in_memory=False, store_sample=True, return_planes=True, batch_size=3)
    np.testing.assert_array_equal(sample.series(), made.series())
    assert sample.metadata().equals(made.metadata())


@pytest.mark.long
def test_a_series_is_made_again_with_other_nights(made: Dataset) -> None:
    again = copy.copy(made)
    again.__dict__ |= {"_systems": dict(made._systems), "config_dict": copy.deepcopy(made.config_dict)}
    again.update_param({"SIZE": 2})
    series = again.config_dict["GEOMETRY"]["CONFIGURATION_1"]["TIMESERIES"]
    series["NITES"] = [3.0, 8.5]
    del series["DIFFERENCE"]
    again.regenerate(save_to_disk=False, image_file_format="npy")
    assert again.series().shape == (2, 2, 2, 8, 8)
    assert again.metadata()["mjd-r"].tolist() == [3.0, 8.5] * 2
    with pytest.raises(ValueError, match="give the TIMESERIES the key DIFFERENCE"):
        again.difference()
    assert not hasattr(again, "CONFIGURATION_1_difference")
