"""LazyArray: numpy's indexing, of which only what is asked for is read."""

import pickle

import numpy as np
import pytest

from jaxlens.files import lazy
from jaxlens.files.lazy import LazyArray

ARRAY = np.arange(12 * 3 * 4, dtype=np.float32).reshape(12, 3, 4)
MASK = np.random.default_rng(1).uniform(size=12) < 0.4
DEEP_MASK = np.random.default_rng(2).uniform(size=(12, 3)) < 0.3


class Recorded:
    """The rows of an array, and which of them were read."""

    def __init__(self, array=ARRAY):
        self.array, self.shape, self.dtype, self.reads = array, array.shape, array.dtype, []

    def read(self, start, stop):
        assert 0 <= start <= stop <= len(self.array)
        self.reads.append((start, stop))
        return self.array[start:stop]


@pytest.fixture(params=[2**24, 100])
def rows(request, monkeypatch):
    """Rows that are read at once, or two at a time."""
    monkeypatch.setattr(lazy, "_BLOCK", request.param)
    return Recorded()


@pytest.mark.parametrize(
    "key",
    [
        *(0, -1, np.int64(5), slice(None), slice(2, 9), slice(-3, None), slice(9, 2), slice(None, None, 3)),
        *(
            slice(None, None, -2),
            slice(100, 200),
            ...,
            (),
            (2, 1),
            (2, ..., 3),
            (..., 1),
            (slice(1, 5), 1, 2),
        ),
        *([3, 1, 3], np.array([[0, -1], [5, 5]]), [], (slice(0, 4), [0, 2]), ([1, 2], [0, 2]), (3, [0, 1])),
        *((slice(2, 5), slice(None), None), ([5, 1], slice(None), [0, 3]), (slice(3), DEEP_MASK[0])),
        *(MASK, DEEP_MASK, (MASK, 1), (DEEP_MASK, 2), list(MASK), ARRAY > 70),
    ],
    ids=str,
)
def test_an_index_gives_what_numpy_gives(rows, key):
    found, wanted = LazyArray(rows)[key], ARRAY[key]
    assert type(found) is type(wanted)
    np.testing.assert_array_equal(found, wanted)
    assert np.shape(found) == wanted.shape


def test_only_what_is_asked_for_is_read():
    rows = Recorded()
    array = LazyArray(rows)
    for key, wanted in [
        (7, [(7, 8)]),
        (slice(3, 6), [(3, 6)]),
        ([9, 2, 3, 2], [(2, 4), (9, 10)]),
        (np.arange(12) == 4, [(4, 5)]),
        (np.zeros(12, bool), []),
    ]:
        rows.reads.clear()
        array[key]
        assert rows.reads == wanted


def test_it_looks_like_an_array(rows):
    array = LazyArray(rows)
    assert (array.shape, array.ndim, array.size, array.nbytes, len(array)) == ((12, 3, 4), 3, 144, 576, 12)
    assert array.dtype == np.float32
    assert rows.reads == []
    assert repr(array) == "<LazyArray (12, 3, 4) float32, read when indexed>"
    np.testing.assert_array_equal(np.asarray(array), ARRAY)
    assert np.asarray(array, np.float64).dtype == np.float64
    np.testing.assert_array_equal(np.stack(list(array)), ARRAY)
    assert np.mean(array) == ARRAY.mean()
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(array))[5], ARRAY[5])
    with pytest.raises(ValueError, match="cannot be had without a copy"):
        np.array(array, copy=False)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (12, "index 12 is outside of axis 0, which has 12 rows"),
        ([0, -13], "index -13 is outside"),
        ([0.5], "float64 is no index"),
        (MASK[:5], r"a mask of shape \(5,\) does not fit an array of shape \(12, 3, 4\)"),
        (None, "index the systems first"),
        (True, "index the systems first"),
        ((0, 0, 0, 0), "too many indices"),
    ],
)
def test_what_is_no_index_is_explained(key, message):
    with pytest.raises(IndexError, match=message):
        LazyArray(Recorded())[key]


def test_no_rows_are_an_empty_array():
    array = LazyArray(Recorded(np.zeros((0, 3), np.float32)))
    assert np.asarray(array).shape == (0, 3)
    assert list(array) == []
    assert array[:5, 1].shape == (0,)
