"""Reading MULTIVARIATE_NORMAL_n: correlated normal or lognormal parameters."""

from __future__ import annotations

import math

import numpy as np

from jaxlens.config.columns import Names
from jaxlens.config.errors import Place, Report
from jaxlens.config.model import Column, Draw, Joint
from jaxlens.config.plausibility import implausible_draw
from jaxlens.config.quantities import SMALLEST_PROBABILITY
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.spellings import switch
from jaxlens.config.used_bands import of_other_band
from jaxlens.config.values import describe, number, word

# The largest relative difference at which the covariances (i, j) and (j, i) count as equal.
_MAX_ASYMMETRY = 1e-6
# The smallest eigenvalue of the correlation matrix; with a smaller one its Cholesky factorisation in float32
# may fail.
_MIN_EIGENVALUE = 1e-6
# What LOG: true and LOG: false mean.
_LOG = ("the logarithm is normal", "the number itself is normal")


def read_normal(label: str, node: Node, names: Names, report: Report) -> Joint | None:
    """The multivariate normal distribution of PARAMS with MEAN and COVARIANCE.

    Where LOG is true the logarithm of the parameter has this distribution.

    Args:
        label: the key of the distribution.
        node: its mapping.
        names: the parameters that it may set.
        report: the problems and remarks are added to it.

    Returns:
        The distribution, or None where it is illegal (the problems are reported).
    """
    with Section(node, report, "a key of a MULTIVARIATE_NORMAL") as section:
        written = _names(section)
        mean = _vector(section, "MEAN", len(written))
        covariance = _matrix(section, len(written))
        log = _log(section, len(written))
    if not written or mean is None or covariance is None or log is None:
        return None
    matched = _match(written, names, report)
    places = {column: place for (_, place), column in zip(written, matched, strict=True) if column}
    keep = [i for i, column in enumerate(matched) if column]
    columns = tuple(places)
    if len(columns) != len(keep):
        report.problem(node.place.at("PARAMS"), "names one number twice; name each parameter once")
        return None
    joint = Joint(
        label,
        "normal",
        columns,
        tuple(log[i] for i in keep),
        {"mean": mean[keep], "covariance": covariance[np.ix_(keep, keep)]},
    )
    for i, column in enumerate(columns):
        _remark_impossible(joint, i, places[column], names, report)
    return joint


def _names(section: Section) -> list[tuple[str, Place]]:
    """The parameters in PARAMS, each with its place; empty, and a problem, where there are none."""
    node = section.need("PARAMS", "give a list of parameters")
    if node is None:
        return []
    if not isinstance(node.value, tuple) or not node.value:
        section.report.problem(node.place, f"is {_described(node)}; give a list of parameters")
        return []
    return [(word(item, section.report, "give the name of a parameter"), item.place) for item in node.value]


def _described(node: Node) -> str:
    """The kind of a node, with the length of a list, for messages that start with `is`."""
    return f"a list of {len(node.value)}" if isinstance(node.value, tuple) else describe(node)


def _numbers(node: Node, count: int, advice: str, report: Report) -> np.ndarray | None:
    """The values of a list of `count` numbers; None, and a problem, where the node is not such a list."""
    if not isinstance(node.value, tuple) or len(node.value) != count:
        report.problem(node.place, f"is {_described(node)}; {advice}")
        return None
    values = np.array([number(item, report, "give a number") for item in node.value])
    return None if np.isnan(values).any() else values


def _vector(section: Section, key: str, count: int) -> np.ndarray | None:
    """The `count` numbers under `key`; None, and a problem, where there are no such numbers."""
    advice = "give a list of numbers, one for each of PARAMS"
    node = section.need(key, advice)
    return None if node is None or not count else _numbers(node, count, advice, section.report)


