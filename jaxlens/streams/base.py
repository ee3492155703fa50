"""What a stream makes its batches of: the configurations that are mixed, their programs and threads."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import jax
import numpy as np

from jaxlens.config import Config
from jaxlens.engine.devices import Devices, batches_at_once
from jaxlens.products.columns import NAMES
from jaxlens.simulator.simulator import Simulator
from jaxlens.streams.arguments import check_seed
from jaxlens.streams.batches import BatchMaker, StreamBatch, Transform
from jaxlens.streams.columns import MixedColumns, mixed_columns
from jaxlens.streams.mixed_files import MixedFiles
from jaxlens.streams.mixing import Mixture
from jaxlens.streams.state import mixture_digest


class StreamBase:
    """What is in the batches of a stream, and what makes them.

    Attributes:
        config: the configuration file, the first of several.
        files: the names of the files, to which `batch.file` is an index.
        configurations: the NAMEs of the configurations, to which `batch.configuration` is an index; of
            several files `<file>/<NAME>`.
        bands: the names of the bands.
        label_names: the names of the columns of `batch.labels`.
        batch_size: systems a batch.
        seed: the stream's seed.
        image_dtype: of the images, "float32" or "float16".
    """

    def __init__(
        self,
        files: MixedFiles,
        batch_size: int,
        *,
        seed: int,
        labels: tuple[str, ...],
        devices: Devices,
        image_dtype: str = "float32",
        transform: Transform | None = None,
    ) -> None:
        check_seed(seed)
        self._devices, self.image_dtype, self._transform = devices, image_dtype, transform
        self.files, self._mixed = files.names, files.mixed()
        self.config: Config = files.configs[0]
        self._weighted = files.weights is not None or len(files.configs) > 1
        self.configurations = tuple(mixed.name for mixed in self._mixed)
        self.bands = self.config.bands
        self.batch_size, self.seed = batch_size, int(seed)
        self._products = tuple(name for name in NAMES if any(_is_of(label, name) for label in labels))
        self._measured = self._asks_for_measured(labels)
        self._labels = {
            name: column for label in labels for name, column in self._columns.find(label).items()
        }
        self.label_names = tuple(self._labels)
        self._process = os.getpid()
        # the same thread may enter again, as in the handler of a signal
        self._lock = threading.RLock()
        self._threads: ThreadPoolExecutor | None = None

    def batch_from(self, start: int) -> StreamBatch:
        """The batch of systems start..start+batch_size-1.

        It may be called from several threads.  The stream goes on as if it had not been asked for.
        """
        self._refuse_a_fork()
        with self._lock:
            maker, threads = self._maker, self._executor()
        return maker.make(threads, start)

    def has(self, name: str) -> np.ndarray:
        """Which configurations have a parameter, or a label, of this name: (configurations,), bool."""
        column = next(iter(self._columns.find(name).values()))
        return np.asarray(self._columns.places[:, column] >= 0)

    @cached_property
    def _simulators(self) -> list[Simulator]:
        found = [Simulator(mixed.config, mixed.configuration.label) for mixed in self._mixed]
        if not self._products:
            return found
        return [one.with_products(set(self._products) & set(one.product_names)) for one in found]

    @cached_property
    def _columns(self) -> MixedColumns:
        return mixed_columns(self._simulators, self._measured)

    @cached_property
    def _digest(self) -> str:
        fractions = [mixed.fraction for mixed in self._mixed] if self._weighted else []
        return mixture_digest([mixed.config for mixed in self._mixed], self._simulators, fractions)

    def _asks_for_measured(self, labels: tuple[str, ...]) -> bool:
        """Whether a label is none of the values that are known without images."""
        if not labels or not any(simulator.scene.series for simulator in self._simulators):
            return False
        known = mixed_columns(self._simulators)
        return any(not known.has(label) for label in labels)

    @cached_property
    def _maker(self) -> BatchMaker:
        """The programs, compiled when the first batch is asked for."""
        return BatchMaker(
            self._simulators,
            Mixture(tuple(mixed.fraction for mixed in self._mixed)),
            self.seed,
            self.batch_size,
            self._devices,
            self._columns,
            list(self._labels.values()),
            self._measured,
            self.image_dtype,
            [mixed.file for mixed in self._mixed],
            self._transform,
        )

    def _executor(self) -> ThreadPoolExecutor:
        """The threads that make the parts of batches."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(batches_at_once(self._devices), "jaxlens-parts")
        return self._threads

    def _refuse_other_processes(self) -> None:
        if any(device.process_index != jax.process_index() for device in self._devices):
            raise ValueError(
                "a batch is shared with other processes, and this one has a part of it; give a stream for "
                "numpy devices of this process, as jax.local_devices() gives"
            )

    def _refuse_a_fork(self) -> None:
        if os.getpid() != self._process:
            raise RuntimeError(
                "this process was forked from the one that made the stream, and JAX does not work in a fork; "
                "give DataLoader num_workers=0, or multiprocessing_context='spawn'"
            )


def _is_of(label: str, product: str) -> bool:
    """Whether a label is a product, or that of a band."""
    return label == product or label.startswith(f"{product}-")
