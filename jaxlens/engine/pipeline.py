"""Batches that are made in threads while earlier ones are used, and come in order."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Pipeline(Iterator[tuple[int, T]], Generic[T]):
    """An iterator of (start, make(start)) over the `starts`, in order.

    Computing, copying and the caller's own work overlap.  An error of `make` is raised where its batch was
    asked for, and again whenever it is asked for.  Closing or dropping the pipeline ends its threads, and the
    iteration, also that of a thread that waits for a batch.

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
        self._closed, self._lock = False, threading.Lock()

    def __next__(self) -> tuple[int, T]:
        """The next batch; those after it are started."""
        with self._lock:
            self._start_those_ahead()
            if not self._started:
                raise StopIteration
            start, future = self._started[0]
        with contextlib.suppress(CancelledError):
            batch = future.result()
        with self._lock:
            if self._closed:
                raise StopIteration
            self._started.popleft()
        return start, batch

    def close(self) -> None:
        """End the threads after the batches in progress are finished."""
        with self._lock:
            self._closed = True
            self._started.clear()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _start_those_ahead(self) -> None:
        while not self._closed and len(self._started) <= self._ahead:
            start = next(self._starts, None)
            if start is None:
                return
            self._started.append((start, self._threads.submit(self._make, start)))
