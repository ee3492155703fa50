"""The cost of a training loop's images, simulated or read: `python -m validation.speed.training_reads`.

The same kind of images (the packaged `lens_or_not`: 3 bands, 40 x 40 pixels, 19 kB) come from a stream, or
from the HDF5 files that `make_dataset` writes (one image a chunk, not compressed).  Files are read in their
order, or shuffled as for training: image by image, by PyTorch's DataLoader, or sorted within a batch.

Each way is measured alone, and inside the loop of `jaxlens.examples.train_jax`.  Its cost is the time of that
loop less the time of the same loop over one batch in memory, run just before.  A thread reads the next
batches while the network learns; the DataLoader has no workers and reads between the steps.  Files are read
from the page cache ("warm"), and after the page cache was told to drop them ("cold").  All ways take turns in
one run; the table has the medians of the repeats.  Prints the table and writes
`validation/results/training_reads.json`.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import jax

from jaxlens import load_config
from jaxlens.examples import lens_finding as task
from jaxlens.examples import train_jax
from validation.speed import machine
from validation.speed.training_sets import (
    BY_LOADER,
    ONE_BY_ONE,
    SIMULATED,
    Batches,
    Data,
    Images,
    Way,
    ahead,
    forget,
    simulated,
    ways,
    written,
)

OUT = Path(__file__).parents[1] / "results" / "training_reads.json"
# Batches that are used before the measurement.
WARM_UP = 4


@dataclass(frozen=True)
class Effort:
    """Systems in the files, systems of a batch, systems that are measured at a time, and repeats."""

    systems: int
    batch: int
    measured: int
    repeats: int


FULL, QUICK = Effort(40_000, 128, 6_400, 5), Effort(1_000, 64, 256, 1)


class Taken(NamedTuple):
    """The time of an image: seconds on the clock, and seconds of all processors."""

    wall: float
    processor: float


class Loop:
    """The training loop of `train_jax`, over any batches."""

    def __init__(self, steps: int) -> None:
        instrument = load_config(task.CONFIG).instrument
        self._weights = train_jax.initial(jax.random.key(0), len(instrument.bands), instrument.num_pix)
        optimizer = train_jax.optimizer_for(steps)
        self._state = optimizer.init(self._weights)
        self._step = jax.jit(partial(train_jax.improved, optimizer))

    def learn(self, data: Data) -> None:
        """Take one step and wait for its end."""
        self._weights, self._state, _ = jax.block_until_ready(self._step(self._weights, self._state, *data))


def taken(batches: Batches, effort: Effort, use: Callable[[Data], object]) -> Taken:
    """The mean time of an image.

    Args:
        batches: the images.
        effort: how many are measured.
        use: called with each batch.
    """
    with contextlib.closing(batches):
        for _ in range(WARM_UP):
            use(next(batches))
        steps = effort.measured // effort.batch
        wall, processor = time.perf_counter(), time.process_time()
        for _ in range(steps):
            use(next(batches))
        count = steps * effort.batch
        return Taken((time.perf_counter() - wall) / count, (time.process_time() - processor) / count)


def measured(folder: Path, effort: Effort) -> list[dict[str, Any]]:
    """A row for every way: microseconds of an image alone, and its cost in the loop."""
    loop, first = Loop(1000), next(simulated(effort.batch, 0))
    alone: dict[Way, list[Taken]] = {way: [] for way in ways()}
    costs: dict[Way, list[Taken]] = {way: [] for way in alone}
    steps: list[Taken] = []
    for repeat, way in itertools.product(range(effort.repeats), alone):
        alone[way].append(_once(way, folder, effort, jax.block_until_ready, repeat))
        steps.append(taken((first for _ in itertools.count()), effort, loop.learn))
        inside = _once(way, folder, effort, loop.learn, repeat)
        costs[way].append(Taken(inside.wall - steps[-1].wall, inside.processor - steps[-1].processor))
    network = {"way": "the network alone", "cache": ""} | _microseconds("step", steps)
    each = {way: _microseconds("alone", alone[way]) | _microseconds("cost", costs[way]) for way in alone}
    return [network, *({"way": way.name, "cache": way.cache} | times for way, times in each.items())]


def _once(way: Way, folder: Path, effort: Effort, use: Callable[[Data], object], repeat: int) -> Taken:
    """One measurement of a way; of cold files the page cache holds nothing."""
    images = Images(folder)
    try:
        if way.cold is not None:
            for path in images.paths:
                forget(path) if way.cold else path.read_bytes()
        batches = way.open(images, effort.batch, repeat)
        return taken(ahead(batches) if way.by_thread else batches, effort, use)
    finally:
        images.close()


def _microseconds(name: str, times: Sequence[Taken]) -> dict[str, float]:
    """The medians, in microseconds."""
    return {
        name: 1e6 * statistics.median(taken.wall for taken in times),
        f"{name}_processor": 1e6 * statistics.median(taken.processor for taken in times),
    }


def markdown(rows: Sequence[dict[str, Any]]) -> str:
    """The table of docs/training_measured.md."""
    head = "| microseconds an image | page cache | alone | of processors | cost in the loop | of processors |"
    names = ("alone", "alone_processor", "cost", "cost_processor")
    lines = [
        f"| {row['way']} | {row['cache']} | " + " | ".join(f"{row[name]:.0f}" for name in names) + " |"
        for row in rows
        if "cost" in row
    ]
    return "\n".join([head, "|---|---|---|---|---|---|", *lines])


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and write: 0, or 1 if simulating costs more than a DataLoader that reads shuffled.

    The DataLoader reads from the disk: a set that fits into the page cache can be kept in memory.
    """
    parser = argparse.ArgumentParser(
        prog="python -m validation.speed.training_reads", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="few images, once")
    parser.add_argument(
        "--folder", type=Path, help="for the training set, while measuring (a temporary folder)"
    )
    parser.add_argument("--out", type=Path, default=OUT, help="the JSON file (%(default)s)")
    options = parser.parse_args(arguments)
    effort = QUICK if options.quick else FULL
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        written(Path(folder), effort.systems)
        rows = measured(Path(folder), effort)
    results = {
        "device": machine.device(),
        "versions": machine.versions(),
        "effort": vars(effort),
        "rows": rows,
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"{machine.device()}; batches of {effort.batch}, {effort.systems} systems")
    print(f"the network alone: {rows[0]['step']:.0f} microseconds an image")
    print(markdown(rows))
    costs = {(row["way"], row["cache"]): row["cost"] for row in rows[1:]}
    return int(costs[SIMULATED, ""] >= costs.get((BY_LOADER, "cold"), costs[ONE_BY_ONE, "cold"]))


if __name__ == "__main__":
    sys.exit(main())
