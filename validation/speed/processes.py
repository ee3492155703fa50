"""Measurements in a process of their own: memory and speed of a dataset, and a first run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

EXAMPLES = ("galaxy_galaxy", "lensed_quasar", "lensed_supernova", "double_source_plane")

# The part of the speed of rendering, or of the disk, that a dataset must reach.
SHARE = 0.8

_DATASET = """
import json, sys, time
from validation.speed.processes import peak_memory
from validation.speed import workloads
from validation.speed.machine import MEGABYTES, disk
import jaxlens
size, folder, workload = int(sys.argv[1]), sys.argv[2], sys.argv[3]
file = getattr(workloads, workload)()
file["DATASET"]["PARAMETERS"] |= {"SIZE": size, "OUTDIR": folder}
started = time.perf_counter()
dataset = jaxlens.make_dataset(file, save_to_disk=True, store_in_memory=False, image_file_format="h5")
seconds = time.perf_counter() - started
run, peak = dataset.runs["CONFIGURATION_1"], peak_memory()
alone = jaxlens.make_dataset(file, store_in_memory=False, store_sample=True).runs["CONFIGURATION_1"]
written = sum(path.stat().st_size for path in dataset.folder.rglob("*.*"))
print(json.dumps({
    "size": size, "seconds": seconds, "steady": run.seconds - run.first_seconds, "batch": run.batch_size,
    "peak": peak, "bytes": written, "disk": disk(dataset.folder, max(MEGABYTES, written // 2**20)),
    "rendering": (size - alone.batch_size) / (alone.seconds - alone.first_seconds)}))
"""

_FIRST = """
import sys
import jax, jaxlens
for configuration in jaxlens.load_config(sys.argv[1]).configurations[:1]:
    simulator = jaxlens.Simulator(sys.argv[1], configuration.label)
    simulator.generate(jax.random.key(0, impl="threefry2x32"), 16).images.block_until_ready()
"""


def peak_memory() -> int:
    """The largest memory (bytes) of this process so far; on Linux only.

    `getrusage` is not used, because its ru_maxrss starts at that of the parent process.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(status.split("VmHWM:", 1)[1].split()[0])


def shares(run: Mapping[str, Any]) -> tuple[float, float]:
    """The steady speed of a dataset as a part of that of rendering alone, and of that of the disk.

    Args:
        run: what `dataset` gives.
    """
    steady = (run["size"] - run["batch"]) / run["steady"]
    return steady / run["rendering"], steady * run["bytes"] / run["size"] / run["disk"]


def _python(code: str, *arguments: str, environment: dict[str, str] | None = None) -> str:
    command = [sys.executable, "-c", code, *arguments]
    root = Path(__file__).resolve().parents[2]
    paths = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    settings = os.environ | {"PYTHONPATH": paths} | (environment or {})
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"a measurement failed:\n{done.stderr}")
    return done.stdout


def dataset(size: int, workload: str = "five_bands") -> dict[str, Any]:
    """H: make_dataset to HDF5, in a new process.

    Args:
        size: the number of systems.
        workload: the function of `validation.speed.workloads` that gives their file, by default that of B.

    Returns:
        `seconds` in all, `steady` those after the first chunk, the `batch` size, the `peak` memory in bytes,
        and the `bytes` that were written; and, from the same process and folder, `rendering`, systems a
        second of the same dataset that is not kept, and `disk`, see `validation.speed.machine`.
    """
    with tempfile.TemporaryDirectory() as folder:
        found: dict[str, Any] = json.loads(_python(_DATASET, str(size), folder, workload))
        return found


def start_times() -> dict[str, float]:
    """I: seconds of a process that imports jaxlens with its Simulator, and of `jaxlens check`.

    Each is the least of three, since other processes only make it longer.
    """
    codes = {
        "import jaxlens": "import jaxlens; jaxlens.Simulator",
        "jaxlens check": "import sys; sys.argv[1:] = ['check', 'galaxy_galaxy']\n"
        "from jaxlens.cli import command; command()",
    }
    return {name: min(_seconds(code) for _ in range(3)) for name, code in codes.items()}


def _seconds(code: str) -> float:
    start = time.perf_counter()
    _python(code)
    return time.perf_counter() - start


def first_run(example: str) -> tuple[float, float]:
    """I: seconds from the start of Python to the first 16 images, without a compilation cache and with."""
    times = []
    with tempfile.TemporaryDirectory() as folder:
        cache = {
            "JAX_COMPILATION_CACHE_DIR": folder,
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        }
        for _ in range(2):
            start = time.perf_counter()
            _python(_FIRST, example, environment=cache)
            times.append(time.perf_counter() - start)
    return times[0], times[1]
