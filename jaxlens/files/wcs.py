"""Where places on the sky are in an image: pixels, and the local linear map from pixels to angles.

Everything is float64 on the host: a float32 right ascension is wrong by up to 0.05 arcsec.  Pixels are
counted from 0 at the centre of the first one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Arcseconds in a radian.
ARCSEC = 180.0 * 3600.0 / np.pi
# Pixels: half of the step with which a WCS is differentiated.
HALF_STEP = 0.5
# Pixels: the largest difference after there and back through a WCS for a place that is on its sky.
RETURN_TOLERANCE = 0.01


@dataclass(frozen=True)
class Places:
    """Places on the sky in one image.

    Attributes:
        x: the columns, pixels from the centre of the first one, (n,); NaN where the WCS does not reach.
        y: the rows.
        jacobian: d(x, y) / d(column, row), arcsec per pixel, (n, 2, 2), where x is to the east and y to the
            north on the plane that touches the sky at the place.
    """

    x: Floats
    y: Floats
    jacobian: Floats

    def of(self, rows: NDArray[np.int64]) -> Places:
        """Some of the places."""
        return Places(self.x[rows], self.y[rows], self.jacobian[rows])

    @property
    def pixel_scale(self) -> Floats:
        """The square root of the area of a pixel, arcsec, (n,)."""
        return np.sqrt(np.abs(np.linalg.det(self.jacobian)))


def image_wcs(header: Any, source: str, units: Any = None, axes: int | None = None) -> Any:
    """The WCS of an image, by astropy, with its SIP polynomials and distortion tables.

    Args:
        header: the header of the image.
        source: the name of the image in messages.
        units: the open file, in which tables of distortion are looked for; None where there are none.
        axes: how many axes of the header are read; None: all.

    Raises:
        ValueError: if the header has no WCS of the sky, or one that cannot be inverted.
    """
    from astropy.wcs import WCS

    advice = "give an image with CTYPE, CRVAL, CRPIX and CD or CDELT of right ascension and declination"
    try:
        wcs = WCS(header, fobj=units, naxis=axes)
        if not wcs.has_celestial or wcs.naxis != 2:
            raise ValueError(f"{source} has no WCS of the sky; {advice}")
        singular = np.linalg.det(wcs.pixel_scale_matrix) == 0.0
    except ValueError as error:
        if str(error).startswith(source):
            raise
        raise ValueError(f"{source} has a WCS that cannot be read ({error}); {advice}") from error
    if singular:
        raise ValueError(f"{source} has a WCS whose CD matrix has no inverse; {advice}")
    return wcs


def places(wcs: Any, ra: Floats, dec: Floats) -> Places:
    """Places on the sky in the image of a WCS.

    Args:
        wcs: astropy's WCS of the image.
        ra: right ascensions, ICRS degrees, (n,).
        dec: declinations.

    Returns:
        Their pixels and the derivatives there.
    """
    x, y = pixels(wcs, ra, dec)
    columns = _offsets(wcs, x, y, ra, dec, (HALF_STEP, 0.0)) / (2.0 * HALF_STEP)
    rows = _offsets(wcs, x, y, ra, dec, (0.0, HALF_STEP)) / (2.0 * HALF_STEP)
    return Places(x, y, np.stack([columns, rows], axis=-1))


def jacobian_at(wcs: Any, x: float, y: float) -> Floats:
    """d(x, y) / d(column, row) at one pixel, arcsec per pixel, (2, 2), as in `Places`.

    Args:
        wcs: astropy's WCS of the image.
        x: the column, pixels from the centre of the first one.
        y: the row.
    """
    ra, dec = sky_positions(wcs, np.array([x]), np.array([y]))
    return places(wcs, ra, dec).jacobian[0]


def shifted(wcs: Any, columns: int, rows: int) -> Any:
    """The WCS of a window of an image, or of an image with a border.

    Args:
        wcs: astropy's WCS of the image, which stays as it is.
        columns: the column of the image that is the first of the window; below 0 for a border.
        rows: its first row.

    Returns:
        A copy whose pixels are counted from there, with its distortion.
    """
    from astropy.wcs import Sip

    found = wcs.deepcopy()
    shift = np.array([columns, rows], np.float64)
    found.wcs.crpix = found.wcs.crpix - shift
    if found.sip is not None:
        own = found.sip
        found.sip = Sip(own.a, own.b, own.ap, own.bp, own.crpix - shift)
    for table in (found.cpdis1, found.cpdis2, found.det2im1, found.det2im2):
        if table is not None:
            table.crval = tuple(np.asarray(table.crval) - shift)
    found.wcs.set()
    if found.pixel_shape is not None:
        found.pixel_shape = None
    return found


def pixels(wcs: Any, ra: Floats, dec: Floats) -> tuple[Floats, Floats]:
    """The columns and rows of places on the sky, (n,) each; NaN where the WCS does not come back to them.

    A polynomial of distortion has an inverse near the image only, and a projection reaches half of the sky.

    Args:
        wcs: astropy's WCS of the image.
        ra: right ascensions, ICRS degrees, (n,).
        dec: declinations.
    """
    from astropy.coordinates import SkyCoord
    from astropy.wcs.utils import skycoord_to_pixel
    from astropy.wcs.wcs import NoConvergence

    if not len(ra):
        return np.zeros(0), np.zeros(0)
    known = np.isfinite(ra) & (np.abs(dec) <= 90.0)
    # a place that is on the sky of the image stands for those that are not
    middle = sky_positions(wcs, wcs.wcs.crpix[:1] - 1.0, wcs.wcs.crpix[1:2] - 1.0)
    ra, dec = np.where(known, ra, middle[0]), np.where(known, dec, middle[1])
    known &= np.isfinite(skycoord_to_pixel(SkyCoord(ra, dec, unit="deg"), wcs, mode="wcs")).all(axis=0)
    ra, dec = np.where(known, ra, middle[0]), np.where(known, dec, middle[1])
    sky = SkyCoord(ra, dec, unit="deg")
    try:
        x, y = skycoord_to_pixel(sky, wcs, mode="all")
    except NoConvergence as error:
        x, y = error.best_solution.T
    x, y = np.array(x, np.float64), np.array(y, np.float64)
    found = known & np.isfinite(x) & np.isfinite(y)
    # there and back
    angles = tangent_plane(*sky_positions(wcs, np.where(found, x, 0.0), np.where(found, y, 0.0)), ra, dec)
    scale = np.sqrt(abs(np.linalg.det(wcs.pixel_scale_matrix))) * 3600.0
    found &= np.hypot(*angles) < RETURN_TOLERANCE * scale
    return np.where(found, x, np.nan), np.where(found, y, np.nan)


def sky_positions(wcs: Any, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Right ascension and declination of pixels, ICRS degrees, of the shape of `x`.

    Args:
        wcs: astropy's WCS of the image.
        x: the columns, pixels from the centre of the first one.
        y: the rows.
    """
    from astropy.wcs.utils import pixel_to_skycoord

    sky = pixel_to_skycoord(x, y, wcs, mode="all").icrs
    return np.asarray(sky.ra.deg, np.float64), np.asarray(sky.dec.deg, np.float64)


