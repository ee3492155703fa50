"""Batches of a stream for PyTorch, without a copy through the host, and for numpy."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import Any, Protocol

import jax
import numpy as np

from jaxlens.streams.batches import StreamBatch


class Feed(Protocol):
    """The methods of a stream that are used here."""

    def __next__(self) -> StreamBatch:
        """The next batch."""

    def share(self, part: int, parts: int) -> Feed:
        """The stream of the batches part, part + parts, ... of this one."""


def numpy_batches(feed: Feed) -> Iterator[StreamBatch]:
    """The batches with numpy arrays; on a CPU they are read-only views."""
    while True:
        yield jax.tree.map(np.asarray, next(feed))


def torch_dataset(feed: Feed) -> Any:
    """The batches as a `torch.utils.data.IterableDataset`.

    Raises:
        ImportError: if PyTorch is not installed.
    """
    return _dataset_class()(feed)


@lru_cache(maxsize=1)
def _dataset_class() -> Any:
    """The class, made when it is first asked for, as PyTorch is not among jaxlens's requirements."""
    try:
        torch, data = import_module("torch"), import_module("torch.utils.data")
    except ImportError as error:
        raise ImportError("stream.torch() needs PyTorch: pip install 'jaxlens-sim[torch]'") from error
    base: Any = data.IterableDataset

    def tensor(array: jax.Array) -> Any:
        found = torch.from_dlpack(array)
        # PyTorch has few operations on uint32
        return found.to(torch.int64) if array.dtype == np.uint32 else found

    class StreamDataset(base):  # type: ignore[misc]
        """An endless IterableDataset of StreamBatches of tensors; give DataLoader `batch_size=None`."""

        def __init__(self, feed: Feed) -> None:
            super().__init__()
            self._feed = feed

        def __iter__(self) -> Iterator[StreamBatch]:
            worker, feed = data.get_worker_info(), self._feed
            own = feed if worker is None else feed.share(worker.id, worker.num_workers)
            while True:
                yield jax.tree.map(tensor, next(own))

        def __reduce__(self) -> tuple[Any, ...]:
            # a spawned worker finds no class that was made in a function
            return torch_dataset, (self._feed,)

    return StreamDataset
