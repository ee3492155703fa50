"""The numbers of parameters, of the columns of a catalogue: units and conventions are those of parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.tables import Table
from jaxlens.config.catalog.entries import (
    ANGLE,
    COLUMN,
    COMPONENTS,
    MEASURES,
    POSITION_ANGLE,
    TOWARDS,
    UNIT,
    Entry,
)
from jaxlens.config.catalog.units import parameter_unit

# One of the numbers that a row has in a column, such as MAG[0].
_ITEM = re.compile(r"(.+)\[([0-9]+)\]")


@dataclass(frozen=True, eq=False)
class Values:
    """What one entry sets.

    Attributes:
        entry: the entry.
        arrays: the numbers of each of `entry.parameters`, (rows,), float64; NaN where unknown.
        source: the columns that they are from, for messages.
    """

    entry: Entry
    arrays: tuple[np.ndarray, ...]
    source: str


def values_of(entry: Entry, table: Table, remarks: list[str]) -> Values:
    """What an entry sets.

    Args:
        entry: the entry.
        table: the rows of the catalogue.
        remarks: what is odd with a unit of the file is added.

    Raises:
        CatalogError: if a column is missing or holds no numbers, or a unit does not fit.
    """
    arrays = _pair(entry, table, remarks) if entry.pair else (_single(entry, table, remarks),)
    return Values(entry, arrays, " and ".join(entry.columns))


def numbers(table: Table, name: str) -> np.ndarray:
    """The numbers of a column, or of one entry of an array in each row, (rows,), float64.

    Args:
        table: the rows of the catalogue.
        name: the name of the column, or `NAME[i]` for the i-th number of each row, from 0.

    Raises:
        CatalogError: if there is no such column, or it holds no numbers, or several in a row.
    """
    return with_item(table, name).numbers(name)


def with_item(table: Table, name: str) -> Table:
    """The table; one with the column `name` alone, where that is `NAME[i]` of a column with several numbers.

    Raises:
        CatalogError: if there is no such number.
    """
    item = _ITEM.fullmatch(name)
    if item is None or name in table.columns:
        return table
    column = table.column(item[1])
    if column.ndim == 1:
        raise CatalogError(f"{item[1]} of {table.source} has one number in a row; give {item[1]} alone")
    if int(item[2]) >= column.shape[1]:
        last = f"{item[1]}[{column.shape[1] - 1}]"
        raise CatalogError(f"{name} is beyond the {column.shape[1]} numbers of a row; give up to {last}")
    return Table(table.source, {name: column[:, int(item[2])]})


def unit_in_file(table: Table, name: str, remarks: list[str]) -> str:
    """The unit that the file states of a column; "" where it states none, or one that is unknown.

    Args:
        table: the catalogue.
        name: the name of the column, or `NAME[i]`.
        remarks: a unit that is unknown is added.
    """
    from jaxlens.catalogs.units import unit_of

    item = _ITEM.fullmatch(name)
    own = item[1] if item and name not in table.columns else name
    unit = table.units.get(table.name(own), "").strip()
    try:
        unit_of(unit)
    except CatalogError as error:
        remarks.append(f"the file's unit of {name} is not used, since {error}")
        return ""
    return unit


def in_unit(table: Table, name: str, unit: str, wanted: str | None, remarks: list[str]) -> np.ndarray:
    """The numbers of a column in a unit, (rows,), float64.

    Args:
        table: the rows of the catalogue.
        name: the column.
        unit: its unit; "" is that of the file, or the wanted one where the file states none.
        wanted: the unit that is wanted; "" for no unit; None where it is not known.
        remarks: as in `values_of`.

    Raises:
        CatalogError: as `values_of`.
    """
    from jaxlens.catalogs.units import to_unit

    values = numbers(table, name)
    if wanted is None:
        if unit:
            raise CatalogError(f"has the unit {unit!r}, and that of the parameter is not known; leave it out")
        return values
    own = unit or unit_in_file(table, name, remarks)
    try:
        return to_unit(values, own, wanted)
    except CatalogError as error:
        # where the unit is not in the configuration, the message must say of what it is
        raise error if unit else CatalogError(f"the column {name} of {table.source}: {error}") from None


def _single(entry: Entry, table: Table, remarks: list[str]) -> np.ndarray:
    words = entry.words
    if POSITION_ANGLE in words:
        return _angle(entry, table, remarks)
    wanted = parameter_unit(entry.name, entry.bands)
    return in_unit(table, words[COLUMN], words.get(UNIT, ""), wanted, remarks)


def _angle(entry: Entry, table: Table, remarks: list[str]) -> np.ndarray:
    """A position angle from x towards y, radians, (rows,)."""
    from jaxlens.catalogs.conventions import EAST_OF_NORTH, position_angle

    name, words = entry.words[POSITION_ANGLE], entry.words
    unit = words.get(UNIT, "") or unit_in_file(table, name, remarks)
    return position_angle(numbers(table, name), unit, words.get(ANGLE, EAST_OF_NORTH))


def _pair(entry: Entry, table: Table, remarks: list[str]) -> tuple[Any, ...]:
    """The two components of a shape or a shear, (rows,) each."""
    from jaxlens.catalogs import conventions

    words, kind = entry.words, entry.pair
    first, second = COMPONENTS[kind]
    if first in words:
        size, phi = conventions.from_components(
            numbers(table, words[first]), numbers(table, words[second]), words.get(ANGLE, "x_to_y")
        )
        measure = "E"
    else:
        measure = next(key for key in MEASURES[kind] if key in words)
        size, phi = numbers(table, words[measure]), _angle(entry, table, remarks)
    if kind == "shear":
        return conventions.shear(size, phi, words.get(TOWARDS, "images"))
    return conventions.ellipticity(size, phi, measure.lower())
