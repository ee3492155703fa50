"""Reading a numeric entry: a constant, a DISTRIBUTION, a link, or one of these for each band."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass

import numpy as np

from jaxlens.config.draw_parameters import WRONG, constant_draw
from jaxlens.config.draws import read_distribution
from jaxlens.config.errors import Place, Report
from jaxlens.config.links.reading import RELATION, SAME_AS, is_link, read_link
from jaxlens.config.model import Draw, Quantity, constant
from jaxlens.config.reader import Node
from jaxlens.config.sections import INPUT, Section
from jaxlens.config.values import number
from jaxlens.distributions.host import probability, support

# The smallest probability of a tail from which values are drawn, because a draw is the quantile of a float32
# uniform in [2^-24, 1 - 2^-24].
SMALLEST_PROBABILITY = 2.0**-24
# What the word None may mean in the place of a required number, by key, and for all other keys.
_NONE = {
    "sky_brightness": ", which may mean no sky (write 99) or that it is not given",
    "magnitude": ", which may mean no light (write 99) or that it is not given",
}
# The keys of which one stands in a mapping that is no mapping by band.
_KINDS = ("DISTRIBUTION", SAME_AS, RELATION)
_ZERO_OR_NOTHING = ", which may mean 0 or that it is not given"


@dataclass(frozen=True)
class Rule:
    """The legal values of a numeric entry.

    - A constant outside the bounds is a problem.
    - A distribution that is always outside the bounds is a problem.
    - A distribution of bounded support that reaches outside is a problem too, or only gets a remark with
      `distributions_may_exceed`.
    - A distribution of unbounded support that reaches outside gets a remark.
    - With `redrawn` there is no remark, because draws outside the bounds are never used.
    - With `whole` a constant that is no whole number is a problem; draws are cut down to whole numbers.

    Attributes:
        low: the lower bound.
        high: the upper bound.
        open: whether the bounds themselves are illegal.
        high_is_legal: whether the upper bound is legal although `open` is set.
        by_band: whether the entry may differ by band.
        distributions_may_exceed: whether distributions of bounded support get a remark instead of a problem.
        redrawn: whether draws outside the bounds are repeated until they are inside.
        whole: whether the value is an index.
        advice: what is said where the entry is missing, in place of the usual words.
    """

    low: float = -math.inf
    high: float = math.inf
    open: bool = False
    high_is_legal: bool = False
    by_band: bool = False
    distributions_may_exceed: bool = False
    redrawn: bool = False
    whole: bool = False
    advice: str = ""

    def allows(self, value: float) -> bool:
        """Whether a value is inside the bounds; true for NaN, whose problem has been reported already."""
        return not bool(self.outside(np.asarray(value)))

    def outside(self, values: np.ndarray) -> np.ndarray:
        """Whether each value is outside the bounds."""
        below = values <= self.low if self.open else values < self.low
        return below | (values >= self.high if self._high_is_open else values > self.high)

    @property
    def _high_is_open(self) -> bool:
        """Whether the upper bound is illegal."""
        return self.open and not self.high_is_legal

    def bounds_advice(self) -> str:
        """The bounds as advice, for example "it must be above 0"."""
        above = "above" if self.open else "at least"
        below = "below" if self._high_is_open else "at most"
        bounds = [f"{above} {self.low:g}"] if math.isfinite(self.low) else []
        bounds += [f"{below} {self.high:g}"] if math.isfinite(self.high) else []
        return f"it must be {' and '.join(bounds)}"

    def probability_outside(self, draw: Draw) -> tuple[float, str]:
        """The probability of a draw outside the bounds, and a description of such draws such as "below 0"."""
        distribution = draw.build()
        parts = []
        if math.isfinite(self.low):
            below = probability(distribution, "<=" if self.open else "<", self.low)
            parts.append((below, f"{'at most' if self.open else 'below'} {self.low:g}"))
        if math.isfinite(self.high):
            above = probability(distribution, ">=" if self._high_is_open else ">", self.high)
            parts.append((above, f"{'at least' if self._high_is_open else 'above'} {self.high:g}"))
        words = [words for share, words in parts if share >= SMALLEST_PROBABILITY]
        return sum(share for share, _ in parts), " or ".join(words)

    def missing_advice(self) -> str:
        """Advice where the entry is missing or is not a number."""
        if self.advice:
            return self.advice
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
    """The numeric entry under a key.

    Args:
        section: the mapping that has the key.
        key: the key.
        rule: the legal values.
        default: the value where the mapping lacks the key; None where it must have it.

    Returns:
        The quantity; where the entry is missing or illegal, a constant NaN, and a problem is reported.
    """
    path = quantity_path(section, key)
    with section.report.about(path):
        if default is None:
            node = section.need(key, rule.missing_advice(), none=_NONE.get(key, _ZERO_OR_NOTHING))
        else:
            node = section.take(key)
        if node is None:
            return constant(path, math.nan if default is None else default)
        return quantity_of(node, path, rule, section.report)


def quantity_of(node: Node, path: str, rule: Rule, report: Report) -> Quantity:
    """The quantity that an entry of the file is.

    Args:
        node: a number, a DISTRIBUTION, a link, or a mapping by band.
        path: the path of the quantity.
        rule: the legal values.
        report: the problems are added to it.

    Returns:
        The quantity; where the entry is illegal, a constant NaN, and a problem is reported.
    """
    if isinstance(node.value, dict) and "DISTRIBUTION" not in node.value and not is_link(node):
        return _by_band(node, path, rule, report)
    found = _draw(node, path, rule, report, report.bands)
    if isinstance(found, Draw):
        return Quantity(path, (found,))
    # `found` is empty where BANDS is missing, which is reported elsewhere
    return Quantity(path, found, per_band=True) if found else constant(path, math.nan)


def optional_quantity(section: Section, key: str, rule: Rule) -> Quantity | None:
    """The numeric entry under a key that the mapping may lack.

    Args:
        section: the mapping.
        key: the key.
        rule: the legal values.

    Returns:
        The quantity as `quantity` reads it, or None where the mapping lacks the key.
    """
    return quantity(section, key, rule) if section.has(key) else None


def quantity_path(section: Section, key: str) -> str:
    """The path of a quantity: the path in the file of the entry `key`, without the word PARAMETERS."""
    return ".".join(word for word in f"{section.path}.{key}".split(".") if word != "PARAMETERS")


def _by_band(node: Node, path: str, rule: Rule, report: Report) -> Quantity:
    """A quantity that the file gives as a mapping from each band to a number or a DISTRIBUTION."""
    problem = _mapping_problem(node, rule, report)
    if problem:
        report.problem(node.place, problem)
    if problem or INPUT in node.entries:
        return constant(path, math.nan)
    # the keys are taken for the bands where BANDS is wrong, which is reported elsewhere
    bands = report.bands or tuple(node.entries)
    with Section(node, report, noun=f"one of BANDS{report.bands_of}") as entries:
        draws = tuple(_band_entry(entries, path, rule, band) for band in bands)
    return Quantity(path, draws, per_band=True)


def _band_entry(entries: Section, path: str, rule: Rule, band: str) -> Draw:
    """The draw of one band in a mapping by band; `WRONG`, and a problem, where it is missing or illegal."""
    report = entries.report
    with report.about(path, band=band):
        node = entries.need(band, f"give every band{report.bands_of} a value")
        return WRONG if node is None else _one_band(node, path, rule, report, band)


def _mapping_problem(node: Node, rule: Rule, report: Report) -> str:
    """The problem with a mapping without DISTRIBUTION; "" where it is a legal mapping by band."""
    keys = node.entries
    for key in keys:
        meant = difflib.get_close_matches(key.upper(), _KINDS, n=1)
        if key not in report.bands and meant:
            return f"{key} is not known here; did you mean {meant[0]}?"
    if {"NAME", "PARAMETERS"} & keys.keys():
        return "is a mapping with NAME or PARAMETERS; put these under the key DISTRIBUTION"
    if not rule.by_band and INPUT not in keys:
        return "is a mapping; give a number or a DISTRIBUTION, the same for all bands"
    return ""


def _one_band(node: Node, path: str, rule: Rule, report: Report, band: str) -> Draw:
    """The draw of one band."""
    found = _draw(node, path, rule, report, (band,))
    return found if isinstance(found, Draw) else found[0]


def _draw(
    node: Node, path: str, rule: Rule, report: Report, bands: tuple[str, ...]
) -> Draw | tuple[Draw, ...]:
    """A number, a DISTRIBUTION or a link, checked against `rule`.

    The result is one draw, or one for each of `bands` where the distribution draws a value for each band.
    """
    if not isinstance(node.value, dict):
        constant_value = constant_draw(number(node, report, rule.missing_advice()))
        check_draw(constant_value, node.place, rule, report)
        return constant_value
    if is_link(node):
        return read_link(node, path, report)
    found = read_distribution(node, report, rule.by_band, bands)
    for draw in (found,) if isinstance(found, Draw) else found:
        check_draw(draw, node.place, rule, report)
    return found


def check_draw(draw: Draw, place: Place, rule: Rule, report: Report) -> None:
    """Report a draw that is or can be outside the legal values, unless its values are not known.

    Args:
        draw: the draw.
        place: where it stands in the file.
        rule: the legal values.
        report: the problem or the remark is added to it.
    """
    if not draw.has_distribution:
        return
    low, high = support(draw.build())
    if draw.is_constant:
        if not rule.allows(low):
            report.problem(place, f"is {low:g}; {rule.bounds_advice()}")
        elif rule.whole and math.isfinite(low) and not low.is_integer():
            report.problem(place, f"is {low:g}; give a whole number")
        return
    bounded = math.isfinite(low) and math.isfinite(high)
    if (bounded or draw.truncate) and not rule.distributions_may_exceed:
        for end in (low, high):
            if math.isfinite(end) and not rule.allows(end):
                report.problem(place, f"can be {end:g}; {rule.bounds_advice()}")
                return
    _check_tails(draw, place, rule, report)


def _check_tails(draw: Draw, place: Place, rule: Rule, report: Report) -> None:
    """Report draws outside the bounds of `rule`, with their probability."""
    probability, words = rule.probability_outside(draw)
    if probability > 1.0 - SMALLEST_PROBABILITY:
        report.problem(place, f"is always {words}; {rule.bounds_advice()}")
    elif probability >= SMALLEST_PROBABILITY and not rule.redrawn:
        finding = f"{draw.distribution} draws are {words} with probability {probability:.2g}"
        advice = "so add TRUNCATE: [low, high] or choose another distribution"
        report.remark(place, f"{finding}; {rule.bounds_advice()}, {advice}")
