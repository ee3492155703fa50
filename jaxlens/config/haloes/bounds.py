"""For how many haloes a program has room, and in how many planes along the line of sight they are.

The number of haloes of a system is the Poisson quantile of a float32 uniform in [2^-24, 1 - 2^-24], and so
has a largest value where its mean has one.  A bound is that value, or the smaller one that is exceeded in the
whole run with a chance of 1e-6.  A window, the bound of the haloes of one plane, is exceeded in a system with
a chance of 1e-15.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, TypeVar

from jaxlens.config.coverage import place_of
from jaxlens.config.errors import Report
from jaxlens.config.haloes.checks import check_haloes
from jaxlens.config.haloes.list_checks import checked_lists, largest_window
from jaxlens.config.haloes.means import UNREAD, Mean, mean_of_field_haloes, mean_of_subhaloes
from jaxlens.config.haloes.names import SUBSTRUCTURE, named_haloes
from jaxlens.config.haloes.planes import planes_of_haloes
from jaxlens.config.haloes.supports import Supports
from jaxlens.config.model import (
    Config,
    Configuration,
    Galaxy,
    Haloes,
    LineOfSight,
    Plane,
    PointSource,
    Substructure,
)
from jaxlens.config.reader import Node
from jaxlens.kernels.halos.counts import SMALLEST_UNIFORM, largest_count

# The chance of more haloes than the bound in the whole run.
CHANCE = 1e-6
# The chance of more haloes in a plane than the window, of a system.
WINDOW_CHANCE = 1e-15
# By how much a mean in single precision may be larger than the largest one.
ROUNDING = 1e-4
# A bound that is computed is not larger than this; a larger one must be asked for by MAX_HALOES.
LARGEST_BOUND = 100_000
_ADVICE = "give MAX_HALOES, the largest number of haloes"
H = TypeVar("H", bound=Haloes)


class _Around(NamedTuple):
    """A configuration that has haloes, and the file."""

    configuration: Configuration
    supports: Supports
    chance: float
    tree: Node
    report: Report


def with_bounds(config: Config, tree: Node, report: Report) -> Config:
    """The Config whose haloes have bounds, and whose lines of sight have planes, in each configuration.

    Args:
        config: what was read; it may have placeholders.
        tree: the whole file.
        report: a problem is added where no bound can be found.
    """
    found = []
    chance = max(CHANCE / max(config.size, 1) / max(len(config.configurations), 1), SMALLEST_UNIFORM)
    for one in config.configurations:
        if named_haloes(one):
            with report.only([one.label]):
                one = _bounded(_Around(one, Supports(config, one), chance, tree, report))
        found.append(one)
    return replace(config, configurations=tuple(found))


def described(configuration: Configuration) -> list[str]:
    """A line for what draws haloes in a configuration, with its bound and its mean number.

    For example `LINE_OF_SIGHT: up to 1154 haloes, on average 1000 at most, in 75 planes`.
    """
    return [_described(prefix, haloes) for prefix, haloes in named_haloes(configuration)]


def _described(prefix: str, haloes: Haloes) -> str:
    planes = f", in {sum(haloes.planes)} planes" if isinstance(haloes, LineOfSight) else ""
    if haloes.haloes:
        lists = len(haloes.haloes.arrays["number"])
        count = "1 list" if lists == 1 else f"{lists} lists"
        return f"{prefix}: {count} of up to {haloes.bound} haloes{planes}"
    average = f", on average {haloes.mean:.4g} at most" if haloes.mean else ""
    return f"{prefix}: up to {haloes.bound} haloes{average}{planes}"


def _bounded(around: _Around) -> Configuration:
    """A configuration with bounds; where something is wrong, with placeholders, and problems."""
    check_haloes(around.configuration, around.supports, around.tree, around.report)
    *front, last = around.configuration.planes
    between = around.configuration.line_of_sight
    return replace(
        around.configuration,
        planes=(*(_plane(plane, around) for plane in front), last),
        line_of_sight=_line_of_sight(between, around) if between else None,
    )


def _plane(plane: Plane, around: _Around) -> Plane:
    """A plane whose subhaloes have bounds."""

    def changed(label: str, species: Galaxy | PointSource) -> Galaxy | PointSource:
        if not isinstance(species, Galaxy) or species.substructure is None:
            return species
        found = _subhaloes(f"{plane.label}-{label}-{SUBSTRUCTURE}", species.substructure, around)
        return replace(species, substructure=found)

    return replace(plane, objects=tuple((label, changed(label, one)) for label, one in plane.objects))


def _subhaloes(prefix: str, haloes: Substructure, around: _Around) -> Substructure:
    if haloes.haloes:
        return _listed(haloes, around)
    return _drawn(haloes, around, lambda: mean_of_subhaloes(prefix, haloes, *around[:2]))[0]


def _line_of_sight(haloes: LineOfSight, around: _Around) -> LineOfSight:
    """LINE_OF_SIGHT with its planes and bounds."""
    planes = planes_of_haloes(haloes, *around[:2], around.tree, around.report)
    placed = replace(haloes, planes=planes)
    if placed.haloes:
        listed = _listed(placed, around)
        return replace(listed, window=largest_window(listed))
    found, mean = _drawn(placed, around, lambda: mean_of_field_haloes(placed, *around[:2]))
    window = found.bound
    if math.isfinite(mean.in_plane):
        window = min(window, largest_count(mean.in_plane * (1.0 + ROUNDING), WINDOW_CHANCE))
    return replace(found, window=max(window, 1))


def _listed(haloes: H, around: _Around) -> H:
    """Haloes of a file with masses in place of angles, and the length of the longest list."""
    lists = checked_lists(haloes, *around[:2], around.tree, around.report)
    return replace(haloes, haloes=lists, bound=max(int(lists.arrays["number"].max()), 1))


def _drawn(haloes: H, around: _Around, mean_of: Callable[[], Mean]) -> tuple[H, Mean]:
    """Haloes with a bound, MAX_HALOES or by their mean; a placeholder, and a problem, where none is known."""
    mean = mean_of() if haloes.parameters else UNREAD
    place = place_of(around.tree, haloes.path)
    if math.isnan(mean.number):
        if not (haloes.bound or around.report.problems):
            around.report.problem(
                place, f"has numbers for which there is no mean number of haloes; {_ADVICE}"
            )
        # else a number is missing or illegal, which has been reported
        return replace(haloes, bound=haloes.bound or 1), mean
    if haloes.bound:
        if math.isfinite(mean.number) and mean.number > haloes.bound:
            finding = f"has on average up to {mean.number:.4g} haloes, and MAX_HALOES is {haloes.bound}"
            around.report.remark(place, f"{finding}; systems with more are made again with more room")
        return replace(haloes, mean=mean.number if math.isfinite(mean.number) else 0.0), mean
    if not math.isfinite(mean.number):
        finding = "has a mean number of haloes without a largest value, since a distribution has none"
        around.report.problem(place, f"{finding}; add TRUNCATE: [low, high], or {_ADVICE}")
        return replace(haloes, bound=1), mean
    bound = max(largest_count(mean.number * (1.0 + ROUNDING), around.chance), 1)
    if bound > LARGEST_BOUND:
        finding = f"has up to {bound} haloes, on average {mean.number:.4g} at most"
        around.report.problem(place, f"{finding}; raise M_min, or {_ADVICE}, if so many are meant")
        return replace(haloes, bound=1), mean
    return replace(haloes, bound=bound, mean=mean.number), mean
