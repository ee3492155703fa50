"""Reading LABELS, which says which systems count as detectable."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from jaxlens.config.model import Instrument
from jaxlens.config.model.labels import KEYS, Labels
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.values import number

# What `resolved` may be beside a number, with the factor before the seeing or behind it.
_RESOLVED = re.compile(r"theta_E\s*>=?\s*(?:(\S+?)\s*\*\s*)?seeing(?:\s*\*\s*(\S+))?")
# The kinds of PSF whose width is `seeing`.
_WITH_SEEING = ("GAUSSIAN", "MOFFAT")


def read_labels(root: Section, instrument: Instrument) -> Labels | None:
    """LABELS of a file; None where it has none.

    Args:
        root: the whole file.
        instrument: IMAGE and SURVEY, whose PSF has a seeing or not.
    """
    node = root.take("LABELS")
    if node is None:
        return None
    report = root.report
    found: dict[str, float] = {}
    with Section(node, report, "a label") as section:
        for key in KEYS:
            value = section.take(key)
            if value is not None:
                found[key] = _bound(_ratio(value, section) if key == "resolved" else value, section)
        resolved = section.take("resolved")
        if resolved is not None and instrument.psf_type not in _WITH_SEEING:
            report.problem(
                resolved.place,
                f"compares with the seeing, which psf_type {instrument.psf_type} has not; give theta_E_min",
            )
    if isinstance(node.value, dict) and not node.value:
        report.problem(node.place, f"has no label; give some of {', '.join(KEYS)}")
    return Labels(**found) if found else None


def _ratio(node: Node, section: Section) -> Node:
    """The number in a comparison with the seeing, `theta_E > 1.5 * seeing`; other values as they are."""
    if not isinstance(node.value, str) or "seeing" not in node.value:
        return node
    match = _RESOLVED.fullmatch(node.value.strip())
    if match is None or (match[1] and match[2]):
        advice = "give theta_E > seeing, theta_E > 1.5 * seeing, or the number alone"
        section.report.problem(node.place, f"is {node.value!r}; {advice}")
        return replace(node, value=1.0)
    factor = match[1] or match[2] or "1.0"
    return replace(node, value=factor, text=factor)


def _bound(node: Node, section: Section) -> float:
    """A number of at least 0; NaN, and a problem, where it is none."""
    value = number(node, section.report, "give a number")
    if value < 0.0 or math.isinf(value):
        section.report.problem(node.place, f"is {value:g}; it must be a finite number of at least 0")
    return value
