"""Headers with a WCS: an image that is turned, and one with distortion."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy.io import fits

# Degrees: the place on the sky of the middle of each image.
RA, DEC = 150.1, 2.2
SIDE = 80


def tan_header(
    side: int = SIDE, scale: float = 0.25, angle: float = 0.0, ra: float = RA, dec: float = DEC
) -> fits.Header:
    """The header of an image that is turned by an angle (degrees), with east to the left at 0."""
    header = fits.Header()
    header["CTYPE1"], header["CTYPE2"] = "RA---TAN", "DEC--TAN"
    header["CUNIT1"], header["CUNIT2"] = "deg", "deg"
    header["CRVAL1"], header["CRVAL2"] = ra, dec
    header["CRPIX1"], header["CRPIX2"] = 0.5 * (side + 1), 0.5 * (side + 1)
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    matrix = scale / 3600.0 * np.array([[-cos, sin], [sin, cos]])
    for i in range(2):
        for j in range(2):
            header[f"CD{i + 1}_{j + 1}"] = matrix[i, j]
    header["RADESYS"] = "ICRS"
    return header


def sip_header(**options: Any) -> fits.Header:
    """`tan_header` with a distortion of some pixels at the corners."""
    header = tan_header(**options)
    header["CTYPE1"], header["CTYPE2"] = "RA---TAN-SIP", "DEC--TAN-SIP"
    header["A_ORDER"], header["B_ORDER"] = 2, 2
    header["A_2_0"], header["A_1_1"], header["B_0_2"], header["B_1_1"] = 8e-4, -5e-4, 6e-4, 4e-4
    return header
