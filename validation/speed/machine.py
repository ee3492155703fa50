"""The machine: the versions of its software, and the speeds that limit every program on it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp

from jaxlens.kernels.noise import random_words as threefry

PEERS = ("lenstronomy", "jaxtronomy", "caustics", "torch")
PACKAGES = ("jaxlens-sim", "jax", "jaxlib", "numpy", "optax", "h5py", *PEERS)
# Size of the array, and of the file, whose copying is timed.
MEGABYTES = 256
# Multiplications and additions of each element in the measurement of arithmetic.
CHAIN = 512
# Elements of the array in the measurement of arithmetic.
ELEMENTS = 2**20


def versions() -> dict[str, str]:
    """Python's version and those of the packages that are measured, where installed."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def device() -> str:
    """The name of JAX's default device; for a CPU the processor's."""
    kind = jax.devices()[0].device_kind
    return f"{_processor()}, {os.cpu_count()} cores" if kind == "cpu" else kind


def file_name(device: str) -> str:
    """A device's name as a part of a file name.

    >>> file_name("AMD EPYC, 2 cores")
    'AMD_EPYC_2_cores'
    """
    return re.sub(r"[^A-Za-z0-9]+", "_", device).strip("_")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _fastest(run: Callable[[], object], repeats: int = 7) -> float:
    run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def bandwidth() -> float:
    """Bytes a second of the device's memory: one array is read and another written."""
    array = jnp.ones(MEGABYTES * 2**18, jnp.float32)
    program = jax.jit(lambda x: x + 1.0)
    return 2.0 * array.nbytes / _fastest(lambda: jax.block_until_ready(program(array)))


def arithmetic() -> float:
    """Operations a second in float32 on values in registers; an addition and a product count as two."""
    array = jnp.full(ELEMENTS, 0.5, jnp.float32)

    @jax.jit
    def program(x: jax.Array) -> jax.Array:
        # several independent chains, because in a single one each operation waits for the last
        chains = [x + k for k in range(8)]
        for _ in range(CHAIN // 8):
            chains = [chain * 0.999 + 0.001 for chain in chains]
        return sum(chains[1:], chains[0])

    return 2.0 * CHAIN * ELEMENTS / _fastest(lambda: jax.block_until_ready(program(array)))


def random_words() -> float:
    """Blocks of random bits a second (the noise of a pixel needs one), summed and not stored."""
    key = jax.random.key(0, impl="threefry2x32")
    count = 2**22
    program = jax.jit(lambda seed: jnp.sum(threefry.random_words(seed, (count,))[0] >> 16))
    return count / _fastest(lambda: jax.block_until_ready(program(key)))


def disk(folder: Path | None = None, megabytes: int = MEGABYTES) -> float:
    """Bytes a second of a file that is written and flushed to the disk.

    Args:
        folder: where; by default the folder of temporary files.
        megabytes: its size, MiB.
    """
    block = os.urandom(16 * 2**20)
    start = time.perf_counter()
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(megabytes // 16):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return megabytes // 16 * 2**24 / (time.perf_counter() - start)


def limits() -> dict[str, float]:
    """All the limits, by name."""
    return {
        "bytes": bandwidth(),
        "operations": arithmetic(),
        "random_words": random_words(),
        "disk_bytes": disk(),
    }
