"""Criteria of SELECT that no system can meet, by the supports of distributions and the rows of tables."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from jaxlens.config.errors import Report
from jaxlens.config.model import (
    CATALOG,
    CATALOG_ROW,
    Config,
    Configuration,
    Criterion,
    Joint,
    Quantity,
    Selection,
)
from jaxlens.config.naming import in_pixels, named_quantities
from jaxlens.config.reader import Node
from jaxlens.config.selectable import theta_e_names
from jaxlens.config.uses import is_unknown

# The smallest and the largest value.
Reach = tuple[float, float]
_ANY: Reach = (-math.inf, math.inf)


def check_bounds(
    config: Config, configuration: Configuration, selection: Selection, node: Node, report: Report
) -> None:
    """Report criteria of a configuration that contradict each other, or that nothing in the file can meet.

    Args:
        config: the whole file.
        configuration: the configuration.
        selection: its criteria.
        node: SELECT in the file.
        report: the problems are added to it.
    """
    _check_pairs(selection, node, report)
    reaches = _Reaches(config, configuration)
    for one in selection.criteria:
        place = _node(node, one).place
        low, high = reaches.of(one)
        if one.is_minimum and high < one.threshold:
            finding = f"is {one.threshold:g}, above {high:g}, its largest value"
            report.problem(place, f"{finding}, so that no system is kept; lower it")
        elif not one.is_minimum and low > one.threshold:
            finding = f"is {one.threshold:g}, below {low:g}, its smallest value"
            report.problem(place, f"{finding}, so that no system is kept; raise it")
        else:
            for finding in reaches.rows_that_fail(one):
                report.problem(place, finding)


def _check_pairs(selection: Selection, node: Node, report: Report) -> None:
    """Report a smallest value above the largest one of the same number."""
    largest = {(one.quantity, one.band): one for one in selection.criteria if not one.is_minimum}
    for one in selection.criteria:
        other = largest.get((one.quantity, one.band)) or largest.get((one.quantity, None))
        if one.is_minimum and other is not None and one.threshold > other.threshold:
            finding = f"is {one.threshold:g}, above {other.key} {other.threshold:g}"
            report.problem(_node(node, one).place, f"{finding}, so that no system is kept; exchange them")


def _node(node: Node, criterion: Criterion) -> Node:
    """Where a criterion stands in the file."""
    key = criterion.key
    if key not in node.entries and criterion.band is not None:
        return node.entries[key.removesuffix(f"-{criterion.band}")].entries[criterion.band]
    return node.entries[key]


class _Reaches:
    """The values that numbers of a configuration can have.

    Args:
        config: the whole file.
        configuration: the configuration.
    """

    def __init__(self, config: Config, configuration: Configuration) -> None:
        self._bands, self._label = config.bands, configuration.label
        named = named_quantities(config.cosmology, config.instrument, configuration)
        changed = tuple(
            f"{plane.label}-{label}-"
            for plane in configuration.planes
            for label, species in plane.members
            if getattr(species, "special", ())
        )
        unknown = in_pixels(configuration)
        self._quantities = {
            name: one for name, one in named if name not in unknown and not name.startswith(changed or "\n")
        }
        self._theta_e = theta_e_names(configuration)
        self._joints = [joint for joint in config.joints if joint.arrays or joint.own_arrays]
        backgrounds = config.backgrounds_of(configuration)
        if backgrounds and backgrounds.iterate:
            arrays = {"values": backgrounds.arrays["map"]}
            self._joints.append(Joint("BACKGROUNDS", "iterate", backgrounds.columns, arrays=arrays))

    def of(self, criterion: Criterion) -> Reach:
        """The smallest and the largest value that a criterion can bound; infinite where it is not known."""
        if criterion.quantity == "theta_E":
            ends = [self._reach(name, None) for name in self._theta_e] or [_ANY]
            return max(low for low, _ in ends), max(high for _, high in ends)
        if criterion.kind != "numbers":
            return _ANY
        bands = (criterion.band,) if criterion.band or criterion.quantity not in self._quantities else None
        ends = [self._reach(criterion.quantity, band) for band in bands or (None, *self._bands)]
        # all bands must be within the bound, and so the least fit decides
        ends = ends[1:] if bands is None and self._quantities[criterion.quantity].per_band else ends
        ends = ends or [_ANY]
        return max(low for low, _ in ends), min(high for _, high in ends)

    def _reach(self, name: str, band: str | None) -> Reach:
        """The values of a parameter in a band, by the file and the tables that may set it."""
        quantity = self._quantities.get(name)
        if quantity is None:
            return _ANY
        set_by = [joint for joint in self._joints if self._columns(joint, name, band)]
        whole = [one for one in set_by if any(b is None for _, b in self._columns(one, name, band))]
        ends = [joint.within(self._label).bounds(name, self._label) for joint in set_by]
        found = [one for one in ends if one is not None]
        if not whole and (band is None or not set_by):
            found.append(_own_reach(quantity, self._bands, band))
        if any(math.isnan(end) for one in found for end in one):
            return _ANY
        return min(low for low, _ in found), max(high for _, high in found)

    def rows_that_fail(self, criterion: Criterion) -> Iterator[str]:
        """The problem of each table that is iterated and has rows that a criterion on a parameter rejects."""
        name = criterion.quantity
        if name == "theta_E" and len(self._theta_e) == 1:
            (name,) = self._theta_e
        for joint in self._joints:
            columns = self._columns(joint, name, criterion.band)
            if joint.kind != "iterate" or not columns or name not in self._quantities:
                continue
            values = joint.within(self._label).arrays["values"][:, [i for i, _ in columns]]
            bad = values < criterion.threshold if criterion.is_minimum else values > criterion.threshold
            rows = np.flatnonzero(np.any(bad, axis=1))
            if rows.size:
                count = f"row {_number(joint, rows[0])}"
                count += f" and {rows.size - 1} more" if rows.size > 1 else ""
                remove = "cut these rows by WHERE" if joint.label == CATALOG else "remove these rows"
                yield (
                    f"is not met by {count} of {joint.label}, whose rows belong to systems and are not drawn "
                    f"again; {remove}, or take MODE: sample"
                )

    def _columns(self, joint: Joint, name: str, band: str | None) -> list[tuple[int, str | None]]:
        """The number and band of each column that sets a parameter in this configuration, in a band."""
        return [
            (i, column.band)
            for i, column in enumerate(joint.columns)
            if column.parameter == name
            and column.configuration in (None, self._label)
            and (band is None or column.band in (None, band))
        ]


def _number(joint: Joint, row: int) -> int:
    """The number of a row of a table from 1; of a catalogue that in its file, from 0."""
    own = [i for i, column in enumerate(joint.columns) if column.parameter == CATALOG_ROW]
    return int(joint.arrays["values"][row, own[0]]) if own else int(row) + 1


def _own_reach(quantity: Quantity, bands: tuple[str, ...], band: str | None) -> Reach:
    """The values that the file's own draws give a quantity, in a band or in any."""
    if is_unknown(quantity):
        return _ANY
    if band is None or not quantity.per_band:
        return quantity.support()
    draw = quantity.draws[bands.index(band)]
    return Quantity(quantity.path, (draw,)).support()
