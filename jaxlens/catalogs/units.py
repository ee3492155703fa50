"""Numbers of a catalogue in the unit of a parameter, by astropy, and fluxes as AB magnitudes."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

import numpy as np

from jaxlens.catalogs.errors import CatalogError
from jaxlens.catalogs.tables import MAX_SUGGESTIONS

# AB magnitudes, as the unit that is wanted.
MAGNITUDE = "mag"
# Units of catalogues that astropy spells otherwise; capitals do not matter.
_SPELLINGS: Mapping[str, str] = {
    "abmag": "mag(AB)",
    "ab mag": "mag(AB)",
    "mag_ab": "mag(AB)",
    "magnitude": "mag",
    "magnitudes": "mag",
    "mags": "mag",
    "maggies": "maggy",
    "nanomaggies": "nmgy",
    "arcseconds": "arcsec",
    "arcminutes": "arcmin",
    "degrees": "deg",
    "radians": "rad",
    "days": "day",
    "hours": "hour",
    "years": "yr",
}
# What astropy says that a unit measures -> in words, and units that measure it.
_MEASURES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "angle": ("an angle", ("arcsec", "mas", "arcmin", "deg", "rad")),
    "speed": ("a velocity", ("km/s", "m/s", "dex(km/s)")),
    "time": ("a time", ("day", "hour", "s", "yr")),
    "length": ("a length", ("kpc", "Mpc", "pc", "m")),
    "mass": ("a mass", ("solMass", "kg", "dex(solMass)")),
    "dimensionless": ("a number without a unit", ("none", "percent")),
}
# What gives an AB magnitude.
_FLUXES = ("mag", "mag(AB)", "nJy", "uJy", "erg/s/cm2/Hz", "nmgy", "1e-12 maggy (counts of zero point 30)")


def unit_of(text: str) -> Any:
    """The astropy unit of a text, such as `km/s`, `1e-12 maggy`, `mag(AB)` or `dex(km/s)`.

    Raises:
        CatalogError: if there is none; the message has the units that are spelled alike.

    >>> unit_of("erg/s/cm2/Hz") == unit_of("erg/(s cm2 Hz)")
    True
    """
    from astropy import units

    spelled = _SPELLINGS.get(text.strip().casefold(), text.strip())
    head, *below = spelled.split("/")
    if len(below) > 1 and "(" not in spelled:
        # astropy reads several slashes in the same way, and warns of them
        spelled = f"{head}/({' '.join(below)})"
    try:
        return units.Unit(spelled)
    except (ValueError, TypeError):
        raise CatalogError(f"{text!r} is no unit; {_alike(text)}") from None


def to_unit(values: np.ndarray, unit: str, wanted: str) -> np.ndarray:
    """Numbers in a unit, in another one.

    Args:
        values: numbers, any shape.
        unit: their unit; "" where none is known, and then they are taken to be in the one that is wanted.
        wanted: the unit of the result; "" for numbers without a unit, `mag` for AB magnitudes.

    Returns:
        The numbers in the unit that is wanted, float64, of the shape of `values`.

    Raises:
        CatalogError: if `unit` is none, or measures something else.

    >>> to_unit(np.array([1.5]), "arcmin", "arcsec").tolist()
    [90.0]
    """
    from astropy import units

    values = np.asarray(values, np.float64)
    if wanted == MAGNITUDE:
        return ab_magnitudes(values, unit)
    if not unit.strip():
        return values
    given, target = unit_of(unit), unit_of(wanted)
    with np.errstate(over="ignore"):
        if isinstance(given, units.function.FunctionUnitBase):
            values, given = np.asarray(given.to_physical(values)), given.physical_unit
        if not given.is_equivalent(target):
            raise CatalogError(f"the unit {unit!r} does not measure {_measure(target)}")
        return np.asarray(values * given.to(target), np.float64)


def ab_magnitudes(flux: np.ndarray, unit: str) -> np.ndarray:
    """AB magnitudes of fluxes: m = -2.5 log10(f / 3631 Jy) (Oke & Gunn 1983).

    Args:
        flux: fluxes, or magnitudes where the unit is `mag`, `mag(AB)` or "".
        unit: a flux per frequency, or maggies (1 is the flux of AB magnitude 0), or a multiple of them.

    Returns:
        The magnitudes, float64; NaN where a flux is negative, infinite where it is 0.

    Raises:
        CatalogError: if the unit is none of those.

    >>> ab_magnitudes(np.array([1.0, 1000.0]), "nJy").round(3).tolist()
    [31.4, 23.9]
    """
    from astropy import units

    flux = np.asarray(flux, np.float64)
    if not unit.strip():
        return flux
    given = unit_of(unit)
    if given in (units.mag, units.ABmag):
        return flux
    reference = next((one for one in (units.AB, units.mgy) if given.is_equivalent(one)), None)
    if reference is None or isinstance(given, units.function.FunctionUnitBase):
        raise CatalogError(f"the unit {unit!r} gives no AB magnitude; give one of {', '.join(_FLUXES)}")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(-2.5 * np.log10(flux * given.to(reference)))


def _alike(text: str) -> str:
    """Advice for a unit that is spelled wrong."""
    known = [*_SPELLINGS, *(one for _, some in _MEASURES.values() for one in some), *_FLUXES]
    near = difflib.get_close_matches(text.strip(), known, n=MAX_SUGGESTIONS)
    return (
        f"did you mean {', '.join(near)}?" if near else "give one that astropy knows, such as arcsec or km/s"
    )


def _measure(target: Any) -> str:
    """What a unit measures, and the units of it."""
    words, examples = next(
        (_MEASURES[kind] for kind in target.physical_type if kind in _MEASURES),
        (f"what {target} does", (str(target),)),
    )
    return f"{words}; give one of {', '.join(examples)}"
