"""Pixels of an image that are not to be used: saturated, without data, or single ones that no PSF makes."""

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
# Pixels by which saturated regions grow, since charge spills over: the eight neighbours.
SATURATION_GROWTH = 1.5
# A noise that is this many times the median one marks a pixel that is not used, as 1e8 in some surveys.
HUGE_NOISE = 1e3
# Sigma: how far a cosmic ray or a dead pixel is from the median of the pixels around it.
_SINGLE = 8.0
# Pixels along a side of the square of this median.
_SURROUNDINGS = 5
# The largest share of its height that neighbours of a cosmic ray have: this, or half of that of the PSF.
_NEIGHBOURS, _OF_PSF = 0.15, 0.5


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
        return grown(np.asarray(images >= level), SATURATION_GROWTH)


def empty_border(image: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The pixels at the edge of an image that hold no data: whole rows or columns of one value, (y, x).

    Args:
        image: the pixels, (y, x).

    >>> image = np.arange(16.0).reshape(4, 4)
    >>> image[0] = 0.0
    >>> empty_border(image)[:2].tolist()
    [[True, True, True, True], [False, False, False, False]]
    """
    rows, columns = (np.zeros(length, bool) for length in image.shape)
    # twice, since a row may be empty but for columns that are
    for _ in range(2):
        rows |= _empty_ends(image[:, ~columns])
        columns |= _empty_ends(image[~rows].T)
    return rows[:, None] | columns[None, :]


def _empty_ends(lines: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The lines without data from each end to the first that has some, (lines,)."""
    empty = ~np.isfinite(lines).any(axis=1) | (lines == lines[:, :1]).all(axis=1)
    ends: NDArray[np.bool_] = np.logical_and.accumulate(empty)
    return ends | np.logical_and.accumulate(empty[::-1])[::-1]


def single_pixels(
    image: NDArray[np.float64],
    sigma: NDArray[np.float64],
    used: NDArray[np.bool_],
    psf: NDArray[np.floating[Any]] | None = None,
) -> NDArray[np.bool_]:
    """Pixels that stand alone, such as cosmic rays and dead pixels, (y, x).

    They are 8 sigma from the median of the 5 x 5 pixels around, and their neighbours by less than half of the
    share of it that neighbours have in the PSF, or by less than 15% without one.

    Args:
        image: the pixels, (y, x).
        sigma: the standard deviation of the noise, (y, x).
        used: which pixels count, (y, x).
        psf: the PSF in the pixels of the image, (k, k), or None.
    """
    from scipy.ndimage import gaussian_filter, maximum_filter, median_filter

    share = _NEIGHBOURS if psf is None else _OF_PSF * _neighbour_share(psf)
    # pixels that do not count are like those around them
    weight = gaussian_filter(used.astype(np.float64), 1.0)
    around = gaussian_filter(np.where(used, image, 0.0), 1.0) / np.where(weight > 0.0, weight, 1.0)
    filled = np.where(used, image, around)
    away = np.where(used, np.abs(filled - median_filter(filled, _SURROUNDINGS)), 0.0)
    neighbours = np.ones((3, 3), bool)
    neighbours[1, 1] = False
    beside = maximum_filter(away, footprint=neighbours, mode="constant")
    return np.asarray((away > _SINGLE * np.where(used, sigma, 1.0)) & (beside < share * away))


def _neighbour_share(psf: NDArray[np.floating[Any]]) -> float:
    """The largest of the eight neighbours of the middle of a PSF, as a share of the middle."""
    y, x = (length // 2 for length in psf.shape)
    if min(psf.shape) < 3 or not psf[y, x] > 0.0:
        return 0.0
    near = psf[y - 1 : y + 2, x - 1 : x + 2].copy()
    near[1, 1] = 0.0
    return float(np.max(near) / psf[y, x])
