"""The FORMATs of a CATALOG that have columns of their own: OM10 and SLSim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType

from jaxlens.catalogs.tables import Table
from jaxlens.config.catalog_entries import COLUMN, Entry, Named
from jaxlens.config.errors import Place


@dataclass(frozen=True, eq=False)
class Layout:
    """What a FORMAT gives by itself, of columns that the file has.

    Attributes:
        entries: as those of COLUMNS.
        sky: the columns of right ascension and declination, or nothing.
        id: the column that names a row, or None.
    """

    entries: list[Entry]
    sky: tuple[Entry, ...]
    id: Named | None


def prepared(form: str, table: Table) -> Table:
    """A catalogue with the columns that follow from those of its FORMAT.

    Raises:
        CatalogError: if a column that they need is wrong.
    """
    module = _module(form)
    found: Table = module.prepared(table) if module else table
    return found


def layout_of(form: str, table: Table, place: Place, bands: tuple[str, ...]) -> Layout | None:
    """What a FORMAT gives by itself; None for a format that has no columns of its own.

    Args:
        form: the FORMAT.
        table: the catalogue, of which only columns that are there are used.
        place: that of the key FORMAT.
        bands: the names of the bands.
    """
    module = _module(form)
    if module is None:
        return None
    known = {name.casefold() for name in table.columns}
    columns: Mapping[str, str | Mapping[str, str]] = module.COLUMNS
    entries = [Entry(name, place, _words(one), bands, True) for name, one in columns.items()]
    sky: Mapping[str, str] = module.SKY
    places = tuple(Entry("", place, {COLUMN: sky[key]}, bands, True) for key in ("ra", "dec") if key in sky)
    name = str(module.ID)
    return Layout(
        [one for one in entries if _is_there(one, known)],
        places if len(places) == 2 and all(_is_there(one, known) for one in places) else (),
        Named(name, place) if name.casefold() in known else None,
    )


def _module(form: str) -> ModuleType | None:
    """The module of a layout; None for other formats."""
    if form == "om10":
        from jaxlens.catalogs import om10

        return om10
    if form == "slsim":
        from jaxlens.catalogs import slsim

        return slsim
    return None


def _words(one: str | Mapping[str, str]) -> Mapping[str, str]:
    return {COLUMN: one} if isinstance(one, str) else one


def _is_there(entry: Entry, known: set[str]) -> bool:
    return all(name.partition("[")[0].casefold() in known for name in entry.columns)
