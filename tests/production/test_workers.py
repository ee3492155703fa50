"""Shards by workers: in any order, and whole all the same where workers, tasks or this process end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

import jax
import pytest
import yaml

from jaxlens import make_dataset
from jaxlens.config import load_config
from jaxlens.engine.progress import Progress
from jaxlens.production import workers
from jaxlens.production.arguments import Arguments
from jaxlens.production.making import Making
from jaxlens.production.manifest import FileRecord, Shard, read_manifest
from jaxlens.production.shards import Kind, Made, Task
from jaxlens.production.workers import own_workers, tasks_done

from .conftest import BATCH, LABEL, Killed, contents, field, generate, made_up

# Seconds after which a test that waits for other processes has failed.
PATIENCE = 120.0


def tasks(count: int) -> list[Task]:
    """Shards of two systems each."""
    return [
        Task(b"", "", "", LABEL, Shard(k, 2 * k, 2 * k + 2), count, 2, 1, Kind("cpu", {}))
        for k in range(count)
    ]


def whole(task: Task) -> Made:
    """What a worker gives back."""
    return Made(task.label, replace(task.shard, files=(FileRecord("a", 1, "crc32:b"),)), (), 0.0)


def numbers(made: Iterator[Made]) -> list[int]:
    return [one.shard.number for one in made]


def never() -> None:
    """A check that lets the work go on."""


class Fake(Executor):
    """Gives results in an order of its own, one whenever it is looked at.

    Attributes:
        futures: of the tasks, in the order in which they came.
    """

    def __init__(
        self,
        order: Sequence[int],
        errors: dict[int, BaseException] | None = None,
        kind: type[Future[Made]] = Future,
    ) -> None:
        self.futures: list[Future[Made]] = []
        self._order, self._errors, self._kind = list(order), errors or {}, kind
        self._tasks: list[Task] = []

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        self._tasks.append(arguments[0])
        self.futures.append(self._kind())
        return self.futures[-1]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        raise AssertionError("the executor is the user's")

    def go_on(self) -> None:
        """End the next task."""
        if self._order:
            number = self._order.pop(0)
            error, future = self._errors.get(number), self.futures[number]
            if error is None:
                future.set_result(whole(self._tasks[number]))
            else:
                future.set_exception(error)


@pytest.fixture
def made_here(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the shards that this process makes, which takes no time."""
    found: list[int] = []

    def run(task: Task, check: Callable[[], None]) -> Made:
        found.append(task.shard.number)
        return whole(task)

    monkeypatch.setattr(workers, "run_task", run)
    return found


def test_shards_come_in_the_order_in_which_they_are_whole() -> None:
    executor = Fake([2, 0, 3, 1])
    assert numbers(tasks_done(executor, tasks(4), executor.go_on)) == [2, 0, 3, 1]


def test_few_tasks_wait_where_each_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_BYTES_AT_A_TIME", 800)
    monkeypatch.setattr(workers, "_LEAST_AT_A_TIME", 2)
    for recipe, most in ((100, 8), (1000, 2), (0, 10)):
        executor = Fake(range(10))
        large = [replace(task, recipe=b"x" * recipe) for task in tasks(10)]
        with closing(tasks_done(executor, large, executor.go_on)) as done:
            next(done)
        assert len(executor.futures) == most


def test_a_task_that_raises_ends_the_work_after_what_is_whole(made_here: list[int]) -> None:
    executor = Fake([1, 2], {2: ValueError("not finite")})

    def two_at_a_time() -> None:
        executor.go_on()
        executor.go_on()

    done = tasks_done(executor, tasks(5), two_at_a_time)
    assert next(done).shard.number == 1
    with pytest.raises(ValueError, match="not finite"):
        next(done)
    assert [future.cancelled() for future in executor.futures] == [True, False, False, True, True]
    assert made_here == []


class CannotCancel(Future[Made]):
    """As those of parsl."""

    def cancel(self) -> bool:
        raise NotImplementedError("Cancel not implemented")


