"""Tests of `jaxlens.truth.image_differences`: images are matched, and differences are ours minus theirs."""

from __future__ import annotations

import numpy as np
import pytest

from jaxlens.catalogs.lensed_images import LensedImages
from jaxlens.truth.image_differences import image_differences

# A quad and a double, listed in no order, in four places.
THEIRS = LensedImages(
    x=np.array([[1.0, -1.0, 0.1, 0.2], [0.5, -1.5, 0.0, 0.0]]),
    y=np.array([[0.0, 0.1, 0.9, -0.8], [0.5, -0.2, 0.0, 0.0]]),
    count=np.array([4, 2]),
    magnification=np.array([[4.0, 5.0, -3.0, -2.0], [-0.5, 2.0, 0.0, 0.0]]),
    delay=np.array([[3.0, 0.0, 10.0, 12.0], [20.0, 0.0, 0.0, 0.0]]),
)


def other(order: list[list[int]], **changes: np.ndarray) -> LensedImages:
    """The same images in other places of six, with changes in their own order."""
    values = {name: changes.get(name, getattr(THEIRS, name)) for name in ("x", "y", "magnification", "delay")}
    moved = {name: np.zeros((2, 6)) for name in values}
    for name, array in values.items():
        moved[name][:, :4] = np.take_along_axis(array, np.array(order), axis=1)
    return LensedImages(count=changes.get("count", THEIRS.count), **moved)


ORDER = [[2, 0, 3, 1], [1, 0, 2, 3]]


def test_the_same_images_in_another_order_do_not_differ() -> None:
    found = image_differences(np.array([7, 3]), THEIRS, other(ORDER))
    np.testing.assert_array_equal(found.counterpart, [[1, 3, 0, 2], [1, 0, -1, -1]])
    assert found.same_number.all()
    for values in (found.position, found.magnification, found.days, found.delay):
        assert values is not None
        spread = found.spread(values)
        assert spread is not None
        assert spread.largest == 0.0
    assert np.isnan(found.position[1, 2:]).all()


def test_differences_are_ours_minus_theirs() -> None:
    x = THEIRS.x + np.array([0.0, 0.0, 3e-3, 0.0]) * THEIRS.mask
    mu, delay = THEIRS.magnification * 1.02, THEIRS.delay * 1.1
    found = image_differences(np.array([7, 3]), THEIRS, other(ORDER, x=x, magnification=mu, delay=delay))
    spread = found.spread(found.position)
    assert spread[:2] == (6, 0.0)
    assert spread[3:] == (pytest.approx(3e-3), 7)
    # between the largest and the one before it, linearly
    assert spread.percentile_99 == pytest.approx(0.95 * 3e-3)
    assert found.spread(found.magnification)[:4] == pytest.approx((6, 0.02, 0.02, 0.02))
    np.testing.assert_allclose(found.days[0], [0.3, 0.0, 1.0, 1.2])
    # the first image has no delay of which this could be a share
    assert found.spread(found.delay)[:2] == pytest.approx((4, 0.1))


def test_delays_may_begin_anywhere() -> None:
    """A catalogue may count from the source's own time, and we from another image where theirs is missing."""
    found = image_differences(np.array([7, 3]), THEIRS, other(ORDER, delay=THEIRS.delay + 5.0))
    assert found.spread(found.days).largest == pytest.approx(0.0, abs=1e-12)


def test_magnifications_without_signs_are_compared_without() -> None:
    unsigned = LensedImages(THEIRS.x, THEIRS.y, THEIRS.count, np.abs(THEIRS.magnification), THEIRS.delay)
    found = image_differences(np.array([7, 3]), unsigned, other(ORDER))
    assert found.spread(found.magnification).largest == 0.0
    signs = image_differences(np.array([7, 3]), THEIRS, other(ORDER, magnification=-THEIRS.magnification))
    assert signs.spread(signs.magnification).largest == pytest.approx(2.0)


def test_another_number_of_images_is_counted_and_not_measured() -> None:
    ours = other(ORDER, count=np.array([2, 2]))
    found = image_differences(np.array([7, 3]), THEIRS, ours)
    assert found.same_number.tolist() == [False, True]
    # the two of ours that there are, places 0 and 1, are theirs of places 2 and 0; the nearest that are left
    # are taken in the order of arrival, so that the others have none
    assert np.sum(found.counterpart[0] >= 0) == 2
    assert found.spread(found.position)[:4] == (2, 0.0, 0.0, 0.0)


def test_positions_alone() -> None:
    bare = LensedImages(THEIRS.x, THEIRS.y, THEIRS.count)
    found = image_differences(np.array([7, 3]), bare, other(ORDER))
    assert found.magnification is found.delay is found.days is None
    assert list(found.table()) == [
        "row", "image", "x", "x_here", "y", "y_here", "distance", "images", "images_here",
    ]  # fmt: skip


def test_the_table_has_a_row_for_each_image() -> None:
    table = image_differences(np.array([7, 3]), THEIRS, other(ORDER, count=np.array([4, 1]))).table()
    assert table["row"].tolist() == [7, 7, 7, 7, 3, 3]
    assert table["images"].tolist() == [4, 4, 4, 4, 2, 2]
    np.testing.assert_array_equal(table["delay"][:4], table["delay_here"][:4])
    # of the double's images ours has the one that arrives first
    assert np.isnan(table["x_here"][4])
    assert table["x_here"][5] == -1.5
