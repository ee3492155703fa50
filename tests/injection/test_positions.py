"""Systems and places: of tables, at random, and on grids."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.tables import Table
from jaxlens.injection.positions import positions_from


def test_tables_have_a_place_and_where_they_say_so_an_index_and_an_id(tmp_path: Path) -> None:
    found = positions_from({"RA": [10.0, 20.0], "dec": [1.0, -2.0]})
    assert (found.index.tolist(), found.ids.tolist()) == ([0, 1], ["0", "1"])
    (tmp_path / "places.csv").write_text("ID,raj2000,dej2000,System\nA,10.5,1,7\nB,11.5,2,3\n")
    found = positions_from(tmp_path / "places.csv")
    assert (found.ra.tolist(), found.dec.tolist()) == ([10.5, 11.5], [1.0, 2.0])
    assert (found.index.tolist(), found.ids.tolist()) == ([7, 3], ["A", "B"])
    twice = {"ra": [1.0, 2.0], "dec": [0.0, 0.0], "index": [5, 5]}
    assert positions_from(twice).ids.tolist() == ["0", "1"]
    hours = Table("t", {"ra": np.array([2.0]), "dec": np.array([60.0])}, {"ra": "hourangle", "dec": "arcmin"})
    found = positions_from(hours)
    assert (found.ra[0], found.dec[0]) == (pytest.approx(30.0), pytest.approx(1.0))


def test_wrong_tables_are_errors() -> None:
    with pytest.raises(CatalogError, match=r"the table of positions has no column 'dec'; .*declin"):
        positions_from({"ra": [1.0], "declin": [2.0]})
    with pytest.raises(CatalogError, match="the column ra is not all numbers"):
        positions_from({"ra": ["1h"], "dec": [2.0]})
    with pytest.raises(CatalogError, match="differ in length: ra has 2, dec has 1; make them alike"):
        positions_from({"ra": [1.0, 2.0], "dec": 2.0})
    with pytest.raises(ValueError, match="2 systems have the id 'A'; give each its own"):
        positions_from({"ra": [1.0, 2.0], "dec": [2.0, 2.0], "id": ["A", "A"]})
    with pytest.raises(ValueError, match="the column index has -1"):
        positions_from({"ra": [1.0], "dec": [2.0], "index": [-1]})
    table = Table("t", {"ra": np.array([2.0]), "dec": np.array([60.0])}, {"ra": "km"})
    with pytest.raises(CatalogError, match="the column ra has the unit 'km', which is no angle"):
        positions_from(table)
