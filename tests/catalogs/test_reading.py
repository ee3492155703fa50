"""Catalogues in every format give the same columns, and what is wrong with a file is said."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table as AstropyTable

from jaxlens.catalogs import reading
from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.reading import format_of, read_catalog


def lenses() -> AstropyTable:
    table = AstropyTable(
        {
            "LENSID": [7, 2**40],
            "theta_E": [1.5, 0.8],
            "XIMG": [[1.0, 2.0], [3.0, 4.0]],
            "name": ["a", "b c"],
            "nimg": np.ma.array([4, 2], mask=[False, True]),
            "quad": [True, False],
        }
    )
    table["theta_E"].unit = "arcsec"
    return table


def packed(table: AstropyTable, form: str) -> bytes:
    text = io.StringIO() if form.startswith("ascii") else io.BytesIO()
    table.write(text, format=form)
    value = text.getvalue()
    return value.encode() if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.fits", "fits"), ("a.fits.gz", "fits"), ("a.vot", "votable"), ("a.ecsv", "ascii.ecsv")],
)
def test_the_same_columns_in_every_format(name: str, form: str, tmp_path: Path) -> None:
    content = packed(lenses(), form)
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    table = read_catalog(tmp_path / name)
    assert list(table.columns) == lenses().colnames
    assert table.source == str(tmp_path / name)
    assert dict(table.units) == {"theta_E": "arcsec"}
    assert table.column("lensid").tolist() == [7, 2**40]
    assert table.column("name").tolist() == ["a", "b c"]
    assert table.column("XIMG").tolist() == [[1.0, 2.0], [3.0, 4.0]]
    np.testing.assert_array_equal(table.column("nimg"), [4.0, np.nan])
    assert table.column("quad").dtype == bool
    assert all(column.dtype.isnative for column in table.columns.values())


def test_a_format_of_the_file_that_its_name_does_not_say(tmp_path: Path) -> None:
    (tmp_path / "lenses.txt").write_bytes(packed(lenses(), "fits"))
    assert len(read_catalog(tmp_path / "lenses.txt", "fits")) == 2
    with pytest.raises(CatalogError, match="is not text in UTF-8; give a table in text, or its FORMAT"):
        read_catalog(tmp_path / "lenses.txt")
    with pytest.raises(CatalogError, match="'hdf5' is no format of a catalogue; give one of om10, slsim"):
        format_of("x.h5", "hdf5")
    with pytest.raises(CatalogError, match=r"x\.h5 has a name whose ending says no format; end it with"):
        format_of("x.h5")


def test_om10_has_the_dispersion_of_its_ellipsoid(tmp_path: Path) -> None:
    columns = {"VELDISP": np.array([200.0]), "ELLIP": np.array([0.5])}
    AstropyTable(columns).write(tmp_path / "mock.fits")
    assert read_catalog(tmp_path / "mock.fits", "om10").numbers("SIGMA_SIE") == pytest.approx(202.7, abs=0.1)
    assert "SIGMA_SIE" not in read_catalog(tmp_path / "mock.fits").columns


@pytest.mark.parametrize("name", ["x.fits", "x.vot", "x.csv"])
def test_files_that_are_not_what_they_should_be(name: str, tmp_path: Path) -> None:
    """Errors of other libraries of any kind become one that names the file, and what would be right."""
    (tmp_path / name).write_bytes(b"\xff\x00 no catalogue")
    with pytest.raises(CatalogError, match=rf"{name} .*; give "):
        read_catalog(tmp_path / name)
    with pytest.raises(CatalogError, match=rf"no_{name} cannot be read: No such file or directory; give"):
        read_catalog(tmp_path / f"no_{name}")
    (tmp_path / name).write_bytes(b"PK\x03\x04")
    with pytest.raises(CatalogError, match="the file is an archive"):
        read_catalog(tmp_path / name)


@pytest.mark.filterwarnings("ignore:File may have been truncated")
@pytest.mark.parametrize(("name", "form"), [("x.fits", "fits"), ("x.vot", "votable")])
def test_a_file_that_was_cut(name: str, form: str, tmp_path: Path) -> None:
    whole = packed(AstropyTable({"z": np.linspace(0.0, 1.0, 3000)}), form)
    (tmp_path / name).write_bytes(whole[: 3 * len(whole) // 4])
    with pytest.raises(CatalogError, match=r"cannot be read as .*; give a whole file, or its FORMAT"):
        read_catalog(tmp_path / name)


def test_tables_without_rows_and_files_without_tables(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n")
    with pytest.raises(CatalogError, match=r"x\.csv has no rows; give"):
        read_catalog(tmp_path / "x.csv")
    fits.writeto(tmp_path / "x.fits", np.ones((3, 3)))
    with pytest.raises(CatalogError, match=r"x\.fits has no table, only images; give"):
        read_catalog(tmp_path / "x.fits")


def test_what_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.csv").write_text("a\n" + 100 * "1\n")
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(b"a\n" + 100 * b"1\n"))
    monkeypatch.setattr(reading, "MAX_TEXT", 100)
    for name in ("x.csv", "x.csv.gz"):
        with pytest.raises(CatalogError, match="over 0 MB; give it as FITS or Parquet"):
            read_catalog(tmp_path / name)


def test_parquet_without_pyarrow_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(CatalogError, match=r"pyarrow.*not installed; pip install 'jaxlens-sim\[parquet\]'"):
        read_catalog(tmp_path / "x.parquet")
