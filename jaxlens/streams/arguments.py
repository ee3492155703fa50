"""The arguments of a stream, checked."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral

import jax

from jaxlens.config import Config
from jaxlens.config.model import Configuration
from jaxlens.engine.devices import Devices, as_devices, chosen
from jaxlens.files.contents import STORED_TYPES
from jaxlens.sampling.indices import INDEX_LIMIT, whole_numbers
from jaxlens.streams.position import Position

# Seeds have 64 bits.
_SEED_LIMIT = 2**64


def spread_over(devices: Iterable[jax.Device] | None) -> Devices:
    """The devices that share each batch, those of other processes among them; by default one.

    Raises:
        ValueError: if there are none, or none of this process, or two are the same or of different kinds.
    """
    found = as_devices(devices)
    if found is None:
        return chosen(None)[:1]
    own = tuple(device for device in found if device.process_index == jax.process_index())
    if found and not own:
        raise ValueError(
            "none of the devices belongs to this process; give jax.devices(), or some of its own"
        )
    chosen(own)
    if len(set(found)) < len(found) or len({device.platform for device in found}) > 1:
        raise ValueError("devices must be different ones of one kind, as jax.devices() gives")
    return found


def position(batch_size: int, start: int, devices: int, stop: int | None = None) -> Position:
    """The place of a stream of consecutive batches.

    Args:
        batch_size: systems a batch.
        start: the index of the first system.
        devices: how many devices share a batch.
        stop: where the systems of the stream end; by default with the last index.

    Raises:
        ValueError: where one of these is no whole number in its range.
    """
    check_whole("batch_size", batch_size)
    if batch_size % devices:
        raise ValueError(
            f"batch_size is {batch_size}; it must be a multiple of {devices}, one share a device"
        )
    first = whole_numbers("start", start)
    if first.ndim:
        raise ValueError(f"start has shape {first.shape}; give one index")
    size, begin = int(batch_size), int(first)
    end = INDEX_LIMIT if stop is None else stop
    if stop is not None and not (isinstance(end, Integral) and begin + size <= end <= INDEX_LIMIT):
        raise ValueError(
            f"stop is {stop!r}; it must be a whole number from start + batch_size, {begin + size}, to 2^63"
        )
    lowest = 0 if stop is None else begin
    return Position(begin, size, size, int(end), lowest=lowest, highest=int(end))


def check_whole(name: str, value: object) -> None:
    """ValueError where `value` is no whole number of at least 1."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} is {value}; it must be a whole number of at least 1")


def check_seed(seed: int) -> None:
    """ValueError where `seed` is no whole number of 64 bits."""
    if not isinstance(seed, Integral) or isinstance(seed, bool) or not 0 <= seed < _SEED_LIMIT:
        raise ValueError(f"seed is {seed}; it must be a whole number from 0 to 2^64 - 1")


def checked_image_dtype(image_dtype: str) -> str:
    """`image_dtype`; ValueError where it is no precision of images."""
    if image_dtype not in STORED_TYPES:
        raise ValueError(f"image_dtype is {image_dtype!r}; it must be {' or '.join(map(repr, STORED_TYPES))}")
    return image_dtype


def selected(config: Config, names: tuple[str, ...] | None) -> list[Configuration]:
    """The configurations called `names`, in the file's order, or all that have systems.

    Raises:
        ValueError: if there are none, or one of them has none.
    """
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
