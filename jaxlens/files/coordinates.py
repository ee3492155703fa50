"""The coordinates of arrays: the names of their dimensions, the values along them and their units."""

from __future__ import annotations

import numpy as np

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

    y and x are those of the pixels' centres in arcsec from the centre of the image, or the numbers of the
    pixels where the pixel scale differs between systems.
    """
    pixels = np.arange(contents.num_pix)
    scale = pixel_scale(contents)
    along = pixels if scale is None else (pixels - (contents.num_pix - 1) / 2) * scale
    known: dict[str, Column] = {
        "system": np.arange(contents.start, contents.start + contents.count),
        "epoch": np.arange(contents.epochs or 0),
        "plane": np.array(PLANES, dtype=object),
        "band": np.array(contents.bands, dtype=object),
        "y": along,
        "x": along,
    }
    return {name: known[name] for name in dimensions(contents, array)}


def pixel_scale(contents: Contents) -> float | None:
    """The size of a pixel in arcsec; None where it is not the same for all systems."""
    scale = contents.attributes.get("pixel_scale")
    return None if scale is None else float(scale)


def unit_of_coordinate(contents: Contents, name: str) -> str:
    """The unit of a coordinate, "" where it has none."""
    if name not in ("y", "x"):
        return ""
    return "pixel" if pixel_scale(contents) is None else "arcsec"
