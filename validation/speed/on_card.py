"""A on a card: images a second on the device, to the host and to disk apart, and the share of its limits.

A batch that is waited for leaves a card idle while Python prepares the next one.  So many batches are started
here before the last one is waited for, as a training loop does.  All of it runs on a CPU too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count
from typing import Any

import jax
import numpy as np

from jaxlens import Simulator
from jaxlens.engine.devices import batches_at_once
from jaxlens.engine.job import Job
from validation.speed import processes
from validation.speed.cards import Limits
from validation.speed.hlo import program
from validation.speed.targets import DEVICE, HOST, PINNED
from validation.speed.timing import Task, Timed
from validation.speed.workloads import key

# Batches of one run of a task.
BATCHES = 8
# Batches whose copies to the host are under way at the same time.
AHEAD = 3


def label(batch: int) -> str:
    """The name of a row."""
    return f"jaxlens, batches of {batch}"


def _program(sim: Simulator, batch: int) -> Callable[[np.uint32], jax.Array]:
    """The images with noise of the systems that begin with an index."""
    seed = key()
    images: Callable[[np.uint32], jax.Array] = jax.jit(lambda first: sim(seed, batch, first)[0])
    return images


def _firsts(batch: int) -> Iterator[np.uint32]:
    """The index of the first system of each batch."""
    return (np.uint32(first) for first in count(0, batch))


def on_the_device(sim: Simulator, batch: int, batches: int = BATCHES) -> Task:
    """Images that stay on the device; only the last batch of a run is waited for.

    Args:
        sim: the simulator.
        batch: systems of a batch.
        batches: batches of a run.
    """
    make, firsts = _program(sim, batch), _firsts(batch)

    def run() -> object:
        for _ in range(batches - 1):
            make(next(firsts))
        # a device runs programs in the order in which they were started
        return jax.block_until_ready(make(next(firsts)))

    return Task(DEVICE, label(batch), run, batches * batch, batch)


def to_the_host(sim: Simulator, batch: int, batches: int = BATCHES) -> Task:
    """Batches as `make_dataset` makes them, by its engine and in its threads, as arrays of numpy."""
    devices = tuple(jax.local_devices()[:1])
    raw = np.asarray(jax.random.key_data(key()))
    job = Job(sim, raw, batches * batch, batch, devices)
    # compiled in the first run, whose time is that of the compilation
    executable, at_once = cache(lambda: job.executable(batch)), batches_at_once(devices)
    pool, starts = ThreadPoolExecutor(at_once), count(0, batch)

    def run() -> object:
        make, firsts = executable(), [next(starts) for _ in range(batches)]
        images: list[Any] = [made.images for made in pool.map(lambda at: make.on_host(raw, at), firsts)]
        return [image.shape for image in images]

    return Task(HOST, f"{label(batch)}, {at_once} at once", run, batches * batch, batch)


def to_pinned_memory(sim: Simulator, batch: int, batches: int = BATCHES) -> Task:
    """Batches copied to pinned memory of the host, each while the next ones are computed."""
    make, firsts = _program(sim, batch), _firsts(batch)
    pinned = jax.sharding.SingleDeviceSharding(jax.local_devices()[0], memory_kind="pinned_host")

    def run() -> object:
        copies: deque[jax.Array] = deque()
        for _ in range(batches):
            copies.append(jax.device_put(make(next(firsts)), pinned))
            if len(copies) > AHEAD:
                np.asarray(copies.popleft())
        return [np.asarray(copy).shape for copy in copies]

    return Task(PINNED, label(batch), run, batches * batch, batch)


def tasks(sim: Simulator, batches: Sequence[int]) -> list[Task]:
    """The tasks at each batch size; the largest comes last."""
    makes = (on_the_device, to_the_host, to_pinned_memory)
    return [make(sim, batch) for make in makes for batch in dict.fromkeys(batches)]


def counts(sim: Simulator, batch: int) -> dict[str, float]:
    """Bytes and operations of one system of a batch, as `validation.speed.hlo` counts them, and launches."""
    lowered: Any = _program(sim, batch)
    compiled = program(lowered.lower(np.uint32(0)).compile().as_text())
    return {
        "bytes": compiled.bytes / batch,
        "operations": compiled.operations / batch,
        "launches": float(compiled.launches),
    }


def shares(
    rows: Sequence[Timed], counted: Mapping[int, Mapping[str, float]], limits: Limits
) -> dict[str, Any]:
    """Which parts of a device's bandwidth and arithmetic the rows on the device use, by batch size.

    Args:
        rows: the measurements.
        counted: what `counts` gives, by batch size.
        limits: those of the device.
    """
    found: dict[str, Any] = {"limits": limits._asdict()}
    for row in rows:
        each = counted.get(row.batch or 0)
        if row.workload == DEVICE and each is not None and row.per_second:
            found[str(row.batch)] = {
                **each,
                "bandwidth": each["bytes"] * row.per_second / limits.bytes,
                "arithmetic": each["operations"] * row.per_second / limits.operations,
            }
    return found


def to_disk(systems: int) -> dict[str, Any]:
    """`make_dataset` of A in a process of its own, as `processes.dataset` gives it."""
    return processes.dataset(systems, "one_band")


def described(shared: dict[str, Any]) -> list[str]:
    """The lines of the report."""
    limits = shared["limits"]
    head = (
        f"limits ({limits['source']}): {limits['bytes'] / 1e9:,.0f} GB/s, "
        f"{limits['operations'] / 1e12:.1f} T multiply-adds/s"
    )
    lines = [
        f"A on the device, batches of {batch}: {each['bandwidth']:.0%} of the bandwidth, "
        f"{each['arithmetic']:.0%} of the arithmetic, {each['launches']:.0f} launches"
        for batch, each in shared.items()
        if batch != "limits"
    ]
    return [head, *lines]
