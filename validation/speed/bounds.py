"""Bounds on the speed of a program on a card, from what it launches, moves and computes; targets; growth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from validation.speed.hlo import Kernel

CARD = "NVIDIA H100 80GB HBM3 (SXM)"
# Bytes a second of the H100 SXM's memory (NVIDIA's data sheet).
BANDWIDTH = 3.35e12
# Operations a second in float32, a fused multiply-add as one: half of the 67 Tflop/s of the data sheet.
OPERATIONS = 33.5e12
# Seconds between two kernels that a program launches one after the other, about.
LAUNCH = 3e-6
# What may grow by at most this factor before the check fails.
GROWTH = 1.1
# The figures that may not grow.
WATCHED = ("launches", "kB_per_system")

Row = dict[str, Any]
Rows = Mapping[str, Row]

# The figures of a row's targets: the most, or with a minus before the name the least, that is wanted.
_TARGETS: dict[str, dict[str, float]] = {
    "A": {"launches": 15, "kB_per_system": 250, "temporary_over_output": 3},
    "A-gradient": {"launches": 25, "kB_per_system": 1200, "times_its_value": 3},
    "lensed_quasar": {
        "launches": 150,
        "loops_of_unknown_length": 0,
        "kB_per_system": 1500,
        "-bound_systems_per_s": 1e6,
        "temporary_over_output": 3,
    },
    # arrays of haloes x rays would be 500 times the output
    "haloes": {"launches": 10, "-bound_systems_per_s": 1e4, "temporary_over_output": 2},
    "haloes-gradient": {"launches": 60, "temporary_over_output": 8, "times_its_value": 15},
}
# The row of a value beside that of its gradient.
_VALUES = {"A-gradient": "A-value", "haloes-gradient": "haloes"}


def row(kernels: Iterable[Kernel], batch: int, image_bytes: int) -> Row:
    """The figures of a row.

    The bound is that of the slowest of three: the memory's bandwidth, the arithmetic, and the launches.

    Args:
        kernels: those of all its programs.
        batch: the systems that they make.
        image_bytes: those of one system's image.
    """
    found = list(kernels)
    moved, work = sum(kernel.bytes for kernel in found), sum(kernel.operations for kernel in found)
    launches = round(sum(kernel.times for kernel in found))
    seconds = max(moved / BANDWIDTH, work / OPERATIONS, launches * LAUNCH)
    return {
        "batch": batch,
        "launches": launches,
        "kB_per_system": moved / batch / 1e3,
        "image_kB": image_bytes / 1e3,
        "Mops_per_system": work / batch / 1e6,
        "bound_systems_per_s": batch / seconds,
    }


def table(rows: Rows) -> Iterator[str]:
    """The lines of the table."""
    yield (
        f"{'program':<20}{'batch':>6}{'launches':>10}{'loops of unknown length':>25}"
        f"{'kB a system (image)':>21}{'Mop a system':>14}{'bound, systems/s':>18}"
        f"{'temporaries MB':>16}{'output MB':>11}"
    )
    for name, found in rows.items():
        moved = f"{found['kB_per_system']:,.0f} ({found['image_kB']:.0f})"
        yield (
            f"{name:<20}{found['batch']:>6}{found['launches']:>10,}{found['loops_of_unknown_length']:>25}"
            f"{moved:>21}{found['Mops_per_system']:>14.1f}{found['bound_systems_per_s']:>18,.0f}"
            f"{found['temporary_MB']:>16,.0f}{found['output_MB']:>11,.1f}"
        )


@dataclass(frozen=True)
class Target:
    """A figure of a row, and the most that is wanted, or with `least` the least."""

    row: str
    figure: str
    reached: float
    wanted: float
    least: bool = False

    @property
    def met(self) -> bool:
        """Whether the figure is as wanted."""
        return self.reached >= self.wanted if self.least else self.reached <= self.wanted

    @property
    def text(self) -> str:
        """The line of the report."""
        sign, verdict = ">=" if self.least else "<=", "met" if self.met else "MISSED"
        return f"{self.row:<20}{self.figure:<26}{self.reached:>14,.4g} {sign} {self.wanted:<10,.4g}{verdict}"


def targets(rows: Rows) -> list[Target]:
    """The targets of the rows that are there.

    `times_its_value` is the time of a gradient by its bound over that of its value, and
    `temporary_over_output` the memory that a program needs beside its results, over them.
    """
    found = []
    for name, wanted in _TARGETS.items():
        if name not in rows:
            continue
        figures = rows[name] | {"temporary_over_output": _over_output(rows[name])}
        if _VALUES.get(name) in rows:
            figures["times_its_value"] = _bound(rows[_VALUES[name]]) / _bound(rows[name])
        for figure, limit in wanted.items():
            plain = figure.lstrip("-")
            if plain in figures:
                found.append(Target(name, plain, float(figures[plain]), limit, figure.startswith("-")))
    return found


def _bound(found: Row) -> float:
    return float(found["bound_systems_per_s"])


def _over_output(found: Row) -> float:
    return float(found["temporary_MB"] / found["output_MB"])


def grown(committed: Rows, found: Rows) -> list[str]:
    """A line for each figure of a row that has grown by more than a tenth, and each row that is missing.

    Args:
        committed: the rows to compare with.
        found: those that were compiled now; only these are compared, and each must be committed.
    """
    lines = []
    for name, now in found.items():
        before = committed.get(name)
        if before is None:
            lines.append(f"{name}: the file has no such row")
            continue
        for figure in WATCHED:
            if now[figure] > GROWTH * before[figure]:
                lines.append(f"{name}: {figure} has grown from {before[figure]:,.0f} to {now[figure]:,.0f}")
    return lines
