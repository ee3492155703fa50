"""Windows of observed images: a part of one, or one in a border of pixels that are not used."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxlens.files.wcs import jacobian_at, pixels, shifted

if TYPE_CHECKING:
    from jaxlens.fitting.observations import Observation

# A size in pixels, or of columns and rows; an angle as a text, "4 arcsec", or an astropy Quantity.
Size = Any
# The column and the row; or a place on the sky, {"ra": ..., "dec": ...} in degrees or a SkyCoord.
Center = Any
# A size in pixels this close below a whole number is that number.
_ROUNDING = 1e-6


def window(observation: Observation, column: int, row: int, columns: int, rows: int) -> Observation:
    """A rectangle of an observed image, which may reach beyond it.

    Pixels beyond the image are not used: there the image is 0 and the sigma 1.  The centre stays where it is
    on the sky.

    Args:
        observation: the image.
        column: the column that becomes the first; below 0 for a border.
        row: the row that becomes the first.
        columns: how many columns there are.
        rows: how many rows there are.
    """
    x, y = observation.center
    sigma = observation.noise_sigma
    return replace(
        observation,
        images=_cut(observation.images, column, row, columns, rows, 0.0),
        noise_sigma=None if sigma is None else _cut(sigma, column, row, columns, rows, 1.0),
        mask=_cut(observation.mask, column, row, columns, rows, False),
        center=(x - column, y - row),
        wcs=None if observation.wcs is None else shifted(observation.wcs, column, row),
    )


def _cut(
    array: np.ndarray, column: int, row: int, columns: int, rows: int, beyond: float | bool
) -> np.ndarray:
    """A rectangle of the last two axes, filled with a value where it is beyond the array."""
    found = np.full((*array.shape[:-2], rows, columns), beyond, array.dtype)
    height, width = array.shape[-2:]
    top, left = max(row, 0), max(column, 0)
    inner = array[
        ..., top : max(min(row + rows, height), top), left : max(min(column + columns, width), left)
    ]
    y, x = top - row, left - column
    found[..., y : y + inner.shape[-2], x : x + inner.shape[-1]] = inner
    return found


def square(observation: Observation) -> Observation:
    """An observed image with a border that makes it a square, as `jaxlens.fit` needs one.

    The border is on both sides, one row or column wider at the end where its width is odd, and not used.

    Args:
        observation: the image.
    """
    rows, columns = observation.images.shape[-2:]
    side = max(rows, columns)
    if rows == columns:
        return observation
    return window(observation, -((side - columns) // 2), -((side - rows) // 2), side, side)


def cropped(observation: Observation, size: Size, center: Center = None) -> Observation:
    """A part of an observed image about a point, which becomes the centre.

    Args:
        observation: the image.
        size: pixels along a side, or (columns, rows), or an angle along a side as "6 arcsec" or a Quantity.
        center: the column and the row, from 0 at the centre of the first pixel, or a place on the sky; by
            default the centre of the image.

    Returns:
        The rectangle of pixels whose middle is nearest to the point; its `center` is the point itself.

    Raises:
        ValueError: if it reaches beyond the image; if an angle is given and the pixel scale is not known; if
            a place on the sky is given and there is no WCS.
    """
    moved = observation if center is None else about(observation, center)
    columns, rows = _counts(moved, size)
    x, y = moved.center
    column, row = round(x - 0.5 * (columns - 1)), round(y - 0.5 * (rows - 1))
    height, width = observation.images.shape[-2:]
    if column < 0 or row < 0 or column + columns > width or row + rows > height:
        raise ValueError(
            f"a crop of {columns} x {rows} pixels about column {x:.1f}, row {y:.1f} reaches beyond the image "
            f"of {width} x {height} (columns x rows); give a smaller one"
        )
    return window(moved, column, row, columns, rows)


def about(observation: Observation, center: Center) -> Observation:
    """An observed image with another point as its centre, where x and y are 0.

    Args:
        observation: the image.
        center: as in `cropped`.

    Raises:
        ValueError: as `place`.
    """
    x, y = place(observation, center)
    transform = None if observation.wcs is None else jacobian_at(observation.wcs, x, y)
    return replace(observation, center=(x, y), transform=transform)


def place(observation: Observation, center: Center) -> tuple[float, float]:
    """The column and the row of a point of an image.

    Args:
        observation: the image.
        center: as in `cropped`.

    Raises:
        ValueError: if it is no pixel and no place on the sky; if it is outside of the image; if there is no
            WCS.
    """
    sky = getattr(center, "icrs", None)
    if sky is None and not isinstance(center, Mapping):
        found = np.asarray(center, np.float64)
        if found.shape != (2,):
            raise ValueError(
                f"center is {center}; give (column, row), or {{'ra': ..., 'dec': ...}} in degrees"
            )
        x, y = found.tolist()
    else:
        if observation.wcs is None:
            raise ValueError("center is a place on the sky, and the image has no WCS; give (column, row)")
        if sky is None and set(center) != {"ra", "dec"}:
            raise ValueError(f"center has {', '.join(map(str, center))}; give ra and dec in degrees")
        ra, dec = (center["ra"], center["dec"]) if sky is None else (sky.ra.deg, sky.dec.deg)
        found_x, found_y = pixels(observation.wcs, np.array([float(ra)]), np.array([float(dec)]))
        x, y = float(found_x[0]), float(found_y[0])
    rows, columns = observation.images.shape[-2:]
    if not (-0.5 <= x <= columns - 0.5 and -0.5 <= y <= rows - 0.5):
        raise ValueError(
            f"center {center} is at column {x:.1f}, row {y:.1f}, outside of the image of {columns} x {rows} "
            "(columns x rows); give a point of the image"
        )
    return x, y


def _counts(observation: Observation, size: Size) -> tuple[int, int]:
    """How many columns and rows a size is."""
    if isinstance(size, str) or hasattr(size, "unit"):
        return _counts_of_angle(observation, size)
    found = np.broadcast_to(np.asarray(size, np.float64), (2,)) if np.ndim(size) < 2 else np.zeros(2)
    columns, rows = found.tolist()
    if not (columns >= 1 and rows >= 1 and columns == int(columns) and rows == int(rows)):
        raise ValueError(
            f"crop is {size}; give a number of pixels, (columns, rows), or an angle as '6 arcsec'"
        )
    return int(columns), int(rows)


def _counts_of_angle(observation: Observation, size: Size) -> tuple[int, int]:
    """How many columns and rows reach over an angle."""
    from astropy import units

    try:
        angle = float(units.Quantity(size).to_value(units.arcsec))
    except (TypeError, ValueError) as error:
        raise ValueError(f"crop is {size!r}; give an angle as '6 arcsec', or a number of pixels") from error
    if observation.pixel_scale is None:
        raise ValueError(f"crop is {size}, and the pixel scale is not known; give pixel_scale=, or pixels")
    if not angle > 0.0:
        raise ValueError(f"crop is {size}; give an angle above 0")
    square_pixels = observation.pixel_scale * np.eye(2)
    matrix = square_pixels if observation.transform is None else observation.transform
    columns, rows = (max(1, math.ceil(angle / side - _ROUNDING)) for side in np.hypot(*matrix))
    return columns, rows
