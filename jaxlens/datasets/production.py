"""From the arguments of make_dataset to systems in files and in memory, one configuration after another."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from pathlib import Path
from typing import NoReturn, Protocol

import numpy as np
import pandas as pd
from tqdm import tqdm

from jaxlens.config import Config
from jaxlens.config.model import Configuration
from jaxlens.engine.batch_size import planned
from jaxlens.engine.devices import Devices, chosen
from jaxlens.engine.job import Job, sizes
from jaxlens.engine.pipeline import chunks
from jaxlens.files.contents import ArrayName, Chunk, Contents
from jaxlens.files.formats import IMAGE_FORMATS, ImageFormat
from jaxlens.files.metadata import columns, fixed
from jaxlens.files.version import version
from jaxlens.files.writer import Writer, prepare, refuse_images
from jaxlens.sampling.keys import dataset_key
from jaxlens.simulator.simulator import Simulator

SAMPLE = 5
# Numbers that solve_lens_equation adds for a point source: the count, and a few x and y of images.
_POSITION_NUMBERS = 11


@dataclass(frozen=True)
class Arguments:
    """What make_dataset was asked for; the meaning of each is there.

    Raises:
        ValueError: if one is wrong, or two do not go together.
    """

    save_to_disk: bool = False
    store_in_memory: bool = True
    verbose: bool = False
    store_sample: bool = False
    image_file_format: ImageFormat = "npy"
    return_planes: bool = False
    skip_image_generation: bool = False
    solve_lens_equation: bool = False
    batch_size: int | None = None
    csv: bool = True
    progress: bool | None = None
    configurations: tuple[str, ...] | None = None
    devices: Devices | None = None

    def __post_init__(self) -> None:
        chosen(self.devices)
        if self.image_file_format not in IMAGE_FORMATS:
            raise ValueError(f"image_file_format is {self.image_file_format!r}; it must be 'npy' or 'h5'")
        if self.batch_size is not None and not (
            isinstance(self.batch_size, Integral) and self.batch_size >= 1
        ):
            raise ValueError(f"batch_size is {self.batch_size}; it must be a whole number of at least 1")
        if not self.skip_image_generation:
            return
        if self.solve_lens_equation:
            raise ValueError("you cannot skip image generation and solve the lens equation; leave one out")
        if self.return_planes:
            raise ValueError("you cannot skip image generation and return planes; leave one out")
        if self.save_to_disk and not self.csv:
            raise ValueError("without images and without the CSV nothing is left to save; leave one out")

    @property
    def arrays(self) -> tuple[ArrayName, ...]:
        """What is made beside the metadata."""
        if self.skip_image_generation:
            return ()
        return ("images", "planes") if self.return_planes else ("images",)

    @property
    def kept(self) -> int | None:
        """How many systems of a configuration are kept in memory; None for all."""
        return None if self.store_in_memory else SAMPLE if self.store_sample else 0

    @property
    def progress_bar(self) -> bool | None:
        """Whether there is a progress bar; None for one where somebody watches."""
        return True if self.verbose else self.progress


@dataclass(frozen=True)
class Run:
    """How one configuration was made: number of systems, batch size, seconds and files.

    `first_seconds` is the part of `seconds` until the first chunk of `batch_size` systems had arrived,
    which holds the compilation and the choice of the batch size.  Where memory ran out later the rest was
    made in smaller batches.
    """

    systems: int
    batch_size: int
    seconds: float
    first_seconds: float
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Kept:
    """What is kept of one configuration; an array that was not asked for is not there."""

    metadata: pd.DataFrame
    arrays: Mapping[ArrayName, np.ndarray]


@dataclass(frozen=True)
class Product:
    """One configuration, made; `kept` is None where nothing of it is."""

    run: Run
    kept: Kept | None


def produce(config: Config, seed: int, arguments: Arguments) -> dict[str, Product]:
    """Make every configuration that is asked for, by label, in the file's order.

    Raises:
        StorageError: if OUTDIR cannot be written, or the disk is or becomes full.
        MemoryError: if there is not enough memory for one system at a time.
        ValueError: if a configuration that is asked for is not in the file.
    """
    jobs = {c.label: _job(config, seed, c, arguments) for c in _chosen(config, arguments.configurations)}
    contents = {label: _contents(config, label, seed, job) for label, job in jobs.items()}
    if arguments.save_to_disk:
        _prepare(config, jobs, contents, arguments)
    products = {}
    with _progress_bar(jobs.values(), arguments.progress_bar) as bar:
        for label, job in jobs.items():
            products[label] = _make(job, contents[label], config.outdir, arguments, bar)
    return products


def _chosen(config: Config, names: Iterable[str] | None) -> list[Configuration]:
    """The configurations called `names`, in the file's order."""
    if names is None:
        return list(config.configurations)
    labels = {config.configuration(name).label for name in names}
    return [c for c in config.configurations if c.label in labels]


