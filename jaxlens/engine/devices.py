"""The devices on which batches are made: which, how many batches at a time, and how much memory they have."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import jax

Devices = tuple[jax.Device, ...]

# Batches at a time: one is computed, one is copied to the host, and one waits.
_BATCHES_ON_ACCELERATOR = 3
# Bytes that all batches may take on a CPU; its caches are far smaller, so larger batches are not faster.
_MAX_ON_CPU = 2**30
# The part of an accelerator's free memory that all batches may take.
_SHARE_OF_ACCELERATOR = 0.8
_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")


def chosen(devices: Iterable[jax.Device] | None) -> Devices:
    """These devices, or all local ones of the default backend (that of `jax.default_device`, if it is set).

    Raises:
        ValueError: if they are no devices, there are none, two are the same, or they are of different kinds
            or of other hosts.

    >>> len(chosen(None)) == len(jax.local_devices())
    True
    """
    given = as_devices(devices)
    found = tuple(_default()) if given is None else given
    if not found or len(set(found)) < len(found):
        raise ValueError("devices must be one device or several different ones, as jax.local_devices() gives")
    if len({device.platform for device in found}) > 1:
        raise ValueError(f"devices are of different kinds: {', '.join(map(str, found))}; give those of one")
    if any(device.process_index != jax.process_index() for device in found):
        raise ValueError("devices of another host cannot be used; give some of jax.local_devices()")
    return found


def as_devices(devices: Iterable[jax.Device] | None) -> Devices | None:
    """Devices as a tuple, or None.

    Raises:
        ValueError: if they are no devices.
    """
    if devices is None:
        return None
    found = tuple(devices) if isinstance(devices, Iterable) else (None,)
    # a string is a sequence too, of its letters
    if not all(hasattr(device, "process_index") for device in found):
        raise ValueError(
            f"devices is {devices!r}; it must be a list of devices, such as jax.local_devices() or "
            "jax.local_devices()[:1]"
        )
    return found


def _default() -> Iterable[jax.Device]:
    default = cast(Any, jax.config).jax_default_device
    if default is None or isinstance(default, str):
        return jax.local_devices(backend=default)
    return (default,)


def batches_at_once(devices: Devices) -> int:
    """How many batches are made at the same time, each from a thread of its own.

    On a CPU, one more than the cores that this process may use: several small batches fill the cores better
    than one does, and no core is idle while a batch is handed over.  On an accelerator one batch is copied
    while the next is computed.
    """
    return cores() + 1 if devices[0].platform == "cpu" else _BATCHES_ON_ACCELERATOR


def cores() -> int:
    """How many cores this process may use: fewer than the machine has where it is bound to some of them."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_for_batch(devices: Devices) -> int | None:
    """The bytes that one batch may take on one of these devices; None where that is not known."""
    free = [_free(device) for device in devices]
    known = [bytes_ for bytes_ in free if bytes_ is not None]
    if not known:
        return None
    # virtual CPU devices share the memory of the machine
    sharing = len(devices) if devices[0].platform == "cpu" else 1
    return min(known) // (batches_at_once(devices) * sharing)


def _free(device: jax.Device) -> int | None:
    """The bytes that batches may take on a device."""
    if device.platform == "cpu":
        available = _available()
        return min(_MAX_ON_CPU, available // 2) if available else _MAX_ON_CPU
    stats = device.memory_stats() or {}
    if "bytes_limit" not in stats:
        return None
    return int(_SHARE_OF_ACCELERATOR * (stats["bytes_limit"] - stats.get("bytes_in_use", 0)))


def _available() -> int | None:
    """The bytes of memory that this machine, or the container that this runs in, has left."""
    limits = [_meminfo(), _container()]
    known = [limit for limit in limits if limit is not None]
    return min(known) if known else None


def _meminfo() -> int | None:
    try:
        lines = _MEMINFO.read_text().splitlines()
    except OSError:
        return None
    values = [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    return values[0] if values else None


def _container() -> int | None:
    try:
        limit, used = ((_CGROUP / f"memory.{name}").read_text().strip() for name in ("max", "current"))
    except OSError:
        return None
    return max(0, int(limit) - int(used)) if limit.isdigit() else None
