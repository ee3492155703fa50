"""Rows of the table of comparisons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

# A comparison of draws fails where chance would give a larger distance in less than this share of cases.
LEAST_PROBABILITY = 1e-3
# A mean of draws may be off by this many of its standard errors.
MOST_ERRORS = 4.0


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        quantity: what is compared.
        ours: our number, as text.
        theirs: the other number.
        found: the measure of the difference.
        passed: whether it is within its tolerance.
    """

    quantity: str
    ours: str
    theirs: str
    found: str
    passed: bool


def distributions(quantity: str, ours: np.ndarray, theirs: np.ndarray) -> Row:
    """Two sets of draws, by Kolmogorov and Smirnov."""
    result = stats.ks_2samp(np.asarray(ours, float), np.asarray(theirs, float))
    medians = (f"median {np.median(values):.4g}" for values in (ours, theirs))
    found = f"D = {result.statistic:.4f}, p = {result.pvalue:.3f}"
    return Row(quantity, *medians, found, bool(result.pvalue > LEAST_PROBABILITY))


def means(quantity: str, ours: np.ndarray, theirs: np.ndarray) -> Row:
    """The means of two sets of draws, in standard errors of their difference."""
    samples = [np.asarray(values, float) for values in (ours, theirs)]
    difference = samples[0].mean() - samples[1].mean()
    error = np.sqrt(sum(values.var() / len(values) for values in samples))
    texts = (f"mean {values.mean():.5g}" for values in samples)
    found = f"{difference / error:+.1f} standard errors"
    return Row(quantity, *texts, found, bool(abs(difference) <= MOST_ERRORS * error))


def numbers(quantity: str, ours: np.ndarray, theirs: np.ndarray, tolerance: float) -> Row:
    """Numbers that follow from the same formula: their largest relative difference."""
    ours, theirs = np.broadcast_arrays(np.asarray(ours, float), np.asarray(theirs, float))
    worst = float(np.max(np.abs(ours / theirs - 1.0)))
    texts = (f"{values.flat[0]:.6g}" for values in (ours, theirs))
    return Row(quantity, *texts, f"{worst:.1e} (at most {tolerance:.0e})", worst <= tolerance)


def table(rows: list[Row]) -> str:
    """The rows as text."""
    lines = [f"{'':4} {'quantity':52} {'jaxlens':>18} {'pyHalo':>18}  difference"]
    for row in rows:
        verdict = "" if row.passed else "MISS"
        lines.append(f"{verdict:4} {row.quantity:52} {row.ours:>18} {row.theirs:>18}  {row.found}")
    return "\n".join(lines)
