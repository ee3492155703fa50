"""What is no argument of a stream is refused, and which devices share a batch."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import jax
import pytest

from jaxlens.sampling.indices import INDEX_LIMIT
from jaxlens.streams.arguments import check_seed, position, spread_over


def device(process: int, platform: str = "cpu") -> Any:
    class Device(SimpleNamespace):
        __hash__ = object.__hash__

    return Device(process_index=process, platform=platform)


def test_devices_of_other_processes_share_a_batch() -> None:
    mine, others = device(0), [device(1), device(2)]
    assert spread_over([others[0], mine, others[1]]) == (others[0], mine, others[1])
    assert spread_over(None) == tuple(jax.local_devices()[:1])


def test_devices_that_cannot_share_a_batch_are_refused() -> None:
    mine = device(0)
    wrong: list[tuple[Any, str]] = [
        ([], "devices must be one device or several"),
        ("cpu", "devices is 'cpu'; it must be a list of devices"),
        ([device(1)], "none of the devices belongs to this process; give jax.devices"),
        ([mine, mine], "devices must be one device or several different ones"),
        ([mine, device(1, "gpu")], "devices must be different ones of one kind"),
    ]
    other = device(1)
    wrong.append(([mine, other, other], "devices must be different ones of one kind"))
    for devices, message in wrong:
        with pytest.raises(ValueError, match=message):
            spread_over(devices)


def test_a_stream_has_all_indices_from_its_start_on() -> None:
    place = position(32, 7, 2)
    assert (place.index, place.step, place.batch_size, place.stop) == (7, 32, 32, INDEX_LIMIT)
    assert (place.lowest, place.highest) == (0, INDEX_LIMIT)


@pytest.mark.parametrize("seed", [-1, 2**64, 0.5, True, "1", None])
def test_what_is_no_seed_is_refused(seed: Any) -> None:
    with pytest.raises(ValueError, match=r"seed is .*; it must be a whole number from 0 to 2\^64 - 1"):
        check_seed(seed)
