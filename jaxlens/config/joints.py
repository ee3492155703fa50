"""The section DISTRIBUTIONS: parameters that are drawn together, from tables and multivariate normals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

import numpy as np

from jaxlens.config.columns import Names
from jaxlens.config.errors import Place, Report
from jaxlens.config.files import locate, resolve
from jaxlens.config.model import Joint
from jaxlens.config.normals import read_normal
from jaxlens.config.plausibility import remark_bright_rows
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.simplices import NoInterpolation, interpolate
from jaxlens.config.spellings import is_nothing
from jaxlens.config.table_checks import Matched, Written, check_ranges, match_columns
from jaxlens.config.table_redshifts import check_every_row, rows_in_order
from jaxlens.config.tables import WEIGHT, Table, read_header, read_table, read_weights
from jaxlens.config.values import describe, word

_CONFIGURATION = re.compile(r"(CONFIGURATION_\w+)-")
_USERDIST = re.compile(r"USERDIST_[1-9][0-9]{0,8}")
MODES = ("sample", "interpolate", "iterate")
# deeplenstronomy's default for the key STEP, the size of its interpolation grid.  Here there is no grid, so
# the key has no effect.
DEFAULT_STEP = 10


@dataclass(frozen=True)
class Userdist:
    """One USERDIST_n before its columns are matched to parameters.

    Attributes:
        label: its key in the file.
        mode: its MODE.
        table: its table, without the column WEIGHT.
        written: the name and the place of each column.
        weights: the weights of the rows, (rows,).
    """

    label: str
    mode: str
    table: Table
    written: list[Written]
    weights: np.ndarray


def read_userdists(root: Section) -> dict[str, Userdist | None]:
    """Every USERDIST_n by its label; None, and problems, for one that is illegal."""
    section = root.node and root.node.entries.get("DISTRIBUTIONS")
    entries = section.entries if section else {}
    return {
        key: _userdist(key, node, root.report)
        for key, node in entries.items()
        if _USERDIST.fullmatch(key) and not is_nothing(node)
    }


def column_names(root: Section, userdists: Mapping[str, Userdist | None]) -> set[str]:
    """The names of all numbers that DISTRIBUTIONS sets, as they are written."""
    section = root.node and root.node.entries.get("DISTRIBUTIONS")
    entries = section.entries if section else {}
    found = {name for one in userdists.values() if one for name, _ in one.written}
    return found.union(*(_params(node) for key, node in entries.items() if key not in userdists))


def _params(node: Node) -> list[str]:
    """The words in the list PARAMS of a distribution."""
    params = node.entries.get("PARAMS")
    return [item.text.strip() for item in params.value] if params and isinstance(params.value, tuple) else []


def read_joints(
    root: Section, userdists: Mapping[str, Userdist | None], names: Names, before: Sequence[Joint] = ()
) -> tuple[Joint, ...]:
    """Every USERDIST_n and MULTIVARIATE_NORMAL_n, in the file's order.

    Args:
        root: the whole file.
        userdists: what `read_userdists` gives.
        names: the legal parameters.
        before: what sets parameters before them, such as a CATALOG.

    Returns:
        The distributions; one whose rows cannot be interpolated, which is reported, has no arrays.
    """
    if not root.has("DISTRIBUTIONS"):
        return ()
    report = root.report
    with root.sub("DISTRIBUTIONS") as section:
        entries = section.node.entries if section.node else {}
        if section.node and not entries:
            section.missing("USERDIST_1", "give a table")
        section.numbered("USERDIST", gaps=True)
        normals = [key for key, _ in section.numbered("MULTIVARIATE_NORMAL", gaps=True)]
    matched = {key: _matched(one, names, report) for key, one in userdists.items() if one}
    found = {key: joint for key, (_, joint) in matched.items()}
    for key in normals:
        with report.only(_only_configurations(_params(entries[key]))):
            joint = read_normal(key, entries[key], names, report)
        if joint:
            found[key] = joint
    joints = [found[key] for key in entries if key in found and found[key].columns]
    every = [*before, *joints]
    joints = [_in_order(joint, every, userdists, matched, names, report) for joint in joints]
    nodes = {**(root.node.entries if root.node else {}), **entries}
    _remark_repeated((*before, *joints), nodes, names, report)
    return tuple(joints)


def _matched(one: Userdist, names: Names, report: Report) -> tuple[Matched, Joint]:
    """The columns of a USERDIST that set a parameter, and the joint distribution of these parameters."""
    labels: list[str] = []
    with report.only(labels):
        matched = match_columns(one.written, one.table, names, report)
        if all(column.configuration for column in matched):
            labels += [column.configuration for column in matched if column.configuration]
        check_ranges(one.table, matched, one.weights, names, report)
        used = np.ones_like(one.weights, bool) if one.mode == "interpolate" else one.weights > 0
        remark_bright_rows(one.table, matched, used, report)
        arrays = _arrays(one.mode, one.table, list(matched.values()), one.weights, report)
    kind = cast(Literal["sample", "iterate", "interpolate"], one.mode)
    return matched, Joint(one.label, kind, tuple(matched), arrays=arrays)


def _in_order(
    joint: Joint,
    joints: Sequence[Joint],
    userdists: Mapping[str, Userdist | None],
    matched: Mapping[str, tuple[Matched, Joint]],
    names: Names,
    report: Report,
) -> Joint:
    """A joint distribution in which rows with redshifts out of order have no weight.

    Args:
        joint: the distribution; only that of a table is changed.
        joints: all distributions, of which others may set redshifts too.
        userdists: the tables by label.
        matched: the columns of the tables that set a parameter, by label.
        names: the parameters, with the redshifts of each configuration's planes.
        report: the problems and remarks are added to it.
    """
    one = userdists.get(joint.label)
    if one is None or not joint.arrays:
        return joint
    columns, _ = matched[joint.label]
    others = [other for other in joints if other.label != joint.label and other.arrays]
    if one.mode == "iterate":
        check_every_row(one.table, columns, others, names, report)
        return joint
    good = rows_in_order(one.table, columns, one.weights, others, names, report)
    chosen = list(columns.values())
    own = {
        label: _arrays(one.mode, one.table, chosen, np.where(rows, one.weights, 0.0), report)
        for label, rows in good.items()
    }
    return replace(joint, own_arrays=own)


def _remark_repeated(
    joints: tuple[Joint, ...], nodes: Mapping[str, Node], names: Names, report: Report
) -> None:
    """Remark parameters that are set by several columns or distributions, of which the last one counts."""
    first: dict[tuple[str, str, str | None], str] = {}
    for joint, column in ((one, column) for one in joints for column in one.columns):
        for label in names.targets(column):
            target = label, column.parameter, column.band
            name = "-".join(filter(None, target[1:]))
            if first.get(target) == joint.label:
                finding = f"sets {name} twice in {label}; the last column counts"
                report.remark(nodes[joint.label].place, finding)
            elif target in first:
                finding = f"sets {name} as {first[target]} does; the last one counts"
                report.remark(nodes[joint.label].place, finding)
            first[target] = joint.label


def _userdist(label: str, node: Node, report: Report) -> Userdist | None:
    """Read one USERDIST_n; None, and problems, where it is illegal."""
    labels: list[str] = []
    with report.only(labels):
        with Section(node, report, "a key of a USERDIST") as section:
            path = _path(section)
            table = None if path is None else read_table(path, report)
            mode = section.choice("MODE", MODES, noun="a mode")
            section.integer("STEP", 1, default=DEFAULT_STEP)
            written = _written(section, table)
        weights = _weights(table, mode, report)
        names = [name for name, _ in written] if written else read_header(path) if path else []
        labels += _only_configurations(names)
    if table is None or written is None or weights is None:
        return None
    parameters = table.without(WEIGHT)
    if not parameters.names:
        report.problem(Place(table.source), f"has no column beside {WEIGHT}; give it columns of parameters")
        return None
    return Userdist(label, mode, parameters, written, weights)


def _path(section: Section) -> Path | None:
    """The path of the file FILENAME; None, and a problem, where there is none."""
    node = section.need("FILENAME", "give a file")
    name = word(node, section.report, "give a file")
    if node is None or not name or resolve(node.place, name, section.report) is None:
        return None
    return locate(node.place, name, section.report)


def _only_configurations(names: Iterable[str]) -> list[str]:
    """The labels of the configurations with which the names of columns begin; empty if one has none."""
    found = [_CONFIGURATION.match(name) for name in names if name != WEIGHT]
    return [one[1] for one in found if one] if all(found) else []


def _weights(table: Table | None, mode: str, report: Report) -> np.ndarray | None:
    """The weights of the rows, all 1 with MODE: iterate; None where the table or the mode is missing."""
    if table is None or not mode:
        return None
    return np.ones(len(table.lines)) if mode == "iterate" else read_weights(table, report)


def _written(section: Section, table: Table | None) -> list[Written] | None:
    """The names of all columns except WEIGHT, from PARAMS or the table's header, and their places."""
    node = section.take("PARAMS")
    columns = [name for name in table.names if name != WEIGHT] if table else []
    if node is None:
        return [(name, table.place(name)) for name in columns] if table else None
    if not isinstance(node.value, tuple):
        section.report.problem(node.place, f"is {describe(node)}; give a list of parameters, one a column")
        return None
    items = [(word(item, section.report, "give the name of a parameter"), item.place) for item in node.value]
    written = [(name, place) for name, place in items if name != WEIGHT]
    if table and len(written) != len(columns):
        finding = (
            f"is a list of {len(written)}, but {table.source} has {len(columns)} columns beside {WEIGHT}"
        )
        section.report.problem(node.place, f"{finding}; give each a name")
        return None
    return _distinct(written, node.place, section.report)


def _distinct(written: list[Written], place: Place, report: Report) -> list[Written] | None:
    """`written`; None, and a problem, where a name is repeated."""
    names = [name for name, _ in written]
    for name, count in Counter(filter(None, names)).items():
        if count > 1:
            report.problem(place, f"names {name} {count} times; name each parameter once")
            return None
    return written


def _arrays(
    mode: str, table: Table, chosen: list[int], weights: np.ndarray, report: Report
) -> Mapping[str, np.ndarray]:
    """The arrays of a `Joint` with the `chosen` columns of a table; empty where no column is chosen."""
    if not chosen:
        return {}
    if mode == "iterate":
        return {"values": table.values[:, chosen]}
    if mode == "sample":
        return {"values": table.values[:, chosen], "cumulative": np.cumsum(weights) / weights.sum()}
    try:
        corners, cumulative = interpolate(table.values, weights)
    except NoInterpolation as error:
        report.problem(Place(table.source), f"{error}; use MODE: sample, or add rows around them")
        return {}
    return {"corners": table.values[corners][..., chosen], "cumulative": cumulative}
