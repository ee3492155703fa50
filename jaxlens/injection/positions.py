"""Which system goes to which place on the sky: from a table, or at random or on a grid in an image."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.tables import Table
from jaxlens.config.model.catalog import CATALOG_ID, CATALOG_ROW, DEC_SKY, RA_SKY
from jaxlens.injection.images import BandImage
from jaxlens.injection.separations import Occupied
from jaxlens.injection.sky import Floats, sky_positions
from jaxlens.sampling.indices import consecutive, whole_numbers
from jaxlens.sampling.keys import dataset_key, named_keys, system_keys
from jaxlens.simulator.simulator import Simulator

# The names of columns, in any capitals.
RA = ("ra", "ra_sky", "raj2000", "ra_icrs", "right_ascension", "alpha")
DEC = ("dec", "dec_sky", "dej2000", "decj2000", "de_icrs", "declination", "delta")
INDEX = ("index", "system", "system_index", "objid")
ID = ("id", "name", "lensid")
# How many places are tried for a system before there is none.
MAX_TRIES = 200
# How many of them are looked up together, after the first one.
TRIES_AT_ONCE = 16
# Folded into the key of a system for its place.
_PLACE = "place in an image"


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

    ids: NDArray[np.object_]
    index: NDArray[np.uint64]
    ra: Floats
    dec: Floats
    source: str

    def __len__(self) -> int:
        return len(self.index)


def positions_from(table: Any) -> Positions:
    """The systems and places of a table: ra, dec, and where it has them the index of each system and an id.

    Without a column of indices the entry in row i is system i.

    Args:
        table: the path of a table in any format that `jaxlens.catalogs` reads, a DataFrame, a mapping from
            columns to values, or a Table.

    Raises:
        CatalogError: if there is no right ascension or declination, or its values are no numbers.
        ValueError: if an index is no whole number from 0 on.
    """
    read = _table(table)
    ra, dec = (_degrees(read, _named(read, names, what)) for names, what in ((RA, "ra"), (DEC, "dec")))
    indices, ids = (_first(read, names) for names in (INDEX, ID))
    index = consecutive(0, len(read)) if indices is None else _whole(read, indices)
    names = index if ids is None else read.column(ids)
    return Positions(_texts(names), index, ra, dec, read.source)


def catalog_positions(simulator: Simulator, seed: int) -> Positions:
    """The systems 0..SIZE-1 of a file with a CATALOG, at the places that its SKY has.

    Args:
        simulator: of their configuration.
        seed: the seed of the dataset.

    Raises:
        ValueError: if the configuration has no places on the sky.
    """
    catalog, count = simulator.config.catalog, simulator.config.size
    label = simulator.configuration.label
    if catalog is None or not catalog.has_sky or label not in catalog.configurations:
        raise ValueError(
            f"there are no positions, and {label} has no CATALOG with SKY; give a table with ra and dec, or "
            "how many places to draw"
        )
    rows = np.asarray(simulator.numbers(jax.random.key(seed, impl="threefry2x32"), count).values[CATALOG_ROW])
    columns = catalog.of_rows(rows)
    index = consecutive(0, count)
    ids = columns.get(CATALOG_ID, index)
    return Positions(_texts(ids), index, columns[RA_SKY], columns[DEC_SKY], catalog.source)


def random_positions(
    number: int,
    seed: int,
    label: str,
    image: BandImage,
    *,
    spacing: float,
    margin: float,
    is_free: Callable[[Floats, Floats], NDArray[np.bool_]] | None = None,
) -> Positions:
    """Systems 0..number-1 at random in an image; where a system goes depends on those before it alone.

    Args:
        number: how many.
        seed: the seed of the dataset.
        label: the label of the configuration.
        image: the image.
        spacing: the smallest distance of two places, arcsec.
        margin: how far from the edges of the image they stay, pixels, where it has room.
        is_free: whether places (ra, dec) may be taken; None for all.

    Returns:
        The places, NaN where there is none in MAX_TRIES.
    """
    index = consecutive(0, number)
    tries = _uniform_numbers(seed, label, index)
    frame = _frame(image.shape, margin)
    ra, dec = np.full(number, np.nan), np.full(number, np.nan)
    taken = Occupied(spacing)
    first = sky_positions(image.wcs, *_in_frame(frame, tries[:, 0]))
    is_first_free = _free(first, is_free)
    for i in range(number):
        place = float(first[0][i]), float(first[1][i])
        found = place if is_first_free[i] and not taken.has_near(*place) else None
        for start in range(1, MAX_TRIES, TRIES_AT_ONCE) if found is None else ():
            others = sky_positions(image.wcs, *_in_frame(frame, tries[i, start : start + TRIES_AT_ONCE]))
            found = _first_free(others, taken, is_free)
            if found is not None:
                break
        if found is not None:
            ra[i], dec[i] = found
            taken.add(*found)
    return Positions(_texts(index), index, ra, dec, f"{number} random places in {image.image.name}")


def grid_positions(number: int | None, image: BandImage, *, spacing: float, margin: float) -> Positions:
    """Systems on a square grid of an image, row by row from the first pixel.

    Args:
        number: how many at most; None for as many as there is room for.
        image: the image.
        spacing: the distance of neighbours, arcsec.
        margin: how far from the edges of the image they stay, pixels, where it has room.

    Raises:
        ValueError: if the spacing is not above zero.
    """
    if not spacing > 0.0:
        raise ValueError(f"spacing is {spacing}; give the distance of neighbours on the grid, above 0 arcsec")
    first, width = _frame(image.shape, margin)
    step = spacing / image.pixel_scale
    columns, rows = (np.arange(f, f + w + 1e-9, step) for f, w in zip(first, width, strict=True))
    x, y = (grid.ravel()[:number] for grid in np.meshgrid(columns, rows))
    ra, dec = sky_positions(image.wcs, x, y)
    index = consecutive(0, len(ra))
    return Positions(_texts(index), index, ra, dec, f"a grid of {len(ra)} places in {image.image.name}")


def _uniform_numbers(seed: int, label: str, index: NDArray[np.uint64]) -> NDArray[np.float32]:
    """Two uniform numbers for each try of each system, (n, MAX_TRIES, 2)."""
    if not len(index):
        return np.zeros((0, MAX_TRIES, 2), np.float32)
    keys = system_keys(dataset_key(seed), label, index.astype(np.uint32))
    own = jax.vmap(lambda key: named_keys(key, (_PLACE,))[0])(keys)
    return np.asarray(jax.vmap(lambda key: jax.random.uniform(key, (MAX_TRIES, 2), np.float32))(own))


def _frame(shape: tuple[int, int], margin: float) -> tuple[Floats, Floats]:
    """The first column and row of a part of an image, and its width and height, pixels."""
    size = np.array([shape[1], shape[0]], np.float64) - 1.0
    first = np.minimum(margin, 0.5 * size)
    return first, size - 2.0 * first


def _in_frame(frame: tuple[Floats, Floats], uniform: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Columns and rows in a part of an image, from uniform numbers (..., 2)."""
    first, width = frame
    x, y = np.moveaxis(first + width * uniform.astype(np.float64), -1, 0)
    return x, y


