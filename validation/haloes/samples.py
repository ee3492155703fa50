"""Samples compared: the distance of their distributions, and that of their means."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

# The probability with which two samples of one distribution are further apart than the critical distance.
CHANCE = 1e-3
# The units of the two functions.
CRITICAL_UNIT, STANDARD_ERRORS = "of the critical KS distance (0.1%)", "standard errors"


def distance(ours: ArrayLike, theirs: ArrayLike) -> float:
    """The largest difference of the cumulative distributions of two samples, over its critical value."""
    first, second = (np.asarray(values, float) for values in (ours, theirs))
    critical = np.sqrt(-0.5 * np.log(0.5 * CHANCE) * (1.0 / len(first) + 1.0 / len(second)))
    return float(stats.ks_2samp(first, second, method="asymp").statistic / critical)


def mean_errors(ours: ArrayLike, theirs: ArrayLike) -> float:
    """The difference of the means of two samples over its standard error."""
    samples = [np.asarray(values, float) for values in (ours, theirs)]
    error = np.sqrt(sum(values.var() / len(values) for values in samples))
    return float(abs(samples[0].mean() - samples[1].mean()) / error)
