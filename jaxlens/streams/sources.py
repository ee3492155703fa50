"""Batches of a stream for random access: what Grain calls a data source."""

from __future__ import annotations

from operator import index
from typing import Any, Protocol, SupportsIndex

from jaxlens.streams.arguments import check_whole
from jaxlens.streams.batches import StreamBatch
from jaxlens.streams.feeds import as_numpy
from jaxlens.streams.position import Position


class Feed(Protocol):
    """What is used of a stream here."""

    @property
    def place(self) -> Position:
        """Where the stream stands."""

    def batch_from(self, start: int) -> StreamBatch:
        """The batch that begins with the system `start`."""

    def state_dict(self) -> dict[str, Any]:
        """Where the stream stands."""


class StreamSource:
    """So many batches of a stream, each made when it is asked for: a `grain.sources.RandomAccessDataSource`.

    It can be pickled, and be used from several threads and processes; item k is the same in all of them.
    Its `repr` tells which systems it has, by which Grain recognises the source of a checkpoint.

    Args:
        feed: the stream, whose next batches these are.
        count: how many.

    Raises:
        ValueError: if `count` is not a whole number of at least 1, or the stream has fewer batches left.
    """

    def __init__(self, feed: Feed, count: int) -> None:
        check_whole("count", count)
        starts = feed.place.starts()
        if count > len(starts):
            raise ValueError(f"count is {count}, and the stream has {len(starts)} batches left; give fewer")
        self._feed, self._starts = feed, starts[: int(count)]
        state = feed.state_dict()
        self._name = (
            f"StreamSource(configuration={state['configuration'][:16]}, seed={state['seed']}, "
            f"batch_size={state['batch_size']}, start={state['index']}, step={state['step']}, count={count})"
        )

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, item: SupportsIndex) -> StreamBatch:
        """Batch number `item`, as numpy arrays; IndexError where there is none."""
        return as_numpy(self._feed.batch_from(self._starts[index(item)]))

    def __repr__(self) -> str:
        return self._name
