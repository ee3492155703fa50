"""IMAGES of a CATALOG: the columns in which it lists the lensed images of each system."""

from __future__ import annotations

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
    if not section.has(IMAGES):
        return _of_om10(section, table) if form == "om10" and table is not None else None
    columns = _columns(section)
    if table is None or section.node is None or not {"x", "y"} <= columns.keys():
        return None
    try:
        return lensed_images(table, **columns)  # type: ignore[arg-type]
    except CatalogError as error:
        section.report.problem(section.node.entries[IMAGES].place, str(error))
        return None


def _of_om10(section: Section, table: Table) -> LensedImages | None:
    """The images in the columns of OM10, where the file has them."""
    from jaxlens.catalogs import om10

    if not {"ximg", "yimg", "mag", "delay", "nimg"} <= {name.casefold() for name in table.columns}:
        return None
    try:
        x, y, magnification, delay, count = om10.images(table)
    except CatalogError as error:
        if section.node:
            section.report.problem(section.node.entries["FORMAT"].place, str(error))
        return None
    return LensedImages(x, y, count, magnification, delay)


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
