"""One DISTRIBUTION of the file: built in, a survey's, or a user's function."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import jax
import numpy as np

from jaxlens.config.errors import Report, nearest, one_of, shown
from jaxlens.config.model import Draw
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section, describe, number, word
from jaxlens.config.surveys import histogram, histograms, survey_distributions
from jaxlens.distributions import (
    DISTRIBUTIONS,
    USER_DISTRIBUTIONS,
    UserDistribution,
    parameter_defaults,
    parameter_names,
    probability_between,
)

# A survey's distribution of numbers for ten years, and its one parameter.
_COADDED, _YEARS, _ALL_YEARS = "lsst_num_exposures", "coadd_years", 10.0
_MOST_YEARS = 100.0
_BOUNDS_RIGHT = "give [low, high], two numbers in order"

Parameters = tuple[tuple[str, float | tuple[float, ...]], ...]


def constant_draw(value: float) -> Draw:
    """The draw that is always `value`."""
    return Draw("delta_function", (("value", float(value)),))


WRONG = constant_draw(math.nan)


def read_distribution(
    node: Node, report: Report, by_band: bool, bands: tuple[str, ...]
) -> Draw | tuple[Draw, ...]:
    """What `DISTRIBUTION: {NAME: ..., PARAMETERS: {...}, TRUNCATE: [low, high]}` says.

    One draw, or one for each of `bands` where the distribution is a survey's or knows the bands, which
    is a problem unless the number may differ `by_band`.  A draw of NaN stands for what is wrong.
    """
    with Section(node, report) as outer, outer.sub("DISTRIBUTION") as section:
        name = _name(section)
        parameters = section.take("PARAMETERS")
        bounds = _bounds(section)
        if not name:
            return WRONG
        if name in survey_distributions():
            found: Draw | tuple[Draw, ...] = _survey(section, name, parameters, bands)
        elif name in USER_DISTRIBUTIONS:
            found = _users(section, name, parameters, bands)
        else:
            found = _built_in(section, name, parameters)
    if isinstance(found, tuple) and not by_band:
        what = f"{name} gives one number a band, and this is the same for all bands"
        report.problem(node.place, f"{what}; choose another distribution")
        return WRONG
    if isinstance(found, Draw):
        return _truncated(found, bounds, name, node, report)
    where = (f"{name} in the band {band}" for band in bands)
    return tuple(_truncated(draw, bounds, w, node, report) for draw, w in zip(found, where, strict=True))


def _name(section: Section) -> str:
    """The name of a known distribution, or ""."""
    listed = sorted((*DISTRIBUTIONS, *USER_DISTRIBUTIONS))
    node = section.need("NAME", one_of(listed))
    name = word(node, section.report, one_of(listed))
    if not name or name in listed or name in survey_distributions():
        return name
    advice = nearest(name, (*listed, *survey_distributions()), listed)
    section.report.problem(node.place, f"{shown(name)} is not a distribution; {advice}")  # type: ignore[union-attr]
    return ""


def _built_in(section: Section, name: str, node: Node | None) -> Draw:
    names, defaults, lists = parameter_names(name), parameter_defaults(name), DISTRIBUTIONS[name].lists
    kinds = {key: key in lists for key in names}
    given = dict(_parameters(section, name, node, kinds, defaults))
    parameters = tuple((key, given.get(key, defaults.get(key, math.nan))) for key in names)
    if _unknown(parameters):
        return WRONG
    draw = Draw(name, parameters)
    problems = draw.build().problems()
    place = (node or section.node).place  # type: ignore[union-attr]
    for problem in problems:
        section.report.problem(place, problem)
    return WRONG if problems else draw


def _users(section: Section, name: str, node: Node | None, bands: tuple[str, ...]) -> Draw | tuple[Draw, ...]:
    """A call of a user's function, or one for each band."""
    own = USER_DISTRIBUTIONS[name]
    parameters = _parameters(section, name, node, dict.fromkeys(own.parameters), own.optional)
    every = section.report.bands
    # Without BANDS there is nothing to draw for, and that was said.
    nothing = own.by_band and not every
    if nothing or _unknown(parameters) or _misshapen(section, name, own, parameters):
        return WRONG
    if not own.by_band:
        return Draw(name, parameters, function=own.function)
    return tuple(Draw(name, parameters, function=own.function, pick=every.index(band)) for band in bands)


def _misshapen(section: Section, name: str, own: UserDistribution, parameters: Parameters) -> bool:
    """Whether the function returns, for these parameters, what is not one number (one a band); a problem."""
    bands: dict[str, Any] = {"bands": section.report.bands} if own.by_band else {}
    right = (len(section.report.bands),) if own.by_band else ()
    key = jax.random.key(0, impl="threefry2x32")
    numbers = {key: np.asarray(value, np.float32) for key, value in parameters}
    place = section.node.place  # type: ignore[union-attr]

    def call(key: jax.Array) -> Any:
        return own.function(key, **numbers, **bands)

    try:
        shape = np.shape(jax.eval_shape(call, key))
        jaxpr = jax.make_jaxpr(call)(key).jaxpr
    except Exception as error:  # whatever a user's function raises
        what = f"{name} raises {type(error).__name__}: {shown(str(error))}"
        section.report.problem(place, f"{what}; its function must run under JAX")
        return True
    if shape != right:
        what = f"{name} returns an array of shape {shape}; its function must return shape {right}"
        section.report.problem(place, what)
        return True
    if not any(jaxpr.invars[0] is used for equation in jaxpr.eqns for used in equation.invars):
        what = f"{name} does not use its key, so it gives every system the same number"
        section.report.remark(place, f"{what}; draw with jax.random and the key")
    return False


