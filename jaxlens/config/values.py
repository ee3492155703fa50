"""Reading one value of the file: a word or a number, and its description for messages."""

from __future__ import annotations

import math

from jaxlens.config.errors import Report, shown
from jaxlens.config.reader import Node
from jaxlens.config.scalars import LARGEST, SMALLEST
from jaxlens.config.spellings import ambiguous_number, as_number, is_none_word, unusual_number


def kind_of(node: Node) -> str:
    """The kind of a node as `describe` has it, without the text of a word, which may be of any file."""
    return "a text" if isinstance(node.value, str) and not is_none_word(node) else describe(node)


def describe(node: Node) -> str:
    """The kind of a node, for messages that start with `is`, such as "a list" or "the text 'x'"."""
    if isinstance(node.value, dict):
        return "a DISTRIBUTION" if "DISTRIBUTION" in node.value else "a mapping"
    if isinstance(node.value, tuple):
        return "a list"
    if node.value is None or is_none_word(node):
        return "empty" if node.value is None else "the word None"
    if isinstance(node.value, str):
        return f"the text {shown(node.value)}"
    return shown(node.text).strip("'")


def word(node: Node | None, report: Report, advice: str) -> str:
    """The text of a scalar as it is written, also where YAML reads it as a number.

    Args:
        node: the scalar, or None where it is missing.
        report: the problem is added to it.
        advice: how to correct the file, for the problem.

    Returns:
        The text; "" where `node` is None, and "" with a problem where it is empty or not a scalar.
    """
    if node is None:
        return ""
    if node.value is None or isinstance(node.value, (dict, tuple)) or not node.text.strip():
        report.problem(node.place, f"is {describe(node)}; {advice}")
        return ""
    return node.text.strip()


def number(node: Node, report: Report, advice: str) -> float:
    """A finite number that single precision can hold, with or without quotes.

    A number that YAML reads in an unexpected way gets a remark, or is a problem where it may mean two.

    Args:
        node: the scalar.
        report: the problem or remark is added to it.
        advice: how to correct the file, for the problem.

    Returns:
        The number; NaN, and a problem, where the node is not such a number.
    """
    value = finite(node, report, advice)
    if value is None:
        return math.nan
    if abs(value) > LARGEST:
        report.problem(node.place, f"is {describe(node)}; the largest number is {LARGEST:.2g}")
        return math.nan
    if 0.0 < abs(value) < SMALLEST:
        finding = f"is {describe(node)}, which is 0 in single precision"
        report.problem(node.place, f"{finding}; write 0, or a number of at least {SMALLEST:.2g}")
        return math.nan
    return float(value)


def finite(node: Node, report: Report, advice: str) -> int | float | None:
    """A finite number of any size, a whole one exactly; otherwise as `number`.

    Args:
        node: the scalar.
        report: the problem or remark is added to it.
        advice: how to correct the file, for the problem.

    Returns:
        The number; None, and a problem, where the node is no finite number.
    """
    given, ambiguous = as_number(node), ambiguous_number(node)
    if ambiguous or isinstance(given, bool) or not isinstance(given, (int, float)):
        report.problem(node.place, ambiguous or f"is {describe(node)}{_reading(node)}; {advice}")
        return None
    if not math.isfinite(given):
        report.problem(node.place, f"is {describe(node)}; it must be finite")
        return None
    unusual = unusual_number(node)
    if unusual:
        report.remark(node.place, unusual)
    return given


def _reading(node: Node) -> str:
    """What YAML reads where `yes`, `no`, `on` or `off` stands without quotes; "" for any other value."""
    read = str(node.value).lower()
    is_other = isinstance(node.value, bool) and node.text.lower() != read
    return f", which YAML reads as {read}" if is_other else ""
