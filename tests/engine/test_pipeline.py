"""The pipeline: results in order, begun ahead, with errors in their turn and no thread left behind."""

from __future__ import annotations

import itertools
import threading
import time

import pytest

from jaxlens.engine.pipeline import Pipeline


def test_results_come_in_order_whatever_takes_longest() -> None:
    def make(start: int) -> int:
        time.sleep(0.02 if start == 0 else 0.0)
        return start**2

    assert list(Pipeline(make, range(0, 12, 3), ahead=3, workers=4)) == [(0, 0), (3, 9), (6, 36), (9, 81)]


def test_so_many_are_started_ahead_and_no_more() -> None:
    started: list[int] = []
    threads = set(threading.enumerate())
    pipeline = Pipeline(started.append, itertools.count(), ahead=2, workers=1)
    next(pipeline)
    pipeline.close()
    assert started in ([0], [0, 1], [0, 1, 2])
    assert set(threading.enumerate()) <= threads, "a thread is left behind"


def test_an_error_comes_in_its_turn_and_again() -> None:
    def make(start: int) -> int:
        if start == 1:
            raise ValueError("batch 1")
        return start

    pipeline = Pipeline(make, range(3), ahead=2, workers=2)
    assert next(pipeline) == (0, 0)
    for _ in range(2):
        with pytest.raises(ValueError, match="batch 1"):
            next(pipeline)
    pipeline.close()


@pytest.mark.parametrize("is_begun", [True, False])
def test_closing_ends_the_iteration_of_a_thread_that_waits(is_begun: bool) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def make(start: int) -> int:
        begun.set()
        go_on.wait(60.0)
        return start

    pipeline = Pipeline(make, itertools.count(), ahead=3, workers=1)
    if not is_begun:
        # the only thread is busy, so that no batch begins
        pipeline._threads.submit(make, -1)
    ended: list[list[tuple[int, int]]] = []
    user = threading.Thread(target=lambda: ended.append(list(pipeline)))
    user.start()
    begun.wait(60.0)
    while len(pipeline._started) < 4:
        time.sleep(0.001)
    closer = threading.Thread(target=pipeline.close)
    closer.start()
    while not pipeline._closed:
        time.sleep(0.001)
    go_on.set()
    for thread in (user, closer):
        thread.join(60.0)
        assert not thread.is_alive()
    assert ended == [[]]
    assert list(pipeline) == [], "and it stays closed"
    pipeline.close()
