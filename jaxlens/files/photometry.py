"""What the numbers of an image mean: its zero point, its gain and its band, from its header.

The zero point is the AB magnitude of a source of one unit of the image, the gain is electrons per unit of the
image, over the whole exposure.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

# Keywords of the magnitude of one unit.
ZERO_POINTS = ("MAGZERO", "MAGZPT", "MAGZP", "ZEROPT", "ZEROPNT", "PHOTZP", "MAG0", "ZP", "ABMAGZP")
# The keyword of the flux of magnitude 0, as LSST's older pipelines write it.
FLUX_OF_ZERO = "FLUXMAG0"
# Hubble's keywords: erg/s/cm^2/Angstrom of one unit, and the pivot wavelength in Angstrom.
HUBBLE = ("PHOTFLAM", "PHOTPLAM")
# JWST's keyword of the area of a pixel in steradians, where the image is a surface brightness.
PIXEL_AREA = "PIXAR_SR"
# Keywords of electrons per ADU.
GAINS = ("GAIN", "EGAIN", "CCDGAIN")
# Keywords of the exposure time in seconds.
EXPOSURES = ("EXPTIME", "EXPOSURE", "XPOSURE", "TEXPTIME")
# Keywords of the band.
BANDS = ("BAND", "FILTER", "FILTNAM1", "FILTERS")
# The zero point of AB magnitudes, in Jansky.
AB_JANSKY = 3631.0
# The constant of Hubble's AB magnitudes: 2.5 log10 of c / (3631 Jy) with wavelengths in Angstrom.
HUBBLE_AB = -2.408


def zero_point(header: Any, source: str) -> float:
    """The AB magnitude of one unit of an image.

    BUNIT decides where it is a flux density, such as nJy, or with PIXAR_SR a surface brightness, such as
    MJy/sr; otherwise a keyword of a zero point, FLUXMAG0, or Hubble's PHOTFLAM and PHOTPLAM.

    Args:
        header: the header of the image; what its primary header has besides is in it too.
        source: the name of the image in messages.

    Raises:
        ValueError: if there is none of them.
    """
    jansky = jansky_of(header)
    if jansky is not None:
        return float(-2.5 * np.log10(jansky / AB_JANSKY))
    found = number(header, ZERO_POINTS)
    if found is not None:
        return found
    flux = number(header, (FLUX_OF_ZERO,))
    if flux is not None and flux > 0.0:
        return float(2.5 * np.log10(flux))
    flam, pivot = (number(header, (name,)) for name in HUBBLE)
    if flam and pivot and flam > 0.0 and pivot > 0.0:
        return float(-2.5 * np.log10(flam) - 5.0 * np.log10(pivot) + HUBBLE_AB)
    raise ValueError(
        f"{source} has no zero point: BUNIT is {_shown(header)}, and there is none of "
        f"{', '.join((*ZERO_POINTS, FLUX_OF_ZERO))}; give the magnitude of one unit as --zero-point"
    )


def gain(header: Any, source: str) -> float:
    """Electrons per unit of an image, over its exposure.

    1 where BUNIT is electrons; the exposure time where it is electrons per second; else a keyword of the
    gain, times the exposure time where BUNIT is per second.

    Args:
        header: the header of the image, with that of its file.
        source: the name of the image in messages.

    Raises:
        ValueError: if it follows from none of them, or is not above zero.
    """
    from astropy import units

    unit = _unit(header)
    seconds = number(header, EXPOSURES)
    electrons = {units.electron: 1.0, units.electron / units.s: seconds}
    for known, factor in electrons.items():
        if unit == known and factor:
            return float(factor)
    found = number(header, GAINS)
    if jansky_of(header) is None and found is not None and found > 0.0:
        is_rate = unit is not None and units.s in unit.bases
        if not is_rate:
            return found
        if seconds:
            return found * seconds
    raise ValueError(
        f"{source} has no gain that fits its unit: BUNIT is {_shown(header)}; give electrons per unit of the "
        "image as --gain, or --no-noise"
    )


def given_zero_point(value: Any) -> float:
    """A zero point that the user gives; ValueError if it is not finite."""
    number = float(value)
    if not np.isfinite(number):
        raise ValueError(f"zero_point is {value}; give the AB magnitude of one unit of the image")
    return number


def given_gain(value: Any) -> float:
    """A gain that the user gives; ValueError if it is not above zero."""
    number = float(value)
    if not (np.isfinite(number) and number > 0.0):
        raise ValueError(f"gain is {value}; give a number above 0, electrons per unit of the image")
    return number


def band(header: Any, bands: Iterable[str]) -> str | None:
    """The band of an image, of those in `bands`; None where its header does not say.

    >>> band({"FILTER": "r"}, ("g", "r")), band({"FILTER": "HSC-R2"}, ("g", "r"))
    ('r', None)
    """
    for keyword in BANDS:
        value = header.get(keyword)
        if isinstance(value, str):
            for name in bands:
                if value.strip().casefold() == name.casefold():
                    return name
    return None


def parsed_unit(text: str) -> Any:
    """The unit of an image's pixels as astropy's, from a text as BUNIT has it; None for one that is unknown.

    Spellings of observatories are known too, in small and capital letters.  Counts without more words are
    astropy's `ct`, which may be electrons or ADU.

    >>> [str(parsed_unit(text)) for text in ("ELECTRONS/S", "cps", "DN/s", "e-")]
    ['electron / s', 'ct / s', 'adu / s', 'electron']
    """
    from astropy import units

    plain = text.strip()
    words = plain.casefold().replace(" per ", "/").replace("sec", "s").replace(" ", "")
    for spelling in (_spelled(words), plain, plain.casefold()):
        try:
            found = units.Unit(spelling) if spelling else None
        except ValueError:
            continue
        if found is not None:
            return found
    return None


def _spelled(words: str) -> str:
    """What astropy calls a unit of one of the names in `_SPELLINGS`, also by second; "" for other units."""
    name, per_second = (words.removesuffix("/s"), " / s") if words.endswith("/s") else (words, "")
    return f"{_SPELLINGS[name]}{per_second}" if name in _SPELLINGS else ""


# Spellings of units, by which astropy's unit is known.
_SPELLINGS = {
    **dict.fromkeys(("electron", "electrons", "e-", "e"), "electron"),
    **dict.fromkeys(("count", "counts", "ct", "cts"), "ct"),
    **dict.fromkeys(("adu", "adus", "dn", "dns"), "adu"),
    "cps": "ct / s",
    # the flux of AB magnitude 22.5
    **dict.fromkeys(("nmgy", "nanomaggy", "nanomaggie", "nanomaggies"), "3.631e-6 Jy"),
}


def _unit(header: Any) -> Any:
    """The unit of BUNIT, by astropy; None where there is none."""
    return parsed_unit(str(header.get("BUNIT", "")))


def jansky_of(header: Any) -> float | None:
    """How many Jansky one unit of an image is, by BUNIT; None where it is no flux.

    A surface brightness is one with PIXAR_SR, the area of a pixel.
    """
    from astropy import units

    unit = _unit(header)
    if unit is None:
        return None
    if unit.is_equivalent(units.Jy):
        return float(unit.to(units.Jy))
    area = number(header, (PIXEL_AREA,))
    if area and unit.is_equivalent(units.Jy / units.sr):
        return float(unit.to(units.Jy / units.sr)) * area
    return None


def number(header: Any, keywords: Iterable[str]) -> float | None:
    """The first finite number that a header has under one of these keywords."""
    for keyword in keywords:
        value = header.get(keyword)
        if isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value):
            return float(value)
    return None


def _shown(header: Any) -> str:
    return repr(header["BUNIT"]) if "BUNIT" in header else "missing"
