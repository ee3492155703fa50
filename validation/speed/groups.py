"""The rows of each workload: which packages are measured, and with how many systems at a time."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType

import jax
import numpy as np

from jaxlens import Simulator
from jaxlens.engine.batch_size import automatic_batch_size
from jaxlens.engine.devices import batches_at_once
from validation.speed import ours, series, stages, with_caustics, with_jaxtronomy, with_lenstronomy
from validation.speed.names import Row
from validation.speed.on_card import tasks as on_card_tasks
from validation.speed.timing import Task, Timed, measure, missing, side_by_side
from validation.speed.workloads import psf_kernel, rows, simulator

ONE_BY_ONE = "lenstronomy, one process"
# Systems of a batch of JAXtronomy and caustics on a CPU.
PEER_BATCH = 64
# Systems of a batch of a training loop, with a jit of its own.
LOOP_BATCH = 64
# Systems of a batch of gradients: the operating system maps temporaries larger than 32 MB anew at every call.
GRADIENT_BATCH = 16
# Systems of a run that is long enough for the largest automatic batch size.
MANY = 10**6
# Systems whose images are compared between packages.
COMPARED = 6
# Names of the packages in the report.
NAMES = {"jaxtronomy": "JAXtronomy", "caustics": "caustics"}
# The packages that are measured on workloads A and E.
OTHERS: dict[str, ModuleType] = {"jaxtronomy": with_jaxtronomy, "caustics": with_caustics}


@dataclass(frozen=True)
class Effort:
    """How long to measure: repeats, seconds of each, jaxlens's batch sizes, lenstronomy's systems."""

    repeats: int = 7
    seconds: float = 0.5
    batches: tuple[int, ...] = (1, 64)
    systems: int = 40


# On a card, which is idle with fewer systems at a time.
ON_CARD = Effort(batches=(256, 1024, 4096))
QUICK = Effort(repeats=5, seconds=0.1, batches=(), systems=12)


def effort(quick: bool) -> Effort:
    """How long to measure here; a card has other batch sizes."""
    return QUICK if quick else Effort() if jax.default_backend() == "cpu" else ON_CARD


def installed(name: str) -> bool:
    """Whether a package can be imported."""
    return importlib.util.find_spec(name) is not None


def at_once() -> int:
    """How many batches make_dataset makes at the same time; JAXtronomy is given as many."""
    return batches_at_once(tuple(jax.local_devices()))


def automatic(sim: Simulator) -> int:
    """The automatic batch size of a long run."""
    epochs = series.epochs_of(sim) if sim.scene.series else 1
    return automatic_batch_size(sim.config, MANY, epochs=epochs)


def batch_sizes(sim: Simulator, effort: Effort) -> list[int]:
    """The batch sizes of jaxlens: those of `effort`, then the automatic one."""
    return list(dict.fromkeys((*effort.batches, automatic(sim))))


def _peer(sim: Simulator, effort: Effort, kernel: bool = False) -> tuple[with_lenstronomy.Peer, list[Row]]:
    drawn = rows(sim, effort.systems)
    psf = psf_kernel() if kernel else None
    return with_lenstronomy.Peer(drawn[0], sim.scene.num_pix, len(sim.bands), psf), drawn


def _lenstronomy(workload: str, sim: Simulator, effort: Effort) -> Iterator[Task | Timed]:
    """One process of lenstronomy, without noise and with."""
    kinds = {f"{workload}, no noise": False, f"{workload}, noise": True}
    if not installed("lenstronomy"):
        yield from (missing(kind, ONE_BY_ONE, "lenstronomy is not installed") for kind in kinds)
        return
    peer, drawn = _peer(sim, effort, kernel=workload == "D")
    for kind, noise in kinds.items():
        yield Task(kind, ONE_BY_ONE, with_lenstronomy.one_process(peer, drawn, noise), len(drawn))


@contextmanager
def _pool(sim: Simulator, effort: Effort) -> Iterator[list[Task | Timed]]:
    """Workload A by lenstronomy in as many processes as there are cores."""
    if not installed("lenstronomy"):
        yield [missing("A, noise", "lenstronomy, a process a core", "lenstronomy is not installed")]
        return
    drawn = rows(sim, 4 * effort.systems)
    pool = with_lenstronomy.Pool(drawn, sim.scene.num_pix, len(sim.bands))
    method = f"lenstronomy, {pool.processes} processes"
    with contextlib.closing(pool):
        kinds = {"A, no noise": False, "A, noise": True}
        yield [Task(kind, method, partial(pool.run, noise), len(drawn)) for kind, noise in kinds.items()]


def peer_batches(effort: Effort) -> tuple[int, ...]:
    """The batch sizes of JAXtronomy and caustics: on a card those of jaxlens."""
    return (PEER_BATCH,) if jax.default_backend() == "cpu" else effort.batches or (PEER_BATCH,)


def _others(sim: Simulator, wanted: tuple[str, ...], effort: Effort) -> Iterator[Task | Timed]:
    """JAXtronomy and caustics, on A and E."""
    for package, peer in OTHERS.items():
        if installed(package):
            made = (task for batch in peer_batches(effort) for task in peer.tasks(sim, batch))
            tasks = [task for task in made if task.workload in wanted]
            yield from tasks
            if package == "jaxtronomy" and "A, noise" in wanted:
                many = at_once()
                yield from (side_by_side(task, f"{task.method}, {many} at once", many) for task in tasks)
        else:
            yield from (missing(kind, NAMES[package], f"{package} is not installed") for kind in wanted)


def images(workload: str, folder: Path, effort: Effort) -> list[Timed]:
    """A, B, C or D, without noise and with.

    Args:
        workload: its letter.
        folder: the folder for files that the workload needs.
        effort: how long to measure.
    """
    sim = simulator(workload, folder)
    jobs: list[Task | Timed] = []
    for batch, threads in [*((n, 1) for n in effort.batches), (automatic(sim), at_once())]:
        jobs += [make(workload, sim, batch, threads) for make in (ours.noiseless, ours.noisy)]
    jobs += _lenstronomy(workload, sim, effort)
    if workload != "A":
        return _timed(jobs, effort)
    jobs += [ours.own_jit(sim, LOOP_BATCH), ours.engine(sim, automatic(sim), at_once())]
    jobs += _others(sim, ("A, no noise", "A, noise"), effort)
    with _pool(sim, effort) as more:
        return _timed([*jobs, *more], effort)


def gradients(folder: Path, effort: Effort) -> list[Timed]:
    """E: jaxlens at each batch size, and the packages that have gradients."""
    sim = simulator("A", folder)
    jobs: list[Task | Timed] = []
    for batch in dict.fromkeys((*effort.batches, GRADIENT_BATCH)):
        jobs += ours.gradients(sim, batch)
    return _timed([*jobs, *_others(sim, ("E, gradient",), effort)], effort)


def positions(folder: Path, effort: Effort) -> list[Timed]:
    """F: jaxlens beside lenstronomy's analytical solver and its grid solver."""
    sim = simulator("C", folder)
    jobs: list[Task | Timed] = [ours.positions(sim, n) for n in dict.fromkeys((*effort.batches, 256))]
    if not installed("lenstronomy"):
        return _timed([*jobs, missing("F", "lenstronomy", "lenstronomy is not installed")], effort)
    drawn = rows(sim, effort.systems)
    grid = f"window {with_lenstronomy.WINDOW}, min_distance {with_lenstronomy.MIN_DISTANCE}"
    names = {
        "analytical": "lenstronomy, analytical solver",
        "lenstronomy": f"lenstronomy, grid solver ({grid}, precision {with_lenstronomy.PRECISION})",
    }
    for solver, method in names.items():
        jobs.append(Task("F", method, partial(with_lenstronomy.solve_all, drawn, solver), len(drawn)))
    return _timed(jobs, effort)


