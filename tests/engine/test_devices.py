"""Which devices make a dataset, and what memory they have for a batch."""

import jax
import pytest

import jaxlens
from jaxlens.engine import devices as module
from jaxlens.engine.devices import batches_at_once, chosen, cores, memory_for_batch


class Device:
    """A device that says what it is told to say."""

    def __init__(self, platform="gpu", process_index=0, stats=None):
        self.platform, self.process_index, self._stats = platform, process_index, stats

    def memory_stats(self):
        return self._stats


def test_by_default_all_local_devices_or_the_one_that_is_set():
    assert chosen(None) == tuple(jax.local_devices())
    with jax.default_device(jax.local_devices()[0]):
        assert chosen(None) == (jax.local_devices()[0],)
    with jax.default_device("cpu"):
        assert chosen(None) == tuple(jax.local_devices(backend="cpu"))


def test_devices_that_cannot_share_a_batch_are_refused():
    one = Device()
    for wrong, message in (
        ([], "one device or several different ones"),
        ([one, one], "one device or several different ones"),
        ([one, Device("cpu")], "of different kinds"),
        ([Device(process_index=7)], "of another host"),
    ):
        with pytest.raises(ValueError, match=message):
            chosen(wrong)
    assert chosen(iter([one])) == (one,)


@pytest.mark.parametrize("wrong", ["x", "cpu", 3, [0], Device(), {"gpu": 0}, [None]])
def test_what_is_no_device_is_refused_with_what_is_right(wrong):
    message = r"devices is .*; it must be a list of devices, such as jax.local_devices\(\)"
    with pytest.raises(ValueError, match=message):
        chosen(wrong)
    with pytest.raises(ValueError, match=message):
        jaxlens.make_dataset("galaxy_galaxy", devices=wrong)
    with pytest.raises(ValueError, match=message):
        jaxlens.stream("lens_or_not", batch_size=2, devices=wrong)


def test_a_batch_may_take_its_share_of_what_an_accelerator_has_left():
    free = Device(stats={"bytes_limit": 100 * 10**9, "bytes_in_use": 40 * 10**9})
    full = Device(stats={"bytes_limit": 100 * 10**9, "bytes_in_use": 70 * 10**9})
    assert batches_at_once((free,)) == 3
    assert memory_for_batch((free,)) == 16 * 10**9
    assert memory_for_batch((free, full)) == 8 * 10**9
    assert memory_for_batch((Device(),)) is None
    assert memory_for_batch((Device(), full)) == 8 * 10**9


def test_batches_on_a_cpu_share_a_gibibyte_or_half_of_what_the_machine_has(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(module, "_CGROUP", tmp_path)
    monkeypatch.setattr(module, "cores", lambda: 3)
    cpu = Device("cpu")
    assert batches_at_once((cpu,)) == 4
    assert memory_for_batch((cpu,)) == 2**28
    (tmp_path / "meminfo").write_text("MemTotal: 9000000 kB\nMemAvailable: 1048576 kB\n")
    assert memory_for_batch((cpu,)) == 2**27
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("1000\n")
    assert memory_for_batch((cpu,)) == 2**27
    (tmp_path / "memory.max").write_text(f"{2**29 + 1000}\n")
    assert memory_for_batch((cpu,)) == 2**26
    assert memory_for_batch((cpu, cpu)) == 2**25


def test_a_cpu_makes_a_batch_on_every_core_that_it_may_use():
    assert batches_at_once(chosen(None)) >= 2


def test_a_process_that_is_bound_to_some_cores_has_no_others(monkeypatch):
    monkeypatch.setattr(module.os, "cpu_count", lambda: 64)
    monkeypatch.setattr(module.os, "sched_getaffinity", lambda process: {5, 7}, raising=False)
    assert cores() == 2
    monkeypatch.delattr(module.os, "sched_getaffinity")
    assert cores() == 64
