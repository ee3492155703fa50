"""WHERE and rows that are not finite."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jaxlens.catalogs.cuts import finite, where
from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.tables import Table

TABLE = Table(
    "x.csv",
    {
        "z": np.array([0.5, 1.0, np.nan, np.inf]),
        "kind": np.array(["quad", "pair", "", "quad"]),
        "ok": np.array([True, True, False, True]),
        "XIMG": np.array([[1.0, 2.0], [np.nan, 1.0], [0.0, 0.0], [3.0, 4.0]]),
    },
)


@pytest.mark.parametrize(
    ("conditions", "rows"),
    [
        ({}, [0, 1, 2, 3]),
        ({"Z": (0.5, 1.0)}, [0, 1]),
        ({"z": [None, 0.9]}, [0]),
        ({"z": [0.9, None]}, [1, 3]),
        ({"z": [None, None]}, [0, 1, 3]),
        ({"z": 1}, [1]),
        ({"ok": True, "kind": "quad"}, [0, 3]),
        ({"kind": ["quad", "pair"]}, [0, 1, 3]),
        ({"kind": ["ring"]}, []),
    ],
)
def test_the_rows_that_meet_conditions(conditions: dict[str, Any], rows: list[int]) -> None:
    assert np.flatnonzero(where(TABLE, conditions)).tolist() == rows


@pytest.mark.parametrize(
    ("condition", "finding"),
    [
        ({"z": [1, 0]}, r"the condition on 'z' is \[1, 0\], in which no number is; give \[low, high\]"),
        ({"z": [1, 2, 3]}, r"the condition on 'z' is \[1, 2, 3\]; give"),
        ({"z": [float("nan"), 1]}, "in which no number is"),
        ({"z": []}, "the condition on 'z' is"),
        ({"z": None}, "the condition on 'z' is None; give"),
        ({"z": "quad"}, r"has numbers in 'z', not texts; give \[low, high\]"),
        ({"kind": [0, 1]}, "has 'quad' in 'kind', row 0, which is no number"),
        ({"zz": [0, 1]}, "has no column 'zz'; did you mean z"),
        ({"XIMG": [0, 1]}, "has 2 numbers in each row of 'XIMG'"),
    ],
)
def test_conditions_that_do_not_fit(condition: dict[str, Any], finding: str) -> None:
    with pytest.raises(CatalogError, match=finding):
        where(TABLE, condition)


def test_rows_that_are_finite() -> None:
    assert finite(TABLE, []).tolist() == [True] * 4
    assert finite(TABLE, ["z"]).tolist() == [True, True, False, False]
    assert finite(TABLE, ["kind", "ok"]).tolist() == [True, True, False, True]
    assert finite(TABLE, ["ximg"]).tolist() == [True, False, True, True]
