"""The header of the image of one system, with its place on the sky."""

from __future__ import annotations

from typing import Any

from jaxlens.files.sky import wcs_keywords
from jaxlens.files.systems import Systems


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
