"""The section DISTRIBUTIONS: parameters that are drawn together, from tables and multivariate normals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
from jaxlens.config.sections import Section, describe, word
from jaxlens.config.simplices import NoInterpolation, interpolate
from jaxlens.config.table_checks import Matched, Written, check_ranges, check_redshifts, match_columns
from jaxlens.config.tables import WEIGHT, Table, read_table, read_weights

MODES = ("sample", "interpolate", "iterate")
# deeplenstronomy's default for the key STEP, the size of its interpolation grid.  Here there is no grid, so
# the key has no effect.
DEFAULT_STEP = 10


@dataclass(frozen=True)
class TableJoint:
    """A USERDIST and its table.

    Attributes:
        joint: the joint distribution of the parameters.
        table: the table, without the column WEIGHT.
        matched: the columns that set a parameter, with their index in the table.
        used: whether each row can be drawn, (rows,).
    """

    joint: Joint
    table: Table
    matched: Matched
    used: np.ndarray


def read_joints(root: Section, names: Names) -> tuple[Joint, ...]:
    """Every USERDIST_n and MULTIVARIATE_NORMAL_n, in the file's order; `names` are the legal parameters."""
    if not root.has("DISTRIBUTIONS"):
        return ()
    with root.sub("DISTRIBUTIONS") as section:
        entries = section.node.entries if section.node else {}
        if section.node and not entries:
            section.missing("USERDIST_1", "give a table")
        tables = [key for key, _ in section.numbered("USERDIST", gaps=True)]
        normals = [key for key, _ in section.numbered("MULTIVARIATE_NORMAL", gaps=True)]
        from_tables = {key: _userdist(key, entries[key], names, root.report) for key in tables}
        from_normals = {key: read_normal(key, entries[key], names, root.report) for key in normals}
    found = {key: one.joint for key, one in from_tables.items() if one} | {
        key: joint for key, joint in from_normals.items() if joint
    }
    joints = tuple(found[key] for key in entries if key in found and found[key].columns and found[key].arrays)
    for one in filter(None, from_tables.values()):
        others = [joint for joint in joints if joint.label != one.joint.label]
        check_redshifts(one.table, one.matched, one.used, others, names, root.report)
    _remark_repeated(joints, entries, names, root.report)
    return joints


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


def _userdist(label: str, node: Node, names: Names, report: Report) -> TableJoint | None:
    """Read one USERDIST_n; None, and problems, where it is illegal."""
    with Section(node, report, "a key of a USERDIST") as section:
        table = _table(section)
        mode = section.choice("MODE", MODES, noun="a mode")
        section.integer("STEP", 1, default=DEFAULT_STEP)
        written = _written(section, table)
    weights = _weights(table, mode, report)
    if table is None or written is None or weights is None:
        return None
    parameters = table.without(WEIGHT)
    if not parameters.names:
        report.problem(Place(table.source), f"has no column beside {WEIGHT}; give it columns of parameters")
        return None
    matched = match_columns(written, parameters, names, report)
    check_ranges(parameters, matched, weights, names, report)
    arrays = _arrays(mode, parameters, list(matched.values()), weights, report)
    kind = cast(Literal["sample", "iterate", "interpolate"], mode)
    joint = Joint(label, kind, tuple(matched), arrays=arrays)
    used = np.ones_like(weights, bool) if mode == "interpolate" else weights > 0
    remark_bright_rows(parameters, matched, used, report)
    return TableJoint(joint, parameters, matched, used)


def _table(section: Section) -> Table | None:
    """The table in the file FILENAME; None, and a problem, where there is none."""
    node = section.need("FILENAME", "give a file")
    name = word(node, section.report, "give a file")
    if node is None or not name or resolve(node.place, name, section.report) is None:
        return None
    path = locate(node.place, name, section.report)
    return None if path is None else read_table(Path(path), section.report)


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
    for name in dict.fromkeys(name for name in names if name and names.count(name) > 1):
        report.problem(place, f"names {name} {names.count(name)} times; name each parameter once")
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