def test_an_error_of_a_task_comes_through_where_futures_cannot_be_cancelled() -> None:
    executor = Fake([0], {0: ValueError("not finite")}, CannotCancel)
    with pytest.raises(ValueError, match="not finite"):
        list(tasks_done(executor, tasks(3), executor.go_on))


@pytest.mark.parametrize("error", [BrokenExecutor("a worker was killed"), None])
def test_the_rest_is_made_here_where_the_executor_breaks(
    error: BaseException | None, made_here: list[int]
) -> None:
    """A worker of it was killed, or it was shut down and has cancelled a task."""
    executor = Fake([1, 3] if error else [1], {3: error} if error else None)

    def look() -> None:
        if error is None and executor.futures[1].done():
            executor.futures[3].cancel()
        else:
            executor.go_on()

    with pytest.warns(UserWarning, match=r"the executor is broken.*; 3 shards are made here") as said:
        assert numbers(tasks_done(executor, tasks(4), look)) == [1, 0, 2, 3]
    assert len(said) == 1
    assert made_here == [0, 2, 3]


def test_an_executor_that_takes_no_more_tasks(made_here: list[int]) -> None:
    class Full(Fake):
        def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
            if len(self.futures) == 2:
                raise error
            return super().submit(function, *arguments, **named)

    error: Exception = BrokenExecutor("is broken")
    with pytest.warns(UserWarning, match="4 shards are made here"):
        assert numbers(tasks_done(Full([]), tasks(4), never)) == [0, 1, 2, 3]
    error, executor = RuntimeError("cannot schedule new futures after shutdown"), Full([])
    with pytest.raises(RuntimeError, match="after shutdown"):
        list(tasks_done(executor, tasks(4), never))
    assert all(future.cancelled() for future in executor.futures)


def test_no_task_is_left_where_a_check_or_who_records_ends_the_work() -> None:
    def stop() -> None:
        raise Killed

    executor = Fake([])
    with pytest.raises(Killed):
        list(tasks_done(executor, tasks(3), stop))
    assert all(future.cancelled() for future in executor.futures)
    executor = Fake([1])
    with closing(tasks_done(executor, tasks(3), executor.go_on)) as done:
        next(done)
    assert [future.cancelled() for future in executor.futures] == [True, False, True]


class Pools:
    """Stands for the processes: each pool ends as it is told, and remembers how it was left."""

    def __init__(self, *pools: Fake) -> None:
        self.pools, self.counts, self.left = list(pools), list[int](), list[Any]()

    def __call__(self, count: int) -> Pools:
        self.counts.append(count)
        return self

    def __enter__(self) -> Fake:
        return self.pools[len(self.counts) - 1]

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.left.append(kind)

    def go_on(self) -> None:
        self.pools[len(self.counts) - 1].go_on()


def killed(*order: int) -> Fake:
    """A pool of which a process is killed at the last of these tasks."""
    return Fake(order, {order[-1]: BrokenExecutor("killed")})


def test_processes_are_started_again_where_one_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    pools = Pools(killed(0), killed(2, 1), killed(0), killed(0), Fake([1, 0]))
    monkeypatch.setattr(workers, "_Processes", pools)
    with pytest.warns(UserWarning, match="a worker ended; its shards are made again"):
        assert numbers(own_workers(4, tasks(3), pools.go_on)) == [2, 1, 0]
    assert pools.counts == [3, 3, 2, 2, 2], "no more processes than shards"


def test_processes_that_end_again_and_again_end_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    pools = Pools(killed(0, 1), killed(0), killed(0), killed(0))
    monkeypatch.setattr(workers, "_Processes", pools)
    with (
        pytest.warns(UserWarning, match="made again"),
        pytest.raises(BrokenExecutor, match=r"3 times all processes ended.*enough memory for 2 of them"),
    ):
        list(own_workers(2, tasks(3), pools.go_on))
    assert pools.left == [BrokenExecutor] * 4


