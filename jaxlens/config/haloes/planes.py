"""The planes of haloes along the line of sight: how many there are between the planes of a configuration."""

from __future__ import annotations

import math
from itertools import pairwise

from jaxlens.config.coverage import place_of
from jaxlens.config.errors import Report
from jaxlens.config.haloes.supports import Supports
from jaxlens.config.model import Configuration, LineOfSight
from jaxlens.config.naming import redshift_name
from jaxlens.config.reader import Node

# The largest number of planes of haloes.
LARGEST_PLANES = 2000
# A gap that is larger than so many planes by rounding has no plane more.
_ROUNDING = 1e-6


def planes_of_haloes(
    haloes: LineOfSight, configuration: Configuration, supports: Supports, tree: Node, report: Report
) -> tuple[int, ...]:
    """How many planes of haloes are in front of each plane: enough for `dz` where the gap is largest.

    Args:
        haloes: LINE_OF_SIGHT.
        configuration: its configuration.
        supports: the values that the numbers of the configuration can have.
        tree: the whole file.
        report: a problem is added where a redshift has no largest value, or where there are too many planes.
    """
    found = [_planes(gap, haloes.dz) for gap in _gaps(configuration, supports)]
    for plane in configuration.planes:
        if math.isinf(supports.of(redshift_name(plane))[1]):
            finding = "has no largest value, which LINE_OF_SIGHT needs; add TRUNCATE: [low, high]"
            with report.about(plane.redshift.path):
                report.problem(place_of(tree, plane.redshift.path), finding)
    if sum(found) > LARGEST_PLANES:
        finding = f"has {sum(found)} planes of haloes; the limit is {LARGEST_PLANES}, so make dz larger"
        report.problem(place_of(tree, f"{haloes.path}.dz"), finding)
        return tuple(1 for _ in found)
    return tuple(found)


def _planes(gap: float, dz: float) -> int:
    """The number of planes in a gap; a placeholder of 1 where that is not known."""
    return max(1, math.ceil(gap / dz - _ROUNDING)) if math.isfinite(gap) else 1


def _gaps(configuration: Configuration, supports: Supports) -> list[float]:
    """The largest difference in redshift between each plane and the one in front, or the observer."""
    ends = [(0.0, 0.0), *(supports.of(redshift_name(plane)) for plane in configuration.planes)]
    return [high - max(low, 0.0) for (low, _), (_, high) in pairwise(ends)]