def noise(folder: Path, effort: Effort) -> list[Timed]:
    """G: Gaussian noise and Poisson noise, added to given images."""
    kinds = {"gaussian": "G, Gaussian", "poisson": "G, Poisson"}
    jobs: list[Task | Timed] = []
    for shot, kind in kinds.items():
        sim = simulator("A", folder, shot_noise=shot)
        jobs += [ours.noise_alone(kind, sim, batch) for batch in batch_sizes(sim, effort)]
    return _timed(jobs, effort)


def time_series(folder: Path, effort: Effort) -> list[Timed]:
    """J and K: time series, and what ten nights cost beside one."""
    sim = series.simulator_j()
    batch = automatic(sim)
    jobs: list[Task | Timed] = [*series.images(sim, batch, at_once()), series.noise_alone(sim, batch)]
    return _timed([*jobs, *series.nights(automatic(series.simulator_k()))], effort)


def on_card(folder: Path, effort: Effort) -> list[Timed]:
    """A on the device, to the host and to pinned memory, at each batch size."""
    sim = simulator("A", folder)
    return _timed(list(on_card_tasks(sim, batch_sizes(sim, effort))), effort)


def stages_of(folder: Path, effort: Effort) -> list[Timed]:
    """Each stage of A alone, at the automatic batch size."""
    sim = simulator("A", folder)
    return _timed(list(stages.tasks(sim, automatic(sim))), effort)


def agreement(workload: str, folder: Path) -> dict[str, float]:
    """Largest max|difference| / peak of each package's noiseless images from jaxlens's, over some systems."""
    sim = simulator(workload, folder)
    mine = ours.images_of(sim, COMPARED)
    theirs: dict[str, np.ndarray] = {}
    if installed("lenstronomy"):
        peer, drawn = _peer(sim, Effort(systems=COMPARED), kernel=workload == "D")
        theirs["lenstronomy"] = np.stack([peer.images(row, noise=False) for row in drawn])
    for package, other in OTHERS.items() if workload == "A" else ():
        if installed(package):
            theirs[package] = np.asarray(other.images_of(sim, COMPARED))[:, None]
    axes = (1, 2, 3)
    peak = np.max(mine, axis=axes)
    return {peer: float(np.max(np.max(np.abs(a - mine), axis=axes) / peak)) for peer, a in theirs.items()}


def _timed(jobs: list[Task | Timed], effort: Effort) -> list[Timed]:
    """The rows in order: tasks are measured, rows of packages that are not installed stay as they are."""
    tasks = [job for job in jobs if isinstance(job, Task)]
    measured = iter(measure(tasks, effort.repeats, effort.seconds))
    return [next(measured) if isinstance(job, Task) else job for job in jobs]
