"""params_from_table: a row of metadata is the recipe of its image."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pandas as pd
import pytest
import yaml

from jaxlens import Simulator, StorageError, make_dataset
from jaxlens.files.table import parameters

pytestmark = pytest.mark.slow

# The quasar stands off its host, which is not lensed, so that no lens equation is solved.
OFFSET_QUASAR = """
DATASET: {NAME: Offset, PARAMETERS: {SIZE: 3, OUTDIR: unused, SEED: 1}}
COSMOLOGY: {PARAMETERS: {H0: 70, Om0: 0.3}}
IMAGE: {PARAMETERS: {exposure_time: 100, numPix: 8, pixel_scale: 0.5, psf_type: GAUSSIAN, read_noise: 5}}
SURVEY:
  PARAMETERS:
    BANDS: g,r
    seeing: {g: 0.7, r: {DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 0.5, maximum: 0.7}}}}
    magnitude_zero_point: 27.0
    sky_brightness: 22.0
    num_exposures: 2
SPECIES:
  GALAXY_1:
    NAME: LENS
    LIGHT_PROFILE_1: {NAME: GAUSSIAN, PARAMETERS: {magnitude: {g: 20.0, r: 19.0}, sigma: 0.5}}
    MASS_PROFILE_1:
      NAME: SIS
      PARAMETERS: {theta_E: {DISTRIBUTION: {NAME: uniform, PARAMETERS: {minimum: 0.8, maximum: 1.2}}}}
  GALAXY_2: {NAME: SOURCE, LIGHT_PROFILE_1: {NAME: GAUSSIAN, PARAMETERS: {magnitude: 21.0, sigma: 0.2}}}
  POINTSOURCE_1:
    {NAME: QUASAR, HOST: LENS, PARAMETERS: {magnitude: {g: 22.0, r: 21.5}, sep: 0.1, sep_unit: arcsec}}
GEOMETRY:
  CONFIGURATION_1:
    NAME: LENSES
    FRACTION: 1.0
    PLANE_1: {OBJECT_1: LENS, OBJECT_2: QUASAR, PARAMETERS: {REDSHIFT: 0.4}}
    PLANE_2: {OBJECT_1: SOURCE, PARAMETERS: {REDSHIFT: 1.5}}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A dataset in memory and, as HDF5 and CSV, on disk."""
    document = yaml.safe_load(OFFSET_QUASAR)
    document["DATASET"]["PARAMETERS"]["OUTDIR"] = str(tmp_path_factory.mktemp("made"))
    return make_dataset(document, save_to_disk=True, image_file_format="h5", batch_size=3)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["frame", "mapping", "csv", "h5"])
def test_a_table_of_any_kind_gives_the_numbers_that_were_drawn(made: Any, key: jax.Array, kind: str) -> None:
    folder = Path(made.outdir)
    table = {
        "frame": made.metadata(),
        "mapping": {name: list(column) for name, column in made.metadata().items()},
        "csv": folder / "CONFIGURATION_1_metadata.csv",
        "h5": str(folder / "CONFIGURATION_1_images.h5"),
    }[kind]
    sim = Simulator(made.config)
    params, drawn = sim.params_from_table(table), sim.sample(key, 3)
    assert params.keys() == drawn.keys()
    for name, value in drawn.items():
        assert params[name].dtype == value.dtype, name
        np.testing.assert_array_equal(params[name], value, err_msg=name)


@pytest.mark.long
def test_a_table_gives_its_images_again_in_any_order(made: Any, key: jax.Array) -> None:
    """All rows in their order, and some in another; lensed quasars are in tests/test_whole_language.py."""
    sim, images = Simulator(made.config), made.images()
    for rows in ([0, 1, 2], [2, 0, 0]):
        table = made.metadata().iloc[rows]
        start = {} if rows == [0, 1, 2] else {"start": table["OBJID-g"]}
        again = sim.observe(key, sim.params_from_table(table), **start)
        np.testing.assert_allclose(again, images[rows], atol=2e-5 * np.abs(images).max(), rtol=0)


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


@pytest.mark.long
def test_double_precision_comes_back_too(x64: None, tmp_path: Path) -> None:
    document = yaml.safe_load(OFFSET_QUASAR)
    document["DATASET"]["PARAMETERS"]["OUTDIR"] = str(tmp_path)
    make_dataset(document, save_to_disk=True, skip_image_generation=True, batch_size=3)
    sim = Simulator(document)
    params = sim.params_from_table(tmp_path / "CONFIGURATION_1_metadata.csv")
    for name, value in sim.sample(jax.random.key(1, impl="threefry2x32"), 3).items():
        assert params[name].dtype == np.float64
        np.testing.assert_array_equal(params[name], value)


def test_missing_columns_are_named_with_the_nearest(made: Any) -> None:
    sim = Simulator(made.config)
    theta_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
    table = made.metadata().rename(columns={f"{theta_E}-r": f"{theta_E}-R"})
    message = f"the table lacks {theta_E}-r; '{theta_E}-R' is there"
    with pytest.raises(ValueError, match=f"^{message}$"):
        sim.params_from_table(table)
    message = "the table lacks H0-g, H0-r, Om0-g, Om0-r, exposure_time-g and 45 more"
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
def test_what_is_wrong_with_a_column_is_explained(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parameters(columns, {"a": ()}, ("g", "r"))


def test_a_file_that_is_no_table_is_named(made: Any, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"nowhere.csv: No such file or directory; give a \*_metadata.csv"):
        Simulator(made.config).params_from_table(tmp_path / "nowhere.csv")
