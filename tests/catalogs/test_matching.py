"""Nearest neighbours between catalogues."""

import numpy as np
import pytest

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.matching import nearest_rows


@pytest.fixture
def catalogues():
    """Redshifts and magnitudes of 200 objects and of 500 others."""
    rng = np.random.default_rng(3)
    return [[rng.uniform(0.5, 3.0, n), rng.normal(24.0, 1.5, n)] for n in (200, 500)]


def separations(a, b, scales):
    """All distances, (n, m), by their definition."""
    return np.sqrt(
        sum(((x[:, None] - y[None, :]) / scale) ** 2 for x, y, scale in zip(a, b, scales, strict=True))
    )


def test_the_nearest_is_that_of_all_pairs(catalogues):
    a, b = catalogues
    found = nearest_rows(a, b, [0.05, 0.5])
    every = separations(a, b, [0.05, 0.5])
    np.testing.assert_array_equal(found.rows, every.argmin(axis=1))
    np.testing.assert_allclose(found.distances, every.min(axis=1), rtol=1e-12)
    assert found.unmatched == 0
    # the scales decide which is nearest
    assert np.any(nearest_rows(a, b, [0.5, 0.05]).rows != found.rows)


def test_beyond_the_largest_distance_there_is_none(catalogues):
    a, b = catalogues
    every = separations(a, b, [0.05, 0.5]).min(axis=1)
    largest = float(np.median(every))
    found = nearest_rows(a, b, [0.05, 0.5], largest)
    np.testing.assert_array_equal(found.rows < 0, every > largest)
    np.testing.assert_array_equal(np.isnan(found.distances), every > largest)
    assert found.unmatched == np.count_nonzero(every > largest)
    once = nearest_rows(a, b, [0.05, 0.5], largest, once=True)
    assert np.nanmax(once.distances) <= largest


def test_of_equals_the_first_is_taken():
    # the same number several times, and two at the same distance on both sides
    others = [3.0, 1.0, 1.0, 2.0, 1.0, 0.0]
    assert nearest_rows([[1.1, 0.5, 2.5]], [others], [1.0]).rows.tolist() == [1, 1, 0]
    assert nearest_rows([[1.0, 1.0, 1.0, 1.0]], [others], [1.0], once=True).rows.tolist() == [1, 2, 4, 3]


def test_each_once_takes_the_closest_pairs_first(catalogues):
    """As going through all pairs from the closest on."""
    a, b = ([column[:n] for column in one] for one, n in zip(catalogues, (60, 70), strict=True))
    found = nearest_rows(a, b, [0.05, 0.5], once=True)
    every = separations(a, b, [0.05, 0.5])
    rows = np.full(60, -1)
    for i, j in zip(*np.unravel_index(np.argsort(every, axis=None), every.shape), strict=True):
        if rows[i] < 0 and j not in rows:
            rows[i] = j
    np.testing.assert_array_equal(found.rows, rows)
    assert len(set(found.rows.tolist())) == 60


def test_each_once_leaves_the_farthest_without(catalogues):
    a, b = catalogues
    found = nearest_rows(a, [column[:50] for column in b], [0.05, 0.5], once=True)
    assert found.unmatched == 150
    assert sorted(found.rows[found.rows >= 0].tolist()) == list(range(50))


def test_what_is_not_finite_is_not_matched():
    found = nearest_rows([[1.0, np.nan, 2.0]], [[np.nan, 1.2, np.inf, 0.7]], [1.0])
    assert found.rows.tolist() == [1, -1, 1]
    assert nearest_rows([[1.0]], [[np.nan]], [1.0]).rows.tolist() == [-1]


def test_illegal_scales_are_explained():
    with pytest.raises(CatalogError, match="above 0"):
        nearest_rows([[1.0]], [[1.0]], [0.0])
    with pytest.raises(CatalogError, match="above 0"):
        nearest_rows([[1.0]], [[1.0]], [1.0], largest=np.nan)
    with pytest.raises(CatalogError, match="at least one"):
        nearest_rows([], [], [])
