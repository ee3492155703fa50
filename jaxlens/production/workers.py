"""Shards that are made by workers: any `concurrent.futures.Executor`, or processes of our own."""

from __future__ import annotations

import multiprocessing
import os
import warnings
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from typing import Any

from jaxlens.engine.stopping import begin_worker
from jaxlens.production.shards import Made, Task, run_task

# Tasks that wait or are worked on at a time; a task takes little memory, and a cluster has many workers.
_AT_A_TIME = 1024
# Seconds between two looks at whether the work should end.
_LOOK = 0.5
# How often in a row the processes are started again where none finishes a shard any more.
_STARTS = 3


def tasks_done(
    executor: Executor | None, tasks: Sequence[Task], check: Callable[[], None]
) -> Generator[Made, None, None]:
    """The shards of tasks in the order in which an executor finishes them.

    Where the executor breaks, since a worker was killed, the rest is made in this process.

    Args:
        executor: any executor; it is not shut down here.
        tasks: the shards.
        check: is called twice a second, and raises where the work should end.

    Warns:
        UserWarning: where the executor breaks.
    """
    assert executor is not None
    left = deque(tasks)
    try:
        yield from _submitted(executor, left, check)
    except BrokenExecutor as error:
        warnings.warn(
            f"the executor is broken, since a worker ended ({error}); {len(left)} shards are made here",
            stacklevel=2,
        )
        while left:
            check()
            yield run_task(left.popleft())


def own_workers(count: int, tasks: Sequence[Task], check: Callable[[], None]) -> Generator[Made, None, None]:
    """The shards of tasks as they are made by processes of our own.

    Where one is killed they are started again.

    Args:
        count: how many processes.
        tasks: the shards.
        check: is called twice a second, and raises where the work should end.

    Raises:
        BrokenExecutor: if processes end, again and again, before a shard is whole.
    """
    left, failures = deque(tasks), 0
    while left:
        before = len(left)
        try:
            with _Processes(count) as pool:
                yield from _submitted(pool, left, check)
        except BrokenExecutor as error:
            failures = failures + 1 if len(left) == before else 0
            if failures == _STARTS:
                raise BrokenExecutor(
                    f"{_STARTS} times all processes ended before a shard was whole; is there enough memory "
                    f"for {count} of them? ({error})"
                ) from error
            warnings.warn("a worker ended; its shards are made again", stacklevel=2)


def _submitted(
    executor: Executor, left: deque[Task], check: Callable[[], None]
) -> Generator[Made, None, None]:
    """The shards of the tasks `left`, from which those that are done are removed."""
    waiting, running = deque(left), dict[Future[Made], Task]()
    try:
        while waiting or running:
            while waiting and len(running) < _AT_A_TIME:
                task = waiting.popleft()
                running[executor.submit(run_task, task)] = task
            check()
            done, _ = wait(running, timeout=_LOOK, return_when=FIRST_COMPLETED)
            for future in done:
                task = running.pop(future)
                made = _result(future)
                left.remove(task)
                yield made
    finally:
        for future in running:
            future.cancel()


def _result(future: Future[Made]) -> Made:
    try:
        return future.result()
    except CancelledError as error:
        raise BrokenExecutor("a task was cancelled") from error


class _Processes(ProcessPoolExecutor):
    """Processes that are spawned, leave Ctrl-C to this one, and end with it."""

    def __init__(self, count: int) -> None:
        before = set(multiprocessing.active_children())
        super().__init__(
            count,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=begin_worker,
            initargs=(os.getpid(),),
        )
        self._others = before

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool | None:
        if error is not None:
            # what they are making is not waited for
            self.shutdown(wait=False, cancel_futures=True)
            self._end()
        else:
            self.shutdown(wait=True)
        return None

    def _end(self) -> None:
        """End the processes of this pool."""
        children = [child for child in multiprocessing.active_children() if child not in self._others]
        for child in children:
            child.terminate()
        for child in children:
            child.join()
