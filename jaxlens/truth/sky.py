"""Positions on the sky of what stands beside a system, on the tangent plane of the system's position."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Arcseconds in a radian.
ARCSEC_PER_RADIAN = 3600.0 * 180.0 / np.pi

Doubles = NDArray[np.float64]


def sky_position(ra: ArrayLike, dec: ArrayLike, x: ArrayLike, y: ArrayLike) -> tuple[Doubles, Doubles]:
    """Right ascension and declination of points on the tangent plane (gnomonic projection, FITS WCS's TAN).

    With xi = x and eta = y in radians, about (ra_0, dec_0):

        tan(ra - ra_0) = xi / (cos dec_0 - eta sin dec_0)
        tan(dec) = (sin dec_0 + eta cos dec_0) / sqrt((cos dec_0 - eta sin dec_0)^2 + xi^2)

    (Calabretta & Greisen 2002, A&A 395, 1077, section 5.1.3.)

    Args:
        ra: right ascension of the tangent points, degrees.
        dec: their declination, degrees.
        x: offsets to the east, arcsec; the shapes broadcast.
        y: offsets to the north, arcsec.

    Returns:
        Right ascension from 0 to 360 and declination, degrees, float64.

    >>> ra, dec = sky_position(10.0, 60.0, 3.6, 0.0)
    >>> f"{ra:.6f} {dec:.6f}"
    '10.002000 60.000000'
    """
    ra_0, dec_0 = np.asarray(ra, np.float64), np.radians(np.asarray(dec, np.float64))
    xi, eta = (np.asarray(v, np.float64) / ARCSEC_PER_RADIAN for v in (x, y))
    along = np.cos(dec_0) - eta * np.sin(dec_0)
    up = np.sin(dec_0) + eta * np.cos(dec_0)
    found_ra = np.mod(ra_0 + np.degrees(np.arctan2(xi, along)), 360.0)
    return found_ra, np.degrees(np.arctan2(up, np.hypot(along, xi)))
