"""Images at supersampling 1, 2, 3 and 5 against lenstronomy's."""

from __future__ import annotations

from validation.agreement import references
from validation.agreement.checks.whole_images import compared, noise_rows, peak_rows, pictures
from validation.agreement.reporting.rows import Findings

# The groups of a quick check.
QUICK = ("1 x 1, 21 pixels", "2 x 2, 21 pixels", "5 x 5, 20 pixels")


def check(quick: bool) -> Findings:
    """A row for each factor and size, and in float32 one in units of the noise."""
    groups = references.load("supersampling")
    found = [compared(name, groups[name]) for name in (QUICK if quick else groups)]
    return Findings(peak_rows(found) + noise_rows(found), pictures(found))
