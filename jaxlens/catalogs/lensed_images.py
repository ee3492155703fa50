"""The lensed images that a catalogue lists of each of its systems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.tables import Table
from jaxlens.catalogs.units import to_unit

# A column, or one column an image.
Names = str | Sequence[str]


@dataclass(frozen=True, eq=False)
class LensedImages:
    """The images of the source of each system, in places that some systems do not all use.

    Attributes:
        x: position east of the lens, arcsec, (rows, places).
        y: position north of the lens, arcsec, (rows, places).
        count: how many images a system has, (rows,): those in its first places.
        magnification: (rows, places), negative at saddle points where the catalogue has signs; or None.
        delay: days after any common time, (rows, places), or None.
    """

    x: np.ndarray
    y: np.ndarray
    count: np.ndarray
    magnification: np.ndarray | None = None
    delay: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.count)

    @property
    def mask(self) -> np.ndarray:
        """Which places hold an image, (rows, places)."""
        return np.asarray(np.arange(self.x.shape[1]) < self.count[:, None])

    def rows(self, rows: np.ndarray) -> LensedImages:
        """The images of some rows, by their numbers from 0, (n,), or by a mask, (rows,)."""
        magnification, delay = (None if v is None else v[rows] for v in (self.magnification, self.delay))
        return LensedImages(self.x[rows], self.y[rows], self.count[rows], magnification, delay)


def lensed_images(
    table: Table,
    x: Names,
    y: Names,
    magnification: Names | None = None,
    delay: Names | None = None,
    count: str | None = None,
) -> LensedImages:
    """The images that a table lists.

    A quantity is a column with several numbers a row, or a list of columns, one an image.

    Args:
        table: the catalogue.
        x: position east of the lens, arcsec unless the table has another unit for it.
        y: position north of the lens.
        magnification: signed or not.
        delay: days unless the table has another unit for it.
        count: the number of images of each system; by default images end where a position is not finite, or
            is (0, 0), in which a singular lens has none.

    Raises:
        CatalogError: if a column is missing or has no numbers, or two have different numbers of places, or a
            count is none.

    >>> table = Table("a.fits", {"x": np.array([[1.2, -0.8, 0.0]]), "y": np.array([[0.1, -0.2, 0.0]])})
    >>> lensed_images(table, "x", "y").count
    array([2])
    """
    units = {"x": "arcsec", "y": "arcsec", "magnification": "", "delay": "day"}
    names = {"x": x, "y": y, "magnification": magnification, "delay": delay}
    found = {key: _places(table, one, units[key]) for key, one in names.items() if one is not None}
    for key, values in found.items():
        if values.shape != found["x"].shape:
            numbers = f"room for {found['x'].shape[1]} in x of images and for {values.shape[1]} in {key}"
            raise CatalogError(f"{table.source} has {numbers}; give columns of the same images")
    counted = _count(table, count, found["x"], found["y"])
    return LensedImages(found["x"], found["y"], counted, found.get("magnification"), found.get("delay"))


def _places(table: Table, names: Names, unit: str) -> np.ndarray:
    """A quantity of all images in a unit, (rows, places)."""
    listed = [names] if isinstance(names, str) else list(names)
    columns = []
    for name in listed:
        column = table.column(name)
        if column.dtype.kind not in "iuf" or column.ndim > 2:
            raise CatalogError(f"{_column(table, name)} has no numbers of images; give one number an image")
        try:
            columns.append(to_unit(column, table.units.get(table.name(name), ""), unit))
        except CatalogError as error:
            raise CatalogError(f"{_column(table, name)}: {error}") from None
    return np.concatenate([column.reshape(len(table), -1) for column in columns], axis=1)


def _count(table: Table, name: str | None, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The number of images of each system, (rows,)."""
    if name is None:
        is_none = ~np.isfinite(x) | ~np.isfinite(y) | ((x == 0.0) & (y == 0.0))
        return np.where(is_none.any(axis=1), is_none.argmax(axis=1), x.shape[1])
    count = table.column(name)
    places = x.shape[1]
    legal = count.dtype.kind in "iuf" and count.ndim == 1
    if not legal or np.any((count != np.rint(count)) | (count < 0) | (count > places)):
        advice = f"give whole numbers from 0 to {places}, the number of places"
        raise CatalogError(f"{_column(table, name)} is no number of images; {advice}")
    return np.asarray(count, np.int64)


def _column(table: Table, name: str) -> str:
    """A column, for a message."""
    return f"column {table.name(name)!r} of {table.source}"
