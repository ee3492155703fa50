"""Columns of metadata by short names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from jaxlens.plotting.column_names import ColumnNames

THETA_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
E1 = [f"PLANE_1-OBJECT_1-{kind}_PROFILE_1-e1" for kind in ("LIGHT", "MASS")]


@pytest.fixture
def names() -> ColumnNames:
    same = {f"{name}-{band}": [0.1, np.nan] for name in (THETA_E, *E1) for band in "gr"}
    return ColumnNames(pd.DataFrame(same | {"seeing-g": [0.7, 0.7], "seeing-r": [0.7, 0.8]}))


@pytest.mark.parametrize(
    ("given", "column"),
    [
        (f"{THETA_E}-r", f"{THETA_E}-r"),
        (THETA_E, f"{THETA_E}-g"),
        ("theta_E", f"{THETA_E}-g"),
        ("theta_E-r", f"{THETA_E}-r"),
        ("MASS_PROFILE_1.e1", f"{E1[1]}-g"),
        ("seeing-r", "seeing-r"),
    ],
)
def test_a_short_name_is_that_of_a_column(names: ColumnNames, given: str, column: str) -> None:
    assert names.full(given) == column


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("seeing", "seeing differs by band; give one of seeing-g, seeing-r"),
        ("e1", f"e1 in the metadata may mean {E1[0]} "),
        ("theta_F", rf"theta_F: not in the metadata; did you mean {THETA_E}\?"),
        (3, "3: not in the metadata; it is an int"),
    ],
)
def test_what_is_no_column_is_refused(names: ColumnNames, given: str, message: str) -> None:
    with pytest.raises(KeyError, match=message):
        names.full(given)
