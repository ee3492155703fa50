"""Batches as tensors: the same memory, the same systems in spawned workers, and no forked worker."""

from __future__ import annotations

import sys
from typing import Any

import jax
import numpy as np
import pytest

from jaxlens.streams.feeds import _dataset_class
from jaxlens.streams.stream import Stream, stream

LABEL = "PLANE_1-OBJECT_1-LIGHT_PROFILE_1-e1"


@pytest.fixture
def galaxies(small_lens: dict[str, Any]) -> dict[str, Any]:
    """Single galaxies, the cheapest system there is."""
    small_lens["IMAGE"]["PARAMETERS"]["numPix"] = 12
    plane = {"OBJECT_1": "SOURCE", "PARAMETERS": {"REDSHIFT": 0.5}}
    small_lens["GEOMETRY"] = {"CONFIGURATION_1": {"NAME": "SINGLE", "FRACTION": 1.0, "PLANE_1": plane}}
    return small_lens


@pytest.fixture
def batches(galaxies: dict[str, Any]) -> Stream:
    return stream(galaxies, 8, seed=5, labels=LABEL)


@pytest.mark.slow
def test_tensors_are_the_arrays_without_a_copy(batches: Stream, galaxies: dict[str, Any]) -> None:
    import torch

    kept = []
    advance = Stream.__next__

    class Watched(Stream):
        def __next__(self) -> Any:
            kept.append(advance(self))
            return kept[-1]

    batches.__class__ = Watched
    tensors = next(iter(batches.torch()))
    (arrays,) = kept
    for name in ("images", "labels", "present", "configuration"):
        tensor, array = getattr(tensors, name), getattr(arrays, name)
        np.testing.assert_array_equal(tensor.numpy(), array)
        assert tensor.data_ptr() == array.unsafe_buffer_pointer()
    assert tensors.images.dtype == torch.float32
    assert tensors.present.dtype == torch.bool
    assert tensors.index.tolist() == list(range(8))
    assert tensors.parameters.keys() == arrays.parameters.keys()


@pytest.mark.slow
def test_a_loader_gives_the_batches_of_the_stream(batches: Stream, galaxies: dict[str, Any]) -> None:
    import torch
    from torch.utils.data import DataLoader

    loader = DataLoader(batches.torch(), batch_size=None)
    first, second = next(iter(loader)), next(iter(loader))
    expected = stream(galaxies, 16, seed=5, labels=LABEL).numpy()
    whole = next(expected)
    np.testing.assert_array_equal(torch.cat([first.images, second.images]).numpy(), whole.images)
    np.testing.assert_array_equal(torch.cat([first.labels, second.labels]).numpy(), whole.labels)
    assert batches.index == 16


@pytest.mark.slow
def test_spawned_workers_make_the_batches_in_turns(batches: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from torch.utils.data import DataLoader

    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    dataset = batches.torch()
    loader = DataLoader(dataset, batch_size=None, num_workers=2, multiprocessing_context="spawn")
    made = iter(loader)
    found = [next(made) for _ in range(4)]
    del made
    assert torch.cat([batch.index for batch in found]).tolist() == list(range(32))
    for batch, own in zip(found, dataset, strict=False):
        np.testing.assert_array_equal(batch.images, own.images)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*fork.*")
def test_a_forked_worker_says_what_to_do(batches: Stream) -> None:
    from torch.utils.data import DataLoader

    next(batches)
    loader = DataLoader(batches.torch(), batch_size=None, num_workers=1, multiprocessing_context="fork")
    with pytest.raises(RuntimeError, match="JAX does not work in a fork; give DataLoader num_workers=0"):
        next(iter(loader))


def test_tensors_of_several_devices_are_refused(batches: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_devices", tuple(jax.local_devices()) * 2)
    with pytest.raises(ValueError, match="a tensor is on one device"):
        batches.torch()


def test_without_pytorch_the_extra_is_named(batches: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    _dataset_class.cache_clear()
    with pytest.raises(ImportError, match=r"pip install 'jaxlens-sim\[torch\]'"):
        batches.torch()
    _dataset_class.cache_clear()
