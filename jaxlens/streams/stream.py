"""Training sets without end: batches that are simulated as fast as a network takes them, and never stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any

import jax

from jaxlens.engine.pipeline import Pipeline
from jaxlens.streams.arguments import checked_image_dtype, position, spread_over
from jaxlens.streams.base import StreamBase
from jaxlens.streams.batches import StreamBatch, Transform
from jaxlens.streams.feeds import numpy_batches, torch_dataset
from jaxlens.streams.mixed_files import MixedFiles, Source, Weights, mixed_files
from jaxlens.streams.position import Position
from jaxlens.streams.sources import StreamSource
from jaxlens.streams.state import VERSION, checked_state

# Batches that are started beyond the one that is used.
_AHEAD = 2


def stream(
    config: Source | Sequence[Source],
    batch_size: int,
    seed: int = 0,
    labels: str | Sequence[str] | None = None,
    start: int = 0,
    *,
    devices: Iterable[jax.Device] | None = None,
    configurations: str | Iterable[str] | None = None,
    survey: str | None = None,
    bands: str | Sequence[str] | None = None,
    image_dtype: str | None = None,
    weights: Weights | None = None,
    transform: Transform | None = None,
) -> Stream:
    """Batches of simulated systems without end, on the device, for a training loop.

    Args:
        config: a YAML file, the name of a packaged example, a dictionary of the same content, or a Config; or
            several of them, whose systems are mixed (`batch.file` says which file a system is of).  Their
            images must have the same bands and shape.
        batch_size: systems a batch; a multiple of the number of devices.
        seed: the same seed gives the same systems.  They are not those of the dataset of that seed.
        labels: the parameters that each batch has as the columns of an array, in this order, by full or
            short names (`theta_E`, `LENS.e1`, see `Simulator.names`), with the band (`seeing-g`) or without;
            `stream.label_names` are full names.  One that differs by band gives a label for each band, and
            one that differs by epoch for each band and epoch (`day-g-0`).  Fluxes that are measured on the
            images of a time series (`PLANE_2-OBJECT_2-forced_flux`) are computed where one of them is a
            label.
        start: the index of the first system, from 0 to 2^63 - 1; `stream.index` of an earlier stream
            continues it, and so does `load_state_dict`, which also checks that it is the same stream.
        devices: the devices that share each batch, as `jax.local_devices()`; by default one.  Those of other
            processes may be among them (`jax.devices()` under `jax.distributed`): each process makes the
            shares of its own devices, and all get the same global arrays.
        configurations: labels or NAMEs of those that are mixed; by default all that have a FRACTION above 0.
            What is wrong with the others alone is a warning.
        survey: the name of a survey whose IMAGE and SURVEY take the place of the file's, as in `load_config`.
        bands: the bands that are used, as in `load_config`.
        image_dtype: "float32", or "float16", which halves a batch and rounds its pixels to 11 bits (5e-4 of a
            pixel) after all arithmetic; by default the `image_dtype` of the file's DATASET, else "float32".
        weights: how often systems are of each file, a number for each, by default equally often.  Of a single
            file a mapping from the labels or NAMEs of the configurations that are mixed to how often they are
            made, in the place of FRACTION, as `{"LENSED": 1, "NOT_LENSED": 1}`.
        transform: a function of the images (systems, bands, y, x) of a batch, or of a device's share of it,
            that returns an array with as many systems: a scaling, as `ImageScaling.scale`, `jnp.arcsinh`, a
            crop.  It is compiled with the program that puts a batch together.  For workers of other processes
            it must be a function of a module, which can be pickled.

    The system of an index is the same whatever the batch size, start and devices.  Its configuration
    follows from the index alone, so that every batch has them in the proportions of FRACTION.

    Raises:
        ConfigError: if the configuration is wrong.
        ValueError: if an argument is wrong; the message says what would be right.  Later, where a pixel is
            too large for float16, which ends at 65504.

    Warns:
        ConfigWarning: for what is wrong with the file but not used, unless `config` is a Config.

    >>> from jaxlens.streams.stream import stream
    >>> batches = stream("lens_or_not", 4, labels=["theta_E"])
    >>> batches.label_names
    ('PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E',)
    >>> batches.configurations, batches.has("theta_E").tolist()
    (('LENSED', 'NOT_LENSED'), [True, False])
    """
    files = mixed_files(config, configurations, weights, survey, bands)
    spread = spread_over(devices)
    return Stream(
        position(batch_size, start, len(spread)),
        files=files,
        seed=seed,
        labels=(labels,) if isinstance(labels, str) else tuple(labels or ()),
        devices=spread,
        image_dtype=checked_image_dtype(image_dtype or _image_dtype(files)),
        transform=transform,
    )


def _image_dtype(files: MixedFiles) -> str:
    """The precision of images that the files ask for."""
    asked = {config.image_dtype for config in files.configs}
    if len(asked) > 1:
        raise ValueError(f"the files ask for images of {' and '.join(sorted(asked))}; give image_dtype")
    return asked.pop()


class Stream(StreamBase, Iterator[StreamBatch]):
    """An endless iterator of StreamBatches, see `stream`.

    While a batch is used the next are made in threads of their own.  Several threads may take batches from
    one stream: each gets every batch once.  A stream is a context manager; leaving it, or dropping it, ends
    the threads.  It can be pickled, without its devices, and goes on from its index.

    Its other attributes are those of `StreamBase`.

    Attributes:
        place: where the stream stands.
    """

    def __init__(self, place: Position, **arguments: Any) -> None:
        super().__init__(batch_size=place.batch_size, **arguments)
        self._arguments, self.place = arguments, place
        self._pipeline: Pipeline[StreamBatch] | None = None

    def __repr__(self) -> str:
        return f"Stream({self.config.name!r}, batch_size={self.batch_size}, index={self.index})"

    @property
    def index(self) -> int:
        """The index of the first system of the next batch; `stream(..., start=index)` begins with it."""
        return self.place.index

    def __next__(self) -> StreamBatch:
        """The next batch; those after it are started.

        Raises:
            ValueError: if a value or a pixel of the batch is not finite, or the stream has no systems left.
        """
        self._refuse_a_fork()
        with self._lock:
            self.place.check()
            if self._pipeline is None:
                make, starts = partial(self._maker.make, self._executor()), self.place.starts()
                self._pipeline = Pipeline(make, starts, ahead=_AHEAD, workers=_AHEAD)
            _, batch = next(self._pipeline)
            self.place.index += self.place.step
            return batch

    def numpy(self) -> Iterator[StreamBatch]:
        """The batches as numpy arrays, `index` as int64; on a CPU they are read-only views.

        Raises:
            ValueError: if the batches are shared with other processes.
        """
        self._refuse_other_processes()
        return numpy_batches(self)

    def torch(self) -> Any:
        """The batches as a `torch.utils.data.IterableDataset` of tensors, which share the arrays' memory.

        `DataLoader(stream.torch(), batch_size=None)`, with `num_workers=0`: jaxlens has threads of its own.
        Each iterator of the loader goes on where the last one stood.  Workers must be spawned
        (`multiprocessing_context="spawn"`), with JAX on the CPU in each.  Each of them has systems of its
        own, which no other worker has, and no later one: see `spawn`.  A forked worker raises RuntimeError,
        since JAX does not work there.

        The dataset has the `state_dict` and `load_state_dict` of the stream, and hands them to torchdata's
        `StatefulDataLoader`.

        Raises:
            ImportError: if PyTorch is not installed.
            ValueError: if the batches are shared by several devices.
        """
        if len(self._devices) > 1:
            raise ValueError("a tensor is on one device; give a stream for PyTorch one device")
        return torch_dataset(self)

    def source(self, count: int) -> StreamSource:
        """The next `count` batches for random access, as Grain and others take them.

        Item k is batch k from here on, as numpy arrays, made when it is asked for, in any order, in any
        process, and from any thread.  The stream itself does not move.

        Raises:
            ValueError: if `count` is not a whole number of at least 1, the stream has fewer batches left, or
                the batches are shared with other processes.
        """
        self._refuse_other_processes()
        return StreamSource(self, count)

    def share(self, part: int, parts: int) -> Stream:
        """The stream of the batches part, part + parts, ... of this one, for one of several processes.

        Raises:
            ValueError: if `part` is not from 0 to parts - 1.
        """
        self._refuse_a_fork()
        with self._lock:
            return Stream(**self._arguments, place=self.place.share(part, parts))

    def between(self, start: int, stop: int) -> Stream:
        """The stream of the systems start..stop-1 alone, wherever this one stands.

        Raises:
            ValueError: if there is no batch in between, or one of the two is above 2^63.
        """
        self._refuse_a_fork()
        place = position(self.batch_size, start, len(self._devices), stop)
        return Stream(**self._arguments, place=place)

    def spawn(self) -> Stream:
        """A stream of systems that neither this one has, nor any that was spawned before or will be.

        Raises:
            ValueError: if there are none left.
        """
        self._refuse_a_fork()
        with self._lock:
            return Stream(**self._arguments, place=self.place.spawn())

    def state_dict(self) -> dict[str, Any]:
        """Where the stream stands, as plain numbers and texts, which JSON can hold."""
        with self._lock:
            return {
                "version": VERSION,
                **self.place.state(),
                "seed": self.seed,
                "configuration": self._digest,
            }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where the stream stood whose `state_dict` gave `state`.

        Raises:
            ValueError: if that was a stream of another file, seed or batch size.
        """
        self._refuse_a_fork()
        with self._lock:
            moved = self.place.moved(checked_state(state, self.state_dict()))
            self.close()
            self.place = moved

    def close(self) -> None:
        """End the threads.  Batches in progress are dropped, and made again where they are asked for."""
        with self._lock:
            if self._pipeline is not None:
                self._pipeline.close()
            if self._threads is not None:
                self._threads.shutdown(wait=True, cancel_futures=True)
            self._pipeline = self._threads = None

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        with self._lock:
            place = replace(self.place)
        return _unpickled, (self._arguments | {"place": place, "devices": None},)


def _unpickled(arguments: Mapping[str, Any]) -> Stream:
    """The stream of these arguments, in the process that unpickles it."""
    return Stream(**{**arguments, "devices": spread_over(None)})
