"""CATALOG: from a file of a catalogue to parameters and the columns of the metadata."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from astropy.table import Table

from jaxlens.config import Config, ConfigError, load_config
from jaxlens.config.catalog.reading import described
from jaxlens.config.identity import config_digest
from jaxlens.config.model import CATALOG, CATALOG_ROW, Column

LENS, SOURCE = "PLANE_1-OBJECT_1", "PLANE_2-OBJECT_1"
THETA_E, Z_LENS = f"{LENS}-MASS_PROFILE_1-theta_E", "PLANE_1-OBJECT_1-REDSHIFT"
COLUMNS = {THETA_E: "theta", "PLANE_1-REDSHIFT": "zl"}
Load = Callable[..., Config]


def rows() -> pd.DataFrame:
    """Six lenses, the third of which has no redshift."""
    return pd.DataFrame(
        {
            "name": ["a", "b", "c", "d", "e", "f"],
            "theta": [0.8, 0.9, 1.0, 1.1, 1.2, 1.3],
            "zl": [0.3, 0.4, np.nan, 0.5, 0.6, 0.7],
            "zs": [1.5, 1.6, 1.7, 1.8, 1.9, 2.0],
            "imag": [18.0, 19.0, 20.0, 21.0, 22.0, 23.0],
            "w": [1.0, 1.0, 5.0, 0.0, 1.0, 1.0],
            "RA": [10.0, 370.5, 12.0, 13.0, 14.0, 15.0],
            "DEC": [-1.0, 0.0, 1.0, 2.0, 3.0, 4.0],
        }
    )


@pytest.fixture
def load(good: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """`good.yaml` with a CATALOG of `rows`, whose lens and redshifts only the catalogue gives."""
    monkeypatch.chdir(tmp_path)
    rows().to_csv("c.csv", index=False)

    def change(catalog: dict[str, Any], document: dict[str, Any] | None = None) -> Config:
        document = document or yaml.safe_load(good)
        document["CATALOG"] = {"FILENAME": "c.csv", "COLUMNS": COLUMNS, "CONFIGURATIONS": ["PAIR"], **catalog}
        return load_config(document)

    return change


def problem(load: Load, catalog: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        load(catalog)
    assert len(caught.value.problems) == 1, caught.value
    return caught.value.problems[0]


def test_rows_are_a_joint_distribution_that_tells_the_row(load: Load) -> None:
    config = load({})
    (joint,) = config.joints
    label = "CONFIGURATION_1"
    assert (joint.label, joint.kind) == (CATALOG, "iterate")
    assert joint.columns == tuple(Column(label, name) for name in (THETA_E, Z_LENS, CATALOG_ROW))
    expected = rows()[["theta", "zl"]].assign(row=range(6)).drop(2).to_numpy()
    np.testing.assert_array_equal(joint.arrays["values"], expected)
    assert config.warnings == (
        "c.csv: CATALOG: 1 of 6 rows has a number that is not finite (1 of zl; row 2); it is skipped",
    )
    assert config.catalog_of(config.configuration("PAIR")) is config.catalog
    assert config.catalog_of(config.configuration("SINGLE")) is None


def test_a_parameter_that_the_catalogue_gives_needs_no_value(load: Load, good: str) -> None:
    document = yaml.safe_load(good)
    del document["SPECIES"]["GALAXY_1"]["MASS_PROFILE_1"]["PARAMETERS"]["theta_E"]
    lens = load({}, document).configuration("PAIR").planes[0].objects[0][1]
    assert dict(lens.mass[0].parameters)["theta_E"].support() == (0.8, 0.8)  # type: ignore[union-attr]


def test_only_configurations_of_which_something_is_set_have_rows(load: Load) -> None:
    config = load({"CONFIGURATIONS": None, "COLUMNS": {THETA_E: "theta"}})
    assert config.catalog
    assert config.catalog.configurations == ("CONFIGURATION_1",)
    assert config.joints[0].columns == (Column(None, THETA_E), Column("CONFIGURATION_1", CATALOG_ROW))


def test_WHERE_cuts_before_rows_are_checked(load: Load) -> None:
    catalog = load({"WHERE": {"zl": [0.4, None], "imag": [None, 22]}}).catalog
    assert catalog
    assert (catalog.total, catalog.cut, catalog.skipped) == (6, 3, 0)
    assert catalog.rows.tolist() == [1, 3, 4]


def test_sample_has_the_weights_of_the_rows(load: Load) -> None:
    arrays = load({"MODE": "sample", "WEIGHT": "w"}).joints[0].arrays
    np.testing.assert_allclose(np.diff(arrays["cumulative"], prepend=0.0), [0.25, 0.25, 0.0, 0.25, 0.25])
    alike = load({"MODE": "sample"}).joints[0].arrays
    np.testing.assert_allclose(np.diff(alike["cumulative"], prepend=0.0), 0.2)


def test_the_metadata_columns_of_rows_are_exact(load: Load) -> None:
    catalog = load({"SKY": {"ra": "RA", "dec": "DEC"}, "ID": "name", "KEEP": ["imag"]}).catalog
    assert catalog
    assert catalog.has_sky
    found = catalog.of_rows(np.array([5.0, 1.0, 5.0], np.float32))
    assert {name: values.tolist() for name, values in found.items()} == {
        "CATALOG-row": [5, 1, 5],
        "ra_sky": [15.0, 10.5, 15.0],
        "dec_sky": [4.0, 0.0, 4.0],
        "CATALOG-ID": ["f", "b", "f"],
        "CATALOG-imag": [23.0, 19.0, 23.0],
    }
    with pytest.raises(ValueError, match="CATALOG-row has 2, which is no row of c"):
        catalog.of_rows([2])


def test_a_later_table_replaces_the_catalogue_with_a_remark(load: Load, good: str, tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text(f"{THETA_E} WEIGHT\n2.0 1\n")
    document = yaml.safe_load(good)
    document["DISTRIBUTIONS"] = {"USERDIST_1": {"FILENAME": "t.txt", "MODE": "sample"}}
    config = load({"WHERE": {"zl": [0, 9]}}, document)
    assert [joint.label for joint in config.joints] == [CATALOG, "USERDIST_1"]
    (warning,) = config.warnings
    assert f"USERDIST_1: sets {THETA_E} as CATALOG does; the last one counts" in warning


def test_the_content_of_the_file_is_a_part_of_the_configuration(load: Load, tmp_path: Path) -> None:
    config = load({})
    assert config.input_files == (str(tmp_path / "c.csv"),)
    before = config_digest(config)
    (tmp_path / "other").mkdir()
    rows().to_csv("other/d.csv", index=False)
    assert config_digest(load({"FILENAME": "other/d.csv"})) == before
    rows().assign(theta=1.0).to_csv("c.csv", index=False)
    assert config_digest(load({})) != before


def test_a_loaded_text_gives_the_catalogue_again(load: Load) -> None:
    config = load({"ID": "name"})
    again = load_config(yaml.safe_load(config.text)).catalog
    assert again == config.catalog or (again and config.catalog and again.sets == config.catalog.sets)


def test_redshifts_out_of_order_are_told_by_row(load: Load) -> None:
    columns = {"PLANE_1-REDSHIFT": "zs", "PLANE_2-REDSHIFT": "zs2"}
    rows().assign(zs2=[2.0, 1.0, 2.0, 1.5, 2.0, 3.0]).to_csv("c.csv", index=False)
    with pytest.raises(ConfigError) as caught:
        load({"COLUMNS": columns})
    advice = "redshifts must rise from plane to plane"
    assert caught.value.problems == (
        f"c.csv: row 1: zs2: is 1, but a plane in front of PLANE_2 is at 1.6 or beyond; {advice}",
        f"c.csv: row 3: zs2: is 1.5, but a plane in front of PLANE_2 is at 1.8 or beyond; {advice}",
    )
    config = load({"COLUMNS": columns, "MODE": "sample"})
    cumulative = config.joints[0].within("CONFIGURATION_1").arrays["cumulative"]
    np.testing.assert_allclose(np.diff(cumulative, prepend=0.0), [0.25, 0, 0.25, 0, 0.25, 0.25])
    assert "2 of 6 rows, with 33.3% of the weight, are never drawn" in config.warnings[0]


def test_a_file_in_FITS_gives_its_units_and_arrays(load: Load, tmp_path: Path) -> None:
    table = Table(rows().to_dict("list"))
    table["theta"] = table["theta"] / 60.0
    table["theta"].unit = "arcmin"
    table["mag"] = np.arange(24.0).reshape(6, 4)
    table.write(tmp_path / "c.fits")
    columns = {THETA_E: "THETA", f"{SOURCE}-LIGHT_PROFILE_1-magnitude": "mag[2]"}
    config = load({"FILENAME": "c.fits", "COLUMNS": columns, "KEEP": ["mag"]})
    np.testing.assert_allclose(config.joints[0].arrays["values"][:, 0], rows()["theta"])
    np.testing.assert_array_equal(config.joints[0].arrays["values"][:, 1], [2, 6, 10, 14, 18, 22])
    assert config.catalog
    assert list(config.catalog.columns) == [f"CATALOG-mag_{i}" for i in range(4)]


@pytest.mark.parametrize(
    ("catalog", "text"),
    [
        (
            {"COLUMNS": {THETA_E: "thetaE"}},
            f"COLUMNS.{THETA_E}: c.csv has no column 'thetaE'; did you mean theta?",
        ),
        (
            {"COLUMNS": {f"{LENS}-MASS_PROFILE_1-thetaE": "theta"}},
            f"matches no parameter; did you mean CONFIGURATION_1-{THETA_E}?",
        ),
        ({"COLUMNS": {THETA_E: "name"}}, "has 'a' in 'name', row 0, which is no number"),
        (
            {"COLUMNS": {THETA_E: {"COLUMN": "theta", "UNIT": "km/s"}}},
            f"COLUMNS.{THETA_E}: the unit 'km/s' does not measure an angle; give one of arcsec",
        ),
        (
            {"COLUMNS": {THETA_E: {"COLUMN": "theta", "UNITS": "deg"}}},
            "is not a key of a column; did",
        ),
        ({"COLUMNS": None}, "sets no parameter; give COLUMNS"),
        ({"WHERE": {"imag": [30, None]}}, "leaves none of 6 rows (imag is 18 to 23); widen it"),
        ({"WHERE": {"mag": [1, 2]}}, "WHERE.mag: c.csv has no column 'mag'; did you mean imag?"),
        ({"STRICT": True}, "1 of 6 rows has a number that is not finite (1 of zl; row 2); mend them"),
        ({"COLUMNS": {THETA_E: {"COLUMN": "zl", "UNIT": "arcsec"}}, "WHERE": {"zs": 1.7}}, "1 of 1 rows has"),
        ({"ID": "nam"}, "ID: c.csv has no column 'nam'; did you mean name?"),
        ({"ID": "theta"}, "has numbers that are not whole; give a column of texts or whole numbers"),
        ({"KEEP": ["imagg"]}, "c.csv has no column 'imagg'; did you mean imag?"),
        ({"SKY": {"ra": "RA"}}, "SKY.dec: is missing; give the column of the position on the sky"),
        ({"SKY": {"ra": "RA", "dec": {"COLUMN": "DEC", "UNIT": "mag"}}}, "does not measure an angle"),
        ({"CONFIGURATIONS": []}, "is an empty list; name configurations"),
        ({"COLUMNS": {THETA_E: {}, "PLANE_1-REDSHIFT": "zl"}}, "has 0 columns; give one, as COLUMN"),
        ({"COLUMNS": {THETA_E: None, "PLANE_1-REDSHIFT": "zl"}}, "is empty; give the name of a column"),
        ({"CONFIGURATIONS": ["PAIRS"]}, "'PAIRS' is no configuration of GEOMETRY; it must"),
        ({"MODE": "sample", "WEIGHT": "ww"}, "WEIGHT: c.csv has no column 'ww'"),
        ({"MODE": "sample", "WEIGHT": "DEC"}, "WEIGHT: is -1 in a row; weights must be at least 0"),
        ({"FILENAME": "d.csv"}, "FILENAME: 'd.csv' is no file; did you mean c.csv?"),
        ({"FORMAT": "sql"}, "'sql' is not a format of catalogues; it must be one of"),
        ({"FORMAT": "fits"}, "is no FITS file; give one, or its FORMAT"),
        ({"FILE": "c.csv"}, "CATALOG.FILE: is not a key of CATALOG; did you mean FILENAME?"),
        (
            {"COLUMNS": {f"{LENS}-MASS_PROFILE_1-ellipticity": {"AXIS_RATIO": "w"}}},
            "sets e1 and e2 and",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(load: Load, catalog: dict[str, Any], text: str) -> None:
    assert text in problem(load, catalog)


def test_rows_that_are_illegal_are_a_remark_with_their_share(load: Load) -> None:
    rows().assign(theta=[-1.0, 1, 1, 1, 1, 1]).to_csv("c.csv", index=False)
    config = load({"WHERE": {"zl": [0, 9]}})
    assert "c.csv: row 0: theta: is -1, and rows like it have 20% of the weight" in config.warnings[0]


def test_described_says_which_rows_are_used_and_what_they_set(load: Load) -> None:
    config = load({"WHERE": {"imag": [None, 22]}, "ID": "name"})
    assert list(described(config.catalog)) == [
        "c.csv: 6 rows, 1 cut by WHERE, 1 skipped, which are not finite, 4 used in order, by CONFIGURATION_1",
        f"    {THETA_E} is set by theta",
        "    PLANE_1-REDSHIFT is set by zl",
        "    metadata: CATALOG-ID",
    ]


def test_a_selection_that_rows_do_not_meet_names_the_row(load: Load, good: str) -> None:
    document = yaml.safe_load(good)
    document["GEOMETRY"]["CONFIGURATION_1"]["SELECT"] = {"theta_E_max": 1.15}
    with pytest.raises(ConfigError) as caught:
        load({}, document)
    assert "is not met by row 4 and 1 more of CATALOG, whose rows belong to systems" in str(caught.value)
    assert "cut these rows by WHERE, or take MODE: sample" in str(caught.value)
    assert len(load({"WHERE": {"theta": [None, 1.15]}}, document).joints[0].arrays["values"]) == 3


def test_what_is_wrong_with_a_catalogue_is_all_that_is_told(load: Load, good: str) -> None:
    """Numbers that only the catalogue gives are not missing too, also where the FORMAT would set them."""
    document = yaml.safe_load(good)
    lens = next(one for one in document["SPECIES"].values() if "MASS_PROFILE_1" in one)
    lens["MASS_PROFILE_1"]["PARAMETERS"].pop("theta_E", None)
    lens["MASS_PROFILE_1"]["PARAMETERS"].pop("sigma_v", None)
    for catalog in (
        {"FILENAME": "d.csv"},
        {"WHERE": {"zlens": [0, 1]}},
        {"FORMAT": "om10", "COLUMNS": {}, "WHERE": {"zlens": [0, 1]}},
    ):
        with pytest.raises(ConfigError) as caught:
            load(catalog, document)
        assert [one for one in caught.value.problems if "is missing" in one] == []


def test_a_catalogue_that_no_asked_configuration_has_may_be_wrong(load: Load, good: str) -> None:
    document = yaml.safe_load(good)
    document["CATALOG"] = {
        "FILENAME": "c.csv",
        "COLUMNS": {THETA_E: "thetaE"},
        "CONFIGURATIONS": ["PAIR"],
    }
    other = next(
        one["NAME"] for one in document["GEOMETRY"].values() if "NAME" in one and one["NAME"] != "PAIR"
    )
    config = load_config(document, configurations=[other])
    assert config.catalog is None
    assert [one.label for one in config.joints if one.label == CATALOG] == []


def test_what_is_of_one_configuration_counts_more_than_what_is_of_all(load: Load) -> None:
    config = load({"CONFIGURATIONS": None, "COLUMNS": {f"CONFIGURATION_1-{THETA_E}": "theta", THETA_E: "zs"}})
    names = [(one.configuration, one.parameter) for one in config.joints[0].columns]
    assert names.index((None, THETA_E)) < names.index(("CONFIGURATION_1", THETA_E))


def test_what_is_set_twice_is_a_problem(load: Load) -> None:
    found = problem(load, {"COLUMNS": {"PLANE_1-REDSHIFT": "zl", "PLANE_1-OBJECT_1-REDSHIFT": "zs"}})
    assert "sets what PLANE_1-REDSHIFT sets; leave one of them out" in found


def test_a_file_of_another_layout_is_told_what_it_lacks(load: Load) -> None:
    found = problem(load, {"FORMAT": "om10", "FILENAME": "c.csv", "COLUMNS": {}})
    assert "sets no parameter; c.csv has no ZLENS" in found
    assert "which FORMAT: om10 reads" in found


def test_a_name_beyond_int64_is_a_text(load: Load) -> None:
    numbers = np.arange(6, dtype=np.uint64) + np.uint64(2**63)
    Table({"theta": rows()["theta"], "zl": rows()["zs"] / 4, "big": numbers}).write("c.fits")
    config = load({"FILENAME": "c.fits", "ID": "big"})
    assert config.catalog is not None
    assert config.catalog.columns["CATALOG-ID"][5] == "9223372036854775813"


def test_a_usual_column_that_is_lacking_is_a_remark_with_the_nearest_name(load: Load) -> None:
    rows().rename(columns={"zl": "Z_LENS", "zs": "ZSRC"}).to_csv("c.csv", index=False)
    config = load({"FORMAT": "om10", "FILENAME": "c.csv", "COLUMNS": {THETA_E: "theta"}})
    (found,) = [one for one in config.warnings if "has no column ZLENS" in one]
    assert "c.csv has no column ZLENS, so that PLANE_1-OBJECT_1-REDSHIFT is not set" in found
    assert "did you mean Z_LENS" in found
    quiet = {"FORMAT": "om10", "FILENAME": "c.csv", "COLUMNS": {THETA_E: "theta", Z_LENS: "Z_LENS"}}
    assert not [one for one in load(quiet).warnings if "ZLENS" in one]
    left_to_the_file = {"FORMAT": "om10", "FILENAME": "c.csv", "COLUMNS": {THETA_E: "theta", Z_LENS: None}}
    assert not [one for one in load(left_to_the_file).warnings if "ZLENS" in one]
