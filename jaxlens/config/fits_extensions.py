"""Extensions of FITS files in brackets: `psf.fits[1]` by number, `psf.fits[PSF]` by name."""

from __future__ import annotations

import re
from typing import Any

from jaxlens.config.errors import nearest

_WITH_EXTENSION = re.compile(r"(.+)\[([^\[\]]+)\]")


def split_extension(name: str) -> tuple[str, str | None]:
    """The name of the file, and its extension, None without brackets.

    >>> split_extension("psf.fits[1]"), split_extension("psf.fits")
    (('psf.fits', '1'), ('psf.fits', None))
    """
    match = _WITH_EXTENSION.fullmatch(name)
    return (match[1], match[2].strip()) if match else (name, None)


def image_unit(units: Any, extension: str | None) -> Any:
    """The unit of an open FITS file that holds the image of that number or name, or else its first image.

    `SCI,2` is the second extension of the name SCI, by its EXTVER.  None where there is no such image.
    """
    images = [(i, unit) for i, unit in enumerate(units) if unit.is_image and unit.shape]
    if extension is None:
        return images[0][1] if images else None
    wanted = extension.upper().replace(" ", "")
    for i, unit in images:
        if wanted in (str(i), unit.name.upper(), f"{unit.name.upper()},{unit.ver}"):
            return unit
    return None


def missing_image(units: Any, extension: str | None) -> str:
    """What is wrong with an open FITS file in which `image_unit` has found nothing."""
    if extension is None:
        return "has no image in it"
    images = [(i, unit) for i, unit in enumerate(units) if unit.is_image and unit.shape]
    names = [unit.name for _, unit in images if unit.name]
    return f"has no image {extension}; {nearest(extension, names or [str(i) for i, _ in images])}"
