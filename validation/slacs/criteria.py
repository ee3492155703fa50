"""What the fit of each lens must reach, and the published Einstein radius that it is compared with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from jaxlens.modelling.samples.published import Radius
from jaxlens.modelling.samples.record import FAILED, Record

# Two published radii of one lens are in conflict where they differ by more than this share.
CONFLICT = 0.10
# The largest difference from the first published radius, and from the other one where they are in conflict.
LARGEST, LARGEST_IN_CONFLICT = 0.015, 0.03
# The largest chi-square per degree of freedom, outside of masked pixels.
CHI_SQUARE = 1.2
# The smallest share of the starts that reach the best maximum.
STARTS = 0.1


class Target(NamedTuple):
    """The published radius that a lens is judged by.

    Attributes:
        column: where it is from.
        value: arcsec.
        tolerance: the largest difference, as a share of it.
    """

    column: str
    value: float
    tolerance: float


def target(radii: Mapping[str, Radius]) -> Target | None:
    """The radius that a lens is judged by; None where nothing is published.

    It is the first one.  Where the last one differs from it by more than 10%, one of the two is a wrong
    solution; the last one, which for SLACS is the survey's own, is then taken, with a tolerance for the
    difference of methods.

    Args:
        radii: by column, in their order.

    >>> target({"thetaE_lens_m": Radius(0.77), "bSIE": Radius(1.62)})
    Target(column='bSIE', value=1.62, tolerance=0.03)
    >>> target({"thetaE_lens_m": Radius(0.945), "bSIE": Radius(0.96)})
    Target(column='thetaE_lens_m', value=0.945, tolerance=0.015)
    """
    if not radii:
        return None
    names = list(radii)
    first, last = names[0], names[-1]
    if abs(radii[first].value / radii[last].value - 1.0) > CONFLICT:
        return Target(last, radii[last].value, LARGEST_IN_CONFLICT)
    return Target(first, radii[first].value, LARGEST)


def misses(record: Record, radii: Mapping[str, Radius]) -> list[str]:
    """What a lens does not reach, each in words; empty where it reaches all.

    Args:
        record: of the lens.
        radii: its published Einstein radii by column.
    """
    if record.status == FAILED:
        return [f"failed: {record.error}"]
    found = []
    wanted = target(radii)
    if wanted is not None:
        off = record.theta_E / wanted.value - 1.0
        if not abs(off) <= wanted.tolerance:
            found.append(
                f"theta_E {record.theta_E:.4f} is {100 * off:+.2f}% from {wanted.column} {wanted.value:.4f} "
                f"(at most {100 * wanted.tolerance:.1f}%)"
            )
    ratio = record.chi_square_per_degree
    if math.isnan(ratio) or ratio > CHI_SQUARE:
        found.append(f"chi-square per degree is {ratio:.3f} (at most {CHI_SQUARE})")
    if not record.converged:
        found.append("not converged")
    if record.reached < STARTS * record.starts:
        found.append(f"reached from {record.reached} of {record.starts} starts (at least a tenth)")
    return found
