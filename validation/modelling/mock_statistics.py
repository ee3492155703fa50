"""Bias and coverage of many fits with known truths."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Pulls(NamedTuple):
    """One number in many fits.

    Attributes:
        fits: how many have it.
        mean: of fit minus truth, over the truth where `relative`.
        mean_error: the standard error of that mean.
        median: of the same.
        median_error: the standard error of the median.
        coverage: the share of fits whose truth is within one standard deviation.
        coverage_error: the standard error of that share, were it 0.68.
        width: the root of the mean square of the pulls, (fit - truth) / sigma.
        robust_width: 1.48 times the median of their absolute values.
        largest: the largest absolute value of a pull.
    """

    fits: int
    mean: float
    mean_error: float
    median: float
    median_error: float
    coverage: float
    coverage_error: float
    width: float
    robust_width: float
    largest: float


def pulls_of(truth: ArrayLike, fit: ArrayLike, sigma: ArrayLike, relative: bool = False) -> Pulls:
    """Bias and coverage of one number.

    Args:
        truth: its true values, (n,).
        fit: as fitted, (n,).
        sigma: with these standard deviations, (n,).
        relative: whether the differences are shares of the truth.

    Raises:
        ValueError: if there are fewer than two fits.
    """
    true, found, error = (np.asarray(values, np.float64) for values in (truth, fit, sigma))
    count = true.size
    if count < 2:
        raise ValueError(f"bias and coverage need two fits or more, not {count}")
    off = (found - true) / (true if relative else 1.0)
    pulls = (found - true) / error
    spread = 1.4826 * float(np.median(np.abs(off - np.median(off))))
    return Pulls(
        fits=count,
        mean=float(np.mean(off)),
        mean_error=float(np.std(off, ddof=1)) / math.sqrt(count),
        median=float(np.median(off)),
        # of a normal distribution, the error of the median is 1.25 times that of the mean
        median_error=1.2533 * spread / math.sqrt(count),
        coverage=float(np.mean(np.abs(pulls) <= 1.0)),
        coverage_error=math.sqrt(0.6827 * 0.3173 / count),
        width=float(np.sqrt(np.mean(pulls**2))),
        robust_width=1.4826 * float(np.median(np.abs(pulls))),
        largest=float(np.max(np.abs(pulls))),
    )
