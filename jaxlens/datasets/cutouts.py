"""The places of systems on the sky, and the header of the image of one."""

from __future__ import annotations

from typing import Any

import numpy as np

from jaxlens.config.model import DEC_SKY, RA_SKY
from jaxlens.files.sky import NO_PLACE, wcs_keywords
from jaxlens.files.systems import Systems


def sky_places(systems: Systems) -> tuple[np.ndarray, np.ndarray]:
    """Right ascension and declination of the origin of each system, degrees, (n,).

    Args:
        systems: the systems of one configuration.

    Raises:
        ValueError: if the systems have no place on the sky.
    """
    values = systems.values(0, systems.contents.count)
    if RA_SKY not in values:
        raise ValueError(NO_PLACE)
    ra, dec = (np.asarray(values[name], np.float64) for name in (RA_SKY, DEC_SKY))
    return ra.reshape(len(ra), -1)[:, 0], dec.reshape(len(dec), -1)[:, 0]


def fits_header(systems: Systems, index: int) -> Any:
    """An `astropy.io.fits.Header` that says where the pixels of a system are on the sky.

    Args:
        systems: the systems of one configuration.
        index: which of them, from 0.

    Raises:
        ValueError: if there is no such system, or the systems have no place on the sky.
    """
    from astropy.io import fits

    contents = systems.contents
    if not 0 <= index < contents.count:
        raise ValueError(f"system {index} is not there; give a number from 0 to {contents.count - 1}")
    keywords = wcs_keywords(systems.values(index, index + 1), contents.num_pix)
    return fits.Header(list(keywords.items()))
