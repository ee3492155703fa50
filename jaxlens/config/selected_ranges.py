"""The legal values of parameters where SELECT draws systems again that have others."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from jaxlens.config.columns import Names
from jaxlens.config.errors import Report
from jaxlens.config.model import MEASURED
from jaxlens.config.quantities import Rule
from jaxlens.config.reader import Node
from jaxlens.config.values import number

_ENDS = ("_min", "_max")


def with_selected_ranges(names: Names, tree: Node) -> Names:
    """The parameters of the configurations, whose ranges have no end where SELECT keeps only legal values.

    A normal slope of a density may be drawn above 3 where SELECT has `..._gamma_max: 2.9`: no image has it.

    Args:
        names: the parameters and their legal values.
        tree: the whole file.
    """
    geometry = tree.entries.get("GEOMETRY")
    rules = {}
    for label, own in names.rules.items():
        configuration = geometry.entries.get(label) if geometry else None
        select = configuration.entries.get("SELECT") if configuration else None
        rules[label] = dict(own)
        for parameter, end, bound in _bounds(select, names.only((label,))) if select else ():
            rules[label][parameter] = _wider(rules[label][parameter], own[parameter], end, bound)
    return replace(names, rules=rules)


def _bounds(select: Node, names: Names) -> Iterator[tuple[str, str, float]]:
    """The parameters that SELECT bounds in all bands, with the end, `_min` or `_max`, and the bound."""
    for key, node in select.entries.items():
        stem = key[:-4]
        is_bound = key.endswith(_ENDS) and stem not in MEASURED and not node.entries
        column = names.find(stem) if is_bound else None
        if column is not None and column.band is None:
            yield column.parameter, key[-4:], number(node, Report(), "")


def _wider(rule: Rule, given: Rule, end: str, bound: float) -> Rule:
    """A rule without one end if a bound of SELECT is inside the rule that the parameter was given."""
    if math.isnan(bound) or not given.allows(bound):
        return rule
    return replace(rule, low=-math.inf) if end == "_min" else replace(rule, high=math.inf)
