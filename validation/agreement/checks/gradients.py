"""Gradients: `jax.grad` against central differences of sixth order in float64, and finite at every edge.

In float32, where differences drown in rounding, the gradient is compared with the one in float64.
"""

from __future__ import annotations

from validation.agreement import references
from validation.agreement.gradients import images as gradient_images
from validation.agreement.gradients import profiles as gradient_profiles
from validation.agreement.registered import derivatives
from validation.agreement.reporting.rows import Findings, precision

# The profiles of a quick check: those that compile in a second or two.
QUICK = ("GAUSSIAN_ELLIPSE", "SERSIC_ELLIPSE", "SHEAR", "SIS")


def check(quick: bool) -> Findings:
    """Gradients of every profile, of whole images, and of image positions and fluxes."""
    names = QUICK if quick else [name for kind in ("light", "mass") for name in sorted(references.load(kind))]
    cases, sets = (16, 500) if quick else (32, 10_000)
    profiles = gradient_profiles.compare(names, cases, sets)
    rows = gradient_profiles.rows(profiles)
    if precision() == "float64" and not quick:
        rows += derivatives.rows()
    rows += gradient_images.examples_rows(quick)
    rows.append(gradient_images.finite_images(sets))
    rows += gradient_images.positions_rows(cases)
    return Findings(rows, gradient_profiles.pictures(profiles))
