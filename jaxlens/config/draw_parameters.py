"""Reading the PARAMETERS of a DISTRIBUTION, and draws that are constant."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from jaxlens.config.model import Draw
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.spellings import is_nothing
from jaxlens.config.values import describe, number

# (name, value) pairs of a distribution's parameters.
Parameters = tuple[tuple[str, float | tuple[float, ...]], ...]


def constant_draw(value: float) -> Draw:
    """The draw that is always `value`.

    >>> constant_draw(2).parameters
    (('value', 2.0),)
    """
    return Draw("delta_function", (("value", float(value)),))


# The placeholder for a draw whose problem has been reported.
WRONG = constant_draw(math.nan)


def read_parameters(
    section: Section,
    name: str,
    node: Node | None,
    kinds: Mapping[str, bool | None],
    optional: Iterable[str],
) -> Parameters:
    """The PARAMETERS of a distribution.

    Args:
        section: the mapping under DISTRIBUTION.
        name: the name of the distribution.
        node: its PARAMETERS, which may be the word `None`, or None where they are missing.
        kinds: legal parameter -> whether it is a list of numbers, or None where it may be a number or a list.
        optional: the parameters that may be missing.

    Returns:
        The parameters that the file gives, and NaN for those that are required but missing or are illegal,
        which are reported as problems.
    """
    needed = [key for key in kinds if key not in optional]
    if node is not None and is_nothing(node):
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
    if not node.entries.keys().isdisjoint(("SAME_AS", "RELATION")):
        right = "give a number here, and a link with SCATTER in place of the DISTRIBUTION"
        parameters.report.problem(node.place, f"is a link in the PARAMETERS of a DISTRIBUTION; {right}")
        return math.nan
    if isinstance(node.value, tuple) and node.value and is_list is not False:
        return tuple(number(item, parameters.report, "give a number") for item in node.value)
    if is_list or node.value == ():
        finding = "an empty list" if node.value == () else describe(node)
        parameters.report.problem(node.place, f"is {finding}; {advice[is_list]}")
        return math.nan
    return number(node, parameters.report, advice[is_list])


def unknown(parameters: Parameters) -> bool:
    """Whether a parameter is NaN, which stands for one whose problem has been reported."""
    return any(np.isnan(value).any() for _, value in parameters)
