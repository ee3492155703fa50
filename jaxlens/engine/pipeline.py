"""Batches that are made in threads while earlier ones are used, and come in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Pipeline(Iterator[tuple[int, T]], Generic[T]):
    """An iterator of (start, make(start)) over the `starts`, in order.

    Computing, copying and the caller's own work overlap.  An error of `make` is raised where its batch was
    asked for, and again whenever it is asked for.  Dropping the pipeline ends its threads.

    Args:
        make: makes the batch that begins with a system; called from several threads.
        starts: the index of the first system of each batch; may be endless.
        ahead: how many batches are started beyond the one that is asked for.
        workers: how many are made at the same time.
    """

    def __init__(self, make: Callable[[int], T], starts: Iterable[int], ahead: int, workers: int) -> None:
        self._make, self._starts, self._ahead = make, iter(starts), ahead
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="jaxlens")
        self._started: deque[tuple[int, Future[T]]] = deque()

    def __next__(self) -> tuple[int, T]:
        """The next batch; those after it are started."""
        while len(self._started) <= self._ahead and (start := next(self._starts, None)) is not None:
            self._started.append((start, self._threads.submit(self._make, start)))
        if not self._started:
            raise StopIteration
        start, future = self._started[0]
        batch = future.result()
        self._started.popleft()
        return start, batch

    def close(self) -> None:
        """End the threads after the batches in progress are finished."""
        self._started.clear()
        self._threads.shutdown(wait=True, cancel_futures=True)
