"""Numbers of the file: a constant, a DISTRIBUTION, or one of these for each band."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from functools import partial

import jax

from jaxlens.config.draws import constant_draw, read_distribution
from jaxlens.config.errors import Report
from jaxlens.config.model import Draw, Quantity, constant
from jaxlens.config.reader import Node
from jaxlens.config.sections import INPUT, Section, number
from jaxlens.distributions import Distribution

# The uniform number behind a draw is never nearer to 0 or 1, so what is less probable is never drawn.
RAREST = 2.0**-24


@dataclass(frozen=True)
class Rule:
    """What a number may be: between `low` and `high`, which `open` excludes, and a mapping by band or not.

    Constants must be inside; so must distributions of bounded support, unless `constants_only`.  Other
    distributions that can be outside are remarked, unless their draws are `redrawn` until they are inside;
    those that are never inside are problems.
    """

    low: float = -math.inf
    high: float = math.inf
    open: bool = False
    by_band: bool = False
    constants_only: bool = False
    redrawn: bool = False

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

    def outside(self, draw: Draw) -> tuple[float, str]:
        """The probability of a draw outside the bounds, and what it is then, in words."""
        # in place of a bound that is not there any number does
        ends = (end if math.isfinite(end) else 0.0 for end in (self.low, self.high))
        below, above = (float(tail) for tail in _tails(draw.build(), *ends, open_ends=self.open))
        parts = []
        if math.isfinite(self.low):
            parts.append((below, f"{'at most' if self.open else 'below'} {self.low:g}"))
        if math.isfinite(self.high):
            parts.append((above, f"{'at least' if self.open else 'above'} {self.high:g}"))
        words = [words for probability, words in parts if probability >= RAREST]
        return sum(probability for probability, _ in parts), " or ".join(words)

    def right(self) -> str:
        """What to give where there is no such number."""
        if self.by_band:
            return "give a number, a DISTRIBUTION or a mapping by band"
        return "give a number or a DISTRIBUTION"


@partial(jax.jit, static_argnames="open_ends")
def _tails(
    distribution: Distribution, low: float, high: float, *, open_ends: bool
) -> tuple[jax.Array, jax.Array]:
    """The probabilities of a draw below `low` and above `high`, with that of the ends where `open_ends`.

    One program for a kind of distribution, where each operation by itself would be compiled.
    """
    if open_ends:
        return distribution.cdf(low), distribution.above(high) + (
            distribution.cdf(high) - distribution.below(high)
        )
    return distribution.below(low), distribution.above(high)


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
    found = _draw(node, rule, section.report, section.report.bands)
    if isinstance(found, Draw):
        return Quantity(path, (found,))
    # Without BANDS there is nothing to draw for, and that was said.
    return Quantity(path, found, per_band=True) if found else constant(path, math.nan)


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
    if wrong or INPUT in node.entries:
        return constant(path, math.nan)
    # Where BANDS is wrong the keys are taken as they stand.
    bands = report.bands or tuple(node.entries)
    with Section(node, report, what=f"one of BANDS{report.bands_of}") as entries:
        values = [(band, entries.need(band, f"give every band{report.bands_of} a value")) for band in bands]
    draws = tuple(_one_band(value, rule, report, band) for band, value in values if value is not None)
    return Quantity(path, draws, per_band=True)


def _why_not_by_band(node: Node, rule: Rule, report: Report) -> str:
    """The message for a mapping that is neither a DISTRIBUTION nor a legal mapping by band."""
    keys = node.entries
    for key in keys:
        if key not in report.bands and difflib.get_close_matches(key.upper(), ["DISTRIBUTION"]):
            return f"{key} is not known here; did you mean DISTRIBUTION?"
    if {"NAME", "PARAMETERS"} & keys.keys():
        return "is a mapping with NAME or PARAMETERS; put these under the key DISTRIBUTION"
    if not rule.by_band and INPUT not in keys:
        return "is a mapping; give a number or a DISTRIBUTION, the same for all bands"
    return ""


def _one_band(node: Node, rule: Rule, report: Report, band: str) -> Draw:
    """What is drawn in one band."""
    found = _draw(node, rule, report, (band,))
    return found if isinstance(found, Draw) else found[0]


def _draw(node: Node, rule: Rule, report: Report, bands: tuple[str, ...]) -> Draw | tuple[Draw, ...]:
    """A constant, a DISTRIBUTION, or one draw for each of `bands` (a survey's), checked against `rule`."""
    if not isinstance(node.value, dict):
        constant_value = constant_draw(number(node, report, rule.right()))
        _check(constant_value, node, rule, report)
        return constant_value
    found = read_distribution(node, report, rule.by_band, bands)
    for draw in (found,) if isinstance(found, Draw) else found:
        _check(draw, node, rule, report)
    return found


def _check(draw: Draw, node: Node, rule: Rule, report: Report) -> None:
    """Say where a draw is, or can be, what it must not be; a user's function is the user's business."""
    if draw.function is not None:
        return
    low, high = (float(end) for end in draw.build().support())
    if draw.is_constant:
        if not rule.allows(low):
            report.problem(node.place, f"is {low:g}; {rule.describe()}")
        return
    bounded = math.isfinite(low) and math.isfinite(high)
    if (bounded or draw.truncate) and not rule.constants_only:
        for end in (low, high):
            if math.isfinite(end) and not rule.allows(end):
                report.problem(node.place, f"can be {end:g}; {rule.describe()}")
                return
    _check_tails(draw, node, rule, report)


def _check_tails(draw: Draw, node: Node, rule: Rule, report: Report) -> None:
    """Say how probable the draws are that must not be."""
    probability, words = rule.outside(draw)
    if probability > 1.0 - RAREST:
        report.problem(node.place, f"is always {words}; {rule.describe()}")
    elif probability >= RAREST and not rule.redrawn:
        what = f"{draw.distribution} draws are {words} with probability {probability:.2g}"
        advice = "so add TRUNCATE: [low, high] or choose another distribution"
        report.remark(node.place, f"{what}; {rule.describe()}, {advice}")
