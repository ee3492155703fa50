"""Tests of `jaxlens.catalogs.lensed_images`."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.lensed_images import lensed_images
from jaxlens.catalogs.tables import Table

# A triple and a double in columns of four places, and the same in one column an image.
ARRAYS = Table(
    "a.fits",
    {
        "X": np.array([[1.0, 2.0, 3.0, 0.0], [4.0, 5.0, 0.0, 0.0]]),
        "Y": np.array([[0.1, 0.2, 0.3, 0.0], [0.4, 0.5, 0.0, 0.0]]),
        "MU": np.array([[2.0, -1.0, 3.0, 0.0], [2.0, -1.0, 0.0, 0.0]]),
        "DT": np.array([[0.0, 1.0, 2.0, 0.0], [0.0, 3.0, 0.0, 0.0]]),
        "N": np.array([3, 2], np.int16),
        "NAME": np.array(["A", "B"], object),
    },
    {"DT": "hour", "X": "mas"},
)


def test_arrays_of_images() -> None:
    found = lensed_images(ARRAYS, "x", "y", "mu", "dt", "n")
    assert len(found) == 2
    assert found.count.tolist() == [3, 2]
    np.testing.assert_allclose(found.x[0, :3], [1e-3, 2e-3, 3e-3])
    np.testing.assert_allclose(found.delay[0, :3], [0.0, 1.0 / 24.0, 2.0 / 24.0])
    np.testing.assert_array_equal(found.mask, [[True, True, True, False], [True, True, False, False]])
    second = found.rows(np.array([1]))
    assert second.count.tolist() == [2]
    assert second.magnification.tolist() == [[2.0, -1.0, 0.0, 0.0]]


def test_columns_by_image_and_images_that_end_by_themselves() -> None:
    columns = {f"{name}_{k}": ARRAYS.columns[name][:, k] for name in ("X", "Y") for k in range(4)}
    columns["X_2"] = np.array([3.0, np.nan])
    names = {name: [f"{name}_{k}" for k in range(4)] for name in ("X", "Y")}
    found = lensed_images(Table("a.csv", columns), names["X"], names["Y"])
    assert found.count.tolist() == [3, 2]
    assert found.magnification is None
    assert found.delay is None
    assert found.rows(found.count == 2).x.shape == (1, 4)


def test_an_image_at_the_axis_is_one() -> None:
    """Only (0, 0) is none, in which a singular lens has no image."""
    found = lensed_images(Table("a", {"x": np.array([[0.0, 0.5]]), "y": np.array([[1.0, 0.0]])}), "x", "y")
    assert found.count.tolist() == [2]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"x": "XX"}, "has no column 'XX'; did you mean X"),
        ({"x": "NAME"}, "'NAME' of a.fits has no numbers of images; give one number an image"),
        ({"y": "N"}, "has room for 4 in x of images and for 1 in y; give columns of the same images"),
        ({"count": "DT"}, "'DT' of a.fits is no number of images; give whole numbers from 0 to 4"),
        ({"delay": "X"}, "'X' of a.fits: the unit 'mas' does not measure"),
    ],
)
def test_what_is_wrong(columns: dict[str, str], message: str) -> None:
    with pytest.raises(CatalogError, match=message):
        lensed_images(ARRAYS, **{"x": "X", "y": "Y"} | columns)


@pytest.mark.parametrize("count", [[3.5, 2.0], [5.0, 2.0], [-1.0, 2.0], [np.nan, 2.0]])
def test_a_count_that_is_none(count: list[float]) -> None:
    table = Table("a.fits", {**ARRAYS.columns, "N": np.array(count)})
    with pytest.raises(CatalogError, match=r"'N' of a\.fits is no number of images"):
        lensed_images(table, "X", "Y", count="N")
