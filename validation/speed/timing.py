"""Times of tasks, taken in turns so that a busy moment of the machine hits them all."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """Something to be timed: `run` makes `items` systems and returns when they are there.

    `first` is what is run first, where that is something else: a compilation in one thread, not in many.
    """

    workload: str
    who: str
    run: Callable[[], object]
    items: int = 1
    batch: int | None = None
    first: Callable[[], object] | None = None


def side_by_side(task: Task, who: str, at_once: int) -> Task:
    """The same work in several threads: each run makes four times as many batches as there are threads."""
    pool = ThreadPoolExecutor(at_once)
    calls = 4 * at_once

    def run() -> object:
        return list(pool.map(lambda _: task.run(), range(calls)))

    return Task(task.workload, who, run, calls * task.items, task.batch, task.run)


@dataclass(frozen=True)
class Timed:
    """What was measured: seconds of a system, its spread, and those of the first call less a usual one.

    `seconds` is the median of `repeats`; `spread` the distance between their quartiles over it.
    `compile_seconds` is None where nothing is compiled.
    """

    workload: str
    who: str
    seconds: float | None
    spread: float | None = None
    repeats: int = 0
    batch: int | None = None
    compile_seconds: float | None = None
    note: str = ""

    @property
    def per_second(self) -> float | None:
        """Systems a second."""
        return None if self.seconds is None else 1.0 / self.seconds


def missing(workload: str, who: str, why: str) -> Timed:
    """The row of a peer that could not run."""
    return Timed(workload, who, None, note=why)


def measure(tasks: Sequence[Task], repeats: int, seconds: float) -> list[Timed]:
    """Time every task `repeats` times, in turns; a repeat is as many calls as take about `seconds`."""
    firsts = [_once(task.first or task.run) - _once(task.first or task.run) for task in tasks]
    usual = [min(_once(task.run) for _ in range(2)) for task in tasks]
    calls = [max(1, math.ceil(seconds / one)) for one in usual]
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
    return Timed(task.workload, task.who, middle, spread, len(times), task.batch, compiled)
