"""Batches of a stream for PyTorch, without a copy through the host, and for numpy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, NoReturn, Protocol, Self

import jax
import numpy as np

from jaxlens.streams.batches import StreamBatch


class Feed(Protocol):
    """The methods of a stream that are used here."""

    def __next__(self) -> StreamBatch:
        """The next batch."""

    def __iter__(self) -> Iterator[StreamBatch]:
        """The stream itself."""

    def spawn(self) -> Self:
        """A stream of systems that nothing else has."""

    def state_dict(self) -> dict[str, Any]:
        """Where the stream stands."""

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where another one stood."""


class TorchBatch(StreamBatch):
    """A StreamBatch of tensors, a type of its own so that PyTorch asks before it puts several into one."""

    __slots__ = ()


def numpy_batches(feed: Feed) -> Iterator[StreamBatch]:
    """The batches with numpy arrays, `index` as int64; on a CPU they are read-only views.

    Several threads may take batches from it.
    """
    return map(as_numpy, feed)


def as_numpy(batch: StreamBatch) -> StreamBatch:
    """A batch as numpy arrays, with whole indices, int64."""
    made: StreamBatch = jax.tree.map(np.asarray, batch)
    index = made.index.astype(np.int64) | (made.index_upper.astype(np.int64) << 32)
    return made._replace(index=index)


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
    # PyTorch's place for types that its default_collate treats in a way of their own
    import_module("torch.utils.data._utils.collate").default_collate_fn_map[TorchBatch] = _refuse_to_collate
    base: Any = data.IterableDataset

    def tensor(array: jax.Array) -> Any:
        found = torch.from_dlpack(array)
        # PyTorch has few operations on uint32
        return found.to(torch.int64) if array.dtype == np.uint32 else found

    def tensors(batch: StreamBatch) -> TorchBatch:
        made = TorchBatch(*jax.tree.map(tensor, tuple(batch)))
        return made._replace(index=made.index | (made.index_upper << 32))

    class StreamDataset(base):  # type: ignore[misc]
        """An endless IterableDataset of batches of tensors; give DataLoader `batch_size=None`.

        Each copy, by pickle or by the module copy, has systems of its own, see `Stream.spawn`.
        """

        def __init__(self, feed: Feed) -> None:
            super().__init__()
            self._feed = feed

        def __iter__(self) -> Iterator[TorchBatch]:
            return map(tensors, self._feed)

        def state_dict(self) -> dict[str, Any]:
            """Where the stream stands, and how many copies it has."""
            return self._feed.state_dict()

        def load_state_dict(self, state: Mapping[str, Any]) -> None:
            """Go on where another one stood; ValueError where that was another stream."""
            self._feed.load_state_dict(state)

        def __reduce__(self) -> tuple[Any, ...]:
            # a spawned worker finds no class that was made in a function
            return torch_dataset, (self._feed.spawn(),)

    return StreamDataset


def _refuse_to_collate(batches: Sequence[TorchBatch], *, collate_fn_map: Any = None) -> NoReturn:
    """ValueError: what a DataLoader with a batch_size of its own runs into."""
    raise ValueError(
        f"DataLoader has put {len(batches)} batches of {len(batches[0].images)} systems into one; a stream's "
        "batches are whole already: give DataLoader batch_size=None, and `stream` the batch_size"
    )
