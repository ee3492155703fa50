"""Numbers of the file: a constant, a DISTRIBUTION, or one of these for each band."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass

from jaxlens.config.errors import Report, one_of
from jaxlens.config.model import Draw, Quantity, constant
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section, number
from jaxlens.distributions import DISTRIBUTIONS, parameter_names

SURVEY_PREFIXES = ("des_", "delve_", "lsst_", "ztf_")


@dataclass(frozen=True)
class Rule:
    """What a number may be: between `low` and `high`, which `open` excludes, and a mapping by band or not.

    The bounds hold for constants and, unless `constants_only`, for distributions of bounded support.
    """

    low: float = -math.inf
    high: float = math.inf
    open: bool = False
    by_band: bool = False
    constants_only: bool = False

    def allows(self, value: float) -> bool:
        """Whether a value is inside the bounds; NaN, the stand-in for a wrong number, is."""
        if self.open:
            return not (value <= self.low or value >= self.high)
        return not (value < self.low or value > self.high)

    def describe(self) -> str:
        """The bounds in words."""
        above, below = ("above", "below") if self.open else ("at least", "at most")
        bounds = [f"{above} {self.low:g}"] if math.isfinite(self.low) else []
        bounds += [f"{below} {self.high:g}"] if math.isfinite(self.high) else []
        return f"it must be {' and '.join(bounds)}"

    def right(self) -> str:
        """What to give where there is no such number."""
        if self.by_band:
            return "give a number, a DISTRIBUTION or a mapping by band"
        return "give a number or a DISTRIBUTION"


ANY = Rule()
ANY_BY_BAND = Rule(by_band=True)
POSITIVE = Rule(low=0.0, open=True)
POSITIVE_BY_BAND = Rule(low=0.0, open=True, by_band=True)
NOT_NEGATIVE = Rule(low=0.0)
NOT_NEGATIVE_BY_BAND = Rule(low=0.0, by_band=True)


def quantity(section: Section, key: str, rule: Rule, default: float | None = None) -> Quantity:
    """The number under `key`; a problem where it is missing, unless it has a `default`."""
    node = section.need(key, rule.right()) if default is None else section.take(key)
    path = _short_path(f"{section.node.place.path}.{key}" if section.node else key)
    if node is None:
        return constant(path, math.nan if default is None else default)
    if isinstance(node.value, dict) and "DISTRIBUTION" not in node.value:
        return _by_band(node, path, rule, section.report)
    return Quantity(path, (_draw(node, rule, section.report),))


def optional_quantity(section: Section, key: str, rule: Rule) -> Quantity | None:
    """The number under `key`, or None where there is none."""
    return quantity(section, key, rule) if section.has(key) else None


def _short_path(path: str) -> str:
    return ".".join(word for word in path.split(".") if word != "PARAMETERS")


def _by_band(node: Node, path: str, rule: Rule, report: Report) -> Quantity:
    """A mapping from every band to a number or a DISTRIBUTION."""
    wrong = _why_not_by_band(node, rule, report)
    if wrong:
        report.problem(node.place, wrong)
        return constant(path, math.nan)
    # Where BANDS is wrong the keys are taken as they stand.
    bands = report.bands or tuple(node.entries)
    with Section(node, report, what="one of BANDS") as entries:
        values = [(band, entries.need(band, "give every band a value")) for band in bands]
    draws = tuple(_draw(value, rule, report) for _, value in values if value is not None)
    return Quantity(path, draws, per_band=True)


def _why_not_by_band(node: Node, rule: Rule, report: Report) -> str:
    """The message for a mapping that is neither a DISTRIBUTION nor a legal mapping by band."""
    keys = node.entries
    if "INPUT" in keys:
        return "INPUT is not supported yet; write the contents of that file here"
    for key in keys:
        if key not in report.bands and difflib.get_close_matches(key.upper(), ["DISTRIBUTION"]):
            return f"{key} is not known here; did you mean DISTRIBUTION?"
    if {"NAME", "PARAMETERS"} & keys.keys():
        return "is a mapping with NAME or PARAMETERS; put these under the key DISTRIBUTION"
    if not rule.by_band:
        return "is a mapping; give a number or a DISTRIBUTION, the same for all bands"
    return ""


def _draw(node: Node, rule: Rule, report: Report) -> Draw:
    """One constant or one DISTRIBUTION, checked against `rule`."""
    draw = _distribution(node, report) if isinstance(node.value, dict) else _constant(node, rule, report)
    if draw.is_constant:
        value = draw.parameters[0][1]
        if not rule.allows(value):
            report.problem(node.place, f"is {value:g}; {rule.describe()}")
    elif not rule.constants_only:
        _check_support(draw, node, rule, report)
    return draw


def _constant(node: Node, rule: Rule, report: Report) -> Draw:
    return Draw("delta_function", (("value", number(node, report, rule.right())),))


def _check_support(draw: Draw, node: Node, rule: Rule, report: Report) -> None:
    """Unbounded distributions may go anywhere: their tails are the user's business."""
    low, high = (float(end) for end in draw.build().support())
    if not (math.isfinite(low) and math.isfinite(high)):
        return
    for end in (low, high):
        if not rule.allows(end):
            report.problem(node.place, f"can be {end:g}; {rule.describe()}")
            return


def _distribution(node: Node, report: Report) -> Draw:
    """The draw of `DISTRIBUTION: {NAME: ..., PARAMETERS: {...}}`, or a NaN where it is wrong."""
    with Section(node, report) as outer, outer.sub("DISTRIBUTION") as section:
        name = _name(section, report)
        node_of_parameters = section.take("PARAMETERS")
        if not name:
            return Draw("delta_function", (("value", math.nan),))
        parameters = _parameters(section, name, node_of_parameters, report)
    draw = Draw(name, parameters)
    if any(math.isnan(value) for _, value in parameters):
        return Draw("delta_function", (("value", math.nan),))
    for problem in draw.build().problems():
        place = (node_of_parameters or node).place
        report.problem(place, problem)
    return draw


def _name(section: Section, report: Report) -> str:
    """The name of a known distribution, or ""."""
    node = section.take("NAME")
    if node is not None and node.text.startswith(SURVEY_PREFIXES):
        what = f"the survey distribution {node.text} is not supported yet; {one_of(DISTRIBUTIONS)}"
        report.problem(node.place, what)
        return ""
    return section.choice("NAME", DISTRIBUTIONS, noun="a distribution")


def _parameters(
    section: Section, name: str, node: Node | None, report: Report
) -> tuple[tuple[str, float], ...]:
    """The numbers of PARAMETERS, in the distribution's order; `None` stands for no parameters."""
    names = parameter_names(name)
    what = f"a parameter of {name}"
    if node is not None and (node.value is None or node.value == "None"):
        node = Node(node.place, {})
    if node is None and names:
        node = section.need("PARAMETERS", f"give {', '.join(names)}")
    with Section(node, report, what) as parameters:
        return tuple((key, _parameter(parameters, key, report)) for key in names)


def _parameter(parameters: Section, key: str, report: Report) -> float:
    node = parameters.need(key, "give a number")
    return math.nan if node is None else number(node, report, "give a number")
