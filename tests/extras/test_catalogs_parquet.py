"""Catalogues in Parquet, as pandas, astropy and pyarrow write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from astropy.table import Table as AstropyTable

from jaxlens.catalogs import reading
from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.reading import read_catalog

pytestmark = pytest.mark.extras


def test_columns_of_every_type(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "id": [7, 2**40],
            "z": [0.5, None],
            "count": pd.array([4, None], dtype="Int64"),
            "name": ["a", None],
            "kind": pd.Categorical(["quad", "pair"]),
            "quad": [True, False],
            "maybe": pd.array([True, None], dtype="boolean"),
            "ximg": [[1.0, 2.0], [3.0]],
            "night": pd.to_datetime(["2026-01-01", "2026-01-02"]),
        }
    )
    frame.to_parquet(tmp_path / "x.parquet")
    table = read_catalog(tmp_path / "x.parquet")
    assert list(table.columns) == list(frame.columns)
    assert table.column("id").tolist() == [7, 2**40]
    np.testing.assert_array_equal(table.column("z"), [0.5, np.nan])
    np.testing.assert_array_equal(table.column("count"), [4.0, np.nan])
    assert table.column("name").tolist() == ["a", ""]
    assert table.column("kind").tolist() == ["quad", "pair"]
    assert table.column("quad").tolist() == [True, False]
    np.testing.assert_array_equal(table.column("maybe"), [1.0, np.nan])
    np.testing.assert_array_equal(table.column("ximg"), [[1.0, 2.0], [3.0, np.nan]])
    assert [night[:10] for night in table.column("night")] == ["2026-01-01", "2026-01-02"]


def test_decimals_arrays_of_one_length_and_units_of_columns(tmp_path: Path) -> None:
    from decimal import Decimal

    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = [
        pa.field("price", pa.decimal128(5, 2)),
        pa.field("pair", pa.list_(pa.float32(), 2)),
        pa.field("re", pa.float32(), metadata={"unit": "arcmin"}),
        pa.field("raw", pa.binary()),
    ]
    rows = [[Decimal("1.25")], [[1.0, 2.0]], [0.5], [b"abc"]]
    arrays = [pa.array(row, type=field.type) for row, field in zip(rows, fields, strict=True)]
    pq.write_table(pa.table(arrays, schema=pa.schema(fields)), tmp_path / "x.parquet")
    table = read_catalog(tmp_path / "x.parquet")
    assert table.numbers("price").tolist() == [1.25]
    assert table.column("pair").tolist() == [[1.0, 2.0]]
    assert table.column("raw").tolist() == ["abc"]
    assert dict(table.units) == {"re": "arcmin"}


def test_units_of_astropy(tmp_path: Path) -> None:
    written = AstropyTable({"theta_E": [1.5], "z": [0.5]})
    written["theta_E"].unit = "arcsec"
    written.write(tmp_path / "x.pq", format="parquet")
    table = read_catalog(tmp_path / "x.pq")
    assert dict(table.units) == {"theta_E": "arcsec"}
    assert table.numbers("theta_E").tolist() == [1.5]


def test_what_is_wrong_with_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pd.DataFrame({"z": np.linspace(0.0, 1.0, 1000)}).to_parquet(tmp_path / "x.parquet")
    content = (tmp_path / "x.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(content[:-100])
    (tmp_path / "text.parquet").write_text("z\n1\n")
    for name in ("cut", "text"):
        with pytest.raises(CatalogError, match=r"cannot be read as Parquet: .*; give a whole file"):
            read_catalog(tmp_path / f"{name}.parquet")
    with pytest.raises(CatalogError, match=r"none\.parquet cannot be read: No such file"):
        read_catalog(tmp_path / "none.parquet")
    monkeypatch.setattr(reading, "MAX_BYTES", 1000)
    with pytest.raises(CatalogError, match="is unpacked over 0 MB; give fewer rows or columns"):
        read_catalog(tmp_path / "x.parquet")
