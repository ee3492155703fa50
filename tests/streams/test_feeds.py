"""Batches as tensors: the same memory, the same systems in spawned workers, and no forked worker."""

from __future__ import annotations

import itertools
import pickle
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


@pytest.mark.long
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


def indices(batches: list[Any]) -> list[int]:
    return [int(index) for batch in batches for index in batch.index]


@pytest.mark.long
def test_no_system_comes_twice_from_spawned_workers(
    batches: Stream, galaxies: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Epoch after epoch, whether workers end with it or persist, and whether the loop goes to its end."""
    from torch.utils.data import DataLoader

    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    dataset = batches.torch()
    spawned: dict[str, Any] = {"batch_size": None, "multiprocessing_context": "spawn"}
    ending = DataLoader(dataset, num_workers=1, **spawned)
    lasting = DataLoader(dataset, num_workers=2, persistent_workers=True, **spawned)
    epochs = [itertools.islice(loader, count) for loader, count in ((ending, 2), (ending, 2), (lasting, 3))]
    found = [batch for epoch in epochs for batch in epoch]
    for _ in range(2):
        for batch in lasting:
            found.append(batch)
            break
    found += itertools.islice(DataLoader(dataset, batch_size=None), 2)
    made = indices(found)
    assert len(set(made)) == len(made) == 11 * 8
    assert made[-16:] == list(range(16)), "workers have taken nothing of the stream itself"
    for batch in found[::3]:
        with stream(galaxies, 8, seed=5, labels=LABEL, start=int(batch.index[0])) as own:
            np.testing.assert_array_equal(batch.images, next(own).images)


@pytest.mark.slow
def test_a_dataset_goes_on_from_its_state(batches: Stream, galaxies: dict[str, Any]) -> None:
    from torch.utils.data import DataLoader

    dataset = batches.torch()
    next(iter(DataLoader(dataset, batch_size=None)))
    copy = pickle.loads(pickle.dumps(dataset))
    state = dataset.state_dict()
    again = stream(galaxies, 8, seed=5, labels=LABEL).torch()
    again.load_state_dict(state)
    assert next(iter(again)).index.tolist() == list(range(8, 16))
    other = pickle.loads(pickle.dumps(again))
    assert copy.state_dict()["index"] != other.state_dict()["index"]
    assert batches.index == 8


@pytest.mark.slow
def test_a_loader_that_makes_batches_of_batches_says_what_is_right(batches: Stream) -> None:
    from torch.utils.data import DataLoader

    for size in (1, 3):
        loader = DataLoader(batches.torch(), batch_size=size)
        with pytest.raises(
            ValueError, match=f"{size} batches of 8 systems .* give DataLoader batch_size=None"
        ):
            next(iter(loader))


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
