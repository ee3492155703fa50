"""What must be reached, what is wanted, and what was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from validation.speeds.timing import Timed


@dataclass(frozen=True)
class Target:
    """A ratio to be reached; `below` says that it is one to stay under."""

    name: str
    reached: float | None
    must: float
    wanted: float
    below: bool = False

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


def _ratio(rows: Sequence[Timed], workload: str, peer: str) -> float | None:
    """Of jaxlens's last row to the peer's fastest."""
    mine, others = speed(rows, workload, "jaxlens"), _speeds(rows, workload, peer)
    return mine / max(others) if mine and others else None


def targets(rows: Sequence[Timed]) -> list[Target]:
    """The targets on two CPU cores in float32 that follow from the table."""
    one, several = "lenstronomy, one process", "lenstronomy, 2 processes"
    clean, noisy = "A, no noise", "A, noise"
    return [
        Target("A without noise, of lenstronomy in one process", _ratio(rows, clean, one), 12, 15),
        Target("A with noise, of lenstronomy in one process", _ratio(rows, noisy, one), 9, 15),
        Target("A without noise, of lenstronomy in two", _ratio(rows, clean, several), 6, 7.5),
        Target("A with noise, of lenstronomy in two", _ratio(rows, noisy, several), 4.5, 7.5),
        Target("A without noise, of JAXtronomy", _ratio(rows, clean, "JAXtronomy"), 3, 4),
        Target("A with noise, of JAXtronomy", _ratio(rows, noisy, "JAXtronomy"), 3, 4),
        Target("A without noise, of caustics", _ratio(rows, clean, "caustics"), 4, 5),
        Target("A with noise, of caustics", _ratio(rows, noisy, "caustics"), 4, 5),
        Target("B with noise, of lenstronomy in one process", _ratio(rows, "B, noise", one), 15, 25),
        Target("C with noise, of lenstronomy in one process", _ratio(rows, "C, noise", one), 30, 60),
        Target("D with noise, of lenstronomy in one process", _ratio(rows, "D, noise", one), 12, 12),
        Target("E, gradient in values of the chi-square", _of_values(rows), 6, 3, below=True),
        Target(
            "F, of lenstronomy's analytical solver", _ratio(rows, "F", "lenstronomy, analytical"), 60, 150
        ),
        Target("F, of lenstronomy's grid solver", _ratio(rows, "F", "lenstronomy, grid"), 100, 300),
        Target("G, Poisson in Gaussians", _of_gaussians(rows), 3, 3, below=True),
    ]


def _of_values(rows: Sequence[Timed]) -> float | None:
    return _times_as_long(rows, "E, gradient", "E, value")


def _of_gaussians(rows: Sequence[Timed]) -> float | None:
    return _times_as_long(rows, "G, Poisson", "G, Gaussian")


def _times_as_long(rows: Sequence[Timed], workload: str, other: str) -> float | None:
    slow, fast = speed(rows, workload, "jaxlens"), speed(rows, other, "jaxlens")
    return fast / slow if slow and fast else None
