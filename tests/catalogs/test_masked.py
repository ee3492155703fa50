"""Columns that astropy gives, as plain arrays."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.catalogs import masked
from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.masked import filled, padded, texts


def test_missing_values() -> None:
    missing = [True, False]
    np.testing.assert_array_equal(filled(np.ma.array([1, 2], mask=missing)), [np.nan, 2.0])
    np.testing.assert_array_equal(filled(np.ma.array([True, False], mask=missing)), [np.nan, 0.0])
    assert filled(np.ma.array(["a", "b"], mask=missing)).tolist() == ["", "b"]
    assert filled(np.ma.array([1.5, 2.5], mask=False)).tolist() == [1.5, 2.5]
    single = filled(np.ma.array(np.array([1.5, 2.5], np.float32), mask=missing))
    np.testing.assert_array_equal(single, [np.nan, 2.5])


def test_objects_are_texts_or_lists_of_numbers() -> None:
    assert filled(np.array([b"a ", None, "c"], object)).tolist() == ["a", "", "c"]
    np.testing.assert_array_equal(filled(np.array([[1, 2], None], object)), [[1.0, 2.0], [np.nan, np.nan]])
    assert filled(np.array([{"a": 1}, "c"], object)).tolist() == ["{'a': 1}", "c"]


def test_bytes_and_foreign_byte_order() -> None:
    assert filled(np.array([b"a\0", b"caf\xc3\xa9"])).tolist() == ["a", "café"]
    swapped = filled(np.array([1.5, 2.5], ">f8"))
    assert swapped.dtype.isnative
    assert swapped.tolist() == [1.5, 2.5]


def test_a_column_that_would_be_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masked, "MAX_COLUMN", 100)
    with pytest.raises(CatalogError, match="has a column with a text of 50 characters; leave it out"):
        texts(["", 50 * "a"])
    with pytest.raises(CatalogError, match="has a column with 20 numbers in a row; leave it out"):
        padded([[], range(20)])
