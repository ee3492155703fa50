"""Ratios of speeds: those that must be reached, those that are wanted, and those that were reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from validation.speed.timing import Timed

# Names of methods.
ONE, TWO = "lenstronomy, one process", "lenstronomy, 2 processes"
# Names of workloads.
CLEAN, NOISY = "A, no noise", "A, noise"
# Workload, package, the ratio that must be reached on two CPU cores in float32, and the ratio that is wanted.
RATIOS = (
    (CLEAN, ONE, 12, 15),
    (NOISY, ONE, 9, 15),
    (CLEAN, TWO, 6, 7.5),
    (NOISY, TWO, 4.5, 7.5),
    (CLEAN, "JAXtronomy", 3, 4),
    (NOISY, "JAXtronomy", 3, 4),
    (CLEAN, "caustics", 4, 5),
    (NOISY, "caustics", 4, 5),
    ("B, noise", ONE, 15, 25),
    ("C, noise", ONE, 30, 60),
    ("D, noise", ONE, 12, 12),
    ("F", "lenstronomy, analytical", 60, 150),
    ("F", "lenstronomy, grid", 100, 300),
)
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
    """A ratio to be reached, of `ours` to `theirs` in systems a second.

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
            max(_speeds(rows, workload, peer), default=None),
            must,
            wanted,
        )
        for workload, peer, must, wanted in RATIOS
    ]
    gradient, value = (speed(rows, f"E, {kind}", "jaxlens") for kind in ("gradient", "value"))
    poisson, gaussian = (speed(rows, f"G, {kind}", "jaxlens") for kind in ("Poisson", "Gaussian"))
    return [
        *found,
        Target("E, gradient: value of the same chi-square", gradient, value, 6, 3, below=True),
        Target("G, Poisson: Gaussian noise", poisson, gaussian, 3, 3, below=True),
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
