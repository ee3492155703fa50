"""The coordinates of arrays: the names of their dimensions, the values along them and their units."""

from __future__ import annotations

import numpy as np

from jaxlens.config.model import PIXEL_MAP
from jaxlens.files.contents import PLANES, ArrayName, Contents
from jaxlens.files.metadata import Column

# The name of an array or a dimension -> what it is, for the labels of axes.
LONG_NAMES = {
    "images": "images",
    "planes": "images of the lens light, the source light, the point sources and the noise",
    "difference": "difference images",
    "mjd": "time of the observation",
    "mask": "whether a band was observed at an epoch",
    "system": "index of the system in the dataset, OBJID",
    "epoch": "number of the epoch",
    "plane": "part of the image",
    "band": "photometric band",
}


def dimensions(contents: Contents, array: ArrayName) -> tuple[str, ...]:
    """The names of the dimensions of an array.

    >>> dimensions(Contents("CONFIGURATION_1", "Demo", ("g",), 8, 3, {}), "planes")
    ('system', 'plane', 'band', 'y', 'x')
    """
    epoch = () if contents.epochs is None else ("epoch",)
    plane = ("plane",) if array == "planes" else ()
    return ("system", *epoch, *plane, "band", "y", "x")


def coordinates(contents: Contents, array: ArrayName) -> dict[str, Column]:
    """The coordinates of the dimensions of an array, by their names.

    y and x are those of the pixels' centres in arcsec, from the centre of the image unless it has a shift.
    They are the numbers of the pixels where pixels differ between systems, or rows are not along x.
    """
    pixels = np.arange(contents.num_pix)
    x, y = _along_axes(contents) or (pixels, pixels)
    known: dict[str, Column] = {
        "system": np.arange(contents.start, contents.start + contents.count),
        "epoch": np.arange(contents.epochs or 0),
        "plane": np.array(PLANES, dtype=object),
        "band": np.array(contents.bands, dtype=object),
        "y": y,
        "x": x,
    }
    return {name: known[name] for name in dimensions(contents, array)}


def pixel_scale(contents: Contents) -> float | None:
    """The side of a pixel in arcsec, of a square as large; None where it is not the same for all systems."""
    scale = contents.attributes.get("pixel_scale")
    return None if scale is None else float(scale)


def pixel_map(contents: Contents) -> tuple[np.ndarray, np.ndarray] | None:
    """Where the pixels of all systems are: the matrix, arcsec per pixel, (2, 2), and the shift, arcsec, (2,).

    It is None where pixels are squares along x and y, or are not the same for all systems.
    """
    if PIXEL_MAP[0] not in contents.attributes:
        return None
    numbers = np.array([float(contents.attributes[name]) for name in PIXEL_MAP])
    return numbers[:4].reshape(2, 2), numbers[4:]


def _along_axes(contents: Contents) -> tuple[np.ndarray, np.ndarray] | None:
    """The x of columns and the y of rows in arcsec; None where they are not known or depend on both."""
    scale, known = pixel_scale(contents), pixel_map(contents)
    if scale is None:
        return None
    offsets = np.arange(contents.num_pix) - (contents.num_pix - 1) / 2
    if known is None:
        return offsets * scale, offsets * scale
    (xx, xy, yx, yy), (x, y) = known[0].ravel(), known[1]
    return None if xy or yx else (offsets * xx + x, offsets * yy + y)


def unit_of_coordinate(contents: Contents, name: str) -> str:
    """The unit of a coordinate, "" where it has none."""
    if name not in ("y", "x"):
        return ""
    return "pixel" if _along_axes(contents) is None else "arcsec"
