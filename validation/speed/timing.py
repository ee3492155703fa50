"""Times of tasks, which take turns, so that a busy moment of the machine affects all of them."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """A function to be timed: `run` makes `items` systems and returns when they are complete.

    `first` replaces `run` in the first calls, which compile, if `run` uses several threads.
    """

    workload: str
    method: str
    run: Callable[[], object]
    items: int = 1
    batch: int | None = None
    first: Callable[[], object] | None = None


def side_by_side(task: Task, method: str, at_once: int) -> Task:
    """The same work in several threads: each run makes four times as many batches as there are threads.

    Args:
        task: the work of one batch.
        method: the name of the new task's row.
        at_once: threads.
    """
    pool = ThreadPoolExecutor(at_once)
    calls = 4 * at_once

    def run() -> object:
        return list(pool.map(lambda _: task.run(), range(calls)))

    return Task(task.workload, method, run, calls * task.items, task.batch, task.run)


@dataclass(frozen=True)
class Timed:
    """A measurement.

    `seconds` of a system are the median of `repeats`; `spread` is the distance between their quartiles, over
    the median.  `compile_seconds` are those of the first call less those of the second; None where nothing is
    compiled.
    """

    workload: str
    method: str
    seconds: float | None
    spread: float | None = None
    repeats: int = 0
    batch: int | None = None
    compile_seconds: float | None = None
    remark: str = ""

    @property
    def per_second(self) -> float | None:
        """Systems a second."""
        return None if self.seconds is None else 1.0 / self.seconds


def missing(workload: str, method: str, reason: str) -> Timed:
    """The row of a method that could not run, for the reason given."""
    return Timed(workload, method, None, remark=reason)


def measure(tasks: Sequence[Task], repeats: int, seconds: float) -> list[Timed]:
    """Time the tasks, which take turns.

    Args:
        tasks: the functions that are timed.
        repeats: how often each is timed.
        seconds: about the duration of a repeat, which is as many calls as fit.

    Returns:
        A measurement a task, in their order.
    """
    firsts = [_once(task.first or task.run) - _once(task.first or task.run) for task in tasks]
    usual = [min(_once(task.run) for _ in range(2)) for task in tasks]
    calls = [max(1, math.ceil(seconds / call)) for call in usual]
    times: list[list[float]] = [[] for _ in tasks]
    for _ in range(repeats):
        for task, many, taken in zip(tasks, calls, times, strict=True):
            start = time.perf_counter()
            for _ in range(many):
                task.run()
            taken.append((time.perf_counter() - start) / many / task.items)
    return [_timed(task, first, taken) for task, first, taken in zip(tasks, firsts, times, strict=True)]


def _once(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _timed(task: Task, compile_seconds: float, times: list[float]) -> Timed:
    middle = statistics.median(times)
    low, _, high = statistics.quantiles(times, n=4)
    compiled = None if task.batch is None else max(0.0, compile_seconds)
    spread = (high - low) / middle
    return Timed(task.workload, task.method, middle, spread, len(times), task.batch, compiled)
