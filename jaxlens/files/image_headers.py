"""What the headers of images say: keywords, and the WCS by which pixels are on the sky."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jaxlens.config.fits_extensions import split_extension
from jaxlens.config.limited_files import opened
from jaxlens.files.fits import MAX_BYTES, Source, image_in, reading
from jaxlens.files.wcs import image_wcs

# The first letters of the axes of a sky.
_SKY = ("RA", "DEC", "GLON", "GLAT", "ELON", "ELAT")


@dataclass(frozen=True)
class ImageHeader:
    """The header of an image.

    Attributes:
        name: the file, with the extension where one is named, for messages.
        keywords: the keywords of the image, and what the first header of its file has besides.
        wcs: astropy's WCS; None where the header has none of the sky.
    """

    name: str
    keywords: Mapping[str, Any] = field(compare=False, repr=False)
    wcs: Any = field(compare=False, repr=False)


def image_headers(source: Source, bands: tuple[str, ...], sky: bool = True) -> tuple[ImageHeader | None, ...]:
    """The headers of what `jaxlens.files.fits.cube` reads.

    Args:
        source: as in `cube`.
        bands: the names of the bands in their order; () where they are not known.
        sky: whether the WCS is read.

    Returns:
        One header for all bands, or one for each of a list or mapping; None in the place of an array.

    Raises:
        ValueError: if a header has a WCS of the sky that cannot be read.
        StorageError: if a file is missing, broken or no FITS file, or has no such image.
    """
    if isinstance(source, Mapping):
        parts = [source[band] for band in bands or source]
    elif isinstance(source, list | tuple) and any(isinstance(part, str | os.PathLike) for part in source):
        parts = list(source)
    else:
        parts = [source]
    return tuple(
        image_header(os.fspath(part), sky) if isinstance(part, str | os.PathLike) else None for part in parts
    )


def image_header(path: str, sky: bool = True) -> ImageHeader:
    """The header of the image that `jaxlens.files.fits.read_fits` reads.

    Args:
        path: the file, with an extension in brackets or without.
        sky: whether the WCS is read.

    Raises:
        ValueError: if it has a WCS of the sky that cannot be read.
        StorageError: if the file is missing, broken or no FITS file, or has no such image.
    """
    from astropy.io import fits

    file, extension = (path, None) if Path(path).exists() else split_extension(path)
    with (
        reading(file),
        opened(Path(file), MAX_BYTES, "cut the image out of it") as stream,
        fits.open(stream, memmap=False) as units,
    ):
        chosen = image_in(units, file, extension).header
        merged = {key: header[key] for header in (units[0].header, chosen) for key in header if key}
        return ImageHeader(path, merged, sky_wcs(chosen, path, units) if sky else None)


def sky_wcs(header: Any, source: str, units: Any = None) -> Any:
    """The WCS of the rows and columns of an image; None where its header has none of the sky.

    Args:
        header: the header of the image, which may have further axes behind its columns and rows.
        source: the name of the image in messages.
        units: the open file, in which tables of distortion are looked for; None where there are none.

    Raises:
        ValueError: if the WCS of the sky cannot be read, or has no inverse.
    """
    axes = [str(header.get(f"CTYPE{axis}", "")).split("-")[0].strip() for axis in (1, 2)]
    return image_wcs(header, source, units, axes=2) if all(axis in _SKY for axis in axes) else None
