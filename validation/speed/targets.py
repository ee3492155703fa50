"""What must be reached, what is wanted, and what was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from validation.speed.timing import Timed

ONE, TWO = "lenstronomy, one process", "lenstronomy, 2 processes"
CLEAN, NOISY = "A, no noise", "A, noise"
# Workload, peer, what must be reached on two CPU cores in float32, and what is wanted.
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


@dataclass(frozen=True)
class Target:
    """A ratio to be reached, of `ours` to `theirs` in systems a second.

    `below` says that it is the other one, and to stay under.
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
        """Whether what must be was reached."""
        if self.reached is None:
            return False
        return self.reached <= self.must if self.below else self.reached >= self.must


def speed(rows: Sequence[Timed], workload: str, who: str) -> float | None:
    """Systems a second of the last row of `workload` whose name starts so: jaxlens's automatic size."""
    found = _speeds(rows, workload, who)
    return found[-1] if found else None


def _speeds(rows: Sequence[Timed], workload: str, who: str) -> list[float]:
    speeds = (row.per_second for row in rows if row.workload == workload and row.who.startswith(who))
    return [one for one in speeds if one is not None]


def targets(rows: Sequence[Timed]) -> list[Target]:
    """Of jaxlens its last row, of each peer the fastest; gradients beside values, Poisson beside Gauss."""
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
    ]