def _job(config: Config, seed: int, configuration: Configuration, arguments: Arguments) -> Job:
    count, simulator = sizes(config)[configuration.label], Simulator(config, configuration.label)
    devices, positions = chosen(arguments.devices), arguments.solve_lens_equation
    size, arrays = arguments.batch_size, arguments.arrays
    return Job(simulator, dataset_key(seed), count, size, devices, arrays, positions)


def _contents(config: Config, label: str, seed: int, job: Job) -> Contents:
    configuration = config.configuration(label)
    return Contents(
        label=label,
        dataset=config.name,
        bands=config.bands,
        num_pix=config.instrument.num_pix,
        count=job.count,
        fixed=fixed(configuration, config.instrument),
        arrays=job.arrays,
        attributes=_attributes(config, seed, job) | {"configuration": configuration.name},
    )


def _attributes(config: Config, seed: int, job: Job) -> dict[str, str | int | float]:
    """What an HDF5 file says about how it was made, so that it can be made again."""
    low, high = config.reach("pixel_scale")
    constant = {"pixel_scale": low} if low == high else {}
    return constant | {
        "units": "electrons/s" if config.instrument.data_count_unit == "e-" else "ADU/s",
        "size": config.size,
        "seed": seed,
        "device": job.devices[0].device_kind,
        "jaxlens_version": version(),
        "yaml": config.text,
    }


def _prepare(
    config: Config, jobs: Mapping[str, Job], contents: Mapping[str, Contents], arguments: Arguments
) -> None:
    """See that the files can be written, before anything is made."""
    needed = 0
    for label, job in jobs.items():
        points = sum(len(plane.points) + 1 for plane in job.simulator.scene.planes if plane.points)
        more = _POSITION_NUMBERS * points if job.positions else 0
        parameters = len(job.simulator.parameter_names) + more
        needed += contents[label].bytes_on_disk(parameters, arguments.csv)
    prepare(config.outdir, needed)
    if arguments.skip_image_generation:
        for label in jobs:
            refuse_images(config.outdir, label)


class _Sink(Protocol):
    """Something that takes chunks in order."""

    def append(self, chunk: Chunk) -> None: ...


class _Memory:
    """Keeps the first systems that it is given, at most `limit`."""

    def __init__(self, contents: Contents, limit: int | None) -> None:
        self._contents = contents
        self._size = contents.count if limit is None else min(limit, contents.count)
        shapes = {array: (self._size, *contents.shape(array)[1:]) for array in contents.arrays}
        self._arrays = {array: np.empty(shape, np.float32) for array, shape in shapes.items()}
        self._values: list[dict[str, np.ndarray]] = []

    def append(self, chunk: Chunk) -> None:
        room = min(chunk.count, max(0, self._size - chunk.start))
        if room or not self._values:
            for name, array in chunk.arrays.items():
                self._arrays[name][chunk.start : chunk.start + room] = array[:room]
            self._values.append({name: value[:room] for name, value in chunk.values.items()})

    def kept(self) -> Kept:
        whole = {name: np.concatenate([v[name] for v in self._values]) for name in self._values[0]}
        return Kept(pd.DataFrame(columns(self._contents.fixed, self._contents.bands, whole)), self._arrays)


def _make(job: Job, contents: Contents, outdir: str, arguments: Arguments, bar: tqdm[NoReturn]) -> Product:
    """Make one configuration and put it where it belongs: into files and into memory."""
    began = time.perf_counter()
    plan = planned(job) if job.count else None
    size = plan.program.size if plan else job.default_size
    contents = replace(contents, attributes={**contents.attributes, "batch_size": size})
    memory, writer = _Memory(contents, arguments.kept), None
    if arguments.save_to_disk:
        writer = Writer(outdir, contents, arguments.image_file_format, arguments.csv)
    with writer or contextlib.nullcontext(), contextlib.closing(chunks(job, plan)) as made:
        first = _pump(made, [memory, writer] if writer else [memory], bar) - began
    run = Run(job.count, size, time.perf_counter() - began, first, writer.paths if writer else ())
    return Product(run, None if arguments.kept == 0 else memory.kept())


def _pump(made: Iterable[Chunk], sinks: Sequence[_Sink], bar: tqdm[NoReturn]) -> float:
    """Hand every chunk to every sink; the time at which the first arrived."""
    first = 0.0
    for chunk in made:
        first = first or time.perf_counter()
        for sink in sinks:
            sink.append(chunk)
        bar.update(chunk.count)
    return first


def _progress_bar(jobs: Iterable[Job], shown: bool | None) -> tqdm[NoReturn]:
    disable = None if shown is None else not shown
    return tqdm(total=sum(job.count for job in jobs), unit="system", disable=disable)
