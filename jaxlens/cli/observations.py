"""Arguments of commands that read observed images: the files, their units, and which part of them."""

from __future__ import annotations

import argparse
from typing import Any

from jaxlens.cli.arguments import whole_number
from jaxlens.fitting.observations import Observation, read_image

# Arguments that are names of files, one or one for each band.
_FILES = ("sigma", "variance", "inverse_variance", "psf", "mask", "bad", "background", "lens_light")
# Arguments that are one value, or one for each band.
_BY_BAND = ("unit", "exposure_time", "gain", "zero_point")


def add_observation(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of an observed image to the parser of a command."""
    one_or_each: dict[str, Any] = {"metavar": "FITS", "nargs": "+"}
    add = parser.add_argument
    add(
        "images",
        metavar="IMAGE.fits",
        nargs="+",
        help="the image (bands, y, x), that of a time series (epochs, bands, y, x), or one file for each of "
        "BANDS; a [NAME] after it is an extension",
    )
    add("--sigma", **one_or_each, help="the noise's standard deviation in each pixel")
    add("--variance", **one_or_each, help="in its place, the variance")
    add("--inverse-variance", **one_or_each, help="in its place, weights; 0 where a pixel is not used")
    add("--psf", **one_or_each, help="the kernel of the PSF, instead of the file's seeing")
    add("--psf-factor", metavar="N", type=whole_number(1), default=1, help="its pixels to a pixel")
    add("--mask", **one_or_each, help="1 where a pixel is used, or the word nonfinite")
    add("--bad", **one_or_each, help="flags: not zero where a pixel is not used")
    add("--background", **one_or_each, help="an image of the sky, or numbers, which is subtracted")
    add("--lens-light", **one_or_each, help="an image of the lens's light, which is subtracted")
    _add_numbers(parser)


def _add_numbers(parser: argparse.ArgumentParser) -> None:
    """Add the arguments about scale, units and the part of the image."""
    add = parser.add_argument
    add("--pixel-scale", metavar="ARCSEC", type=float, help="of an image without WCS")
    add("--unit", metavar="UNIT", nargs="+", help="of the pixels, in place of BUNIT, as electron/s or ADU")
    add("--exposure-time", metavar="SECONDS", nargs="+", type=float, help="in place of EXPTIME")
    add("--gain", metavar="G", nargs="+", type=float, help="electrons per count or ADU")
    add("--zero-point", metavar="MAG", nargs="+", type=float, help="of one count/s, for images in fluxes")
    add("--saturation", metavar="LEVEL", type=_level, help="pixels from there on are left out, or: header")
    add("--crop", metavar="SIZE", help="pixels along a side, COLUMNSxROWS, or an angle as '6 arcsec'")
    where = parser.add_mutually_exclusive_group()
    pixel: dict[str, Any] = {"nargs": 2, "type": float}
    where.add_argument("--center", metavar=("X", "Y"), **pixel, help="column and row, from 0")
    where.add_argument("--sky-center", metavar=("RA", "DEC"), **pixel, help="the place in degrees")


def read_observation(arguments: argparse.Namespace, bands: tuple[str, ...] | None = None) -> Observation:
    """The image that the arguments name, with what belongs to it.

    Args:
        arguments: those of a command with the arguments of `add_observation`.
        bands: the names of the bands, or None where they are not known.

    Raises:
        ValueError, StorageError: as `jaxlens.read_image`.
    """
    given: dict[str, Any] = {
        name: _one_or_each([_number(word) for word in getattr(arguments, name)])
        for name in (*_FILES, *_BY_BAND)
        if getattr(arguments, name)
    }
    for name in ("pixel_scale", "saturation", "psf_factor"):
        given[name] = getattr(arguments, name)
    given["crop"] = None if arguments.crop is None else _size(arguments.crop)
    given["center"] = arguments.center
    if arguments.sky_center is not None:
        given["center"] = dict(zip(("ra", "dec"), arguments.sky_center, strict=True))
    return read_image(_one_or_each(arguments.images), **given, bands=bands)


def _one_or_each(names: list[Any]) -> Any:
    """The only one, or a list where there is one for each band."""
    return names[0] if len(names) == 1 else names


def _number(word: Any) -> Any:
    """The number that a word is, or the word."""
    try:
        return float(word)
    except ValueError:
        return word


def _level(word: str) -> float | str:
    """A level of saturation, which may be the word header."""
    return word if word == "header" else float(word)


def _size(text: str) -> Any:
    """The size of a crop: an angle stays a text, 97 is a number, and 97x80 two.

    >>> _size("97"), _size("97x80"), _size("4 arcsec")
    (97, (97, 80), '4 arcsec')
    """
    words = text.split("x")
    if len(words) > 2 or not all(word.strip().isdigit() for word in words):
        return text
    numbers = tuple(int(word) for word in words)
    return numbers[0] if len(numbers) == 1 else numbers
