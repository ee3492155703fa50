"""The FORMATs of a CATALOG that have columns of their own: OM10 and SLSim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType

from jaxlens.catalogs.tables import Table
from jaxlens.config.catalog.entries import COLUMN, Entry, Named
from jaxlens.config.errors import Place


@dataclass(frozen=True, eq=False)
class Layout:
    """What a FORMAT gives by itself, of columns that the file has.

    Attributes:
        entries: as those of COLUMNS.
        sky: the columns of right ascension and declination, or nothing.
        id: the column that names a row, or None.
        lacking: (column, entry) of what the file usually has, and has not.
    """

    entries: list[Entry]
    sky: tuple[Entry, ...]
    id: Named | None
    lacking: list[tuple[str, Entry]] = field(default_factory=list)


def prepared(form: str, table: Table) -> Table:
    """A catalogue with the columns that follow from those of its FORMAT.

    Raises:
        CatalogError: if a column that they need is wrong.
    """
    module = _module(form)
    found: Table = module.prepared(table) if module else table
    return found


def layout_of(form: str, table: Table | None, place: Place, bands: tuple[str, ...]) -> Layout | None:
    """What a FORMAT gives by itself; None for a format that has no columns of its own.

    Args:
        form: the FORMAT.
        table: the catalogue, of which only columns that are there are used; None where it cannot be read,
            and may have all of them.
        place: that of the key FORMAT.
        bands: the names of the bands.
    """
    module = _module(form)
    if module is None:
        return None
    known = None if table is None else {name.casefold() for name in table.columns}
    columns: Mapping[str, str | Mapping[str, str]] = module.COLUMNS
    entries = [Entry(name, place, _words(one), bands, True) for name, one in columns.items()]
    sky: Mapping[str, str] = module.SKY
    places = tuple(Entry("", place, {COLUMN: sky[key]}, bands, True) for key in ("ra", "dec") if key in sky)
    name = str(module.ID)
    return Layout(
        [one for one in entries if _is_there(one, known)],
        places if len(places) == 2 and all(_is_there(one, known) for one in places) else (),
        Named(name, place) if known is None or name.casefold() in known else None,
        [] if known is None else _lacking(module, entries, known),
    )


def columns_without(form: str, table: Table) -> list[str]:
    """The columns of a FORMAT that a catalogue has not; none of a format that has no columns of its own."""
    module = _module(form)
    columns: Mapping[str, str | Mapping[str, str]] = module.COLUMNS if module else {}
    names = (name for one in columns.values() for name in Entry("", Place(""), _words(one)).columns)
    known = {name.casefold() for name in table.columns}
    missing = (name.partition("[")[0] for name in names)
    return list(dict.fromkeys(name for name in missing if name.casefold() not in known))


def _module(form: str) -> ModuleType | None:
    """The module of a layout; None for other formats."""
    if form == "om10":
        from jaxlens.catalogs import om10

        return om10
    if form == "slsim":
        from jaxlens.catalogs import slsim

        return slsim
    return None


def _lacking(module: ModuleType, entries: list[Entry], known: set[str]) -> list[tuple[str, Entry]]:
    """The columns that a file of a layout usually has and this one has not, each with what needs it."""
    usual: Mapping[str, str] = getattr(module, "USUAL", {})
    return [
        (name, entry)
        for name, needed in usual.items()
        for entry in entries
        if name.casefold() not in known and needed in entry.columns
    ]


def _words(one: str | Mapping[str, str]) -> Mapping[str, str]:
    return {COLUMN: one} if isinstance(one, str) else one


def _is_there(entry: Entry, known: set[str] | None) -> bool:
    return known is None or all(name.partition("[")[0].casefold() in known for name in entry.columns)
