"""Columns of FITS tables of every type."""

from __future__ import annotations

import io

import numpy as np
import pytest
from astropy.io import fits

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.reading_fits import read_fits


def written(table: fits.BinTableHDU | fits.TableHDU) -> bytes:
    stream = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(np.zeros((2, 2))), table]).writeto(stream)
    return stream.getvalue()


def test_missing_whole_numbers_are_nan_also_where_they_are_scaled() -> None:
    table = fits.BinTableHDU.from_columns(
        [
            fits.Column("plain", "I", null=-99, array=[-99, 3]),
            fits.Column("scaled", "I", array=[-99, 10]),
            fits.Column("many", "2J", null=0, array=[[0, 1], [2, 3]]),
        ]
    )
    table.header["TSCAL2"], table.header["TZERO2"], table.header["TNULL2"] = 0.1, 5.0, -99
    found, _ = read_fits(written(table))
    np.testing.assert_array_equal(found["plain"], [np.nan, 3.0])
    np.testing.assert_allclose(found["scaled"], [np.nan, 6.0])
    np.testing.assert_array_equal(found["many"], [[np.nan, 1.0], [2.0, 3.0]])


def test_types_and_shapes() -> None:
    lists = np.array([np.array([1.0, 2.0]), np.array([3.0])], dtype=object)
    columns = [
        fits.Column("unsigned", "J", bzero=2**31, array=np.array([1, 2**31 + 5], np.uint32)),
        fits.Column("lists", "PD()", array=lists, unit="arcsec"),
        fits.Column("text", "5A", array=["a", "b  "]),
        fits.Column("square", "4E", dim="(2,2)", array=np.arange(8.0).reshape(2, 2, 2)),
        fits.Column("logical", "L", array=[True, False]),
    ]
    found, units = read_fits(written(fits.BinTableHDU.from_columns(columns)))
    assert found["unsigned"].tolist() == [1, 2**31 + 5]
    np.testing.assert_array_equal(found["lists"], [[1.0, 2.0], [3.0, np.nan]])
    assert found["text"].tolist() == ["a", "b"]
    assert found["square"].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert found["logical"].tolist() == [True, False]
    assert units == {"lists": "arcsec"}


def test_a_table_of_text() -> None:
    columns = [fits.Column("n", "I5", array=[1, 2]), fits.Column("name", "A4", array=["q", "rr"])]
    found, _ = read_fits(written(fits.TableHDU.from_columns(columns)))
    assert (found["n"].tolist(), found["name"].tolist()) == ([1, 2], ["q", "rr"])


@pytest.mark.filterwarnings("ignore:File may have been truncated")
def test_what_a_header_says_and_a_file_lacks() -> None:
    content = written(fits.BinTableHDU.from_columns([fits.Column("z", "D", array=np.ones(1000))]))
    with pytest.raises((ValueError, OSError, TypeError)):
        read_fits(content[:-5760])


@pytest.mark.filterwarnings("ignore:Error validating header")
def test_a_file_that_ends_in_the_header_of_its_table_is_not_whole() -> None:
    whole = written(fits.BinTableHDU.from_columns([fits.Column("a", "D", array=[1.0])]))
    # the first two blocks are an image
    with pytest.raises(CatalogError, match="ends before its table; give a whole file"):
        read_fits(whole[: 2 * 2880 + 100])
