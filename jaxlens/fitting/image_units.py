"""From the units of an image's pixels to counts/s, which fits are made in.

A configuration counts electrons, or ADU under `data_count_unit: ADU`.  The unit of an image is `unit`, or
else that of BUNIT of its header; without either its numbers are taken for counts/s of the configuration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jaxlens.files.by_band import by_band
from jaxlens.files.image_headers import ImageHeader
from jaxlens.files.photometry import AB_JANSKY, EXPOSURES, jansky_of, number, parsed_unit

# What images may be in: electrons/s, counts/s of the configuration, whatever it counts, and ADU/s.
ELECTRONS, COUNTS, ADU = "electron/s", "counts/s", "ADU/s"
# JWST's keyword of the surface brightness, in MJy/sr, of one DN/s.
_PER_RATE = "PHOTMJSR"
_MEGAJANSKY = 1e6


@dataclass(frozen=True)
class Conversion:
    """What the user says about the units of images; each is one value, or one for each band.

    Attributes:
        unit: the unit of a pixel, as BUNIT is written; None: that of the header.
        exposure_time: seconds; None: that of the header.
        gain: electrons per count of the image; None where counts stay what they are.
        zero_point: the AB magnitude of one count/s of the configuration, its `magnitude_zero_point`.
    """

    unit: Any = None
    exposure_time: Any = None
    gain: Any = None
    zero_point: Any = None

    def of_bands(
        self, name: str, headers: Sequence[ImageHeader | None], bands: Sequence[str], count: int
    ) -> Converted:
        """The factors of the bands of an image.

        Args:
            name: what is converted, such as "image", for messages.
            headers: one for all bands, or one for each; None without a header.
            bands: the names of the bands; empty where they are not known.
            count: the number of bands.

        Raises:
            ValueError: if a unit is unknown, or something that it needs is missing; if bands have different
                units.
        """
        names = tuple(bands) or tuple(map(str, range(count)))
        given = {
            key: by_band(key, getattr(self, key), names)
            for key in ("unit", "exposure_time", "gain", "zero_point")
        }
        every = headers if len(headers) == count else [headers[0]] * count
        found = [
            converted(name, header, **{key: values.get(band) for key, values in given.items()})
            for header, band in zip(every, names, strict=True)
        ]
        units = {unit for _, unit in found}
        if len(units) > 1:
            pairs = zip(names, (unit for _, unit in found), strict=True)
            listed = ", ".join(f"{band} {unit or 'without a unit'}" for band, unit in pairs)
            raise ValueError(f"the bands of {name} have different units: {listed}; give unit=, one for each")
        return Converted(np.array([factor for factor, _ in found])[:, None, None], found[0][1])


@dataclass(frozen=True)
class Converted:
    """The factors by which images become counts/s.

    Attributes:
        factor: (bands, 1, 1).
        unit: "electron/s", "counts/s" or "ADU/s"; None where nothing was said of the unit.
    """

    factor: np.ndarray
    unit: str | None


def converted(
    name: str,
    header: ImageHeader | None,
    unit: str | None = None,
    exposure_time: float | None = None,
    gain: float | None = None,
    zero_point: float | None = None,
) -> tuple[float, str | None]:
    """The factor by which an image is multiplied, and the unit that it then has.

    Args:
        name: what is converted, such as "image", for messages.
        header: its header; None without one.
        unit: as in `Conversion`.
        exposure_time: as in `Conversion`.
        gain: as in `Conversion`.
        zero_point: as in `Conversion`.

    Raises:
        ValueError: if the unit is unknown, or something that it needs is missing or of no use.

    >>> converted("image", None, unit="electron", exposure_time=500.0)
    (0.002, 'electron/s')
    >>> round(converted("image", None, unit="nJy", zero_point=25.9)[0], 9)  # AB magnitude 31.4
    0.006309192
    """
    keywords = {} if header is None else dict(header.keywords)
    source = name if header is None else f"{name} ({header.name})"
    text = str(keywords.get("BUNIT", "")).strip() if unit is None else unit
    amounts = {"exposure_time": exposure_time, "gain": gain, "zero_point": zero_point}
    for key, value in amounts.items():
        if value is not None and key != "zero_point" and not (np.isfinite(value) and value > 0.0):
            raise ValueError(f"{key} is {value}; give a number above 0")
    if not text:
        useless = [key for key, value in amounts.items() if value is not None]
        if useless:
            raise ValueError(
                f"{useless[0]} is given, but {source} has no BUNIT; give unit=, as unit='electron'"
            )
        return 1.0, None
    keywords["BUNIT"] = text
    return _of_unit(source, keywords, text, **amounts)


def _of_unit(
    source: str, keywords: Mapping[str, Any], text: str, exposure_time: Any, gain: Any, zero_point: Any
) -> tuple[float, str]:
    """The factor and the unit for an image whose unit is the text."""
    from astropy import units

    unit = parsed_unit(text)
    if unit is not None and unit.is_equivalent(units.Jy):
        return _of_flux(source, text, jansky_of(keywords), zero_point, gain), COUNTS
    if unit is not None and unit.is_equivalent(units.Jy / units.sr):
        area, per_rate = jansky_of(keywords), number(keywords, (_PER_RATE,))
        if zero_point is None and per_rate:
            of_rate = float(unit.to(units.Jy / units.sr)) / (_MEGAJANSKY * per_rate)
            return (of_rate, ADU) if gain is None else (of_rate * gain, ELECTRONS)
        if area is None:
            raise ValueError(
                f"{source} is a surface brightness in {text}, and its header has neither {_PER_RATE} nor "
                "PIXAR_SR; give an image in DN/s or a flux, or multiply it by the area of a pixel yourself"
            )
        return _of_flux(source, text, area, zero_point, gain), COUNTS
    counted = _counted(unit)
    if counted is None:
        raise ValueError(
            f"{source} has the unit {text!r}, neither counts nor a flux density; convert it, or give "
            "unit=, such as 'electron/s', 'electron', 'counts/s', 'ADU', 'nJy' or 'nanomaggy'"
        )
    return _of_counts(source, text, counted, keywords, exposure_time, gain, zero_point)


def _counted(unit: Any) -> tuple[str, bool] | None:
    """Whose rate a unit is or whose number, and whether it is by second; None for another unit."""
    from astropy import units

    known = {units.electron: ELECTRONS, units.ct: COUNTS, units.adu: ADU}
    for one, rate in known.items():
        for per_second in (True, False):
            if unit is not None and unit == (one / units.s if per_second else one):
                return rate, per_second
    return None


def _of_counts(
    source: str,
    text: str,
    counted: tuple[str, bool],
    keywords: Mapping[str, Any],
    exposure_time: float | None,
    gain: float | None,
    zero_point: float | None,
) -> tuple[float, str]:
    """The factor and the unit for counts or counts/s."""
    rate, per_second = counted
    if zero_point is not None:
        raise ValueError(
            f"zero_point is given, but {source} is in {text}, no flux density; leave zero_point out"
        )
    if gain is not None and rate == ELECTRONS:
        raise ValueError(f"gain is given, but {source} is in {text} already; leave gain out")
    factor = 1.0
    if not per_second:
        seconds = number(keywords, EXPOSURES) if exposure_time is None else float(exposure_time)
        if not seconds or seconds < 0.0:
            raise ValueError(
                f"{source} is in {text} and has no exposure time ({', '.join(EXPOSURES)}); give "
                "exposure_time= in seconds"
            )
        factor = 1.0 / seconds
    return (factor, rate) if gain is None else (factor * float(gain), ELECTRONS)


def _of_flux(source: str, text: str, jansky: float | None, zero_point: Any, gain: Any) -> float:
    """Counts/s of one unit of a flux density: jansky / 3631 10^(0.4 zero_point)."""
    if zero_point is None:
        raise ValueError(
            f"{source} is in {text}; give zero_point=, the magnitude of one count/s, as the configuration's "
            "magnitude_zero_point"
        )
    if gain is not None:
        raise ValueError(f"gain is given, but {source} is in {text}, no counts; leave gain out")
    assert jansky is not None
    return float(jansky / AB_JANSKY * 10.0 ** (0.4 * float(zero_point)))
