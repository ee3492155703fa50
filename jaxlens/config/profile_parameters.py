"""Reading the parameters of a profile by their kind: numbers, lists of numbers, and whole numbers.

The entries of a list are parameters of their own, with an index: `sigma: [0.2, 0.5]` is `sigma_0` and
`sigma_1`, in the metadata, tables, gradients and fits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, cast

from jaxlens.config.errors import Place, Report
from jaxlens.config.model import Quantity, constant
from jaxlens.config.quantities import Rule, quantity, quantity_of, quantity_path
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.values import describe, finite
from jaxlens.kernels.registry import Profile

# The smallest legal value of parameters that are whole numbers; 1 of those that are not listed.
_SMALLEST: Mapping[str, int] = {"n_max": 0}
# Above this no formula is accurate, and compiling takes minutes.
_LARGEST = 500
# The largest number of pixels.
_LARGEST_COUNT: Mapping[str, int] = {"n_pixels": 10**8}
# An entry of a list: the name of the list, and the index.
_ENTRY = re.compile(r"(.+)_(0|[1-9][0-9]*)")
# Shapelets whose terms are all pairs of orders up to n_max, not only those with a sum up to n_max.
_SQUARE = "SHAPELETS_POLAR_EXP"


class Values(NamedTuple):
    """What a file gives for the parameters of a profile.

    Attributes:
        quantities: numbers and entries of lists by name, in order.
        integers: whole numbers by name.
    """

    quantities: tuple[tuple[str, Quantity], ...]
    integers: tuple[tuple[str, int], ...]


def read_parameters(
    section: Section,
    profile: Profile,
    wanted: Mapping[str, float | None],
    rule_of: Callable[[str], Rule],
) -> Values:
    """Every parameter of a profile in order, with the defaults filled in.

    Args:
        section: the mapping PARAMETERS.
        profile: the profile.
        wanted: the names of the parameters with their defaults, None where a value is required.
        rule_of: the legal values of a parameter, or of each entry of a list.

    Returns:
        The values; where one is missing or illegal a placeholder, and a problem is reported.
    """
    quantities: list[tuple[str, Quantity]] = []
    integers: dict[str, int] = {}
    lists: dict[str, int] = {}
    for key in profile.of_kind("integer"):
        integers[key] = _integer(section, key, cast("int | None", wanted[key]))
    for key, default in wanted.items():
        kind = profile.kinds.get(key, "number")
        if kind == "number":
            quantities.append((key, quantity(section, key, rule_of(key), default)))
        elif kind == "list":
            length = _length(profile.name, key, lists, integers)
            found = _list(section, key, rule_of(key), default, length)
            lists[key] = len(found)
            quantities += found
    return Values(tuple(quantities), tuple(integers.items()))


def list_of(parameter: str, profile: Profile) -> str | None:
    """The list of which a parameter is an entry; None where it is not.

    >>> from jaxlens.kernels import LIGHT_PROFILES
    >>> print(list_of("R_sersic", LIGHT_PROFILES["SERSIC"]))
    None
    """
    entry = list_entry(parameter)
    return entry[0] if entry and profile.kinds.get(entry[0]) == "list" else None


def list_entry(word: str) -> tuple[str, int] | None:
    """The list and the index that a name means, if it is an entry of a list.

    >>> list_entry("sigma_1"), list_entry("sigma")
    (('sigma', 1), None)
    """
    found = _ENTRY.fullmatch(word)
    return (found[1], int(found[2])) if found else None


def entry_of(node: Node, word: str) -> Node | None:
    """What stands under a key of a mapping; under `sigma_1` also the second item of the list `sigma`."""
    if word in node.entries:
        return node.entries[word]
    whole, i = list_entry(word) or ("", 0)
    if whole not in node.entries:
        return None
    items, place = node.entries[whole].value, node.entries[whole].place
    if not isinstance(items, tuple) or i >= len(items):
        return None
    return _moved(items[i], items[i].place.path, f"{place.path}_{i}")


def _integer(section: Section, key: str, default: int | None) -> int:
    """A whole number, the same for all systems; a placeholder, and a problem, where it is not legal."""
    least = _SMALLEST.get(key, 1)
    advice = f"give one whole number of at least {least}, the same for all systems and bands"
    node = section.take(key) if default is not None else section.need(key, advice)
    if node is None:
        return least if default is None else default
    if node.entries:
        found = "differs between systems" if "DISTRIBUTION" in node.entries else "is a mapping"
        why = "the program that makes the images is compiled for one"
        section.report.problem(node.place, f"{found}, and {why}; {advice}")
        return least
    value, most = finite(node, section.report, advice), _LARGEST_COUNT.get(key, _LARGEST)
    if value is not None and (value != int(value) or not least <= value <= most):
        section.report.problem(node.place, f"is {node.text}; {advice}, and at most {most}")
        return least
    return least if value is None else int(value)


class _Length(NamedTuple):
    """How many entries a list must have, and why; any number where `needed` is None."""

    needed: int | None = None
    why: str = ""


def _length(profile: str, key: str, lists: Mapping[str, int], integers: Mapping[str, int]) -> _Length:
    """The length of a list: that of the terms up to `n_max`, or that of the profile's lists before it."""
    if "n_max" in integers:
        n = integers["n_max"]
        if profile == _SQUARE:
            return _Length((n + 1) ** 2, f"n_max: {n} has (n_max + 1)^2 = {(n + 1) ** 2} terms")
        count = (n + 1) * (n + 2) // 2
        return _Length(count, f"n_max: {n} has (n_max + 1)(n_max + 2)/2 = {count} terms")
    for other, length in lists.items():
        if length:
            return _Length(length, f"{other} has {length}")
    return _Length()


