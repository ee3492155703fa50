"""The result of a comparison: rows of the report's table, and pictures of its worst and its median case.

A topic is a module of `validation.agreement.checks` with one function, `check(quick) -> Findings`, which
compares in jax's present precision.  Each case has one error: in most rows max|ours - theirs| / max|theirs|.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import jax.numpy as jnp
import numpy as np

# The unit of most errors.
OF_THE_PEAK = "of the peak"


def precision() -> str:
    """The precision that jax computes in now: float64 under `jax.enable_x64(True)`, else float32."""
    return str(jnp.result_type(float))


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `maximum` and `percentile` (the 99th) are over the errors of `cases`, in the unit that `measure` names.
    Without a tolerance the row is shown and not judged.  `remark` explains the size of the errors.
    """

    name: str
    precision: str
    cases: int
    maximum: float
    percentile: float
    tolerance: float | None
    measure: str = OF_THE_PEAK
    remark: str = ""

    @property
    def passed(self) -> bool:
        """Whether the largest error is within the tolerance (NaN is not)."""
        return self.tolerance is None or bool(self.maximum <= self.tolerance)

    @property
    def verdict(self) -> str:
        """The last column: ok, MISSED or shown."""
        if self.tolerance is None:
            return "shown"
        return "ok" if self.passed else "MISSED"


@dataclass(frozen=True)
class Picture:
    """Ours, theirs and the residual over `noise`: images (ny, nx), or series (n,) along `at`.

    `title` names the case, `quantity` the quantity that is drawn, with its unit, and `noise_label` the origin
    of the noise.
    """

    title: str
    quantity: str
    ours: np.ndarray
    theirs: np.ndarray
    noise: np.ndarray | float
    noise_label: str
    at: np.ndarray | None = None
    at_label: str = ""


@dataclass
class Findings:
    """All rows of a topic in one precision, and its pictures."""

    rows: list[Row] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)


def row(
    name: str,
    errors: np.ndarray | Sequence[float],
    tolerance: float | None,
    measure: str = OF_THE_PEAK,
    remark: str = "",
) -> Row:
    """The row of a comparison, from the error of each case.

    Args:
        name: the comparison, in words.
        errors: one error a case, of any shape.
        tolerance: the largest error allowed; None for a row that is shown and not judged.
        measure: the unit of the errors, in words.
        remark: an explanation of the size of the errors.

    Returns:
        The row in jax's present precision.

    Raises:
        ValueError: there are no cases; such a row could not fail.
    """
    values = np.atleast_1d(np.asarray(errors, dtype=np.float64))
    if not values.size:
        raise ValueError(f"{name}: no cases")
    # NaN counts as infinite, also in the percentile
    values = np.where(np.isnan(values), np.inf, values)
    high = float(np.percentile(values, 99, method="higher"))
    return Row(name, precision(), values.size, float(values.max()), high, tolerance, measure, remark)


def peak_errors(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """max|ours - theirs| / max|theirs| of each case: (cases, ...) -> (cases,)."""
    ours, theirs = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if ours.shape != theirs.shape:
        raise ValueError(f"ours has shape {ours.shape}, theirs {theirs.shape}")
    axes = tuple(range(1, theirs.ndim))
    return np.asarray(np.max(np.abs(ours - theirs), axis=axes) / np.max(np.abs(theirs), axis=axes))


def worst_and_median(errors: np.ndarray, draw: Callable[[int, str], Picture]) -> list[Picture]:
    """`draw(case, "worst")` and `draw(case, "median")` of the cases with those errors."""
    order = np.argsort(errors, kind="stable")
    return [draw(int(order[-1]), "worst"), draw(int(order[len(order) // 2]), "median")]
