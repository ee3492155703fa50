"""10,000 systems of `line_of_sight` on disk: seconds, pairs a second, memory; beside other packages.

`python -m validation.haloes lines_of_sight` makes 200 and 1,000 systems, with `--full` 1,000 and 10,000, each
in a process of its own, so that the largest memory of each is known.  A pair is a halo and a ray.

The same systems are then made by JAXtronomy (its LensModelBulk, all haloes in one compiled loop) and by
lenstronomy, a few of them.  How long pyHalo takes to draw such haloes is measured by an interpreter that has
it (`PYHALO_PYTHON`), since it needs other packages than the rest.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jax
import numpy as np
import yaml

import jaxlens
from jaxlens.config import example_path
from validation.haloes import RESULTS, peers
from validation.speed import machine

CONFIG = "line_of_sight"
# The prefixes of the parameters of haloes of the file.
PREFIXES = ("PLANE_1-OBJECT_1-SUBSTRUCTURE", "LINE_OF_SIGHT")
# Systems of the runs, and how many of them other packages make.
SIZES, QUICK_SIZES, FEW = (1_000, 10_000), (200, 1_000), 3
# The environment variable with the path of an interpreter that has pyHalo.
PYHALO_PYTHON = "PYHALO_PYTHON"
MEGABYTE = 1e6


@dataclass(frozen=True)
class Run:
    """A dataset that was made.

    Attributes:
        systems: how many.
        seconds: from the start of the process to its end, with compiling.
        megabytes: the largest memory of the process.
        haloes: the mean number in a system.
        pairs: haloes times rays of all systems, in a second.
    """

    systems: int
    seconds: float
    megabytes: float
    haloes: float
    pairs: float


def made(systems: int, folder: Path) -> Run:
    """Make a dataset by the command line, in a process of its own."""
    command = [sys.executable, "-m", "jaxlens", "generate", CONFIG, "--size", str(systems)]
    started = time.perf_counter()
    # each run compiles its programs, so that the difference of two runs is that of their systems
    environment = os.environ | {"JAX_ENABLE_COMPILATION_CACHE": "false"}
    process = subprocess.Popen(
        [*command, "--outdir", str(folder)], stdout=subprocess.DEVNULL, env=environment
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"`{' '.join(command)}` ended with {process.returncode}")
    haloes = number_of_haloes(folder)
    rays = jaxlens.load_config(CONFIG).instrument.num_pix ** 2
    # kilobytes on Linux
    memory = usage.ru_maxrss * 1024 / MEGABYTE
    return Run(
        systems, round(seconds, 1), round(memory), float(haloes.mean()), float(haloes.sum()) * rays / seconds
    )


def number_of_haloes(folder: Path) -> np.ndarray:
    """The number of haloes of each system of a dataset."""
    metadata = jaxlens.load(str(folder)).CONFIGURATION_1_metadata
    columns = [f"{prefix}-NUMBER-VIS" for prefix in PREFIXES]
    return np.sum([np.asarray(metadata[name], float) for name in columns], axis=0)


def run(full: bool) -> None:
    """Make the datasets, then some systems by other packages; write the numbers where it is the full size."""
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for systems in SIZES if full else QUICK_SIZES:
            runs.append(made(systems, Path(folder) / str(systems)))
            print(runs[-1], flush=True)
    beside = compared()
    for name, numbers in beside.items():
        print(name, numbers, flush=True)
    if full:
        text = {"runs": [asdict(one) for one in runs], "beside": beside, "machine": machine.device()}
        name = f"lines_of_sight_{machine.file_name(machine.device())}.json"
        (RESULTS / name).write_text(json.dumps(text | {"versions": machine.versions()}, indent=1) + "\n")


def compared() -> dict[str, Any]:
    """Seconds an image of a few systems by jaxlens, JAXtronomy and lenstronomy, and their agreement."""
    sim = jaxlens.Simulator(_without_psf())
    key = jax.random.key(0, impl="threefry2x32")
    params = sim.sample(key, FEW)
    images = np.asarray(sim.render(params))
    systems = [{name: np.asarray(value)[k] for name, value in params.items()} for k in range(FEW)]
    lenses = [peers.lens_of(sim, system) for system in systems]
    found: dict[str, Any] = {"haloes": [len(lens.names) for lens in lenses]}
    for name, shoot in {"JAXtronomy": peers.jaxtronomy, "lenstronomy": peers.lenstronomy}.items():
        first, seconds, rays = _timed(shoot, lenses)
        away = [
            peers.relative(image, ray, lens) for image, ray, lens in zip(images, rays, lenses, strict=True)
        ]
        found[name] = {"seconds": seconds, "first": first, "largest difference of the peak": max(away)}
    return found | _drawn_by_pyhalo()


def _without_psf() -> dict[str, Any]:
    """The file without a PSF and with exact deflections, so that images can be compared."""
    file: dict[str, Any] = yaml.safe_load(example_path(CONFIG).read_text(encoding="utf-8"))
    file["IMAGE"]["PARAMETERS"] |= {"psf_type": "NONE", "halo_tolerance": 0}
    return file


def _timed(shoot: Callable[[Any], Any], lenses: list[Any]) -> tuple[float, float, list[Any]]:
    """Seconds of the first call, the mean of all when they are called again, and what they return."""
    started = time.perf_counter()
    shoot(lenses[0])
    first = time.perf_counter() - started
    # each may have a program of its own
    rays = [shoot(lens) for lens in lenses]
    started = time.perf_counter()
    for lens in lenses:
        shoot(lens)
    return first, (time.perf_counter() - started) / len(lenses), rays


def _drawn_by_pyhalo() -> dict[str, Any]:
    """Seconds that pyHalo takes to draw a system, where there is an interpreter that has it."""
    interpreter = os.environ.get(PYHALO_PYTHON)
    if not interpreter:
        return {"pyHalo": f"not measured; {PYHALO_PYTHON} names no interpreter"}
    command = [interpreter, "-m", "validation.haloes.oracles.drawing_time"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    numbers: dict[str, Any] = json.loads(done.stdout)
    return {"pyHalo": numbers}
