"""make_dataset: all configurations of a file, to memory or disk."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol

import jax
import numpy as np
import pandas as pd
from tqdm import tqdm

from jaxlens import storage
from jaxlens.chunks import Job, automatic_batch_size, chunks, sizes
from jaxlens.config import Config, load_config
from jaxlens.config.model import Configuration
from jaxlens.formats import Contents, ImageFormat, Values, version
from jaxlens.metadata import columns, fixed
from jaxlens.simulator import Simulator
from jaxlens.storage import Writer

SAMPLE = 5


@dataclass(frozen=True)
class Run:
    """How one configuration was made: number of systems, chunk size, seconds and files.

    `first_seconds` is the part of `seconds` until the first chunk of `batch_size` systems had arrived,
    which holds the compilation.
    """

    systems: int
    batch_size: int
    seconds: float
    first_seconds: float
    files: tuple[Path, ...]


class Dataset:
    """What make_dataset made: deeplenstronomy's attributes.

    `CONFIGURATION_1_images` and `CONFIGURATION_1_metadata` (and so on) are there for what was kept in
    memory; `images` and `metadata` give the same by label or NAME.

    Attributes:
        config: the configuration that was used.
        name: the dataset's NAME.
        size: the SIZE that was asked for.
        outdir: the folder of the files.
        bands: names of the bands.
        configurations: labels of the configurations that were made.
        seed: the seed that was used, whether the file has one or not.
        runs: how each configuration was made, by label.
    """

    def __init__(self, config: Config, seed: int, labels: Sequence[str]) -> None:
        """A dataset of these configurations that has no systems yet."""
        self.config = config
        self.name = config.name
        self.size = config.size
        self.outdir = config.outdir
        self.bands = list(config.bands)
        self.configurations = list(labels)
        self.seed = seed
        self.runs: dict[str, Run] = {}
        self._kept: dict[str, tuple[np.ndarray, pd.DataFrame]] = {}

    def images(self, configuration: str | None = None) -> np.ndarray:
        """The images that were kept, shape (n, bands, rows, columns), float32, in counts/s.

        Raises:
            ValueError: if there is no such configuration, or nothing of it was kept.
        """
        return self._find(configuration)[0]

    def metadata(self, configuration: str | None = None) -> pd.DataFrame:
        """The metadata that were kept, one row a system.

        Raises:
            ValueError: if there is no such configuration, or nothing of it was kept.
        """
        return self._find(configuration)[1]

    def keep(self, label: str, images: np.ndarray, metadata: pd.DataFrame) -> None:
        """Take in what is kept of one configuration, as `<label>_images` and `<label>_metadata` too."""
        self._kept[label] = images, metadata
        setattr(self, f"{label}_images", images)
        setattr(self, f"{label}_metadata", metadata)

    def _find(self, configuration: str | None) -> tuple[np.ndarray, pd.DataFrame]:
        label = self.config.configuration(configuration).label
        if label not in self._kept:
            raise ValueError(f"nothing of {label} is in memory; make the dataset with store_in_memory=True")
        return self._kept[label]


def make_dataset(
    config: str | os.PathLike[str] | Mapping[str, object] | Config,
    save_to_disk: bool = False,
    store_in_memory: bool = True,
    verbose: bool = False,
    store_sample: bool = False,
    image_file_format: ImageFormat = "npy",
    survey: str | None = None,
    return_planes: bool = False,
    skip_image_generation: bool = False,
    solve_lens_equation: bool = False,
    batch_size: int | None = None,
    *,
    csv: bool = True,
    progress: bool | None = None,
    configurations: Iterable[str] | None = None,
) -> Dataset:
    """Make the images and the metadata that a configuration file describes.

    Args:
        config: a YAML file, the name of a packaged example, a dictionary of the same content, or a Config.
        save_to_disk: write `<OUTDIR>/<label>_images.<format>` and `<OUTDIR>/<label>_metadata.csv`.
        store_in_memory: keep everything as attributes of the Dataset.
        verbose: show the progress bar also when nobody watches.
        store_sample: where `store_in_memory` is off, keep the first five systems.
        image_file_format: "npy" or "h5"; an HDF5 file holds the metadata too.
        survey: not supported yet; so are the three after it.
        return_planes: not supported yet.
        skip_image_generation: not supported yet.
        solve_lens_equation: not supported yet.
        batch_size: systems a chunk; by default see `automatic_batch_size`.
        csv: whether to write the CSV.
        progress: True or False for a progress bar or none; None shows it when somebody watches.
        configurations: labels or NAMEs of those to make; by default all.

    Returns:
        A Dataset.  It has SIZE x FRACTION systems of each configuration, rounded by largest remainders.
        The same seed gives the same systems, whatever the batch size; without a SEED there is a new one
        every time, in `seed`.

    Raises:
        ConfigError: if the configuration is wrong.
        StorageError: if OUTDIR cannot be written, or the disk is or becomes full.
        ValueError: if an argument is wrong or not supported yet.

    >>> dataset = make_dataset("galaxy_galaxy", store_in_memory=False, store_sample=True)
    >>> dataset.CONFIGURATION_1_images.shape[:2], dataset.bands
    ((5, 3), ['g', 'r', 'i'])
    """
    _refuse(
        survey=survey,
        return_planes=return_planes,
        skip_image_generation=skip_image_generation,
        solve_lens_equation=solve_lens_equation,
    )
    if image_file_format not in ("npy", "h5"):
        raise ValueError(f"image_file_format is {image_file_format!r}; it must be 'npy' or 'h5'")
    config = load_config(config)
    seed = secrets.randbits(32) if config.seed is None else config.seed
    jobs = {c.label: _job(config, seed, c, batch_size) for c in _chosen(config, configurations)}
    contents = {label: _contents(config, label, seed, job) for label, job in jobs.items()}
    dataset = Dataset(config, seed, list(jobs))
    if save_to_disk:
        needed = [
            c.bytes_on_disk(len(jobs[label].simulator.parameter_names), csv) for label, c in contents.items()
        ]
        storage.prepare(config.outdir, sum(needed))
    limit = None if store_in_memory else SAMPLE if store_sample else 0
    with _progress_bar(jobs.values(), True if verbose else progress) as bar:
        for label, job in jobs.items():
            writer = Writer(config.outdir, contents[label], image_file_format, csv) if save_to_disk else None
            _make(job, contents[label], dataset, writer, limit, bar)
    return dataset


def _refuse(**arguments: object) -> None:
    asked = [name for name, value in arguments.items() if value]
    if asked:
        raise ValueError(f"{' and '.join(asked)}: not supported yet; leave it out")


def _chosen(config: Config, names: Iterable[str] | None) -> list[Configuration]:
    """The configurations called `names`, in the file's order."""
    if names is None:
        return list(config.configurations)
    labels = {config.configuration(name).label for name in names}
    return [c for c in config.configurations if c.label in labels]


