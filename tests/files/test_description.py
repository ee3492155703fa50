"""Files that describe themselves: contents and values come back from what JSON holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from jaxlens.files.description import described, description, plain_rows, typed_column, value_types

RNG = np.random.default_rng(3)
COLUMNS = {
    "float32": RNG.lognormal(sigma=20, size=(50, 3)).astype(np.float32),
    "float64": RNG.lognormal(sigma=20, size=(50, 2, 1)),
    "missing": np.where(RNG.uniform(size=50) < 0.5, np.nan, 57000.123456789),
    "infinite": np.array([np.inf, -np.inf, 0.0], np.float32),
    "integers": np.arange(2**62, 2**62 + 3),
    "texts": np.array(["1.5;2", "", 'a "b" \u00b5\n'], dtype=object),
    "nothing": np.zeros((0, 2), np.float32),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_values_come_back_to_the_last_bit(name: str) -> None:
    column = COLUMNS[name]
    dtype, shape = value_types(COLUMNS)[name]
    rows = json.loads(json.dumps(plain_rows(column)))
    found = typed_column(rows, dtype, shape)
    assert found.dtype == column.dtype
    np.testing.assert_array_equal(found, column)


def test_contents_come_back(series_contents: Callable[..., Any]) -> None:
    contents = series_contents(start=2**40, dtype="float16", compression="gzip")
    assert described(json.loads(json.dumps(description(contents)))) == contents


@pytest.mark.parametrize("version", [None, 0, 2, "1"])
def test_another_version_is_refused(version: object, series_contents: Callable[..., Any]) -> None:
    entries = description(series_contents()) | {"jaxlens_description": version}
    with pytest.raises(ValueError, match="and this jaxlens reads 1"):
        described(entries)
