"""For how many haloes a program has room, and between how many planes their light paths bend."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

from jaxlens.config.coverage import place_of
from jaxlens.config.errors import Report
from jaxlens.config.halo_checks import check_haloes
from jaxlens.config.halo_names import named_haloes
from jaxlens.config.halo_supports import Supports
from jaxlens.config.model import Config, Configuration, Galaxy, LineOfSight, Plane, Substructure
from jaxlens.config.naming import redshift_name
from jaxlens.config.reader import Node

# The largest number of planes of haloes; with more a scene takes minutes to compile.
LARGEST_PLANES = 2000
_SIMPLE_BOUND = 2000
_SIMPLE_WINDOW = 200


def with_bounds(config: Config, tree: Node, report: Report) -> Config:
    """The Config whose haloes have bounds, and whose lines of sight have planes, in each configuration.

    Args:
        config: what was read; it may have placeholders.
        tree: the whole file.
        report: a problem is added where no bound can be found.
    """
    found = tuple(_with_bounds(config, one, tree, report) for one in config.configurations)
    return replace(config, configurations=found)


def _with_bounds(config: Config, configuration: Configuration, tree: Node, report: Report) -> Configuration:
    """One configuration with bounds; itself where it has no haloes."""
    if not named_haloes(configuration):
        return configuration
    supports = Supports(config, configuration)
    check_haloes(configuration, supports, tree, report)
    planes = tuple(_plane(plane) for plane in configuration.planes)
    between = configuration.line_of_sight
    if between is not None:
        between = _line_of_sight(between, configuration, supports, tree, report)
    return replace(configuration, planes=planes, line_of_sight=between)


def _plane(plane: Plane) -> Plane:
    if not any(isinstance(one, Galaxy) and one.substructure for _, one in plane.objects):
        return plane
    objects = tuple(
        (label, replace(one, substructure=_bounded(one.substructure)))
        if isinstance(one, Galaxy) and one.substructure
        else (label, one)
        for label, one in plane.objects
    )
    return replace(plane, objects=objects)


def _bounded(haloes: Substructure) -> Substructure:
    return haloes if haloes.bound else replace(haloes, bound=_SIMPLE_BOUND)


def _line_of_sight(
    haloes: LineOfSight, configuration: Configuration, supports: Supports, tree: Node, report: Report
) -> LineOfSight:
    """LINE_OF_SIGHT with its planes and bounds."""
    planes = tuple(
        max(1, min(LARGEST_PLANES, math.ceil(gap / haloes.dz - 1e-6))) if math.isfinite(gap) else 1
        for gap in _gaps(configuration, supports)
    )
    for plane in configuration.planes:
        high = supports.of(redshift_name(plane))[1]
        if math.isinf(high):
            finding = (
                "has no largest value, which the planes of LINE_OF_SIGHT need; add TRUNCATE: [low, high]"
            )
            with report.about(plane.redshift.path), report.only([configuration.label]):
                report.problem(place_of(tree, plane.redshift.path), finding)
    bound = haloes.bound or _SIMPLE_BOUND
    return replace(haloes, bound=bound, planes=planes, window=min(bound, _SIMPLE_WINDOW))


def _gaps(configuration: Configuration, supports: Supports) -> list[float]:
    """The largest difference in redshift between each plane and the one in front, or the observer."""
    ends = [(0.0, 0.0), *(supports.of(redshift_name(plane)) for plane in configuration.planes)]
    return [high - max(low, 0.0) for (low, _), (_, high) in pairwise(ends)]
