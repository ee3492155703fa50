"""Where the pixels of a system are on the sky: the keywords of FITS, by which astropy makes a WCS.

The x axis of a system points to increasing right ascension and y to the north.  So the tangent plane at the
position (ra, dec) of the system has the coordinates (x, y), and a pixel at (i, j) from the middle of the
image is at

    x = xx i + xy j + x_shift,    y = yx i + yy j + y_shift    (arcsec),

where xx = yy is the pixel scale, and all other numbers are 0, unless the file gives others.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from jaxlens.config.model import DEC_SKY, RA_SKY

_ARCSEC_PER_DEGREE = 3600.0
# The numbers of a grid that is no square one about the position of the system.
_MATRIX = ("transform_xx", "transform_xy", "transform_yx", "transform_yy")
_SHIFT = ("x_shift", "y_shift")
# What a place on the sky follows from.
_USED = {RA_SKY, DEC_SKY, "pixel_scale", *_MATRIX, *_SHIFT}
# What is said of systems without a place.
NO_PLACE = "the systems have no place on the sky; give CATALOG the key SKY: {ra: ..., dec: ...}"


def wcs_keywords(values: Mapping[str, ArrayLike], num_pix: int) -> dict[str, str | float]:
    """The keywords of a FITS header that say where the pixels of one system are on the sky.

    Args:
        values: the metadata of the system by name, each with one entry or one for each band; `ra_sky`,
            `dec_sky`, and `pixel_scale` or the numbers of the grid are used.
        num_pix: the pixels along a side.

    Returns:
        Keywords of a gnomonic projection (TAN); x is axis 1.

    Raises:
        ValueError: if the system has no place on the sky.

    >>> found = wcs_keywords({"ra_sky": [150.0], "dec_sky": [2.0], "pixel_scale": [0.36]}, 11)
    >>> found["CRVAL1"], found["CRPIX1"], round(found["CD1_1"], 9)
    (150.0, 6.0, 0.0001)
    """
    if RA_SKY not in values or DEC_SKY not in values:
        raise ValueError(NO_PLACE)
    number = {name: float(np.ravel(np.asarray(value))[0]) for name, value in values.items() if name in _USED}
    scale = number.get("pixel_scale", np.nan)
    square = dict(zip(_MATRIX, (scale, 0.0, 0.0, scale), strict=True))
    matrix = np.array([number.get(name, square[name]) for name in _MATRIX])
    shift = np.array([number.get(name, 0.0) for name in _SHIFT])
    # where x and y are 0, in pixels from the middle
    middle = -np.linalg.solve(matrix.reshape(2, 2), shift)
    found: dict[str, str | float] = {"CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN"}
    found |= {
        "CUNIT1": "deg",
        "CUNIT2": "deg",
        "RADESYS": "ICRS",
        "CRVAL1": number[RA_SKY],
        "CRVAL2": number[DEC_SKY],
    }
    for axis, place in enumerate(middle.tolist(), 1):
        found[f"CRPIX{axis}"] = (num_pix + 1) / 2 + place
    keys = ("CD1_1", "CD1_2", "CD2_1", "CD2_2")
    return found | dict(zip(keys, (matrix / _ARCSEC_PER_DEGREE).tolist(), strict=True))
