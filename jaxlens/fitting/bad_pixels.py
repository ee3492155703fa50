"""Pixels of an image that are not to be used: saturated ones, and neighbours of any that are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jaxlens.files.image_headers import ImageHeader
from jaxlens.files.photometry import number

# Keywords of the level at which a detector saturates.
SATURATIONS = ("SATURATE", "SATLEVEL", "SATURATA")
# The value of `saturation` that takes the level of the header.
HEADER = "header"
# Pixels by which saturated regions grow, since charge spills over.
SATURATION_GROWTH = 1


def grown(flags: NDArray[np.bool_], pixels: float) -> NDArray[np.bool_]:
    """Regions with all pixels that are no farther from them than a number of pixels.

    Args:
        flags: True in the regions, (..., y, x).
        pixels: the distance between centres of pixels; 1.5 has the eight neighbours of a pixel.

    >>> grown(np.eye(3, dtype=bool)[:, :1], 1.0).ravel().tolist()
    [True, True, False]
    """
    from scipy.ndimage import binary_dilation

    radius = int(pixels)
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    near = (np.hypot(x, y) <= pixels).reshape((1,) * (flags.ndim - 2) + x.shape)
    return np.asarray(binary_dilation(flags, near), bool)


def saturated(
    images: NDArray[np.floating[Any]], headers: Sequence[ImageHeader | None], saturation: float | str
) -> NDArray[np.bool_]:
    """The pixels at or above a level, with their neighbours.

    Args:
        images: the image in the unit of its file, (..., bands, y, x).
        headers: one for all bands, or one for each; None without a header.
        saturation: the level in the unit of the file, or "header" for that of SATURATE.

    Raises:
        ValueError: if the level is not above 0; if a header has none.
    """
    if saturation == HEADER:
        levels = [None if one is None else number(one.keywords, SATURATIONS) for one in headers]
        missing = [one for one, level in zip(headers, levels, strict=True) if level is None]
        if missing:
            source = "an array" if missing[0] is None else missing[0].name
            raise ValueError(
                f"{source} has no keyword {', '.join(SATURATIONS)}; give saturation= as a number"
            )
        level = np.array(levels, np.float64)[:, None, None]
    else:
        if isinstance(saturation, str) or not saturation > 0.0:
            raise ValueError(
                f"saturation is {saturation!r}; give a level above 0 in the image's unit, or 'header'"
            )
        level = np.array(saturation, np.float64)
    with np.errstate(invalid="ignore"):
        return grown(np.asarray(images >= level), SATURATION_GROWTH * np.sqrt(2.0))
