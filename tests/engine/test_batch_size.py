"""The batch size: the one that was asked for, or a fast one that fits; smaller where memory runs out."""

import threading
import time
from types import SimpleNamespace

import jax
import numpy as np
import pytest

from jaxlens.config import load_config
from jaxlens.engine import batch_size as module
from jaxlens.engine.batch_size import automatic_batch_size, planned
from jaxlens.engine.executable import Executable
from jaxlens.engine.job import Job
from jaxlens.production.chunks import Chunks
from jaxlens.simulator.generation import Batch

SCENE = SimpleNamespace(image_slots=8)
NO_MEMORY = jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 1 bytes.")


def job(count=100, batch_size=None, devices=1):
    config = load_config("galaxy_galaxy")
    simulator = SimpleNamespace(config=config, configuration=config.configurations[0], scene=SCENE)
    device = SimpleNamespace(platform="cpu")
    return Job(simulator, np.zeros(2, np.uint32), count, batch_size, (device,) * devices)


class Machine:
    """Programs of ten bytes a system, which raise `fails(size, start)`; `seconds(size)` is their speed."""

    def __init__(self, monkeypatch, memory=None, fails=lambda *_: None, seconds=None, compilation=0.001):
        self.made, self.fails, self.compilation = [], fails, compilation
        monkeypatch.setattr("jaxlens.engine.job.compiled", self.compiled)
        monkeypatch.setattr(module, "automatic_batch_size", lambda *arguments: 16)
        monkeypatch.setattr(module, "memory_for_batch", lambda devices: memory)
        if seconds is not None:
            monkeypatch.setattr(module, "seconds_per_system", lambda job, program: seconds(program.size))

    def compiled(self, simulator, size, arrays, positions, devices, measured=True):
        def run(key, index):
            index = index[:, 0]
            error = self.fails(size, int(index[0]))
            if error:
                raise error
            images = np.broadcast_to(index.reshape(-1, 1, 1, 1).astype(np.float32), (size, 1, 2, 2))
            return Batch(images, {"H0": index * 1.0}, index < 0, index >= 0, {})

        self.made.append(size)
        return Executable(size, run, lambda batch: batch, 10 * size, self.compilation)


def systems(job):
    return [int(i) for chunk in Chunks(job, planned(job)) for i in chunk.values["H0"]]


def test_the_size_that_is_asked_for_is_used_whatever_there_is(monkeypatch):
    machine = Machine(monkeypatch, memory=10)
    assert planned(job(batch_size=24)).executable.size == 24
    assert machine.made == [24]


def test_an_automatic_size_fits_into_memory_by_the_compilers_count(monkeypatch):
    for memory, size in ((None, 16), (160, 16), (159, 8), (79, 4), (1, 1)):
        machine = Machine(monkeypatch, memory=memory)
        assert planned(job()).executable.size == size
        assert machine.made == [16, size][: 1 + (size < 16)]


@pytest.mark.parametrize(("fastest", "sizes"), [(16, [16, 4, 64]), (4, [16, 4, 64]), (64, [16, 4, 64])])
def test_a_long_run_takes_the_fastest_of_three(monkeypatch, fastest, sizes):
    machine = Machine(monkeypatch, seconds=lambda size: 1e-4 if size == fastest else 4e-4)
    assert planned(job(count=10**8)).executable.size == fastest
    assert machine.made == sizes


def test_the_seconds_per_system_are_those_of_batches_side_by_side(monkeypatch):
    monkeypatch.setattr(module, "batches_at_once", lambda devices: 2)
    started = []

    def run(key, index):
        started.append(int(index[0, 0]))
        time.sleep(0.01)

    # two rounds of two batches of five systems: at least 0.02 s for 20 systems
    assert module.seconds_per_system(job(), Executable(5, run, lambda batch: batch, None, 0.0)) >= 0.001
    assert sorted(started) == [0, 0, 5, 5, 10, 10, 15, 15]


