"""How the pixels of an observed image lie on the sky, by the WCS of its header."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jaxlens.files.image_headers import ImageHeader
from jaxlens.files.wcs import jacobian_at, pixels, sky_positions

# The largest relative difference of two pixel scales that are taken to be one.
SCALE_TOLERANCE = 0.005
# Pixels: how far apart bands of one image may be.
_BAND_TOLERANCE = 0.1


class SkyPixels(NamedTuple):
    """How pixels lie on the sky.

    Attributes:
        pixel_scale: the square root of the area of a pixel, arcsec; None where it is not known.
        transform: d(x, y) / d(column, row), arcsec per pixel, (2, 2), x to the east and y to the north; None
            without a WCS.
        wcs: astropy's WCS; None where there is none.
    """

    pixel_scale: float | None
    transform: NDArray[np.float64] | None
    wcs: Any


def sky_pixels(
    headers: Sequence[ImageHeader | None],
    center: tuple[float, float],
    pixel_scale: float | None,
) -> SkyPixels:
    """How the pixels of an image lie on the sky at a point.

    Args:
        headers: those of the bands; None for an array.
        center: the column and the row of the point.
        pixel_scale: the pixel scale that the user gives, arcsec, or None.

    Raises:
        ValueError: if the pixel scale is not above 0, or not that of the WCS; if bands have different pixels.
    """
    if pixel_scale is not None and not (np.isfinite(pixel_scale) and pixel_scale > 0.0):
        raise ValueError(f"pixel_scale is {pixel_scale}; give arcsec, above 0")
    known = [header for header in headers if header is not None and header.wcs is not None]
    if not known:
        return SkyPixels(None if pixel_scale is None else float(pixel_scale), None, None)
    first, *others = known
    transform = jacobian_at(first.wcs, *center)
    if not np.isfinite(transform).all():
        raise ValueError(f"{first.name} has a WCS that has no place on the sky for the middle of the image")
    for other in others:
        _refuse_other_pixels(first, other, center)
    scale = float(np.sqrt(abs(np.linalg.det(transform))))
    if pixel_scale is not None and differ(scale, pixel_scale):
        raise ValueError(
            f"pixel_scale is {pixel_scale:g} arcsec, but the WCS of {first.name} has pixels of {scale:.5g} "
            "arcsec; leave pixel_scale out, or correct one of them"
        )
    return SkyPixels(scale, transform, first.wcs)


def differ(scale: float, other: float) -> bool:
    """Whether two pixel scales differ by more than 0.5%."""
    return abs(scale / other - 1.0) > SCALE_TOLERANCE


def _refuse_other_pixels(first: ImageHeader, other: ImageHeader, center: tuple[float, float]) -> None:
    """ValueError where two bands do not have the same pixels at the centre and some pixels from it."""
    x, y = np.array([center[0], center[0] + 10.0]), np.array([center[1], center[1] + 10.0])
    away = np.hypot(*(np.array(pixels(other.wcs, *sky_positions(first.wcs, x, y))) - [x, y]))
    if not np.max(away) <= _BAND_TOLERANCE:
        raise ValueError(
            f"{first.name} and {other.name} have different pixels: places on the sky are {np.max(away):.2f} "
            "pixels apart; read each band as an image of its own, or resample one to the pixels of the other"
        )