def _list(
    section: Section, key: str, rule: Rule, default: object, length: _Length
) -> list[tuple[str, Quantity]]:
    """The entries of a list by their names; none, and a problem, where there is no list."""
    advice = "give a list, of which each entry is a number or a DISTRIBUTION"
    advice += ", or a mapping by band" if rule.by_band else ""
    path = quantity_path(section, key)
    node = section.take(key) if default is not None else section.need(key, advice)
    if node is None:
        values = default if isinstance(default, tuple) else ()
        return [(f"{key}_{i}", constant(f"{path}_{i}", value)) for i, value in enumerate(values)]
    if not isinstance(node.value, tuple) or not node.value:
        found = "is an empty list" if isinstance(node.value, tuple) else f"is {describe(node)}"
        section.report.problem(node.place, f"{found}; {advice}")
        return []
    found_count = len(node.value)
    if length.needed not in (None, found_count):
        entries = "1 entry" if found_count == 1 else f"{found_count} entries"
        text = f"has {entries}, and {length.why}; give {length.needed} entries"
        section.report.problem(node.place, text)
    return [
        (f"{key}_{i}", _entry(item, node.place, f"{path}_{i}", i, rule, section.report))
        for i, item in enumerate(node.value)
    ]


def _entry(node: Node, place: Place, path: str, i: int, rule: Rule, report: Report) -> Quantity:
    """One entry of the list at `place`, with problems at the path of its name."""
    with report.about(path):
        moved = _moved(node, node.place.path, f"{place.path}_{i}")
        if moved.value is None:
            report.problem(moved.place, f"is empty; {rule.missing_advice()}")
            return constant(path, math.nan)
        return quantity_of(moved, path, rule, report)


def _moved(node: Node, old: str, new: str) -> Node:
    """A node, and all in it, whose paths begin with `new` in place of `old`."""
    place = Place(node.place.source, node.place.line, new + node.place.path.removeprefix(old))
    if isinstance(node.value, dict):
        return Node(place, {key: _moved(one, old, new) for key, one in node.value.items()}, node.text)
    if isinstance(node.value, tuple):
        return Node(place, tuple(_moved(one, old, new) for one in node.value), node.text)
    return Node(place, node.value, node.text)
