"""The section CATALOG as it is written, and the rows of its file that WHERE leaves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.lensed_images import LensedImages
from jaxlens.catalogs.tables import Table
from jaxlens.config.catalog.cuts import nothing_left, read_cuts, rows_left
from jaxlens.config.catalog.entries import (
    Entry,
    Named,
    left_out,
    not_rivals,
    parameters_of,
    read_column,
    read_entries,
)
from jaxlens.config.catalog.images import read_images
from jaxlens.config.catalog.layouts import Layout, layout_of, prepared
from jaxlens.config.errors import Place, nearest, shown
from jaxlens.config.files import locate, resolve
from jaxlens.config.model import CATALOG
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.spellings import is_nothing, switch
from jaxlens.config.values import word

MODES = ("iterate", "sample")
# The rows of a file are numbered by floats in single precision, which are exact below this.
MAX_ROWS = 2**24
_STRICT = (
    "rows that are not finite are an error",
    "rows that are not finite are skipped, with a warning",
)


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a catalogue's file that WHERE leaves.

    Attributes:
        table: these rows.
        numbers: their numbers in the file, from 0, (rows,).
        total: the number of rows of the file.
        format: the FORMAT, "" where the ending of the file's name tells.
    """

    table: Table
    numbers: np.ndarray
    total: int
    format: str


@dataclass(frozen=True, eq=False)
class Written:
    """The section CATALOG as it is written.

    Attributes:
        place: where it stands.
        rows: the rows of its file; None where there are none, which is reported.
        mode: one of `MODES`.
        strict: whether rows that are not finite are an error.
        labels: the labels in CONFIGURATIONS; None for all configurations.
        entries: those of COLUMNS, after those of the FORMAT.
        sky: the columns of right ascension and declination, or nothing.
        id: the column that names a row, or None.
        keep: further columns for the metadata.
        weight: the column of weights, or None.
        matches: the sections MATCH_n by their labels.
        matched: the parameters that these may set.
        images: the lensed images that the rows list, or None.
        lacking: (column, entry) of what a file of the FORMAT usually has and this one has not.
    """

    place: Place
    rows: Rows | None
    mode: str
    strict: bool
    labels: tuple[str, ...] | None
    entries: list[Entry]
    sky: tuple[Entry, ...] = ()
    id: Named | None = None
    keep: list[Named] = field(default_factory=list)
    weight: Named | None = None
    matches: tuple[tuple[str, Node], ...] = ()
    matched: frozenset[str] = frozenset()
    images: LensedImages | None = None
    lacking: tuple[tuple[str, Entry], ...] = ()

    @property
    def names(self) -> set[str]:
        """The names of all parameters that it may set, as a table has them."""
        own = {one for entry in self.entries for one in entry.parameters}
        return {name for one in own | self.matched for name in self.labelled(one)}

    def labelled(self, name: str) -> list[str]:
        """A parameter's name in each of the configurations; as it is where all have it."""
        if self.labels is None or name.startswith("CONFIGURATION_"):
            return [name]
        return [f"{label}-{name}" for label in self.labels]


def read_catalog_file(root: Section) -> Written | None:
    """The section CATALOG, and the rows of its file; None where there is no such section."""
    if not root.has(CATALOG):
        return None
    report, labels = root.report, list[str]()
    with report.only(labels), root.sub(CATALOG, "a key of CATALOG") as section:
        found = read_configurations(section, root.node)
        labels += found or ()
        rows = read_rows(section)
        table, form = (rows.table, rows.format) if rows else (None, _form(section))
        layout = layout_of(form, table, _format_place(section), report.bands)
        columns = section.take("COLUMNS")
        own, without = read_entries(columns, report), left_out(columns, report.bands)
        implied, usual = (layout.entries, layout.lacking) if layout else ([], [])
        every = [*implied, *(entry for _, entry in usual)]
        for one in without:
            if len(not_rivals(every, [one])) == len(every):
                report.problem(one.place, "is empty; give the name of a column")
        entries = [*not_rivals(implied, [*own, *without]), *own]
        lacking = tuple(one for one in usual if not_rivals([one[1]], [*own, *without]))
        matches = tuple(section.numbered("MATCH", gaps=True))
        mode = section.choice("MODE", MODES, default="iterate", noun="a mode")
        weight = named(section, "WEIGHT")
        if weight and mode == "iterate":
            report.remark(weight.place, "has no effect with MODE: iterate, which takes the rows in order")
        return Written(
            place=section.node.place if section.node else Place(""),
            rows=rows,
            mode=mode or "iterate",
            strict=_strict(section),
            labels=found,
            entries=entries,
            sky=_sky_of(section, layout),
            id=named(section, "ID") or (layout.id if layout else None),
            keep=names_in(section, "KEEP"),
            weight=weight,
            matches=matches,
            matched=_set_by(matches, report.bands),
            images=read_images(section, table, rows.format if rows else ""),
            lacking=lacking,
        )


def _set_by(matches: Iterable[tuple[str, Node]], bands: tuple[str, ...]) -> frozenset[str]:
    """The parameters that the sections MATCH_n may set."""
    return frozenset().union(*(parameters_of(node.entries.get("COLUMNS"), bands) for _, node in matches))


