"""Training sets without end: batches that are simulated as fast as a network takes them, and never stored."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from numbers import Integral
from os import PathLike
from types import TracebackType
from typing import Any

import jax
import numpy as np

from jaxlens.config import Config, issue_warnings, load_config
from jaxlens.config.model import Configuration
from jaxlens.engine.devices import Devices, as_devices, batches_at_once, chosen
from jaxlens.engine.pipeline import Pipeline
from jaxlens.simulator.simulator import Simulator
from jaxlens.streams.batches import BatchMaker, StreamBatch
from jaxlens.streams.columns import MixedColumns, mixed_columns
from jaxlens.streams.feeds import numpy_batches, torch_dataset
from jaxlens.streams.mixing import Mixture

# Batches that are started beyond the one that is used.
_AHEAD = 2
# Seeds and indices have 64 bits.
_LIMIT = 2**64

Source = Config | str | PathLike[str] | Mapping[str, Any]


def stream(
    config: Source,
    batch_size: int,
    seed: int = 0,
    labels: str | Sequence[str] | None = None,
    start: int = 0,
    *,
    devices: Iterable[jax.Device] | None = None,
    configurations: str | Iterable[str] | None = None,
    survey: str | None = None,
) -> Stream:
    """Batches of simulated systems without end, on the device, for a training loop.

    Args:
        config: a YAML file, the name of a packaged example, a dictionary of the same content, or a Config.
        batch_size: systems a batch; a multiple of the number of devices.
        seed: the same seed gives the same systems.  They are not those of the dataset of that seed.
        labels: the parameters that each batch has as the columns of an array, in this order, such as
            `PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E`, with the band (`seeing-g`) or without; one
            that differs by band gives a label for each band, and one that differs by epoch for each band and
            epoch (`day-g-0`).  Fluxes that are measured on the images of a time series
            (`PLANE_2-OBJECT_2-forced_flux`) are computed where one of them is a label.
        start: the index of the first system; `stream.index` of an earlier stream continues it.
        devices: the devices that share each batch, as `jax.local_devices()`; by default one.
        configurations: labels or NAMEs of those that are mixed; by default all that have a FRACTION above 0.
            What is wrong with the others alone is a warning.
        survey: the name of a survey whose IMAGE and SURVEY take the place of the file's, as in `load_config`.

    The system of an index is the same whatever the batch size, start and devices.  Its configuration
    follows from the index alone, so that every batch has them in the proportions of FRACTION.

    Raises:
        ConfigError: if the configuration is wrong.
        ValueError: if an argument is wrong; the message says what would be right.

    Warns:
        ConfigWarning: for what is wrong with the file but not used, unless `config` is a Config.

    >>> from jaxlens.streams.stream import stream
    >>> theta_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"
    >>> batches = stream("lens_or_not", 4, labels=[theta_E])
    >>> batches.configurations, batches.has(theta_E).tolist()
    (('LENSED', 'NOT_LENSED'), [True, False])
    """
    names = (configurations,) if isinstance(configurations, str) else configurations
    chosen_names = None if names is None else tuple(names)
    loaded = load_config(config, survey=survey, configurations=chosen_names)
    if not isinstance(config, Config):
        issue_warnings(loaded.passed_over)
    return Stream(
        loaded,
        batch_size,
        seed=seed,
        labels=(labels,) if isinstance(labels, str) else tuple(labels or ()),
        start=start,
        devices=as_devices(devices),
        configurations=chosen_names,
    )


class Stream(Iterator[StreamBatch]):
    """An endless iterator of StreamBatches, see `stream`.

    While a batch is used the next are made in threads of their own.  A stream is a context manager; leaving
    it, or dropping it, ends the threads.  It can be pickled, without its devices, and goes on from its index.

    Attributes:
        config: the configuration file.
        configurations: the NAMEs of the configurations, to which `batch.configuration` is an index.
        bands: the names of the bands.
        label_names: the names of the columns of `batch.labels`.
        batch_size: systems a batch.
        seed: the stream's seed.
        index: the index of the first system of the next batch; `stream(..., start=index)` begins with it.
    """

    def __init__(
        self,
        config: Config,
        batch_size: int,
        *,
        seed: int,
        labels: tuple[str, ...],
        start: int,
        devices: Devices | None,
        configurations: tuple[str, ...] | None,
        stride: int = 1,
    ) -> None:
        self._arguments: dict[str, Any] = {
            "config": config,
            "batch_size": batch_size,
            "seed": seed,
            "labels": labels,
            "devices": devices,
            "configurations": configurations,
        }
        self._devices = chosen(None)[:1] if devices is None else chosen(devices)
        self._check(batch_size, seed, start)
        self.config, self._mixed = config, _selected(config, configurations)
        self.configurations = tuple(mixed.name for mixed in self._mixed)
        self.bands = config.bands
        self.batch_size, self.seed, self.index = int(batch_size), int(seed), int(start)
        self._step = stride * self.batch_size
        self._measured = self._asks_for_measured(labels)
        self._labels = {name: place for label in labels for name, place in self._columns.find(label).items()}
        self.label_names = tuple(self._labels)
        self._process = os.getpid()
        self._pipeline: Pipeline[StreamBatch] | None = None
        self._threads: ThreadPoolExecutor | None = None

    def __repr__(self) -> str:
        return f"Stream({self.config.name!r}, batch_size={self.batch_size}, index={self.index})"

    def __next__(self) -> StreamBatch:
        """The next batch; those after it are started."""
        self._refuse_a_fork()
        if self._pipeline is None:
            self._threads = ThreadPoolExecutor(batches_at_once(self._devices), "jaxlens-parts")
            make, starts = partial(self._maker.make, self._threads), itertools.count(self.index, self._step)
            self._pipeline = Pipeline(make, starts, ahead=_AHEAD, workers=_AHEAD)
        _, batch = next(self._pipeline)
        self.index += self._step
        return batch

    def has(self, name: str) -> np.ndarray:
        """Which configurations have a parameter, or a label, of this name: (configurations,), bool."""
        column = next(iter(self._columns.find(name).values()))
        return np.asarray(self._columns.places[:, column] >= 0)

    def numpy(self) -> Iterator[StreamBatch]:
        """The batches as numpy arrays; on a CPU they are read-only views."""
        return numpy_batches(self)

    def torch(self) -> Any:
        """The batches as a `torch.utils.data.IterableDataset` of tensors, which share the arrays' memory.

        `DataLoader(stream.torch(), batch_size=None)`, with `num_workers=0`: jaxlens has threads of its own.
        Workers must be spawned (`multiprocessing_context="spawn"`), with JAX on the CPU in each; of n
        workers each makes every n-th batch, and all begin at the stream's index whenever the loader is
        asked for an iterator.  A forked worker raises RuntimeError, since JAX does not work there.

        Raises:
            ImportError: if PyTorch is not installed.
            ValueError: if the batches are shared by several devices.
        """
        if len(self._devices) > 1:
            raise ValueError("a tensor is on one device; give a stream for PyTorch one device")
        return torch_dataset(self)

    def share(self, part: int, parts: int) -> Stream:
        """The stream of the batches part, part + parts, ... of this one, for one of several processes.

        Raises:
            ValueError: if `part` is not from 0 to parts - 1.
        """
        self._refuse_a_fork()
        if not 0 <= part < parts:
            raise ValueError(f"part is {part}; it must be from 0 to {parts - 1}, one less than the parts")
        stride = self._step // self.batch_size
        return Stream(**self._arguments, start=self.index + part * self._step, stride=parts * stride)

    def close(self) -> None:
        """End the threads.  Batches in progress are dropped, and made again where they are asked for."""
        if self._pipeline is not None and self._threads is not None:
            self._pipeline.close()
            self._threads.shutdown(wait=True, cancel_futures=True)
            self._pipeline = self._threads = None

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        stride = self._step // self.batch_size
        return _unpickled, (self._arguments | {"start": self.index, "stride": stride, "devices": None},)

    @cached_property
    def _simulators(self) -> list[Simulator]:
        return [Simulator(self.config, mixed.label) for mixed in self._mixed]

    @cached_property
    def _columns(self) -> MixedColumns:
        return mixed_columns(self._simulators, self._measured)

    def _asks_for_measured(self, labels: tuple[str, ...]) -> bool:
        """Whether a label is none of the values that are known without images."""
        if not labels or not any(simulator.scene.series for simulator in self._simulators):
            return False
        known = mixed_columns(self._simulators)
        return any(not known.has(label) for label in labels)

    @cached_property
    def _maker(self) -> BatchMaker:
        """The programs, compiled when the first batch is asked for."""
        mixture = Mixture(tuple(mixed.fraction for mixed in self._mixed))
        return BatchMaker(
            self._simulators,
            mixture,
            self.seed,
            self.batch_size,
            self._devices,
            self._columns,
            list(self._labels.values()),
            self._measured,
        )

    def _check(self, batch_size: int, seed: int, start: int) -> None:
        """ValueError where one of these is no whole number in its range."""
        if not isinstance(batch_size, Integral) or batch_size < 1:
            raise ValueError(f"batch_size is {batch_size}; it must be a whole number of at least 1")
        if batch_size % len(self._devices):
            count = len(self._devices)
            raise ValueError(
                f"batch_size is {batch_size}; it must be a multiple of {count}, one share a device"
            )
        for name, value in (("seed", seed), ("start", start)):
            if not isinstance(value, Integral) or not 0 <= value < _LIMIT:
                raise ValueError(f"{name} is {value}; it must be a whole number from 0 to 2^64 - 1")

    def _refuse_a_fork(self) -> None:
        if os.getpid() != self._process:
            raise RuntimeError(
                "this process was forked from the one that made the stream, and JAX does not work in a fork; "
                "give DataLoader num_workers=0, or multiprocessing_context='spawn'"
            )


def _unpickled(arguments: Mapping[str, Any]) -> Stream:
    """The stream of these arguments, in the process that unpickles it."""
    return Stream(**arguments)


def _selected(config: Config, names: tuple[str, ...] | None) -> list[Configuration]:
    """The configurations called `names`, in the file's order, or all that have systems."""
    if names is None:
        found = [one for one in config.chosen() if one.fraction > 0]
        if not found:
            raise ValueError("every FRACTION is 0; give at least one configuration a FRACTION above 0")
        return found
    found = list(config.chosen(names))
    if not found:
        raise ValueError("configurations is empty; leave it out, or name at least one")
    empty = [one.label for one in found if not one.fraction > 0]
    if empty:
        raise ValueError(f"the FRACTION of {', '.join(empty)} is 0; give it one above 0, or leave it out")
    return found