def _free(
    places: tuple[Floats, Floats], is_free: Callable[[Floats, Floats], NDArray[np.bool_]] | None
) -> NDArray[np.bool_]:
    """Which places on the sky are free of what is in the images, (n,)."""
    return np.ones(len(places[0]), bool) if is_free is None else is_free(*places)


def _first_free(
    places: tuple[Floats, Floats],
    taken: Occupied,
    is_free: Callable[[Floats, Floats], NDArray[np.bool_]] | None,
) -> tuple[float, float] | None:
    """The first of some places on the sky that is free; None where none is."""
    apart = np.array([not taken.has_near(*place) for place in zip(*places, strict=True)], bool)
    if apart.any():
        apart[apart] = _free((places[0][apart], places[1][apart]), is_free)
    rows = np.flatnonzero(apart)
    return (float(places[0][rows[0]]), float(places[1][rows[0]])) if rows.size else None


def _table(table: Any) -> Table:
    if isinstance(table, Table):
        return table
    if isinstance(table, str | os.PathLike):
        # with astropy or pandas, by the format
        from jaxlens.catalogs.reading import read_catalog

        return read_catalog(os.fspath(table))
    columns = table if isinstance(table, Mapping) else dict(table)
    return Table("the table of positions", {str(name): np.asarray(columns[name]) for name in columns})


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


def _texts(values: Any) -> NDArray[np.object_]:
    """Names of entries as texts; whole numbers without a point."""
    listed = np.asarray(values)
    if listed.dtype.kind == "f" and np.all(listed == np.floor(listed)):
        listed = listed.astype(np.int64)
    texts = [one.decode() if isinstance(one, bytes) else str(one) for one in listed.tolist()]
    return np.array([text.strip() for text in texts], dtype=object)