def read_rows(section: Section) -> Rows | None:
    """The rows of the file FILENAME that WHERE leaves; None, and problems, where there are none.

    The keys FILENAME, FORMAT and WHERE of the section are read.
    """
    from jaxlens.catalogs.reading import FORMATS

    path = _path(section)
    form = section.choice("FORMAT", FORMATS, default="", noun="a format of catalogues")
    cuts = read_cuts(section.take("WHERE"), section.report)
    table = None if path is None else _table(path, form, section)
    if table is None or section.node is None:
        return None
    left = rows_left(table, cuts, section.report)
    if left is None:
        return None
    if not left.any():
        section.report.problem(section.node.entries["WHERE"].place, nothing_left(table, cuts))
        return None
    kept = {name: column[left] for name, column in table.columns.items()}
    return Rows(Table(table.source, kept, table.units), np.flatnonzero(left), len(table), form)


def read_configurations(section: Section, root: Node | None) -> tuple[str, ...] | None:
    """The labels of what CONFIGURATIONS lists by label or NAME; None where the section has no such key."""
    node = section.take("CONFIGURATIONS")
    if node is None:
        return None
    geometry = root.entries.get("GEOMETRY") if root else None
    known = {
        label: one.entries["NAME"].text.strip() if "NAME" in one.entries else ""
        for label, one in (geometry.entries if geometry else {}).items()
        if label.startswith("CONFIGURATION_") and not is_nothing(one)
    }
    found: dict[str, None] = {}
    if node.value == ():
        section.report.problem(node.place, "is an empty list; name configurations, or leave it out for all")
    for one in names_in(section, "CONFIGURATIONS"):
        labels = [label for label, name in known.items() if one.name in (label, name)]
        if not labels:
            finding = f"{shown(one.name)} is no configuration of GEOMETRY; {nearest(one.name, known)}"
            section.report.problem(one.place, finding)
        found.update(dict.fromkeys(labels))
    return tuple(found) or None


def names_in(section: Section, key: str) -> list[Named]:
    """The words in the list under a key; one may stand alone."""
    node = section.take(key)
    if node is None:
        return []
    items = node.value if isinstance(node.value, tuple) else _separated(node)
    found = [Named(word(item, section.report, "give a list of names"), item.place) for item in items]
    return [one for one in found if one.name]


def _separated(node: Node) -> tuple[Node, ...]:
    """The words of a text with commas between them."""
    if isinstance(node.value, dict):
        return (node,)
    return tuple(Node(node.place, word.strip(), word.strip()) for word in node.text.split(","))


def named(section: Section, key: str) -> Named | None:
    """The name of a column under a key; None where there is none."""
    node = section.take(key)
    name = word(node, section.report, "give the name of a column")
    return Named(name, node.place) if node and name else None


def _path(section: Section) -> Path | None:
    node = section.need("FILENAME", "give the file of a catalogue")
    name = word(node, section.report, "give the file of a catalogue")
    if node is None or not name or resolve(node.place, name, section.report) is None:
        return None
    return locate(node.place, name, section.report)


def _table(path: Path, form: str, section: Section) -> Table | None:
    """The catalogue in a file; None, and a problem, where it cannot be read."""
    from jaxlens.catalogs.reading import read_catalog

    section.report.sources.append(str(path))
    try:
        table = prepared(form, read_catalog(path, form or None))
    except CatalogError as error:
        text = str(error).removeprefix(f"{path}").removeprefix(":").strip()
        section.report.problem(Place(str(path)), text)
        return None
    if not 0 < len(table) <= MAX_ROWS:
        finding = f"has {len(table)} rows; give 1 to {MAX_ROWS}"
        section.report.problem(Place(str(path)), finding)
        return None
    return table


def _form(section: Section) -> str:
    """The FORMAT of a file that cannot be read; "" where there is none."""
    node = section.node.entries.get("FORMAT") if section.node else None
    return node.text.strip() if node else ""


def _format_place(section: Section) -> Place:
    """Where FORMAT stands, or the section where it has none."""
    if section.node is None:
        return Place("")
    return section.node.entries["FORMAT"].place if section.has("FORMAT") else section.node.place


def _strict(section: Section) -> bool:
    node = section.take("STRICT")
    return bool(node and switch(node, section.report, *_STRICT))


def _sky(section: Section) -> tuple[Entry, ...]:
    """The columns of right ascension and declination; () where SKY is missing or illegal."""
    if not section.has("SKY"):
        return ()
    with section.sub("SKY", "a key of SKY") as sky:
        nodes = [sky.need(key, "give the column of the position on the sky") for key in ("ra", "dec")]
    found = [read_column(node, section.report) for node in nodes]
    return tuple(one for one in found if one) if all(found) else ()


def _sky_of(section: Section, layout: Layout | None) -> tuple[Entry, ...]:
    """The columns of SKY, or those of the FORMAT where the file has them."""
    if section.has("SKY") or layout is None:
        return _sky(section)
    return layout.sky
