"""What docs/catalogs.md says is true: its configurations are read, and every key and convention is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from astropy.table import Table

from jaxlens.catalogs.conventions import ANGLES, FLATTENINGS
from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.catalog.entries import COMPONENTS, MEASURES

TEXT = (Path(__file__).parents[1] / "docs" / "catalogs.md").read_text(encoding="utf-8")
BLOCKS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)]
LENS, SOURCE = "PLANE_1-OBJECT_1", "PLANE_2-OBJECT_1"


def rows() -> dict[str, Any]:
    """The columns of the page, those of Oguri & Marshall's catalogue among them."""
    numbers = {
        "zl": 0.4,
        "ZLENS": 0.5,
        "thetaE": 1.1,
        "q": 0.8,
        "pa": 30.0,
        "flux_g": 900.0,
        "flux_r": 1800.0,
    }
    numbers |= {
        "flux_r": 1800.0,
        "zs": 1.5,
        "ZSRC": 2.0,
        "RA": 150.0,
        "DEC": 2.0,
        "imag": 20.0,
        "APMAG_I": 19.0,
        "IMSEP": 2.0,
    }
    numbers |= {"VELDISP": 220.0, "ELLIP": 0.2, "PHIE": 40.0, "GAMMA": 0.05, "PHIG": 10.0, "REFF": 1.0}
    columns = {name: np.array([one, one]) for name, one in numbers.items()}
    columns["zs"] = np.array([1.5, 5.0])
    return columns | {"name": np.array(["first", "second"]), "LENSID": np.array([7, 8])}


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    for name in ("lenses.fits", "om10.fits"):
        Table(rows()).write(name)
    good = Path(__file__).parent / "config" / "good.yaml"

    def read(block: dict[str, Any]) -> Config:
        return load_config(yaml.safe_load(good.read_text(encoding="utf-8")) | block)

    return read


def test_the_first_example_cuts_converts_and_names(load: Any) -> None:
    config = load(BLOCKS[0])
    catalog, (joint,) = config.catalog, config.joints
    assert (catalog.total, catalog.cut, catalog.rows.tolist()) == (2, 1, [0])
    names = [(one.parameter, one.band) for one in joint.columns]
    values = dict(zip(names, joint.arrays["values"][0], strict=True))
    light, mass = f"{LENS}-LIGHT_PROFILE_1-magnitude", f"{LENS}-MASS_PROFILE_1"
    assert values[light, "g"] == pytest.approx(31.4 - 2.5 * np.log10(900), abs=1e-3)
    expected = 0.2 / 1.8 * np.exp(2j * np.radians(60))
    assert values[f"{mass}-e1", None] + 1j * values[f"{mass}-e2", None] == pytest.approx(expected)
    assert catalog.of_rows([0])["CATALOG-ID"].tolist() == ["first"]
    assert catalog.of_rows([0])["ra_sky"].tolist() == [150.0]


def test_a_layout_sets_what_is_not_written(load: Any) -> None:
    catalog = load(BLOCKS[1]).catalog
    names = dict(catalog.sets)
    assert names[f"{LENS}-LIGHT_PROFILE_1-magnitude"] == "APMAG_I"
    assert f"{LENS}-MASS_PROFILE_1-ellipticity" in names
    assert f"{LENS}-LIGHT_PROFILE_1-ellipticity" not in names
    assert list(catalog.columns) == ["ra_sky", "dec_sky", "CATALOG-ID", "CATALOG-IMSEP"]


def test_every_key_has_a_row(load: Any) -> None:
    """A wrong key lists those that are right."""
    with pytest.raises(ConfigError) as caught:
        load({"CATALOG": BLOCKS[0]["CATALOG"] | {"XYZZY": 1}})
    known = re.findall(r"[A-Z]+_n|[A-Z]+", str(caught.value).partition("it must be one of")[2])
    table = re.findall(r"^\| `([A-Z]+|MATCH_n)` \|", TEXT, re.MULTILINE)
    assert set(known) == set(table)
    assert "FILENAME" in known


def test_every_convention_is_named() -> None:
    words = set(re.findall(r"\w+", TEXT))
    assert set(ANGLES) <= words
    assert {name.upper() for name in FLATTENINGS} == set(MEASURES["ellipticity"])
    assert {*MEASURES["ellipticity"], *MEASURES["shear"]} <= words
    assert {one for pair in COMPONENTS.values() for one in pair} <= words
