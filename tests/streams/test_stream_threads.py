"""Several threads on one stream: every batch is delivered once, and none is missing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from jaxlens.streams.stream import Stream, stream

THREADS = 4
EACH = 50


@pytest.fixture
def batches(small_lens: dict[str, Any], quick_batches: None) -> Stream:
    return stream(small_lens, 4)


def run(count: int, work: Callable[[], None]) -> None:
    """Call `work` in so many threads at once; what they raise is raised here."""
    with ThreadPoolExecutor(count) as pool:
        for future in [pool.submit(work) for _ in range(count)]:
            future.result()


def test_threads_share_the_batches_of_a_stream(batches: Stream) -> None:
    found: list[int] = []

    def take() -> None:
        for _ in range(EACH):
            found.append(int(np.asarray(next(batches).index)[0]))

    with batches:
        run(THREADS, take)
    assert sorted(found) == list(range(0, THREADS * EACH * 4, 4))
    assert batches.index == THREADS * EACH * 4


def test_threads_share_the_numpy_batches_of_a_stream(batches: Stream) -> None:
    made, found = batches.numpy(), []
    with batches:
        run(THREADS, lambda: found.extend(int(next(made).index[0]) for _ in range(EACH)))
    assert sorted(found) == list(range(0, THREADS * EACH * 4, 4))


def test_a_stream_may_be_closed_and_looked_at_while_threads_wait(batches: Stream) -> None:
    """A close drops what is in progress; the batches come all the same, each once."""
    found: list[int] = []
    done = threading.Event()

    def take() -> None:
        for _ in range(EACH):
            found.append(int(np.asarray(next(batches).index)[0]))

    def disturb() -> None:
        while not done.wait(0.002):
            batches.close()
            state = batches.state_dict()
            assert state["index"] % 4 == 0

    disturbing = threading.Thread(target=disturb)
    disturbing.start()
    try:
        run(THREADS, take)
    finally:
        done.set()
        disturbing.join()
        batches.close()
    assert sorted(found) == list(range(0, THREADS * EACH * 4, 4))


def test_batches_may_be_asked_for_by_index_meanwhile(batches: Stream) -> None:
    with batches:
        first = next(batches)
        run(2, lambda: np.testing.assert_array_equal(batches.batch_from(0).index, first.index))
        assert int(np.asarray(next(batches).index)[0]) == 4
