"""What is known of each image of a stack: columns beside the images, in a table, or in a catalogue.

A column has its own name, and where it is one of those of published stacks also the name that we use.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from jaxlens.config.array_files import FITS, HDF5, NPZ, dataset_key
from jaxlens.config.errors import Place, Report, nearest
from jaxlens.config.files import locate, resolve
from jaxlens.config.limited_files import opened, read_npz
from jaxlens.config.reader import Node
from jaxlens.config.tables import MAX_BYTES, read_table
from jaxlens.config.values import finite, word

Columns = dict[str, np.ndarray]

PIXEL_SCALE, REDSHIFT, WEIGHT, MAGNITUDE = "pixel_scale", "redshift", "weight", "magnitude"
HALF_LIGHT_RADIUS = "half_light_radius"
# Our name of a column, and its names elsewhere: in the npz files of paltax, in GalSim's catalogues.
_NAMES: Mapping[str, tuple[str, ...]] = {
    PIXEL_SCALE: ("pixel_sizes", "pixel_size", "pixel_scales"),
    REDSHIFT: ("redshifts", "z", "zphot"),
    MAGNITUDE: ("magnitudes", "mag", "mag_auto"),
    HALF_LIGHT_RADIUS: ("half_light_radii", "hlr"),
    WEIGHT: ("weights",),
}
_TABLE = "give a table with a row for each image, .txt, .csv or .fits"


def named(columns: Mapping[str, np.ndarray]) -> Columns:
    """Columns by their names in lower case, and by ours.

    Args:
        columns: arrays (n,) of numbers.

    Returns:
        The columns in double precision.

    >>> sorted(named({"Redshifts": np.array([0.5])}))
    ['redshift', 'redshifts']
    """
    found = {name.strip().lower(): np.asarray(column, np.float64) for name, column in columns.items()}
    ours = {
        name: found[other]
        for name, others in _NAMES.items()
        if name not in found
        for other in reversed(others)
        if other in found
    }
    return found | ours


def columns_beside(path: Path, name: str | None, count: int) -> Columns:
    """The numbers of each image that stand beside the images in a npz or HDF5 file.

    Args:
        path: the file, whose images could be read.
        name: the name of the images in it, or None.
        count: the number of images.

    Returns:
        Every one-dimensional array of this length, in the group of the images.
    """
    suffix = path.suffix.lower()
    if suffix in NPZ:
        return named(_numbers(read_npz(path, MAX_BYTES, "", lambda shape: shape == (count,)), count))
    return named(_numbers(_of_hdf5(path, name, count), count)) if suffix in HDF5 else {}


def _of_hdf5(path: Path, name: str | None, count: int) -> dict[str, np.ndarray]:
    """The one-dimensional datasets in the group of the images."""
    import h5py

    with h5py.File(path, "r") as file:
        every: list[str] = []
        file.visititems(lambda key, item: every.append(key) if isinstance(item, h5py.Dataset) else None)
        key = dataset_key(every, path, name, lambda finding: None) or ""
        group: Any = file[key].parent
        return {
            one: item[()]
            for one, item in group.items()
            if isinstance(item, h5py.Dataset) and item.shape == (count,)
        }


def _numbers(arrays: Mapping[str, np.ndarray], count: int) -> dict[str, np.ndarray]:
    """Those of some arrays that are columns of real numbers."""
    return {
        name: array
        for name, array in arrays.items()
        if array.shape == (count,) and np.issubdtype(array.dtype, np.number) and not np.iscomplexobj(array)
    }


def read_catalogue_table(node: Node, count: int, report: Report) -> Columns | None:
    """The columns of the table that TABLE names, a row for each image in their order.

    Args:
        node: the name.
        count: the number of images.
        report: the problems are added to it.

    Returns:
        The columns; None, and problems, where the table cannot be read or has another number of rows.
    """
    name = word(node, report, _TABLE)
    path = resolve(node.place, name, report) if name else None
    as_shown = locate(node.place, name, report) if path else None
    if path is None or as_shown is None:
        return None
    if path.suffix.lower() in FITS:
        report.sources.append(str(as_shown))
        columns = table_unit(path, Place(str(as_shown)), report)
    else:
        table = read_table(as_shown, report, commas=True)
        columns = None if table is None else dict(zip(table.names, table.values.T, strict=True))
    if columns is None:
        return None
    rows = len(next(iter(columns.values()), ()))
    if rows != count:
        finding = f"has {rows} rows for {count} images; give one row an image, in their order"
        report.problem(Place(str(as_shown)), finding)
        return None
    return named(_numbers(columns, count))


def table_unit(path: Path, place: Place, report: Report) -> dict[str, np.ndarray] | None:
    """The columns of the first table of a FITS file; None, and a problem, where there is none.

    Args:
        path: the file.
        place: its place in messages.
        report: the problem is added to it.
    """
    from astropy.io import fits

    try:
        with opened(path, MAX_BYTES, "unpack it") as stream, fits.open(stream, memmap=False) as file:
            for unit in file:
                if isinstance(unit, fits.BinTableHDU):
                    return {name: np.asarray(unit.data[name]) for name in unit.columns.names}
    except Exception:  # for a broken file astropy raises many kinds of errors
        report.problem(place, "cannot be read as FITS; give a table")
        return None
    report.problem(place, "has no table in it; give one with a row for each image")
    return None


def selected(node: Node | None, columns: Columns, count: int, source: str, report: Report) -> np.ndarray:
    """Which images have columns within the bounds of SELECT.

    Args:
        node: a mapping of bounds by the name of a column with `_min` or `_max`; None for no bounds.
        columns: the columns of the images.
        count: the number of images.
        source: the file, for messages.
        report: a problem is added for each illegal bound, and where no image is left.

    Returns:
        Whether each image is within all bounds, which none is whose column is not a number, (count,).
    """
    kept = np.ones(count, bool)
    if node is None:
        return kept
    if not node.entries:
        advice = "give a mapping of bounds, as {magnitude_max: 23.5}"
        report.problem(node.place, f"has no bounds; {advice}")
        return kept
    legal = True
    for key, entry in node.entries.items():
        column, _, end = key.lower().rpartition("_")
        if column not in columns or end not in ("min", "max"):
            bounds = [f"{name}_{one}" for name in columns for one in ("min", "max")]
            finding = f"is no bound of a column of {source}"
            report.problem(entry.place, f"{finding}; {nearest(key, bounds) if bounds else 'it has none'}")
            legal = False
            continue
        bound = finite(entry, report, "give a number")
        if bound is None:
            legal = False
            continue
        kept &= columns[column] >= bound if end == "min" else columns[column] <= bound
    if legal and not kept.any():
        ranges = ", ".join(_range(key.lower().rpartition("_")[0], columns) for key in node.entries)
        report.problem(node.place, f"leaves none of the {count} images of {source}; {ranges}")
    return kept


def _range(name: str, columns: Columns) -> str:
    """The smallest and largest value of a column, for messages."""
    finite_values = columns[name][np.isfinite(columns[name])]
    if not finite_values.size:
        return f"{name} is no number in any row"
    return f"{name} is from {finite_values.min():.4g} to {finite_values.max():.4g}"