def _job(config: Config, seed: int, configuration: Configuration, batch_size: int | None) -> Job:
    count = sizes(config)[configuration.label]
    if batch_size is None:
        batch_size = automatic_batch_size(config, count)
    elif batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}; it must be at least 1")
    key = jax.random.key(seed, impl="threefry2x32")
    return Job(Simulator(config, configuration.label), key, count, batch_size)


def _contents(config: Config, label: str, seed: int, job: Job) -> Contents:
    configuration = config.configuration(label)
    return Contents(
        label=label,
        dataset=config.name,
        bands=config.bands,
        num_pix=config.instrument.num_pix,
        count=job.count,
        fixed=fixed(configuration, config.instrument),
        attributes=_attributes(config, seed, job) | {"configuration": configuration.name},
    )


def _attributes(config: Config, seed: int, job: Job) -> dict[str, str | int | float]:
    """What an HDF5 file says about how it was made, so that it can be made again."""
    pixel_scale = dict(config.instrument.quantities)["pixel_scale"]
    constant = {"pixel_scale": pixel_scale.support()[0]} if pixel_scale.is_constant else {}
    return constant | {
        "units": "electrons/s" if config.instrument.data_count_unit == "e-" else "ADU/s",
        "size": config.size,
        "seed": seed,
        "batch_size": job.batch_size,
        "device": jax.devices()[0].device_kind,
        "jaxlens_version": version(),
        "yaml": config.text,
    }


class _Sink(Protocol):
    """Something that takes chunks in order."""

    def append(self, start: int, images: np.ndarray, values: Values) -> None: ...


class _Memory:
    """Keeps the first systems that it is given, at most `limit`."""

    def __init__(self, contents: Contents, limit: int | None) -> None:
        self._contents = contents
        kept = contents.count if limit is None else min(limit, contents.count)
        self.images = np.empty((kept, *contents.shape[1:]), np.float32)
        self._values: list[dict[str, np.ndarray]] = []

    def append(self, start: int, images: np.ndarray, values: Values) -> None:
        room = max(0, len(self.images) - start)
        if room or not self._values:
            self.images[start : start + room][: len(images)] = images[:room]
            self._values.append({name: value[:room] for name, value in values.items()})

    def metadata(self) -> pd.DataFrame:
        whole = {name: np.concatenate([v[name] for v in self._values]) for name in self._values[0]}
        return pd.DataFrame(columns(self._contents.fixed, self._contents.bands, whole))


def _make(
    job: Job,
    contents: Contents,
    dataset: Dataset,
    writer: Writer | None,
    limit: int | None,
    bar: tqdm[NoReturn],
) -> None:
    """Make one configuration and put it where it belongs: into files, and into the dataset."""
    memory = _Memory(contents, limit)
    with writer or contextlib.nullcontext():
        seconds, first = _pump(job, [memory, writer] if writer else [memory], bar)
    if limit != 0:
        dataset.keep(contents.label, memory.images, memory.metadata())
    files = writer.paths if writer else ()
    dataset.runs[contents.label] = Run(job.count, job.batch_size, seconds, first, files)


def _pump(job: Job, sinks: Sequence[_Sink], bar: tqdm[NoReturn]) -> tuple[float, float]:
    """Hand every chunk to every sink; the seconds that it took, in all and until the first arrived."""
    began = time.perf_counter()
    first = 0.0
    for start, images, values in chunks(job):
        first = first or time.perf_counter() - began
        for sink in sinks:
            sink.append(start, images, values)
        bar.update(len(images))
    return time.perf_counter() - began, first


def _progress_bar(jobs: Iterable[Job], shown: bool | None) -> tqdm[NoReturn]:
    disable = None if shown is None else not shown
    return tqdm(total=sum(job.count for job in jobs), unit="system", disable=disable)
