"""Ratios of speeds: those that must be reached, those that are wanted, and those that were reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from validation.speed.processes import SHARE, shares
from validation.speed.timing import Timed

# Names of the workloads of a card (`validation.speed.on_card`).
DEVICE, HOST, PINNED = "A, on the device", "A, to the host", "A, to the host, pinned"
# Names of methods.
ONE, TWO = "lenstronomy, one process", "lenstronomy, 2 processes"
# Names of workloads: A, and A by a user's own jit around `sim(key, n)` and by what `make_dataset` runs.
CLEAN, NOISY, OWN_JIT, ENGINE = "A, no noise", "A, noise", "A, own jit", "A, make_dataset's engine"
# Workload, package, the ratio that must be reached on two CPU cores in float32, and the ratio that is wanted.
RATIOS = (
    (CLEAN, ONE, 15, 15),
    (NOISY, ONE, 15, 15),
    (OWN_JIT, ONE, 13, 15),
    (ENGINE, ONE, 15, 15),
    (CLEAN, TWO, 6, 7.5),
    (NOISY, TWO, 4.5, 7.5),
    (CLEAN, "JAXtronomy", 3, 4),
    (NOISY, "JAXtronomy", 3, 4),
    (CLEAN, "caustics", 4, 5),
    (NOISY, "caustics", 4, 5),
    ("B, noise", ONE, 30, 30),
    ("C, noise", ONE, 35, 60),
    ("D, noise", ONE, 18, 18),
    ("F", "lenstronomy, analytical", 80, 150),
    ("F", "lenstronomy, grid", 100, 300),
)
# The workload with which another is compared where that is not itself.
BESIDE = {OWN_JIT: NOISY, ENGINE: NOISY}
# How often as long as the value of a chi-square its gradient may take, and Poisson noise as Gaussian noise.
GRADIENT, POISSON = (3.5, 3.0), (2.0, 2.0)
# Seconds until the first 16 images of `lensed_quasar`, without a compilation cache and with.
FIRST_IMAGES = (6.0, 3.0)
# Seconds of processes that only start.
STARTS = {"import jaxlens": 0.8, "jaxlens check": 1.0}
# Systems a second of A with noise on a card: on the device, and on the host.
ON_DEVICE, ON_HOST = 1e6, 0.5e6
# Images of five bands a second that deeplenstronomy's notebook TimeSeriesDemo shows for 100 x 100 pixels:
# 25 systems of 5 epochs in 26 s.
DEEPLENSTRONOMY = 4.8
# How often as long as the other a row of K may take: ten epochs beside one, without noise and with.
NIGHTS = (("no noise", 3.0), ("noise", 6.0))
# The rows of K with the parts of ten epochs, each measured alone.
SERIES_PARTS = ("what all epochs share", "the supernova's images", "noise alone")
# How often as long as the sum of its parts a time series of ten epochs with noise may take.
PARTS = 1.2


@dataclass(frozen=True)
class Target:
    """A ratio to be reached, of `ours` to `theirs` in systems (or bytes) a second.

    With `below` the ratio is that of `theirs` to `ours`, and must not be exceeded.
    """

    name: str
    ours: float | None
    theirs: float | None
    must: float
    wanted: float
    below: bool = False

    @property
    def reached(self) -> float | None:
        """The ratio, None where one of the two was not measured."""
        if not self.ours or not self.theirs:
            return None
        return self.theirs / self.ours if self.below else self.ours / self.theirs

    @property
    def met(self) -> bool:
        """Whether the ratio that must be reached was."""
        if self.reached is None:
            return False
        return self.reached <= self.must if self.below else self.reached >= self.must


def speed(rows: Sequence[Timed], workload: str, method: str) -> float | None:
    """Systems a second of the last row of `workload` whose method starts with `method`.

    For jaxlens this is the row of the automatic batch size.

    Args:
        rows: the measurements.
        workload: its name.
        method: how the name of the method starts.
    """
    found = _speeds(rows, workload, method)
    return found[-1] if found else None


def _speeds(rows: Sequence[Timed], workload: str, method: str) -> list[float]:
    speeds = (row.per_second for row in rows if row.workload == workload and row.method.startswith(method))
    return [per_second for per_second in speeds if per_second is not None]


def targets(rows: Sequence[Timed]) -> list[Target]:
    """The ratios of jaxlens's last row to the fastest of each package, and of jaxlens to itself.

    The latter are gradients beside values, and Poisson noise beside Gaussian noise.
    """
    found = [
        Target(
            f"{workload}: {peer}",
            speed(rows, workload, "jaxlens"),
            max(_speeds(rows, BESIDE.get(workload, workload), peer), default=None),
            must,
            wanted,
        )
        for workload, peer, must, wanted in RATIOS
    ]
    gradient, value = (speed(rows, f"E, {kind}", "jaxlens") for kind in ("gradient", "value"))
    poisson, gaussian = (speed(rows, f"G, {kind}", "jaxlens") for kind in ("Poisson", "Gaussian"))
    return [
        *found,
        Target("E, gradient: value of the same chi-square", gradient, value, *GRADIENT, below=True),
        Target("G, Poisson: Gaussian noise", poisson, gaussian, *POISSON, below=True),
        *_series_targets(rows),
    ]


def _series_targets(rows: Sequence[Timed]) -> list[Target]:
    """Time series: beside deeplenstronomy, ten epochs beside one, and ten epochs beside their parts."""
    made = speed(rows, "J, dataset", "jaxlens")
    found = [Target("J, dataset: deeplenstronomy's notebook", made, DEEPLENSTRONOMY, 100, 100)]
    for kind, must in NIGHTS:
        ten, one = (speed(rows, f"K, {kind}, {epochs}", "jaxlens") for epochs in ("10 epochs", "1 epoch"))
        found.append(Target(f"K, {kind}, 10 epochs: 1 epoch", ten, one, must, must, below=True))
    parts = [speed(rows, f"K, {part}", "jaxlens") for part in SERIES_PARTS]
    known = [part for part in parts if part]
    together = 1.0 / sum(1.0 / part for part in known) if len(known) == len(parts) else None
    ten = speed(rows, "K, noise, 10 epochs", "jaxlens")
    found.append(Target("K, noise, 10 epochs: sum of its parts", ten, together, PARTS, PARTS, below=True))
    return found


def run_targets(results: Mapping[str, Any]) -> list[Target]:
    """Datasets beside rendering and the disk, and seconds of first runs beside those that are wanted.

    Args:
        results: as `python -m validation.speed` writes them; what was not measured has no target.
    """
    found = [
        Target(
            f"H, {run['size']} systems: rendering, or the disk",
            (run["size"] - run["batch"]) / run["steady"],
            min(run["rendering"], run["disk"] * run["size"] / run["bytes"]),
            SHARE,
            SHARE,
        )
        for run in results.get("datasets", [])
    ]
    quasar = results.get("first_runs", {}).get("lensed_quasar")
    for kind, seconds, most in zip(("cold", "with a cache"), quasar or (), FIRST_IMAGES, strict=False):
        found.append(_seconds(f"I, lensed_quasar, {kind}", seconds, most))
    for name, seconds in results.get("starts", {}).items():
        found.append(_seconds(f"I, {name}", seconds, STARTS[name]))
    return found


def _seconds(name: str, seconds: float, most: float) -> Target:
    return Target(f"{name}: s", 1.0, seconds, most, most, below=True)


def card_targets(rows: Sequence[Timed], datasets: Sequence[Mapping[str, Any]]) -> list[Target]:
    """A with noise on a card beside a million a second, and datasets of A beside the disk.

    Args:
        rows: the measurements of `validation.speed.on_card`.
        datasets: those of A in files, as `validation.speed.processes.dataset` gives them.
    """
    found = [
        Target(f"{place}: {wanted:,.0f} a second", _fastest(rows, place), wanted, 1, 1)
        for place, wanted in ((DEVICE, ON_DEVICE), (HOST, ON_HOST), (PINNED, ON_HOST))
    ]
    for run in datasets:
        speed_on_disk = shares(run)[1] * run["disk"]
        name = f"A, {run['size']} systems in files: the disk"
        found.append(Target(name, speed_on_disk, run["disk"], SHARE, SHARE))
    return found


def _fastest(rows: Sequence[Timed], workload: str) -> float | None:
    return max(_speeds(rows, workload, "jaxlens"), default=None)
