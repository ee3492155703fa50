"""Whole images of each family of profiles against lenstronomy's."""

from __future__ import annotations

from validation.agreement import references
from validation.agreement.checks.whole_images import compared, noise_rows, peak_rows, pictures
from validation.agreement.reporting.rows import Findings

# The families of a quick check.
QUICK = ("gaussian", "nfw")


def check(quick: bool) -> Findings:
    """A row for each family, and in float32 one in units of the noise."""
    groups = references.load("families")
    found = [compared(name, groups[name]) for name in (QUICK if quick else groups)]
    return Findings(peak_rows(found) + noise_rows(found), pictures(found))
