"""Columns of a catalogue by name."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.tables import Table

TABLE = Table(
    "x.csv",
    {
        "ZLENS": np.array([1, 2]),
        "name": np.array(["0.5", "b"]),
        "quad": np.array([True, False]),
        "XIMG": np.ones((2, 4)),
        "wave": np.array([1j, 0j]),
    },
)


def test_columns_by_name_in_any_capitals() -> None:
    assert len(TABLE) == 2
    assert TABLE.name("zlens") == "ZLENS"
    assert TABLE.column("Name").tolist() == ["0.5", "b"]


def test_a_column_that_is_missing() -> None:
    with pytest.raises(CatalogError, match=r"x\.csv has no column 'z_lens'; did you mean ZLENS\?"):
        TABLE.column("z_lens")
    with pytest.raises(CatalogError, match=r"no column 'radius'; its columns are ZLENS, name, quad"):
        TABLE.column("radius")


def test_numbers() -> None:
    assert TABLE.numbers("zlens").dtype == np.float64
    assert TABLE.numbers("quad").tolist() == [1.0, 0.0]
    with pytest.raises(CatalogError, match="has 'b' in 'name', row 1, which is no number; give a column of"):
        TABLE.numbers("name")
    with pytest.raises(CatalogError, match="has 4 numbers in each row of 'XIMG'; give a column with one"):
        TABLE.numbers("ximg")
    with pytest.raises(CatalogError, match="in 'wave', row 0, which is no number"):
        TABLE.numbers("wave")
