"""Rows that compare draws and numbers with those of another package."""

from __future__ import annotations

import numpy as np
from scipy import stats

from validation.agreement.reporting.rows import Row, precision

# Draws of another distribution give a distance this large, or a larger one, in this share of all cases.
LEAST_PROBABILITY = 1e-3
# A mean of draws may be off by this many of its standard errors.
MOST_ERRORS = 4.0


def distributions(quantity: str, ours: np.ndarray, theirs: np.ndarray) -> Row:
    """Two sets of draws: the largest distance of their distributions (Kolmogorov and Smirnov)."""
    distance = float(stats.ks_2samp(np.asarray(ours, float), np.asarray(theirs, float)).statistic)
    effective = len(ours) * len(theirs) / (len(ours) + len(theirs))
    largest = float(stats.kstwobign.isf(LEAST_PROBABILITY) / np.sqrt(effective))
    remark = " and ".join(f"{np.median(values):.4g}" for values in (ours, theirs))
    return _row(quantity, len(ours), distance, largest, "distance of distributions", f"medians {remark}")


def means(quantity: str, ours: np.ndarray, theirs: np.ndarray) -> Row:
    """The means of two sets of draws, in standard errors of their difference."""
    samples = [np.asarray(values, float) for values in (ours, theirs)]
    error = np.sqrt(sum(values.var() / len(values) for values in samples))
    off = float(abs(samples[0].mean() - samples[1].mean()) / error)
    remark = " and ".join(f"{values.mean():.5g}" for values in samples)
    return _row(quantity, len(ours), off, MOST_ERRORS, "standard errors of the mean", f"means {remark}")


def numbers(quantity: str, ours: np.ndarray, theirs: np.ndarray, tolerance: float) -> Row:
    """Numbers that follow from the same formula: their largest relative difference."""
    ours, theirs = np.broadcast_arrays(np.asarray(ours, float), np.asarray(theirs, float))
    worst = float(np.max(np.abs(ours / theirs - 1.0)))
    return _row(quantity, ours.size, worst, tolerance, "relative")


def differences(quantity: str, off: np.ndarray, tolerance: float, unit: str) -> Row:
    """Differences in a unit, the largest of which is judged."""
    return _row(quantity, off.size, float(np.max(np.abs(off))), tolerance, unit)


def _row(name: str, cases: int, largest: float, tolerance: float, measure: str, remark: str = "") -> Row:
    return Row(name, precision(), cases, largest, largest, tolerance, measure, remark)
