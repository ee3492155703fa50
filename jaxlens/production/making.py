"""Making what is missing of a dataset on disk, here or by workers, and recording what is whole."""

from __future__ import annotations

import contextlib
import os
import pickle
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from jaxlens.engine.ahead import compiled_ahead
from jaxlens.engine.job import Job
from jaxlens.engine.progress import Progress
from jaxlens.files.contents import Chunk
from jaxlens.files.writer import commit
from jaxlens.production.arguments import Arguments
from jaxlens.production.identity import differences_of_kind
from jaxlens.production.manifest import Manifest, Shard, write_manifest
from jaxlens.production.products import Memory, Product, Run
from jaxlens.production.recipe import Recipe
from jaxlens.production.shards import Kind, Made, Receiver, Task, begin_run, make_shards
from jaxlens.production.workers import own_workers, tasks_done

# A shard with the label of its configuration.
Labelled = tuple[str, Shard]


class Making:
    """Makes the missing shards of a dataset, and keeps its manifest.

    Args:
        place: the folder in which the files are written.
        recipe: what is made.
        jobs: all systems of each configuration, with a batch size.
        arguments: those of make_dataset.
        manifest: with what is whole already.
        wanted: the manifest as this process would begin it.

    Attributes:
        manifest: with what is whole now.
    """

    def __init__(
        self,
        place: Path,
        recipe: Recipe,
        jobs: Mapping[str, Job],
        arguments: Arguments,
        manifest: Manifest,
        wanted: Manifest,
    ) -> None:
        self.manifest = manifest
        self._place, self._recipe, self._jobs, self._arguments = place, recipe, jobs, arguments
        self._other_kind = bool(differences_of_kind(manifest, wanted))
        self._wanted = wanted
        self._made: dict[str, list[Made]] = {label: [] for label in jobs}
        self._memories: dict[str, Memory] = {}
        # by label: when it was begun, and when its last shard was whole, by `time.perf_counter`
        self._times: dict[str, tuple[float, float]] = {}

    def make(self, missing: Sequence[Labelled], progress: Progress, check: Callable[[], None]) -> None:
        """Make shards, and record each when it is whole.

        Args:
            missing: which.
            progress: is told of every batch made here, and of every shard made by workers.
            check: is called between batches, and raises where the work should end.
        """
        executor, workers = self._arguments.executor, self._arguments.workers
        self._times = dict.fromkeys(self._jobs, (time.perf_counter(), 0.0))
        if executor is None and workers is None:
            self._make_here(missing, progress, check)
            return

        def look() -> None:
            # a line of the log may be due also where no shard is whole yet
            progress.update(0)
            check()

        run = begin_run(self._place)
        tasks = [self._task(run, label, shard) for label, shard in missing]
        progress.announce(f"{len(tasks)} shards for workers, each of which compiles its program first")
        if executor is None:
            found = own_workers(workers or 1, tasks, look)
        else:
            found = tasks_done(executor, tasks, look)
        with contextlib.closing(found) as done:
            for made in done:
                self._record(made)
                progress.update(made.shard.stop - made.shard.start)

    def products(self, folder: Path) -> dict[str, Product]:
        """The configurations, once all is made; `folder` is where their files are now."""
        return {label: self._product(label, folder) for label in self._jobs}

    def _make_here(self, missing: Sequence[Labelled], progress: Progress, check: Callable[[], None]) -> None:
        """Make shards in this process, one after another."""
        labels = list(dict.fromkeys(label for label, _ in missing))
        with contextlib.closing(compiled_ahead([self._jobs[label] for label in labels])) as compiled:
            for label in labels:
                self._times[label] = (time.perf_counter(), 0.0)
                progress.announce(f"compiling {label}")
                next(compiled)
                own = [shard for other, shard in missing if other == label]
                for run in _consecutive(own):
                    self._make_run(label, run, progress, check)

    def _make_run(
        self, label: str, shards: Sequence[Shard], progress: Progress, check: Callable[[], None]
    ) -> None:
        """Make shards that follow each other."""
        section, job = self.manifest.configurations[label], self._jobs[label]
        receivers: list[Receiver] = [_Counter(progress)]
        if self._keeps(label):
            contents = self._recipe.contents(job, section.batch_size)
            self._memories[label] = Memory(contents, self._arguments.kept)
            receivers.append(self._memories[label])
        place = str(self._place)
        make_shards(self._recipe, job, shards, section.count, place, self._record_own, receivers, check)

    def _keeps(self, label: str) -> bool:
        """Whether a configuration is kept in memory as it is made, since all of it is made here."""
        section = self.manifest.configurations[label]
        begun = len(section.shards) < section.count or any(shard.whole for shard in section.shards)
        return self._arguments.kept != 0 and not begun

    def _task(self, run: str, label: str, shard: Shard) -> Task:
        section = self.manifest.configurations[label]
        folder = os.path.abspath(self._place)
        devices, manifest = len(self._jobs[label].devices), self.manifest
        kind = Kind(manifest.device_kind, manifest.versions)
        return Task(
            self._pickled,
            folder,
            run,
            label,
            shard,
            section.count,
            section.batch_size,
            devices,
            kind,
            self._arguments.allow_mixed,
        )

    @property
    def _pickled(self) -> bytes:
        if not hasattr(self, "_recipe_bytes"):
            self._recipe_bytes = pickle.dumps(self._recipe)
        return self._recipe_bytes

    def _record_own(self, made: Made) -> None:
        """Record a shard that this process has made; workers say themselves what they are."""
        if self._other_kind:
            kind, versions = self._wanted.device_kind, dict(self._wanted.versions)
            made = replace(made, shard=replace(made.shard, device_kind=kind, versions=versions))
        self._record(made)

    def _record(self, made: Made) -> None:
        """Give the files of a shard their names, and add it to the manifest."""
        commit(self._place, made.written)
        self.manifest = self.manifest.with_shard(made.label, made.shard)
        write_manifest(self._place, self.manifest)
        self._made[made.label].append(replace(made, written=()))
        self._times[made.label] = (self._times[made.label][0], time.perf_counter())

    def _product(self, label: str, folder: Path) -> Product:
        job, made = self._jobs[label], self._made[label]
        section = self.manifest.configurations[label]
        began, ended = self._times.get(label, (0.0, 0.0))
        seconds = ended - began if made else 0.0
        first = made[0].first_seconds if made else 0.0
        files = tuple(folder / name for name in _paths(section.shards, self.manifest, label))
        series = job.simulator.configuration.series
        epochs = None if series is None else series.cadence.epochs
        systems = sum(one.shard.stop - one.shard.start for one in made)
        run = Run(systems, section.batch_size, seconds, first, files, epochs)
        memory = self._memories.get(label)
        return Product(run, memory.kept() if memory else None)


def _consecutive(shards: Sequence[Shard]) -> list[list[Shard]]:
    """Shards, in order, in runs in which each begins where the one before ends."""
    runs: list[list[Shard]] = []
    for shard in shards:
        if runs and runs[-1][-1].stop == shard.start:
            runs[-1].append(shard)
        else:
            runs.append([shard])
    return runs


class _Counter:
    """Tells a Progress of every chunk."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def append(self, chunk: Chunk) -> None:
        self._progress.update(chunk.count)


def _paths(shards: Sequence[Shard], manifest: Manifest, label: str) -> Iterator[str]:
    """The names of the files of a configuration: those that join the shards, where there are some."""
    virtual = manifest.configurations[label].virtual
    if virtual:
        yield from (record.name for record in virtual)
    else:
        yield from (record.name for shard in shards for record in shard.files)
