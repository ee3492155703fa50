"""Programs are compiled ahead, in the order of the jobs; their errors are left to whoever needs them."""

from __future__ import annotations

import threading

import pytest

from jaxlens.engine import ahead


class FakeJob:
    """A job that notes which size it is compiled for, or cannot be."""

    def __init__(self, count: int, fails: bool = False) -> None:
        self.count, self.fails, self.sizes = count, fails, []

    def executable(self, size: int) -> None:
        self.sizes.append((size, threading.current_thread() is threading.main_thread()))
        if self.fails:
            raise MemoryError


@pytest.fixture(autouse=True)
def sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "default_size", lambda job: job.count)


def test_each_job_is_compiled_in_a_thread_before_its_turn() -> None:
    jobs = [FakeJob(3), FakeJob(0), FakeJob(5, fails=True), FakeJob(7)]
    ready = ahead.compiled_ahead(jobs)
    for job in jobs:
        next(ready)
        # a job of no systems needs no program, and the error of one is not raised here
        assert job.sizes == ([(job.count, False)] if job.count else [])
    with pytest.raises(StopIteration):
        next(ready)


def test_a_single_job_is_left_to_its_turn() -> None:
    (job,) = jobs = [FakeJob(3)]
    assert list(ahead.compiled_ahead(jobs)) == [None]
    assert job.sizes == []


def test_closing_ends_the_threads() -> None:
    ready = ahead.compiled_ahead([FakeJob(3) for _ in range(20)])
    next(ready)
    ready.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("jaxlens")]