def test_what_workers_have_made_is_recorded_and_the_log_goes_on_while_they_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executor = Fake([1, 0], {0: ValueError("not finite")})
    manifest, updates = made_up(), list[int]()
    making = Making(tmp_path, None, {LABEL: None}, Arguments(True, executor=executor), manifest, manifest)
    monkeypatch.setattr(making, "_task", lambda run, label, shard: tasks(3)[shard.number])
    progress = Progress(6, shown=False)
    monkeypatch.setattr(progress, "update", updates.append)
    with pytest.raises(ValueError, match="not finite"):
        making.make(list(manifest.shards()), progress, executor.go_on)
    recorded = read_manifest(tmp_path)
    assert recorded is not None
    assert [shard.whole for _, shard in recorded.shards()] == [False, True, False]
    assert updates == [0, 2, 0]


@pytest.mark.long
def test_in_float64_too_where_a_process_is_killed_the_bytes_are_those_of_one_process(
    undisturbed: Path, tmp_path: Path
) -> None:
    killed: list[Any] = []

    def kill_one() -> None:
        if not killed and shards(tmp_path / "workers"):
            killed.append(active_children()[0])
            os.kill(killed[0].pid, signal.SIGKILL)

    def made(folder: str, **arguments: Any) -> None:
        config = replace(load_config(field(tmp_path, size=40)), outdir=str(tmp_path / folder))
        shard = {"batch_size": BATCH, "shard_size": BATCH, "image_file_format": "h5"}
        make_dataset(config, save_to_disk=True, store_in_memory=False, **shard, **arguments)

    with jax.enable_x64(True):
        made("one")
        with pytest.warns(UserWarning, match="a worker ended; its shards are made again"):
            made("workers", workers=2, check=kill_one)
    assert killed
    one = contents(tmp_path / "one")
    assert contents(tmp_path / "workers") == one
    table = f"{LABEL}_metadata-00000-of-00010.csv"
    single = (undisturbed / table.replace("10.csv", "03.csv")).read_bytes()
    assert one[table] != single, "float64 makes a difference"


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_no_worker_outlives_the_command(number: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C reaches all processes of a terminal."""
    folder, file = tmp_path / "out", tmp_path / "field.yaml"
    file.write_text(yaml.safe_dump(field(folder, size=100_000)))
    options = ["--workers", "2", "--batch-size", str(BATCH), "--shard-size", str(BATCH)]
    command = [sys.executable, "-m", "jaxlens", "generate", str(file), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        until(lambda: shards(folder) or process.poll() is not None)
        own = children(process.pid)
        assert len(own) > 1
        (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
        said = process.communicate()[1]
    until(lambda: not any(is_alive(one) for one in own))
    if number == signal.SIGKILL:
        return
    assert process.returncode == 128 + number
    assert "Traceback" not in said
    assert said.count("\njaxlens: ") == 2, "that it stops after the batch, and that it has stopped"
    assert not list(folder.rglob("*.partial"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:os.fork", "ignore:This process .* is multi-threaded")
def test_a_forked_pool_is_refused(tmp_path: Path) -> None:
    with (
        ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool,
        pytest.raises(RuntimeError, match="JAX does not work in a fork"),
    ):
        generate(tmp_path / "field", executor=pool)
    assert not list(tmp_path.rglob("*.partial"))


def children(parent: int) -> list[int]:
    """The processes that a process has started."""
    return [process for process, (_, of) in _processes().items() if of == parent]


def is_alive(process: int) -> bool:
    """Whether a process runs; one that nobody has waited for does not."""
    return _processes().get(process, ("Z", 0))[0] != "Z"


def _processes() -> dict[int, tuple[str, int]]:
    """The state and the parent of each process."""
    said = subprocess.run(["ps", "-eo", "pid=,stat=,ppid="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in said.stdout.splitlines()]
    return {int(process): (state[0], int(parent)) for process, state, parent in rows}


def until(condition: Callable[[], Any]) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def shards(folder: Path) -> int:
    """How many shards have their final names."""
    return len(list(folder.glob("*_images-*.h5")))
