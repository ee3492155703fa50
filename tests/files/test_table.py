"""params_from_table: a row of metadata is the recipe of its image."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pandas as pd
import pytest

from jaxlens import Simulator, StorageError, make_dataset
from jaxlens.files.table import parameters


@pytest.fixture
def made(small_quasar: dict[str, Any], tmp_path: Path) -> Any:
    """A dataset in memory and, as HDF5 and CSV, in `tmp_path`, whose point source stands off its host."""
    small_quasar["DATASET"]["PARAMETERS"] |= {"OUTDIR": str(tmp_path), "SIZE": 3}
    small_quasar["SPECIES"]["POINTSOURCE_1"]["PARAMETERS"] |= {"sep": 0.1, "sep_unit": "arcsec"}
    return make_dataset(small_quasar, save_to_disk=True, image_file_format="h5", batch_size=3)


@pytest.mark.parametrize("kind", ["frame", "mapping", "csv", "h5"])
def test_a_table_of_any_kind_gives_the_numbers_that_were_drawn(
    made: Any, tmp_path: Path, key: jax.Array, kind: str
) -> None:
    table = {
        "frame": made.metadata(),
        "mapping": {name: list(column) for name, column in made.metadata().items()},
        "csv": tmp_path / "CONFIGURATION_1_metadata.csv",
        "h5": str(tmp_path / "CONFIGURATION_1_images.h5"),
    }[kind]
    sim = Simulator(made.config)
    params, drawn = sim.params_from_table(table), sim.sample(key, 3)
    assert params.keys() == drawn.keys()
    for name, value in drawn.items():
        assert params[name].dtype == value.dtype, name
        np.testing.assert_array_equal(params[name], value, err_msg=name)


def test_a_table_gives_its_images_again_in_any_order(made: Any, key: jax.Array) -> None:
    sim = Simulator(made.config)
    images = made.images()
    tolerance = 2e-5 * np.abs(images).max()
    again = sim.observe(key, sim.params_from_table(made.metadata()))
    np.testing.assert_allclose(again, images, atol=tolerance, rtol=0)
    rows = made.metadata().iloc[[2, 0]]
    some = sim.observe(key, sim.params_from_table(rows), start=rows["OBJID-g"])
    np.testing.assert_allclose(some, images[[2, 0]], atol=tolerance, rtol=0)


def test_as_many_indices_as_systems(made: Any, key: jax.Array) -> None:
    sim = Simulator(made.config)
    params = sim.params_from_table(made.metadata())
    message = "start has shape (2,); give one index, or 3, one for each system"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        sim.observe(key, params, start=np.array([0, 1]))


def test_no_rows_are_no_systems(made: Any) -> None:
    sim = Simulator(made.config)
    params = sim.params_from_table(made.metadata().iloc[:0])
    assert params["seeing"].shape == (0, 2)
    assert params["exposure_time"].shape == (0,)


def test_double_precision_comes_back_too(x64: None, small_lens: dict[str, Any], tmp_path: Path) -> None:
    small_lens["DATASET"]["PARAMETERS"]["OUTDIR"] = str(tmp_path)
    make_dataset(small_lens, save_to_disk=True, skip_image_generation=True, batch_size=4)
    sim = Simulator(small_lens)
    params = sim.params_from_table(tmp_path / "CONFIGURATION_1_metadata.csv")
    for name, value in sim.sample(jax.random.key(1, impl="threefry2x32"), 4).items():
        assert params[name].dtype == np.float64
        np.testing.assert_array_equal(params[name], value)


def test_missing_columns_are_named_with_the_nearest(made: Any) -> None:
    sim = Simulator(made.config)
    theta_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
    table = made.metadata().rename(columns={f"{theta_E}-r": f"{theta_E}-R"})
    message = f"the table lacks {theta_E}-r; '{theta_E}-R' is there"
    with pytest.raises(ValueError, match=f"^{message}$"):
        sim.params_from_table(table)
    message = "the table lacks H0-g, H0-r, Om0-g, Om0-r, exposure_time-g and 69 more"
    with pytest.raises(ValueError, match=f"^{message}$"):
        sim.params_from_table(pd.DataFrame({"x": [1.0]}))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"a-g": ["1", "wide"], "a-r": [1, 2]},
            "the column a-g is not all numbers: could not convert string to float: 'wide'",
        ),
        ({"a-g": [1.0, np.nan], "a-r": [1, 2]}, "the column a-g is nan in row 1; it must be finite"),
        ({"a-g": [1.0, 2.0], "a-r": [1, 3]}, "a differs between g and r; it is one number for all bands"),
    ],
)
def test_what_is_wrong_with_a_column_is_said(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parameters(columns, {"a": ()}, ("g", "r"))


def test_a_file_that_is_no_table_is_named(small_lens: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"nowhere.csv: No such file or directory; give a \*_metadata.csv"):
        Simulator(small_lens).params_from_table(tmp_path / "nowhere.csv")
