"""From the arguments of make_dataset to systems in files and in memory, one configuration after another."""

from __future__ import annotations

import contextlib
import math
import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NoReturn, Protocol

from tqdm import tqdm

from jaxlens.config import Config
from jaxlens.config.model import Configuration
from jaxlens.production.arguments import Arguments
from jaxlens.production.chunks import chunks
from jaxlens.production.products import Memory, Product, Run
from jaxlens.engine.ahead import compiled_ahead
from jaxlens.engine.batch_size import default_size, planned
from jaxlens.engine.devices import chosen
from jaxlens.engine.job import Job
from jaxlens.files.contents import Chunk, Contents
from jaxlens.files.metadata import fixed
from jaxlens.files.version import version
from jaxlens.files.writer import Writer, prepare, refuse_images
from jaxlens.sampling.keys import dataset_key
from jaxlens.simulator.simulator import Simulator

# Numbers that solve_lens_equation adds to the metadata for a source, to estimate the space on the
# disk: the count, and x and y of five images.
_POSITION_NUMBERS = 11
# The columns of an object that varies, beside its parameters: magnitudes, phases, delays, measured fluxes.
_TRANSIENT_COLUMNS = 30
# Keeps 0.29 x 100 = 28.999999999999996 systems from being rounded down to 28.
_ROUNDING = 1e-9


def produce(config: Config, seed: int, arguments: Arguments) -> dict[str, Product]:
    """Make every configuration that is asked for.

    Args:
        config: the configuration file.
        seed: the seed of the systems.
        arguments: how they are made and what becomes of them.

    Returns:
        The products by label, in the file's order.

    Raises:
        StorageError: if OUTDIR cannot be written, or the disk is or becomes full.
        MemoryError: if there is not enough memory for one system at a time.
        ValueError: if a configuration that is asked for is not in the file.
    """
    jobs = {c.label: _job(config, seed, c, arguments) for c in config.chosen(arguments.configurations)}
    for text in arguments.idle:
        warnings.warn(text, stacklevel=2)
    if arguments.solve_lens_equation:
        _warn_of_nothing_to_solve(jobs.values())
    contents = {label: _contents(config, label, seed, job) for label, job in jobs.items()}
    if arguments.save_to_disk:
        _prepare(config, jobs, contents, arguments)
    products = {}
    bar = _progress_bar(jobs.values(), arguments.progress_bar)
    with bar, contextlib.closing(compiled_ahead(list(jobs.values()))) as ready:
        for label, job in jobs.items():
            began = time.perf_counter()
            next(ready)
            products[label] = _make(job, contents[label], config.outdir, arguments, bar, began)
    return products


def sizes(config: Config) -> dict[str, int]:
    """The number of systems of each configuration, by label.

    They add up to SIZE x (the sum of the FRACTIONs), rounded; what rounding down leaves goes to the
    largest remainders, the first where they are equal.
    """
    exact = {c.label: config.size * c.fraction + _ROUNDING for c in config.configurations}
    whole = {label: math.floor(value) for label, value in exact.items()}
    missing = math.floor(sum(exact.values()) + 0.5) - sum(whole.values())
    by_remainder = sorted(exact, key=lambda label: round(whole[label] - exact[label], 6))
    return {label: whole[label] + (label in by_remainder[:missing]) for label in exact}


def _job(config: Config, seed: int, configuration: Configuration, arguments: Arguments) -> Job:
    count, simulator = sizes(config)[configuration.label], Simulator(config, configuration.label)
    devices, positions = chosen(arguments.devices), arguments.solve_lens_equation
    series = configuration.series
    difference = arguments.arrays and series is not None and series.template is not None
    arrays = (*arguments.arrays, "difference") if difference else arguments.arrays
    return Job(simulator, dataset_key(seed), count, arguments.batch_size, devices, arrays, positions)


def _warn_of_nothing_to_solve(jobs: Iterable[Job]) -> None:
    """Warn of configurations for which solve_lens_equation does nothing."""
    for job in jobs:
        scene = job.simulator.scene
        if not (scene.lensed_points or scene.lensed_centres):
            name = job.simulator.configuration.name
            finding = "has no point source and no galaxy with light behind a mass"
            warnings.warn(
                f"{job.label} ({name}) {finding}; solve_lens_equation adds no columns to its metadata",
                stacklevel=2,
            )


def _contents(config: Config, label: str, seed: int, job: Job) -> Contents:
    configuration = config.configuration(label)
    series = configuration.series
    return Contents(
        label=label,
        dataset=config.name,
        bands=config.bands,
        num_pix=config.instrument.num_pix,
        count=job.count,
        fixed=fixed(configuration, config.instrument),
        arrays=job.arrays,
        attributes=_attributes(config, seed, job) | {"configuration": configuration.name},
        epochs=None if series is None else series.cadence.epochs,
        transients=() if series is None else series.objects,
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
    """Check that the files can be written, before anything is made."""
    needed = 0
    for label, job in jobs.items():
        # one more source for deeplenstronomy's own columns, which repeat one of them
        scene = job.simulator.scene
        sources = len(scene.lensed_points or scene.lensed_centres)
        more = _POSITION_NUMBERS * (sources + 1) if job.positions and sources else 0
        more += _TRANSIENT_COLUMNS * len(contents[label].transients)
        parameters = len(job.simulator.parameter_names) + more
        needed += contents[label].bytes_on_disk(parameters, arguments.csv)
    prepare(config.outdir, needed)
    if arguments.skip_image_generation:
        for label in jobs:
            refuse_images(config.outdir, label)


class _Receiver(Protocol):
    """Something that takes chunks in order."""

    def append(self, chunk: Chunk) -> None: ...


def _make(
    job: Job, contents: Contents, outdir: str, arguments: Arguments, bar: tqdm[NoReturn], began: float
) -> Product:
    """Make one configuration and put it where it belongs: into files and into memory.

    `began` is when the program was first waited for, by `time.perf_counter`.
    """
    plan = planned(job) if job.count else None
    size = plan.executable.size if plan else default_size(job)
    contents = replace(contents, attributes={**contents.attributes, "batch_size": size})
    memory, writer = Memory(contents, arguments.kept), None
    if arguments.save_to_disk:
        writer = Writer(outdir, contents, arguments.image_file_format, arguments.csv)
    with writer or contextlib.nullcontext(), contextlib.closing(chunks(job, plan)) as made:
        first = _deliver(made, [memory, writer] if writer else [memory], bar) - began
    seconds, files = time.perf_counter() - began, writer.paths if writer else ()
    run = Run(job.count, size, seconds, first, files, contents.epochs)
    return Product(run, None if arguments.kept == 0 else memory.kept())


def _deliver(made: Iterable[Chunk], receivers: Sequence[_Receiver], bar: tqdm[NoReturn]) -> float:
    """Give every chunk to every receiver, and return the time at which the first arrived."""
    first = 0.0
    for chunk in made:
        first = first or time.perf_counter()
        for receiver in receivers:
            receiver.append(chunk)
        bar.update(chunk.count)
    return first


def _progress_bar(jobs: Iterable[Job], shown: bool | None) -> tqdm[NoReturn]:
    disable = None if shown is None else not shown
    return tqdm(total=sum(job.count for job in jobs), unit="system", disable=disable)
