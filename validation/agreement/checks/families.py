"""Whole images of each family of profiles against lenstronomy's, and their derivatives.

Nothing is compiled: the programs of a dozen files would take longer than all operations one by one.
"""

from __future__ import annotations

import numpy as np

from validation.agreement import references
from validation.agreement.checks.whole_images import compared, noise_rows, peak_rows, pictures
from validation.agreement.gradients.families import derivative
from validation.agreement.registered.evaluation import operation_by_operation
from validation.agreement.reporting.rows import Findings, Row, precision, row

# The families of a quick check.
QUICK = ("linear_fields", "shapelets")
# Largest relative difference of a derivative and central differences, in float64.
TOLERANCE = 1e-6


def check(quick: bool) -> Findings:
    """A row for each family; in float32 one in units of the noise, in float64 one of the derivatives."""
    groups = references.load("families")
    names = QUICK if quick else tuple(groups)
    with operation_by_operation():
        found = [compared(name, groups[name]) for name in names]
        rows = peak_rows(found) + noise_rows(found)
    return Findings(rows + _derivative_rows(names), pictures(found))


def _derivative_rows(names: tuple[str, ...]) -> list[Row]:
    """A row of the derivatives of all families in float64."""
    if precision() != "float64":
        return []
    groups = references.load("families")
    errors = np.array([derivative(groups[name], reverse=False).error for name in names])
    return [row("derivatives of whole images", errors, TOLERANCE, "relative")]
