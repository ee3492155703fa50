"""Streams for training, validation and test: no system is in two of them."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from jaxlens.sampling.indices import INDEX_LIMIT
from jaxlens.streams.position import Position
from jaxlens.streams.splits import train_test_streams
from jaxlens.streams.stream import stream


def span(place: Position) -> tuple[int, int]:
    """The index of the first system of a stream, and where the last one ends."""
    return place.index, place.starts()[-1] + place.batch_size


def test_no_system_is_in_two_of_the_streams(small_lens: dict[str, Any], quick_batches: None) -> None:
    for size in (3, 1000):
        train, validation, test = train_test_streams(small_lens, size, seed=4, validation=True)
        family = []
        for one in (train, validation, test):
            copies = [one.spawn(), one.spawn()]
            family.append([span(place) for place in (one.place, *(copy.place for copy in copies))])
        ends = [(min(low for low, _ in own), max(high for _, high in own)) for own in family]
        assert ends[0][0] == 0
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(ends))
        assert ends[2][1] <= INDEX_LIMIT
        assert {one.seed for one in (train, validation, test)} == {4}


def test_the_stream_for_training_is_the_stream(small_lens: dict[str, Any], quick_batches: None) -> None:
    train, test = train_test_streams(small_lens, 4, labels="H0", configurations="LENSES")
    assert (train.index, train.label_names, train.configurations) == (0, ("H0",), ("LENSES",))
    with train, stream(small_lens, 4) as same, test:
        assert next(train.numpy()).index.tolist() == next(same.numpy()).index.tolist()
        assert next(test.numpy()).index.tolist() == [3 * 2**61 + k for k in range(4)]
        with pytest.raises(ValueError, match=f"lowest is 0 in the state and {3 * 2**61} in this stream"):
            test.load_state_dict(train.state_dict())


def test_a_stream_between_two_indices_ends_with_its_last_whole_batch(
    small_lens: dict[str, Any], quick_batches: None
) -> None:
    whole = stream(small_lens, 4, start=100)
    with whole.between(8, 18) as part:
        assert [int(next(part).index[0]) for _ in range(2)] == [8, 12]
        with pytest.raises(ValueError, match="the systems of this stream end at index 18"):
            next(part)
    assert whole.index == 100
    wrong: list[tuple[Any, Any]] = [(8, 11), (-1, 8), (0, 2**63 + 1), (0, "8")]
    for start, stop in wrong:
        with pytest.raises(ValueError, match=r"stop|start"):
            whole.between(start, stop)
