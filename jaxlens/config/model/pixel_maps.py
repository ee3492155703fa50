"""The six numbers of IMAGE that say where the pixels of an image are: a linear map and a shift.

    x = transform_xx i + transform_xy j + x_shift,    y = transform_yx i + transform_yy j + y_shift

in arcsec for a point i columns and j rows from the centre of the image.  Without them pixels are squares of
side `pixel_scale` along x and y.
"""

from __future__ import annotations

import math
from collections.abc import Callable

# arcsec per pixel: the change of x with the column and the row, then that of y.
TRANSFORM = ("transform_xx", "transform_xy", "transform_yx", "transform_yy")
# arcsec: where the centre of the image is.
SHIFT = ("x_shift", "y_shift")
# All six, of which a file has all or none.
PIXEL_MAP = (*TRANSFORM, *SHIFT)
# The side of a square pixel, arcsec; with a map the square root of the area of a pixel.
PIXEL_SCALE = "pixel_scale"

Range = tuple[float, float]


def map_scale_range(of: Callable[[str], Range]) -> Range:
    """The smallest and largest sqrt(abs(det)) of maps whose numbers are in given ranges.

    Where some numbers of the ranges have no area, the smallest is 0.

    Args:
        of: the range of the number of a name, one of `TRANSFORM`.

    >>> map_scale_range({"transform_xx": (0.2, 0.4), "transform_xy": (0.0, 0.0), "transform_yx": (0.0, 0.0),
    ...                  "transform_yy": (-0.2, -0.2)}.get)[0]
    0.2
    """
    xx, xy, yx, yy = map(of, TRANSFORM)
    first, second = _product(xx, yy), _product(xy, yx)
    low, high = first[0] - second[1], first[1] - second[0]
    if math.isnan(low) or math.isnan(high):
        return math.nan, math.nan
    least = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
    return math.sqrt(least), math.sqrt(max(abs(low), abs(high)))


def _product(one: Range, other: Range) -> Range:
    """The range of the product of two numbers; 0 times infinity is 0, since no number is infinite."""
    products = [0.0 if a == 0.0 or b == 0.0 else a * b for a in one for b in other]
    return (math.nan, math.nan) if any(map(math.isnan, products)) else (min(products), max(products))
