"""The section DISTRIBUTIONS: several numbers drawn together, from tables and multivariate normals."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, cast

import numpy as np

from jaxlens.config.columns import Names
from jaxlens.config.errors import Place, Report, shown
from jaxlens.config.files import locate, resolve
from jaxlens.config.model import Column, Joint
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section, describe, number, word
from jaxlens.config.simplices import TooFlat, interpolate
from jaxlens.config.tables import WEIGHT, Table, read_table, read_weights

MODES = ("sample", "interpolate", "iterate")
# What theirs is, where a file has none; ours has no effect, for draws are continuous.
DEFAULT_STEP = 10
_ASYMMETRY = 1e-8

Found = tuple[Joint, Mapping[Column, Place]]


def read_joints(root: Section, names: Names) -> tuple[Joint, ...]:
    """Every USERDIST_n and MULTIVARIATE_NORMAL_n, in the file's order; `names` are those that a column has."""
    if not root.has("DISTRIBUTIONS"):
        return ()
    with root.sub("DISTRIBUTIONS") as section:
        readers = dict.fromkeys((key for key, _ in section.numbered("USERDIST", gaps=True)), _userdist)
        normals = section.numbered("MULTIVARIATE_NORMAL", gaps=True)
        readers |= dict.fromkeys((key for key, _ in normals), _multivariate_normal)
        if not readers and section.node and not section.node.entries:
            section.missing("USERDIST_1", "give at least one table")
        entries = section.node.entries if section.node else {}
        found = [readers[key](key, node, names, root.report) for key, node in entries.items() if key in readers]
    joints = [one for one in found if one is not None and one.columns]
    _remark_repeated(joints, entries, names, root.report)
    return tuple(joints)


def _remark_repeated(
    joints: list[Joint], nodes: Mapping[str, Node], names: Names, report: Report
) -> None:
    """Say where a later distribution replaces what an earlier one sets."""
    first: dict[tuple[str, str, str | None], str] = {}
    for joint in joints:
        targets = {(c, column.parameter, column.band): column for column in joint.columns for c in names.targets(column)}
        for target in targets:
            if target in first:
                what = f"sets {target[1]}{f'-{target[2]}' if target[2] else ''} as {first[target]} does"
                report.remark(nodes[joint.label].place, f"{what}; the last one counts")
        first |= dict.fromkeys(targets, joint.label)


def _userdist(label: str, node: Node, names: Names, report: Report) -> Joint | None:
    with Section(node, report, "a key of a USERDIST") as section:
        table = _table(section)
        mode = section.choice("MODE", MODES, noun="a mode")
        section.integer("STEP", 1, default=DEFAULT_STEP)
        written = _written_names(section, table)
    if table is None or written is None or not mode:
        return None
    weights = None if mode == "iterate" else read_weights(table, report)
    if weights is None and mode != "iterate":
        return None
    return make_joint(label, mode, table.without(WEIGHT), written, weights, names, report)


def _table(section: Section) -> Table | None:
    """The table in FILENAME."""
    node = section.need("FILENAME", "give a file")
    name = word(node, section.report, "give a file")
    if node is None or not name or resolve(node.place, name, section.report) is None:
        return None
    path = locate(node.place, name, section.report)
    return None if path is None else read_table(Path(path), section.report)
