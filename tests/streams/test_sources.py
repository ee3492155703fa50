"""Batches for random access: item k is batch k, in any order, thread and process."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from jaxlens.streams.stream import stream


def test_item_k_is_batch_k_of_the_stream(small_lens: dict[str, Any], quick_batches: None) -> None:
    batches = stream(small_lens, 4, seed=3, start=2**32 - 8)
    source = batches.source(5)
    expected = [[2**32 - 8 + 4 * k + i for i in range(4)] for k in range(5)]
    assert len(source) == 5
    assert [item.index.tolist() for item in source] == expected
    assert source[3].index.tolist() == source[-2].index.tolist() == expected[3]
    copy = pickle.loads(pickle.dumps(source))
    with ThreadPoolExecutor(4) as pool:
        assert [item.index.tolist() for item in pool.map(copy.__getitem__, range(5))] == expected
    assert repr(copy) == repr(source)
    assert batches.index == 2**32 - 8
    # the stream moves on, the source does not
    next(batches)
    assert source[0].index.tolist() == expected[0]
    with pytest.raises(IndexError):
        source[5]


def test_a_source_of_another_stream_has_another_name(small_lens: dict[str, Any], quick_batches: None) -> None:
    batches = stream(small_lens, 4)
    others = [stream(small_lens, 4, seed=1), stream(small_lens, 2), stream(small_lens, 4, start=4)]
    others.append(batches.share(0, 2))
    names = {repr(one.source(5)) for one in (batches, *others)} | {repr(batches.source(4))}
    small_lens["SURVEY"]["PARAMETERS"]["sky_brightness"] = 21.0
    names.add(repr(stream(small_lens, 4).source(5)))
    assert len(names) == 7


def test_a_share_s_items_are_its_own_batches(small_lens: dict[str, Any], quick_batches: None) -> None:
    source = stream(small_lens, 4).share(1, 3).source(2)
    assert [int(item.index[0]) for item in source] == [4, 16]


@pytest.mark.parametrize("count", [0, -1, 2.5, True, "3"])
def test_a_count_that_is_none_is_refused(small_lens: dict[str, Any], quick_batches: None, count: Any) -> None:
    with pytest.raises(ValueError, match=r"count is .*; it must be a whole number of at least 1"):
        stream(small_lens, 4).source(count)


def test_more_batches_than_there_are_are_refused(small_lens: dict[str, Any], quick_batches: None) -> None:
    with pytest.raises(ValueError, match="count is 3, and the stream has 2 batches left"):
        stream(small_lens, 4).between(8, 16).source(3)
