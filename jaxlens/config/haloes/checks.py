"""Numbers of haloes that do not fit together: a smallest mass above the largest, a disc that is too small."""

from __future__ import annotations

import math

from jaxlens.config.coverage import place_of
from jaxlens.config.errors import Report
from jaxlens.config.haloes.names import named_haloes
from jaxlens.config.haloes.parameters import CONCENTRATED, F_SUB_RADIUS
from jaxlens.config.haloes.supports import Supports
from jaxlens.config.model import Configuration, Haloes, Quantity
from jaxlens.config.reader import Node

# Solar masses: the lightest haloes of which concentrations are known (`kernels.halos.concentrations`).
LIGHTEST = 1e4
# The smaller number, the larger one, and why.
_ORDERED = (
    ("M_min", "M_max", "haloes have masses between them"),
    (F_SUB_RADIUS, "radius", "subhaloes are drawn within radius, and f_sub is to hold within f_sub_radius"),
)


def check_haloes(configuration: Configuration, supports: Supports, tree: Node, report: Report) -> None:
    """Report haloes whose numbers contradict each other.

    Args:
        configuration: a configuration; it may have placeholders, which are NaN.
        supports: the values that its numbers can have.
        tree: the whole file.
        report: the problems are added to it.
    """
    with report.only([configuration.label]):
        for prefix, haloes in named_haloes(configuration):
            _remark_light(prefix, haloes, supports, tree, report)
            for small, large, why in _ORDERED:
                _check_order(prefix, haloes, (small, large, why), supports, tree, report)


def _remark_light(prefix: str, haloes: Haloes, supports: Supports, tree: Node, report: Report) -> None:
    """Remark haloes with a concentration that are lighter than any of which a concentration is known."""
    lightest = dict(haloes.parameters).get("M_min")
    if lightest is None or haloes.profile not in CONCENTRATED:
        return
    least = supports.of(f"{prefix}-M_min")[0]
    if 0.0 < least < LIGHTEST:
        finding = f"is {least:g} solar masses" if lightest.is_constant else f"can be {least:g} solar masses"
        advice = f"concentrations are known from {LIGHTEST:g} on; is this a decimal logarithm?"
        with report.about(lightest.path):
            report.remark(place_of(tree, lightest.path), f"{finding}; {advice}")


def _check_order(
    prefix: str,
    haloes: Haloes,
    ordered: tuple[str, str, str],
    supports: Supports,
    tree: Node,
    report: Report,
) -> None:
    """Report a number that is or can be above another one, which must be larger; equal masses too."""
    small, large, why = ordered
    numbers = dict(haloes.parameters)
    if small not in numbers or large not in numbers:
        return
    (least, most), (low, high) = (supports.of(f"{prefix}-{name}") for name in (small, large))
    if not all(map(math.isfinite, (least, most, low, high))) or high <= 0.0:
        # not known, or illegal by itself
        return
    strict = small != F_SUB_RADIUS
    never = least >= high if strict else least > high
    sometimes = most >= low if strict else most > low
    # numbers that follow each other are never drawn apart
    linked = numbers[small].is_linked or numbers[large].is_linked
    if not never and (linked or not sometimes):
        return
    first, second = (least, high) if never else (most, low)
    finding = (
        f"{_verb(numbers[small], never)} {first:g}, and {large} {_verb(numbers[large], never)} {second:g}"
    )
    advice = f"{large} must be {'above' if strict else 'at least'} {small}, as {why}"
    with report.about(numbers[small].path, numbers[large].path):
        report.problem(place_of(tree, numbers[small].path), f"{finding}; {advice}")


def _verb(quantity: Quantity, never: bool) -> str:
    return "is" if quantity.is_constant else ("is from" if never else "can be")