def _survey(section: Section, name: str, node: Node | None, bands: tuple[str, ...]) -> tuple[Draw, ...]:
    """What the survey measured in each band."""
    years = {_YEARS: False} if name == _COADDED else {}
    parameters = _parameters(section, name, node, years, years)
    if _unknown(parameters):
        return (WRONG,) * len(bands)
    share = None
    if years:
        coadded = np.asarray(dict(parameters).get(_YEARS, _ALL_YEARS)).item()
        if not 0.0 < coadded <= _MOST_YEARS:
            what = f"is {coadded:g}; it must be above 0 and at most {_MOST_YEARS:g}"
            section.report.problem(node.entries[_YEARS].place, what)  # type: ignore[union-attr]
            return (WRONG,) * len(bands)
        share = coadded / _ALL_YEARS
    return tuple(_measured(section, name, band, share) for band in bands)


def _measured(section: Section, name: str, band: str, share: float | None) -> Draw:
    found = histogram(name, band)
    if found is None:
        what = f"{name} has no band {band}; its bands are {', '.join(histograms(name))}"
        section.report.problem(section.node.place, what)  # type: ignore[union-attr]
        return WRONG
    values, weights = found
    if share is not None:
        values = tuple(float(math.floor(value * share)) for value in values)
    if len(values) == 1:
        return constant_draw(values[0])
    return Draw("categorical", (("values", values), ("weights", weights)))


def _parameters(
    section: Section,
    name: str,
    node: Node | None,
    kinds: Mapping[str, bool | None],
    optional: Iterable[str],
) -> Parameters:
    """The PARAMETERS that are given; `kinds` says of each whether it is a list (None: either will do).

    `None` stands for no parameters.
    """
    needed = [key for key in kinds if key not in optional]
    if node is not None and (node.value is None or node.value == "None"):
        node = Node(node.place, {})
    if node is None and needed:
        node = section.need("PARAMETERS", f"give {', '.join(needed)}")
    with Section(node, section.report, f"a parameter of {name}") as parameters:
        return tuple(
            (key, _parameter(parameters, key, kind))
            for key, kind in kinds.items()
            if parameters.has(key) or key in needed
        )


def _parameter(parameters: Section, key: str, is_list: bool | None) -> float | tuple[float, ...]:
    """A number, or a list of numbers; NaN where it is wrong."""
    right = {True: "give a list of numbers", False: "give a number", None: "give a number or a list of them"}
    node = parameters.need(key, right[is_list])
    if node is None:
        return math.nan
    if isinstance(node.value, tuple) and node.value and is_list is not False:
        return tuple(number(item, parameters.report, "give a number") for item in node.value)
    if is_list or node.value == ():
        what = "an empty list" if node.value == () else describe(node)
        parameters.report.problem(node.place, f"is {what}; {right[is_list]}")
        return math.nan
    return number(node, parameters.report, right[is_list])


def _unknown(parameters: Parameters) -> bool:
    """Whether a number stands for a wrong one."""
    return any(np.isnan(value).any() for _, value in parameters)


def _bounds(section: Section) -> tuple[float, float] | None:
    """TRUNCATE, where it is given and right; an end may be infinite."""
    node = section.take("TRUNCATE")
    if node is None:
        return None
    if not isinstance(node.value, tuple) or len(node.value) != 2:
        what = f"a list of {len(node.value)}" if isinstance(node.value, tuple) else describe(node)
        section.report.problem(node.place, f"is {what}; {_BOUNDS_RIGHT}")
        return None
    low, high = (_end(item, section.report) for item in node.value)
    if low >= high:
        section.report.problem(node.place, f"is from {low:g} to {high:g}; {_BOUNDS_RIGHT}")
        return None
    return None if math.isnan(low) or math.isnan(high) else (low, high)


def _end(node: Node, report: Report) -> float:
    if isinstance(node.value, float) and math.isinf(node.value):
        return node.value
    return number(node, report, "give a number, or .inf or -.inf for no bound")


def _truncated(draw: Draw, bounds: tuple[float, float] | None, what: str, node: Node, report: Report) -> Draw:
    """The draw with its bounds, between which it must have some weight."""
    if bounds is None or draw is WRONG:
        return draw
    if draw.function is None:
        if not probability_between(draw.build(), *bounds) > 0:
            place = node.entries["DISTRIBUTION"].entries["TRUNCATE"].place
            why = f"{what} is never between {bounds[0]:g} and {bounds[1]:g}"
            report.problem(place, f"{why}; widen TRUNCATE or change the PARAMETERS")
            return WRONG
        if draw.is_constant:
            return draw
    return Draw(draw.distribution, draw.parameters, bounds, draw.function, draw.pick)
