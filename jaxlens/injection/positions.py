"""Which system goes to which place on the sky, from a table or a CATALOG."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.tables import Table
from jaxlens.config.model.catalog import CATALOG_ID, CATALOG_ROW, DEC_SKY, RA_SKY
from jaxlens.files.wcs import Floats
from jaxlens.sampling.indices import consecutive, whole_numbers
from jaxlens.simulator.simulator import Simulator

# The names of columns, in any capitals.
RA = ("ra", "ra_sky", "raj2000", "ra_icrs", "right_ascension", "alpha")
DEC = ("dec", "dec_sky", "dej2000", "decj2000", "de_icrs", "declination", "delta")
INDEX = ("index", "system", "system_index", "objid")
ID = ("id", "name", "lensid")


@dataclass(frozen=True, eq=False)
class Positions:
    """Systems and their places on the sky.

    Attributes:
        ids: the names of the entries, texts, (n,).
        index: the index of each system, (n,).
        ra: right ascensions, ICRS degrees, (n,); NaN where there is no place.
        dec: declinations.
        source: where they come from, for messages.
    """

    ids: np.ndarray
    index: NDArray[np.uint64]
    ra: Floats
    dec: Floats
    source: str

    def __len__(self) -> int:
        return len(self.index)


def positions_from(table: Any) -> Positions:
    """The systems and places of a table: ra, dec, and where it has them the index of each system and an id.

    Without a column of indices the entry in row i is system i; without ids an entry is called by its index,
    or by its row where a system stands at several places.

    Args:
        table: the path of a table in any format that `jaxlens.catalogs` reads, a DataFrame, a mapping from
            columns to values, or a Table.

    Raises:
        CatalogError: if there is no right ascension or declination, or its values are no numbers.
        ValueError: if an index is no whole number from 0 on, or two rows have one id.
    """
    read = _table(table)
    ra, dec = (_degrees(read, _named(read, names, what)) for names, what in ((RA, "ra"), (DEC, "dec")))
    indices, ids = (_first(read, names) for names in (INDEX, ID))
    index = consecutive(0, len(read)) if indices is None else _whole(read, indices)
    rows = consecutive(0, len(read))
    names = read.column(ids) if ids else index if len(np.unique(index)) == len(index) else rows
    return Positions(_distinct(as_texts(names), read.source), index, ra, dec, read.source)


def catalog_positions(simulator: Simulator, seed: int) -> Positions:
    """The systems 0..SIZE-1 of a file with a CATALOG, at the places that its SKY has.

    Args:
        simulator: of their configuration.
        seed: the seed of the dataset.

    Raises:
        ValueError: if the configuration has no places on the sky, or two of the systems have one ID.
    """
    catalog, count = simulator.config.catalog, simulator.config.size
    label = simulator.configuration.label
    if catalog is None or not catalog.has_sky or label not in catalog.configurations:
        raise ValueError(
            f"there are no positions, and {label} has no CATALOG with SKY; give a table with ra and dec, or "
            "how many places to draw"
        )
    rows = np.asarray(simulator.numbers(seed, count).values[CATALOG_ROW])
    columns = catalog.of_rows(rows)
    index = consecutive(0, count)
    ids = _distinct(as_texts(columns.get(CATALOG_ID, index)), catalog.source)
    return Positions(ids, index, columns[RA_SKY], columns[DEC_SKY], catalog.source)


def _distinct(ids: np.ndarray, source: str) -> np.ndarray:
    """The ids; ValueError where two are the same, since the tables of an injection are joined by them."""
    values, counts = np.unique(ids, return_counts=True)
    if np.any(counts > 1):
        twice = values[np.argmax(counts > 1)]
        raise ValueError(f"{source}: {int(counts.max())} systems have the id {twice!r}; give each its own")
    return ids


def _table(table: Any) -> Table:
    if isinstance(table, Table):
        return table
    if isinstance(table, str | os.PathLike):
        # with astropy or pandas, by the format
        from jaxlens.catalogs.reading import read_catalog

        return read_catalog(os.fspath(table))
    columns = table if isinstance(table, Mapping) else dict(table)
    arrays = {str(name): np.atleast_1d(np.asarray(columns[name])) for name in columns}
    if len({len(values) for values in arrays.values()}) > 1:
        found = ", ".join(f"{name} has {len(values)}" for name, values in arrays.items())
        raise CatalogError(
            f"the columns of the table of positions differ in length: {found}; make them alike"
        )
    return Table("the table of positions", arrays)


def _first(table: Table, names: Sequence[str]) -> str | None:
    """The name of the first of these columns that a table has."""
    folded = {name.casefold(): name for name in table.columns}
    return next((folded[name] for name in names if name in folded), None)


def _named(table: Table, names: Sequence[str], what: str) -> str:
    found = _first(table, names)
    return table.name(what) if found is None else found


def _degrees(table: Table, name: str) -> Floats:
    """A column of angles in degrees."""
    from astropy import units

    try:
        values = np.ma.filled(np.ma.asarray(table.column(name)).astype(np.float64), np.nan)
    except (TypeError, ValueError) as error:
        raise CatalogError(f"{table.source}: the column {name} is not all numbers; give degrees") from error
    unit = table.units.get(name, "")
    if not unit:
        return values
    try:
        factor = units.Unit(unit).to(units.deg)
    except (ValueError, TypeError) as error:
        raise CatalogError(
            f"{table.source}: the column {name} has the unit {unit!r}, which is no angle; give degrees"
        ) from error
    return np.asarray(values * factor)


def _whole(table: Table, name: str) -> NDArray[np.uint64]:
    return whole_numbers(f"{table.source}: the column {name}", table.column(name))


def as_texts(values: Any) -> np.ndarray:
    """Names of entries as texts; whole numbers without a point.

    >>> as_texts(np.array([1.0, 2.0])).tolist()
    ['1', '2']
    """
    listed = np.asarray(values)
    if listed.dtype.kind == "f" and np.all(listed == np.floor(listed)):
        listed = listed.astype(np.int64)
    texts = [one.decode() if isinstance(one, bytes) else str(one) for one in listed.tolist()]
    return np.array([text.strip() for text in texts], dtype=object)
