"""Fits of mocks, one by one or in processes; each is a line of a file, so that a run can go on."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

import numpy as np

from jaxlens.fitting.observations import read_image
from jaxlens.fitting.result import FitWarning
from jaxlens.modelling.lens_fit import fit_lens
from jaxlens.modelling.lens_result import LensFit
from validation.modelling.lens_mocks import PIXEL_SCALE, Mock

Record = dict[str, Any]
# The configuration of all fits, and arcsec within which pixels are used: one size for all mocks.
CONFIG, RADIUS = "slacs", 2.0


def fit_mock(mock: Mock, **options: Any) -> LensFit:
    """The fit of one mock, with the image, its sigma and the PSF that goes with it and nothing else.

    Args:
        mock: what is observed.
        options: of `jaxlens.fit_lens`.
    """
    seen = read_image(
        mock.image, sigma=mock.sigma, psf=mock.kernel, psf_factor=mock.factor, pixel_scale=PIXEL_SCALE
    )
    with warnings.catch_warnings():
        # the records have them
        warnings.simplefilter("ignore", FitWarning)
        return fit_lens(CONFIG, seen, **{"radius": RADIUS} | options)


def record_of(seed: int, mock: Mock, fit: LensFit, seconds: float) -> Record:
    """What is kept of a fit, as JSON has it.

    Args:
        seed: of the mock.
        mock: with its truth.
        fit: its fit.
        seconds: that it took.
    """
    result = fit.fit
    models = fit.models()
    return {
        "seed": seed,
        "truth": mock.truth,
        "values": dict(zip(result.names, result.values[0].tolist(), strict=True)),
        "sigma": dict(zip(result.names, result.sigma[0].tolist(), strict=True)),
        "model": fit.model,
        "models": models[["model", "log_evidence", "theta_E", "theta_E_error"]].to_dict("records"),
        "chi_square_per_degree": float(result.chi_square_per_degree[0]),
        "converged": bool(result.converged[0]),
        "reached": fit.reached,
        "starts": fit.starts,
        "warnings": list(result.warnings),
        "seconds": round(seconds, 1),
    }


def fitted_record(make: Callable[[int], Mock], seed: int, options: Record) -> Record:
    """The record of one mock; one that fails has the error in it.

    Args:
        make: gives the mock of a seed.
        seed: of the mock.
        options: of `jaxlens.fit_lens`.
    """
    mock, before = make(seed), time.perf_counter()
    try:
        fit = fit_mock(mock, **options)
    except Exception as error:
        text = "".join(traceback.format_exception_only(error)).strip()
        return {"seed": seed, "truth": mock.truth, "error": text}
    return record_of(seed, mock, fit, time.perf_counter() - before)


def records(
    make: Callable[[int], Mock],
    seeds: Iterable[int],
    file: Path,
    *,
    options: Record,
    processes: int = 1,
    told: Callable[[Record], None] = lambda record: None,
) -> list[Record]:
    """The records of all mocks: those that the file has already, and the others, fitted now.

    Args:
        make: gives the mock of a seed; with several processes a function of a module.
        seeds: of the mocks.
        file: of the records, one line each; it is made if there is none.
        options: of `jaxlens.fit_lens`.
        processes: fits at the same time.
        told: is called with each new record.

    Returns:
        The records in the order of the seeds.
    """
    wanted = list(seeds)
    known = {record["seed"]: record for record in read_records(file)}
    missing = [seed for seed in wanted if seed not in known]
    file.parent.mkdir(parents=True, exist_ok=True)

    def keep(record: Record) -> None:
        with file.open("a") as stream:
            stream.write(json.dumps(record) + "\n")
        known[record["seed"]] = record
        told(record)

    if processes == 1:
        for seed in missing:
            keep(fitted_record(make, seed, options))
    else:
        # one thread in each, also of OpenBLAS: threads of several processes would wait for each other
        os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false"
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
        spawned = multiprocessing.get_context("spawn")
        number = spawned.Value("i", 0)
        with ProcessPoolExecutor(processes, spawned, on_one_core, (number,)) as pool:
            for future in as_completed([pool.submit(fitted_record, make, s, options) for s in missing]):
                keep(future.result())
    return [known[seed] for seed in wanted]


def on_one_core(number: Synchronized[int]) -> None:
    """Bind a process to one core, where the system can; JAX makes as many threads as there are cores.

    Args:
        number: how many processes have been bound before.
    """
    with number.get_lock():
        place = number.value
        number.value += 1
    if hasattr(os, "sched_setaffinity"):
        own = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {own[place % len(own)]})


def read_records(file: Path) -> list[Record]:
    """The records of a file; none if there is no file.  A last line that was cut off is left out."""
    if not file.exists():
        return []
    lines = file.read_text().splitlines()
    found = []
    for i, line in enumerate(lines):
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            if i + 1 < len(lines):
                raise
    return found


def columns_of(kept: Sequence[Record], ending: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truth, fit and sigma of one number in the fits that have it.

    Args:
        kept: the records.
        ending: of its name, such as `-theta_E` of the mass.
    """
    rows = []
    for record in kept:
        for name, value in record.get("values", {}).items():
            if name in record["truth"] and name.endswith(ending):
                rows.append((record["truth"][name], value, record["sigma"][name]))
    array = np.array(rows).reshape(-1, 3)
    return array[:, 0], array[:, 1], array[:, 2]
