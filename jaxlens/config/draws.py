"""Reading a DISTRIBUTION: a built-in one, one that a survey measured, or a user's function."""

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
    is_possible_between,
    parameter_defaults,
    parameter_names,
)

# The survey distribution that has a parameter, which is the number of years whose exposures are added.
_COADDED = "lsst_num_exposures"
_YEARS = "coadd_years"
# Years of the exposures in the table of lsst_num_exposures, and the default of its parameter.
_ALL_YEARS = 10.0
# Years: the largest legal parameter.
_MOST_YEARS = 100.0
_BOUNDS_ADVICE = "give [low, high], two numbers in order"

Parameters = tuple[tuple[str, float | tuple[float, ...]], ...]


def constant_draw(value: float) -> Draw:
    """The draw that is always `value`.

    >>> constant_draw(2).parameters
    (('value', 2.0),)
    """
    return Draw("delta_function", (("value", float(value)),))


# The placeholder for a draw whose problem has been reported.
WRONG = constant_draw(math.nan)


def read_distribution(
    node: Node, report: Report, by_band: bool, bands: tuple[str, ...]
) -> Draw | tuple[Draw, ...]:
    """Read `DISTRIBUTION: {NAME: ..., PARAMETERS: {...}, TRUNCATE: [low, high]}`.

    Args:
        node: the mapping that has the key DISTRIBUTION.
        report: takes the problems.
        by_band: whether the quantity may differ by band.
        bands: the bands for which values are drawn.

    Returns:
        One draw, or one for each of `bands` where the distribution gives one value a band (a survey's, or a
        user's function that takes `bands`); `WRONG`, and a problem, where it is illegal.
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
    """NAME; "", and a problem, where it is no distribution."""
    listed = sorted((*DISTRIBUTIONS, *USER_DISTRIBUTIONS))
    node = section.need("NAME", one_of(listed))
    name = word(node, section.report, one_of(listed))
    if not name or name in listed or name in survey_distributions():
        return name
    advice = nearest(name, (*listed, *survey_distributions()), listed)
    section.report.problem(node.place, f"{shown(name)} is not a distribution; {advice}")  # type: ignore[union-attr]
    return ""


def _built_in(section: Section, name: str, node: Node | None) -> Draw:
    """The draw of a built-in distribution; `node` has its PARAMETERS."""
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
    """The draw of a user's function, or one for each band where the function takes `bands`."""
    own = USER_DISTRIBUTIONS[name]
    parameters = _parameters(section, name, node, dict.fromkeys(own.parameters), own.optional)
    every = section.report.bands
    # a missing BANDS is reported elsewhere
    no_bands = own.by_band and not every
    if no_bands or _unknown(parameters) or _fails(section, name, own, parameters):
        return WRONG
    if not own.by_band:
        return Draw(name, parameters, function=own.function)
    return tuple(Draw(name, parameters, function=own.function, pick=every.index(band)) for band in bands)


def _fails(section: Section, name: str, own: UserDistribution, parameters: Parameters) -> bool:
    """Whether a user's function fails under JAX or returns an array of a wrong shape, which is a problem.

    A function that does not use its key gets a remark.
    """
    place = section.node.place  # type: ignore[union-attr]
    expected = (len(section.report.bands),) if own.by_band else ()
    try:
        shape, uses_key = _traced(own, parameters, section.report.bands)
    except Exception as error:  # a user's function may raise anything
        finding = f"{name} raises {type(error).__name__}: {shown(str(error))}"
        section.report.problem(place, f"{finding}; its function must run under JAX")
        return True
    if shape != expected:
        finding = f"{name} returns an array of shape {shape}; its function must return shape {expected}"
        section.report.problem(place, finding)
        return True
    if not uses_key:
        finding = f"{name} does not use its key, so it gives every system the same number"
        section.report.remark(place, f"{finding}; draw with jax.random and the key")
    return False


def _traced(
    own: UserDistribution, parameters: Parameters, bands: tuple[str, ...]
) -> tuple[tuple[int, ...], bool]:
    """The shape that a user's function returns for these parameters, and whether it uses its key."""
    values = {name: np.asarray(value, np.float32) for name, value in parameters}
    more: dict[str, Any] = {"bands": bands} if own.by_band else {}
    key = jax.random.key(0, impl="threefry2x32")

    def call(key: jax.Array) -> Any:
        return own.function(key, **values, **more)

    shape = np.shape(jax.eval_shape(call, key))
    jaxpr = jax.make_jaxpr(call)(key).jaxpr
    return shape, any(jaxpr.invars[0] is used for equation in jaxpr.eqns for used in equation.invars)


