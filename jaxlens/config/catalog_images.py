"""IMAGES of a CATALOG: the columns in which it lists the lensed images of each system."""

from __future__ import annotations

from collections.abc import Mapping

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.lensed_images import LensedImages, Names, lensed_images
from jaxlens.catalogs.tables import Table
from jaxlens.config.errors import Report
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.values import word

# The key under CATALOG.
IMAGES = "IMAGES"
# Its keys, of which the first two are needed.
KEYS = ("x", "y", "magnification", "delay", "count")
# The columns of the catalogue of Oguri & Marshall (2010).
OM10: Mapping[str, Names] = {
    "x": "XIMG",
    "y": "YIMG",
    "magnification": "MAG",
    "delay": "DELAY",
    "count": "NIMG",
}
_ADVICE = "give a column, or a list of columns, one an image"


def read_images(section: Section, table: Table | None, form: str) -> LensedImages | None:
    """The images that a catalogue lists.

    Args:
        section: CATALOG, of which IMAGES is read.
        table: the rows of its file; None where it could not be read.
        form: its FORMAT; `om10` has columns of images of its own.

    Returns:
        The images of each row of `table`; None where there are none, or where something is wrong, which is
        reported.
    """
    written = section.has(IMAGES)
    place = section.node.entries[IMAGES if written else "FORMAT"].place if written or form == "om10" else None
    columns = _columns(section) if written else dict(OM10) if form == "om10" else {}
    if place is None or table is None or not {"x", "y"} <= columns.keys():
        return None
    if not written:
        known = {name.casefold() for name in table.columns}
        columns = {key: name for key, name in columns.items() if str(name).casefold() in known}
        if not {"x", "y"} <= columns.keys():
            return None
    try:
        return lensed_images(table, **columns)  # type: ignore[arg-type]
    except CatalogError as error:
        section.report.problem(place, str(error))
        return None


def _columns(section: Section) -> dict[str, Names]:
    """The columns that IMAGES names, by key."""
    found: dict[str, Names] = {}
    with section.sub(IMAGES, f"a key of {IMAGES}") as images:
        for key in KEYS:
            node = images.need(key, _ADVICE) if key in ("x", "y") else images.take(key)
            names = _names(node, images.report, one=key == "count")
            if names:
                found[key] = names
    return found


def _names(node: Node | None, report: Report, one: bool) -> Names:
    """A column or several; "" where there is none, or where it is illegal, which is reported."""
    if node is None or one or not isinstance(node.value, tuple):
        return word(node, report, "give the name of a column" if one else _ADVICE) or ""
    names = [word(item, report, _ADVICE) or "" for item in node.value]
    return names if all(names) else ""