def test_a_size_that_does_not_fit_is_not_tried(monkeypatch):
    seconds = {4: 2e-4, 16: 3e-4}
    machine = Machine(
        monkeypatch, fails=lambda size, start: NO_MEMORY if size == 64 else None, seconds=seconds.__getitem__
    )
    assert planned(job(count=10**8)).executable.size == 4
    assert machine.made == [16, 4, 64]


def test_a_short_run_tries_nothing(monkeypatch):
    machine = Machine(monkeypatch, compilation=60.0)
    planned(job(count=1000))
    # many systems, but made in less time than a compilation takes
    planned(job(count=16_000))
    assert machine.made == [16, 16]


def test_devices_share_a_batch_evenly(monkeypatch):
    Machine(monkeypatch)
    assert planned(job(batch_size=10, devices=4)).executable.size == 12
    assert planned(job(devices=4)).executable.size == 64


@pytest.mark.parametrize("error", [NO_MEMORY, MemoryError()])
def test_where_memory_does_not_suffice_the_batch_is_halved(monkeypatch, error):
    Machine(monkeypatch, fails=lambda size, start: error if size > 4 else None)
    with pytest.warns(UserWarning, match="not enough memory") as warned:
        plan = planned(job(batch_size=16))
    assert plan.executable.size == 4
    assert [str(w.message) for w in warned] == [
        "CONFIGURATION_1: there is not enough memory for batches of 16 systems; going on with 8",
        "CONFIGURATION_1: there is not enough memory for batches of 8 systems; going on with 4",
    ]


def test_where_memory_runs_out_later_the_rest_is_made_in_smaller_batches(monkeypatch):
    machine = Machine(monkeypatch, fails=lambda size, start: NO_MEMORY if size > 4 and start >= 32 else None)
    with pytest.warns(UserWarning, match="systems; going on with") as warned:
        made = systems(job(count=50, batch_size=16))
    assert len(warned) == 2
    assert made == list(range(50))
    assert machine.made == [16, 8, 4]


def test_one_system_that_does_not_fit_is_explained(monkeypatch):
    Machine(monkeypatch, fails=lambda size, start: NO_MEMORY)
    message = r"^CONFIGURATION_1: there is not enough memory for one system at a time; make numPix or"
    with pytest.warns(UserWarning, match="with 1"), pytest.raises(MemoryError, match=message):
        planned(job(batch_size=2))


def test_other_errors_are_not_taken_for_a_lack_of_memory(monkeypatch):
    broken = jax.errors.JaxRuntimeError("INTERNAL: something else")
    Machine(monkeypatch, fails=lambda size, start: broken)
    with pytest.raises(jax.errors.JaxRuntimeError, match="something else"):
        planned(job(batch_size=2))


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_an_error_of_the_caller_leaves_no_thread_behind(monkeypatch, error):
    machine = Machine(monkeypatch, seconds=lambda size: 1e-3)
    threads = set(threading.enumerate())
    made = iter(Chunks(job(count=10**6, batch_size=4), planned(job(batch_size=4))))
    with pytest.raises(error):
        _consumed(made, error)
    made.close()
    assert set(threading.enumerate()) <= threads
    assert machine.made == [4]


def _consumed(made, error):
    for chunk in made:
        if chunk.start > 20:
            raise error


def test_an_error_of_a_batch_comes_in_its_turn(monkeypatch):
    wrong = ValueError("batch 3")
    Machine(monkeypatch, fails=lambda size, start: wrong if start == 12 else None)
    asked = job(batch_size=4)
    made = iter(Chunks(asked, planned(asked)))
    assert [next(made).start for _ in range(3)] == [0, 4, 8]
    with pytest.raises(ValueError, match="batch 3"):
        next(made)


def test_the_epochs_of_a_series_make_batches_smaller():
    config = load_config("galaxy_galaxy")
    pixels = config.instrument.num_pix**2 * len(config.bands)
    for epochs in (1, 2, 8):
        size = automatic_batch_size(config, 10**6, platform="cpu", epochs=epochs)
        assert 4 * size * epochs * pixels <= 2 * 2**20 < 2 * 4 * size * epochs * pixels
    assert automatic_batch_size(config, 10**6, planes=True, platform="cpu", epochs=1000) == 1