def _matrix(section: Section, count: int) -> np.ndarray | None:
    """COVARIANCE (count, count); None, and a problem, where it is not symmetric and positive definite."""
    advice = "give a list of as many lists of numbers as PARAMS has entries"
    node = section.need("COVARIANCE", advice)
    if node is None or not count:
        return None
    if not isinstance(node.value, tuple) or len(node.value) != count:
        section.report.problem(node.place, f"is {_described(node)}; {advice}")
        return None
    row_advice = f"give {count} numbers, one for each of PARAMS"
    rows = [_numbers(item, count, row_advice, section.report) for item in node.value]
    if any(row is None for row in rows):
        return None
    matrix = np.array(rows)
    wrong = _covariance_problem(matrix)
    if wrong:
        section.report.problem(node.place, wrong)
        return None
    return (matrix + matrix.T) / 2


def _covariance_problem(matrix: np.ndarray) -> str:
    """The problem with a square matrix as a covariance matrix; "" where there is none."""
    larger = np.maximum(np.abs(matrix), np.abs(matrix.T))
    different = np.argwhere(np.abs(matrix - matrix.T) > _MAX_ASYMMETRY * larger)
    if different.size:
        i, j = different[0]
        finding = (
            f"has {matrix[i, j]:g} in row {i + 1}, column {j + 1}, but {matrix[j, i]:g} across the diagonal"
        )
        return f"{finding}; it must be symmetric"
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        smallest = np.linalg.eigvalsh(matrix)[0]
        return (
            f"has an eigenvalue of {smallest:.3g}; all must be above 0 (it holds variances, not deviations)"
        )
    deviations = np.sqrt(np.diag(matrix))
    smallest = np.linalg.eigvalsh(matrix / np.outer(deviations, deviations))[0]
    if smallest < _MIN_EIGENVALUE:
        finding = f"is nearly singular: its correlations have an eigenvalue of {smallest:.2g}"
        return f"{finding}; leave out what follows from the others"
    return ""


def _log(section: Section, count: int) -> tuple[bool, ...] | None:
    """LOG for each of the `count` parameters, from one boolean for all or from a list."""
    advice = "give true, false, or a list of these, one for each of PARAMS"
    node = section.take("LOG")
    if node is None:
        return (False,) * count
    if isinstance(node.value, dict) or (isinstance(node.value, tuple) and len(node.value) != count):
        section.report.problem(node.place, f"is {_described(node)}; {advice}")
        return None
    items = node.value if isinstance(node.value, tuple) else (node,)
    read = [switch(item, section.report, *_LOG) for item in items]
    values = tuple(value for value in read if value is not None)
    if len(values) != len(items):
        return None
    return values if isinstance(node.value, tuple) else values * count


def _match(written: list[tuple[str, Place]], names: Names, report: Report) -> list[Column | None]:
    """The parameter that has each name; None, and a remark, where no parameter has it."""
    matched = [names.find(name) for name, _ in written]
    for (name, place), column in zip(written, matched, strict=True):
        if column is None and name and not of_other_band(name, report):
            report.remark(place, f"matches no parameter; {names.advice(name)}")
    return matched


def _remark_impossible(joint: Joint, i: int, place: Place, names: Names, report: Report) -> None:
    """Report draws that are illegal for parameter number `i` of the distribution, with their probability."""
    mean, std = float(joint.arrays["mean"][i]), math.sqrt(joint.arrays["covariance"][i, i])
    spread = "sigma" if joint.log[i] else "std"
    draw = Draw("lognormal" if joint.log[i] else "normal", (("mean", mean), (spread, std)))
    bright = implausible_draw(joint.columns[i].parameter, draw)
    if bright:
        report.remark(place, bright)
    for rule in dict.fromkeys(names.targets(joint.columns[i]).values()):
        probability, words = rule.probability_outside(draw)
        if probability > 1.0 - SMALLEST_PROBABILITY:
            report.problem(place, f"is always {words}; {rule.bounds_advice()}")
        elif probability >= SMALLEST_PROBABILITY and not rule.redrawn:
            finding = f"draws are {words} with probability {probability:.2g}"
            report.remark(place, f"{finding}; {rule.bounds_advice()}, so change MEAN, COVARIANCE or LOG")