def tangent_plane(ra: Floats, dec: Floats, ra_0: Floats, dec_0: Floats) -> tuple[Floats, Floats]:
    """Places on the plane that touches the sky at (ra_0, dec_0).

    x = cos(dec) sin(ra - ra_0) / c and y = (cos(dec_0) sin(dec) - sin(dec_0) cos(dec) cos(ra - ra_0)) / c
    with c = sin(dec_0) sin(dec) + cos(dec_0) cos(dec) cos(ra - ra_0), the gnomonic projection (Calabretta &
    Greisen 2002, equation 54).

    Args:
        ra: right ascensions, degrees, (n,).
        dec: declinations.
        ra_0: those of the point of contact, (n,) or ().
        dec_0: its declination.

    Returns:
        x to the east and y to the north, arcsec; NaN at 90 degrees and more.
    """
    a, d, d_0 = np.radians(np.asarray(ra) - ra_0), np.radians(dec), np.radians(dec_0)
    c = np.sin(d_0) * np.sin(d) + np.cos(d_0) * np.cos(d) * np.cos(a)
    c = np.where(c > 0.0, c, np.nan)
    x = np.cos(d) * np.sin(a) / c
    y = (np.cos(d_0) * np.sin(d) - np.sin(d_0) * np.cos(d) * np.cos(a)) / c
    return x * ARCSEC, y * ARCSEC


def _offsets(wcs: Any, x: Floats, y: Floats, ra: Floats, dec: Floats, step: tuple[float, float]) -> Floats:
    """The angle between the pixels one step after and before (x, y), arcsec, (n, 2)."""
    known = np.isfinite(x)
    x, y, ra, dec = (np.where(known, value, 0.0) for value in (x, y, ra, dec))
    ends = [tangent_plane(*sky_positions(wcs, x + s * step[0], y + s * step[1]), ra, dec) for s in (1, -1)]
    change = np.stack(ends[0], axis=-1) - np.stack(ends[1], axis=-1)
    return np.where(known[:, None], change, np.nan)
