"""Reading a DISTRIBUTION: a built-in one, one that a survey measured, or a user's function."""

from __future__ import annotations

import math

from jaxlens.config.draw_parameters import WRONG, read_parameters, unknown
from jaxlens.config.errors import Report, nearest, one_of, shown, spelled_alike
from jaxlens.config.model import Draw
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.spellings import is_nothing
from jaxlens.config.survey_draws import read_survey_draws
from jaxlens.config.surveys import survey_distributions, surveys
from jaxlens.config.user_draws import read_user_draws
from jaxlens.config.values import describe, number, word
from jaxlens.distributions import (
    DISTRIBUTIONS,
    USER_DISTRIBUTIONS,
    is_possible_between,
    parameter_defaults,
    parameter_names,
)

_NO_BOUNDS = (-math.inf, math.inf)
_BOUNDS_ADVICE = "give [low, high], two numbers in order"


def read_distribution(
    node: Node, report: Report, by_band: bool, bands: tuple[str, ...]
) -> Draw | tuple[Draw, ...]:
    """Read `DISTRIBUTION: {NAME: ..., PARAMETERS: {...}, TRUNCATE: [low, high]}`.

    Args:
        node: the mapping that has the key DISTRIBUTION.
        report: the problems are added to it.
        by_band: whether the quantity may differ by band.
        bands: the bands for which values are drawn.

    Returns:
        One draw, or one for each of `bands` where the distribution draws a value for each band (a survey's,
        or a user's function that takes `bands`).  An illegal draw is reported as a problem, and is `WRONG`.
    """
    with Section(node, report) as outer, outer.sub("DISTRIBUTION") as section:
        name = _name(section)
        parameters = section.written("PARAMETERS")
        bounds = read_bounds(section)
        if not name:
            return WRONG
        if name in survey_distributions():
            found: Draw | tuple[Draw, ...] = read_survey_draws(section, name, parameters, bands)
        elif name in USER_DISTRIBUTIONS:
            found = read_user_draws(section, name, parameters, bands)
        else:
            found = _built_in(section, name, parameters)
    if isinstance(found, tuple) and not by_band:
        finding = f"{name} gives one number a band, and this is the same for all bands"
        report.problem(node.place, f"{finding}; choose another distribution")
        return WRONG
    if isinstance(found, Draw):
        return _truncated(found, bounds, name, node, report)
    labels = [f"{name} in the band {band}" for band in bands]
    return tuple(
        _truncated(draw, bounds, label, node, report) for draw, label in zip(found, labels, strict=True)
    )


def _name(section: Section) -> str:
    """NAME; "", and a problem, where it is not that of a distribution."""
    listed = sorted((*DISTRIBUTIONS, *USER_DISTRIBUTIONS))
    node = section.need("NAME", one_of(listed))
    name = word(node, section.report, one_of(listed))
    if not name or name in listed or name in survey_distributions():
        return name
    advice = _of_survey(name) or nearest(name, (*listed, *survey_distributions()), listed)
    section.report.problem(node.place, f"{shown(name)} is not a distribution; {advice}")  # type: ignore[union-attr]
    return ""


def _of_survey(name: str) -> str:
    """Advice on a name such as `roman_seeing`, of a survey that has no such distribution; "" for others."""
    survey = name.partition("_")[0]
    if survey not in surveys():
        return ""
    own = [one for one in survey_distributions() if one.startswith(f"{survey}_")]
    if alike := spelled_alike(name, own):
        return f"did you mean {alike[0]}?"
    has = f"has {', '.join(own)}" if own else "has no distributions"
    return f"the survey {survey} {has}; its preset has the numbers, see `jaxlens surveys {survey}`"


def _built_in(section: Section, name: str, node: Node | None) -> Draw:
    """The draw of a built-in distribution; `node` has its PARAMETERS."""
    names, defaults, lists = parameter_names(name), parameter_defaults(name), DISTRIBUTIONS[name].lists
    kinds = {key: key in lists for key in names}
    given = dict(read_parameters(section, name, node, kinds, defaults))
    parameters = tuple((key, given.get(key, defaults.get(key, math.nan))) for key in names)
    if unknown(parameters):
        return WRONG
    draw = Draw(name, parameters)
    problems = draw.build().problems()
    place = (node or section.node).place  # type: ignore[union-attr]
    for problem in problems:
        section.report.problem(place, problem)
    return WRONG if problems else draw


def read_bounds(section: Section) -> tuple[float, float] | None:
    """The interval TRUNCATE, whose ends may be infinite; None where it is missing or illegal (a problem)."""
    node = section.take("TRUNCATE")
    if node is None:
        return None
    if not isinstance(node.value, tuple) or len(node.value) != 2:
        finding = f"a list of {len(node.value)}" if isinstance(node.value, tuple) else describe(node)
        section.report.problem(node.place, f"is {finding}; {_BOUNDS_ADVICE}")
        return None
    low, high = (_end(item, end, section.report) for item, end in zip(node.value, _NO_BOUNDS, strict=True))
    if low >= high:
        section.report.problem(node.place, f"is from {low:g} to {high:g}; {_BOUNDS_ADVICE}")
        return None
    return None if math.isnan(low) or math.isnan(high) else (low, high)


def _end(node: Node, infinite: float, report: Report) -> float:
    """One end of TRUNCATE, infinite for the word None; NaN, and a problem, where it is not a number."""
    if is_nothing(node):
        return infinite
    if isinstance(node.value, float) and math.isinf(node.value):
        return node.value
    return number(node, report, "give a number, or .inf or -.inf for no bound")


def _truncated(
    draw: Draw, bounds: tuple[float, float] | None, label: str, node: Node, report: Report
) -> Draw:
    """The draw truncated to `bounds`; `WRONG`, and a problem, where all draws are outside them.

    `label` names the draw in the message; `node` is the mapping that has the DISTRIBUTION.
    """
    if bounds is None or draw is WRONG:
        return draw
    if draw.has_distribution:
        if not is_possible_between(draw.build(), *bounds):
            place = node.entries["DISTRIBUTION"].entries["TRUNCATE"].place
            finding = f"{label} is never between {bounds[0]:g} and {bounds[1]:g}"
            report.problem(place, f"{finding}; widen TRUNCATE or change the PARAMETERS")
            return WRONG
        if draw.is_constant:
            return draw
    return Draw(draw.distribution, draw.parameters, bounds, draw.function, draw.pick)
