"""Shards that are made by workers: any `concurrent.futures.Executor`, or processes of our own."""

from __future__ import annotations

import contextlib
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
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any

from jaxlens.config.users_line import users_line
from jaxlens.engine.stopping import begin_worker
from jaxlens.production.shards import Made, Task, run_task

# Tasks that wait or are worked on at a time: a cluster has many workers, and each task that an executor
# sends to another machine has a copy of the recipe, in which there may be large tables.
_AT_A_TIME = 1024
_LEAST_AT_A_TIME = 64
_BYTES_AT_A_TIME = 2**28
# Seconds between two looks at whether the work should end.
_LOOK = 0.5
# How often in a row the processes are started again where none finishes a shard any more.
_STARTS = 3


def tasks_done(
    executor: Executor, tasks: Sequence[Task], check: Callable[[], None]
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
    left = dict(enumerate(tasks))
    try:
        yield from _submitted(executor, left, check)
    except BrokenExecutor as error:
        warnings.warn(
            f"the executor is broken, since a worker ended ({error}); {len(left)} shards are made here",
            stacklevel=users_line(),
        )
        for task in left.values():
            check()
            yield run_task(task, check)


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
    left, failures = dict(enumerate(tasks)), 0
    while left:
        before = len(left)
        try:
            with _Processes(min(count, before)) as pool:
                yield from _submitted(pool, left, check)
        except BrokenExecutor as error:
            failures = failures + 1 if len(left) == before else 0
            if failures == _STARTS:
                raise BrokenExecutor(
                    f"{_STARTS} times all processes ended before a shard was whole; is there enough memory "
                    f"for {count} of them, and is what your program does under `if __name__ == "
                    f"'__main__':`, since each of them imports it? ({error})"
                ) from error
            warnings.warn("a worker ended; its shards are made again", stacklevel=users_line())


def _submitted(
    executor: Executor, left: dict[int, Task], check: Callable[[], None]
) -> Generator[Made, None, None]:
    """The shards of the tasks `left`, from which those that are done are removed."""
    waiting, running = deque(left), dict[Future[Made], int]()
    most = _at_a_time(left)
    try:
        while waiting or running:
            while waiting and len(running) < most:
                number = waiting.popleft()
                running[executor.submit(run_task, left[number])] = number
            check()
            wait(running, timeout=_LOOK, return_when=FIRST_COMPLETED)
            # it leaves out those that a shutdown has cancelled
            done = [future for future in running if future.done()]
            # those that are whole first, since an error ends the work
            for future in sorted(done, key=_failed):
                made = _result(future)
                del left[running.pop(future)]
                yield made
    finally:
        for future in running:
            # parsl's futures cannot be cancelled
            with contextlib.suppress(NotImplementedError):
                future.cancel()


def _at_a_time(tasks: dict[int, Task]) -> int:
    """How many tasks an executor is given at a time."""
    largest = max((len(task.recipe) for task in tasks.values()), default=0)
    return max(_LEAST_AT_A_TIME, min(_AT_A_TIME, _BYTES_AT_A_TIME // max(1, largest)))


def _failed(future: Future[Made]) -> bool:
    """Whether a future that is done has no result."""
    return future.cancelled() or future.exception() is not None


def _result(future: Future[Made]) -> Made:
    try:
        return future.result()
    except CancelledError as error:
        raise BrokenExecutor("a task was cancelled") from error


class _Spawn(SpawnContext):
    """Spawns processes, and remembers them."""

    def __init__(self) -> None:
        self.children: list[SpawnProcess] = []

    def Process(self, *arguments: Any, **named: Any) -> SpawnProcess:  # type: ignore[override]
        """A process that is not started yet."""
        self.children.append(SpawnProcess(*arguments, **named))
        return self.children[-1]


class _Processes(ProcessPoolExecutor):
    """Processes that are spawned, leave Ctrl-C to this one, and end with it."""

    def __init__(self, count: int) -> None:
        self._context = _Spawn()
        super().__init__(count, self._context, begin_worker, (os.getpid(),))

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if error is not None:
            # what they are making is not waited for
            self.shutdown(wait=False, cancel_futures=True)
            self._end()
        else:
            self.shutdown(wait=True)

    def _end(self) -> None:
        """End the processes of this pool."""
        children = [child for child in self._context.children if child.pid is not None]
        for child in children:
            child.terminate()
        for child in children:
            child.join()
