"""IMAGES of a CATALOG: the lensed images that it lists, for each row that systems take."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from astropy.table import Table

from jaxlens.config import Config, ConfigError, example_path, load_config

FILE = "om10_lenses.fits"
PAGE = Path(__file__).parents[3] / "docs" / "om10.md"
Load = Callable[[dict[str, Any]], Config]


@pytest.fixture
def lenses() -> Table:
    return Table.read(example_path("om10").with_name(FILE))


@pytest.fixture
def load(lenses: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """The example `om10` with another CATALOG; the same images are in a CSV file too, one column an image."""
    monkeypatch.chdir(tmp_path)
    lenses.write(FILE)
    columns = {name: lenses[name] for name in ("ZLENS", "ZSRC", "NIMG")}
    for name in ("XIMG", "YIMG", "DELAY"):
        columns |= {f"{name}_{k}": lenses[name][:, k] for k in range(4)}
    pd.DataFrame({name: np.asarray(column).astype(float) for name, column in columns.items()}).to_csv("c.csv")

    def change(catalog: dict[str, Any]) -> Config:
        document = yaml.safe_load(example_path("om10").read_text(encoding="utf-8"))
        document["CATALOG"] = catalog
        return load_config(document)

    return change


COLUMNS = {"PLANE_1-REDSHIFT": "ZLENS", "PLANE_2-REDSHIFT": "ZSRC"}
CSV = {"FILENAME": "c.csv", "COLUMNS": COLUMNS}
NAMES = {"x": "XIMG", "y": "YIMG", "delay": "DELAY"}
FOUR = {key: [f"{name}_{k}" for k in range(4)] for key, name in NAMES.items()}


def test_om10_has_its_images(load: Load, lenses: Table) -> None:
    images = load({"FILENAME": FILE, "FORMAT": "om10"}).catalog.images
    np.testing.assert_array_equal(images.count, lenses["NIMG"])
    for name, values in (("XIMG", images.x), ("MAG", images.magnification), ("DELAY", images.delay)):
        np.testing.assert_array_equal(np.nan_to_num(values), lenses[name])


def test_columns_by_image(load: Load, lenses: Table) -> None:
    images = load({**CSV, "IMAGES": FOUR}).catalog.images
    np.testing.assert_array_equal(images.count, lenses["NIMG"])
    np.testing.assert_allclose(images.delay, lenses["DELAY"], rtol=1e-12)
    assert images.magnification is None
    with_count = load({**CSV, "IMAGES": {**FOUR, "count": "NIMG"}}).catalog.images
    np.testing.assert_array_equal(with_count.count, images.count)


def test_they_are_those_of_the_rows_that_are_left(load: Load, lenses: Table) -> None:
    catalog = load({**CSV, "WHERE": {"ZLENS": [0.5, None]}, "IMAGES": FOUR}).catalog
    left = np.flatnonzero(np.asarray(lenses["ZLENS"]) >= 0.5)
    assert 0 < len(left) < len(lenses)
    np.testing.assert_array_equal(catalog.rows, left)
    np.testing.assert_allclose(catalog.images.x, lenses["XIMG"][left], rtol=1e-12)


def test_written_images_come_before_those_of_the_format(load: Load, lenses: Table) -> None:
    """Here x and y are exchanged, as in a catalogue with other axes."""
    catalog = {"FILENAME": FILE, "FORMAT": "om10", "IMAGES": {"x": "YIMG", "y": "XIMG", "count": "NIMG"}}
    images = load(catalog).catalog.images
    np.testing.assert_array_equal(images.x, lenses["YIMG"])
    assert images.delay is None


def test_a_catalogue_without_images_has_none(load: Load) -> None:
    assert load(CSV).catalog.images is None


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ({"x": "XIMG_0"}, "IMAGES.y: is missing; give a column, or a list of columns, one an image"),
        ({"x": "XIMG_0", "y": "YIMG_9"}, "IMAGES: c.csv has no column 'YIMG_9'; did you mean YIMG_"),
        (
            {"x": "XIMG_0", "y": ["YIMG_0", "YIMG_1"]},
            "c.csv has room for 1 in x of images and for 2 in y",
        ),
        ({"x": "XIMG_0", "y": "YIMG_0", "mu": "M"}, "IMAGES.mu: is not a key of IMAGES; "),
        ({"x": "XIMG_0", "y": "YIMG_0", "count": ["NIMG"]}, "count: is a list; give the name of a column"),
        ({"x": ["XIMG_0", {}], "y": "YIMG_0"}, "x.2: is a mapping; give a column, or a list of columns"),
    ],
)
def test_what_is_wrong(load: Load, images: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load({**CSV, "IMAGES": images})
    assert message in str(caught.value)


def test_the_files_of_the_page(lenses: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the packaged example, with its catalogue under the names that docs/om10.md has."""
    monkeypatch.chdir(tmp_path)
    lenses["MAGI"][3] = 24.0
    lenses.write("qso_mock.fits")
    columns: dict[str, Any] = {"thetaE": np.ones(20), "zl": lenses["ZLENS"], "zs": lenses["ZSRC"]}
    for name, column in {"x": "XIMG", "y": "YIMG", "t": "DELAY"}.items():
        columns |= {f"{name}{k + 1}": lenses[column][:, k] for k in range(4)}
    Table({**columns, "n": lenses["NIMG"]}).write("lenses.csv")
    whole, listed = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL))
    document = yaml.safe_load(example_path("om10").read_text(encoding="utf-8"))
    catalog = load_config(document | whole).catalog
    np.testing.assert_array_equal(catalog.rows, np.delete(np.arange(20), 3))
    assert set(catalog.columns) == {"ra_sky", "dec_sky", "CATALOG-ID", "CATALOG-IMSEP", "CATALOG-MAGI"}
    lens = document["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]
    lens["PARAMETERS"] = {"theta_E": 1.0, "e1": 0.0, "e2": 0.0}
    images = load_config(document | listed).catalog.images
    np.testing.assert_array_equal(images.count, lenses["NIMG"])
    np.testing.assert_allclose(images.delay, lenses["DELAY"], rtol=1e-12)
