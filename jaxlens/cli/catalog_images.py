"""What `jaxlens check` says of the images that a catalogue lists: how far ours are from them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from jaxlens.config import Config
from jaxlens.config.model import CATALOG_ID, Catalog, Configuration

if TYPE_CHECKING:
    from jaxlens.truth.image_differences import ImageDifferences

# The percentiles of the delays' ratios between which nearly all are.
_NEARLY_ALL = (10.0, 90.0)
# Nearly all delays differ by one factor where it is this far from 1, and the ratios spread by less than this
# share of that distance.
_FAR, _SPREAD = 0.005, 0.2


def print_image_differences(config: Config, one: Configuration, every: bool) -> None:
    """Print how far our images are from those of the catalogue, if it lists any of this configuration.

    Args:
        config: the file.
        one: the configuration.
        every: whether all systems are compared, not a sample.
    """
    catalog = config.catalog
    if catalog is None or catalog.images is None or one.label not in catalog.configurations:
        return
    # a file without such a catalogue is checked without compiling anything
    from jaxlens.truth.catalog_check import SYSTEMS, check_catalog

    began = time.perf_counter()
    try:
        found = check_catalog(config, one.label, None if every else SYSTEMS)
    except ValueError as error:
        print(f"{one.label} ({one.name}): the images of the catalogue are not compared: {error}")
        return
    seconds = time.perf_counter() - began
    compared, all_rows = len(found.row), len(catalog.rows)
    more = "" if compared == all_rows else "; --catalog-all compares all"
    counted = f"{compared} of {all_rows} systems compared{more}"
    print(f"{one.label} ({one.name}): images of {catalog.source}: {counted} ({seconds:.0f} s)")
    for line in differences(catalog, found):
        print(f"    {line}")


def differences(catalog: Catalog, found: ImageDifferences) -> Iterator[str]:
    """The lines about each quantity, and about numbers of images.

    Args:
        catalog: the catalogue, for the names of its rows.
        found: the differences.
    """
    quantities = (
        ("positions", found.position, " arcsec", 1.0),
        ("magnifications", found.magnification, "%", 100.0),
        ("delays", found.delay, "%", 100.0),
    )
    for name, values, unit, scale in quantities:
        spread = None if values is None else found.spread(values)
        if spread is not None:
            median, most, largest = (f"{scale * size:.2g}{unit}" for size in spread[1:4])
            system = _name(catalog, spread.row)
            yield f"{name}: {median} (median), {most} (99 of 100), {largest} at most, in {system}"
    if found.delay is not None and (factor := _common_factor(found.delay)):
        yield f"nearly all delays are {factor:.4g} times the catalogue's: is COSMOLOGY that of the catalogue?"
    other = np.flatnonzero(~found.same_number)
    if other.size:
        k = other[0]
        numbers = f"{found.theirs.count[k]} in the catalogue, {found.ours.count[k]} here"
        first = f"the first is {_name(catalog, int(found.row[k]))} ({numbers})"
        yield f"{other.size} of {len(found.row)} systems have another number of images; {first}"
    else:
        yield "all have the same number of images"


def _name(catalog: Catalog, row: int) -> str:
    """A system by the name of its row where it has one, and by the number of the row."""
    names = catalog.of_rows(np.array([row])).get(CATALOG_ID)
    return f"row {row}" if names is None else f"{names[0]} (row {row})"


def _common_factor(delay: np.ndarray) -> float | None:
    """The ratio of our delays to the catalogue's if nearly all have the same, which is not 1; else None."""
    ratios = delay[np.isfinite(delay)] + 1.0
    if not ratios.size:
        return None
    low, high = np.percentile(ratios, _NEARLY_ALL)
    factor = float(np.median(ratios))
    return factor if abs(factor - 1.0) > _FAR and high - low < _SPREAD * abs(factor - 1.0) else None