def _survey(section: Section, name: str, node: Node | None, bands: tuple[str, ...]) -> tuple[Draw, ...]:
    """The draws of a survey's distribution, one for each band."""
    years = {_YEARS: False} if name == _COADDED else {}
    parameters = _parameters(section, name, node, years, years)
    if _unknown(parameters):
        return (WRONG,) * len(bands)
    share = None
    if years:
        coadded = np.asarray(dict(parameters).get(_YEARS, _ALL_YEARS)).item()
        if not 0.0 < coadded <= _MOST_YEARS:
            finding = f"is {coadded:g}; it must be above 0 and at most {_MOST_YEARS:g}"
            section.report.problem(node.entries[_YEARS].place, finding)  # type: ignore[union-attr]
            return (WRONG,) * len(bands)
        share = coadded / _ALL_YEARS
    return tuple(_measured(section, name, band, share) for band in bands)


def _measured(section: Section, name: str, band: str, share: float | None) -> Draw:
    """One band of a survey's distribution; with `share`, values are multiplied by it and rounded down."""
    found = histogram(name, band)
    if found is None:
        finding = f"{name} has no band {band}; its bands are {', '.join(histograms(name))}"
        section.report.problem(section.node.place, finding)  # type: ignore[union-attr]
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
    """The PARAMETERS that the file gives, or that are missing although they are not `optional` (NaN).

    `kinds` has, for each legal parameter, whether it is a list of numbers (None: a number or a list).  The
    word `None` instead of a mapping means that there are no parameters.
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
    """The number or the list of numbers under `key`; NaN, and a problem, where it is illegal."""
    advice = {True: "give a list of numbers", False: "give a number", None: "give a number or a list of them"}
    node = parameters.need(key, advice[is_list])
    if node is None:
        return math.nan
    if isinstance(node.value, tuple) and node.value and is_list is not False:
        return tuple(number(item, parameters.report, "give a number") for item in node.value)
    if is_list or node.value == ():
        finding = "an empty list" if node.value == () else describe(node)
        parameters.report.problem(node.place, f"is {finding}; {advice[is_list]}")
        return math.nan
    return number(node, parameters.report, advice[is_list])


def _unknown(parameters: Parameters) -> bool:
    """Whether a parameter is NaN, which stands for one whose problem has been reported."""
    return any(np.isnan(value).any() for _, value in parameters)


def _bounds(section: Section) -> tuple[float, float] | None:
    """The interval TRUNCATE, whose ends may be infinite; None where it is missing or illegal (a problem)."""
    node = section.take("TRUNCATE")
    if node is None:
        return None
    if not isinstance(node.value, tuple) or len(node.value) != 2:
        finding = f"a list of {len(node.value)}" if isinstance(node.value, tuple) else describe(node)
        section.report.problem(node.place, f"is {finding}; {_BOUNDS_ADVICE}")
        return None
    low, high = (_end(item, section.report) for item in node.value)
    if low >= high:
        section.report.problem(node.place, f"is from {low:g} to {high:g}; {_BOUNDS_ADVICE}")
        return None
    return None if math.isnan(low) or math.isnan(high) else (low, high)


def _end(node: Node, report: Report) -> float:
    """One end of TRUNCATE; NaN, and a problem, where it is no number."""
    if isinstance(node.value, float) and math.isinf(node.value):
        return node.value
    return number(node, report, "give a number, or .inf or -.inf for no bound")


def _truncated(
    draw: Draw, bounds: tuple[float, float] | None, label: str, node: Node, report: Report
) -> Draw:
    """The draw truncated to `bounds`; `WRONG`, and a problem, where it is never between them.

    `label` names the draw in the message; `node` is the mapping that has the DISTRIBUTION.
    """
    if bounds is None or draw is WRONG:
        return draw
    if draw.function is None:
        if not is_possible_between(draw.build(), *bounds):
            place = node.entries["DISTRIBUTION"].entries["TRUNCATE"].place
            finding = f"{label} is never between {bounds[0]:g} and {bounds[1]:g}"
            report.problem(place, f"{finding}; widen TRUNCATE or change the PARAMETERS")
            return WRONG
        if draw.is_constant:
            return draw
    return Draw(draw.distribution, draw.parameters, bounds, draw.function, draw.pick)
