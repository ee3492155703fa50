"""Whole images against lenstronomy's: every configuration of the packaged examples, and random scenes.

Lensed point sources too: their reference is given exact positions and abs(mu).
"""

from __future__ import annotations

from validation.agreement import references
from validation.agreement.checks.whole_images import compared, noise_rows, peak_rows, pictures
from validation.agreement.reporting.rows import Findings

# The groups of a quick check.
QUICK = (
    "example galaxy_galaxy CONFIGURATION_1",
    "random 2 planes, quasar, 1 x 1",
    "random 3 planes, galaxy, 3 x 3",
    "random other profiles",
)


def check(quick: bool) -> Findings:
    """A row for each configuration, and in float32 two in units of the noise."""
    groups = references.load("scenes")
    found = [compared(name, groups[name]) for name in (QUICK if quick else groups)]
    return Findings(peak_rows(found) + noise_rows(found), pictures(found))
