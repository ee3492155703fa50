"""The numbers of SUBSTRUCTURE and LINE_OF_SIGHT: their legal values, their defaults, and what uses them.

Masses are in solar masses, lengths in kpc or arcsec as said, all without h.

SUBSTRUCTURE has one of two numbers that say how many subhaloes there are on average:

    f_sub       the fraction of the projected mass of the object within `f_sub_radius` (arcsec) that is in
                subhaloes
    Sigma_sub   kpc^-2: d2N/dM/dA = Sigma_sub / M_pivot (M / M_pivot)^slope F, with
                log10 F = 0.88 log10(M_host / 1e13) + 1.7 log10(z + 0.5), as in pyHalo

LINE_OF_SIGHT has the mass function of Sheth and Tormen, times `normalization` and (M / 1e8)^slope_change, in
a cone of the angular radius `cone_radius` (arcsec) in front of the first plane with mass, which behind it
closes to `cone_end` of that radius at the last plane.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from jaxlens.config.model import Quantity
from jaxlens.config.quantities import ANY, NOT_NEGATIVE, POSITIVE, Rule, quantity
from jaxlens.config.sections import Section

F_SUB, F_SUB_RADIUS, SIGMA_SUB = "f_sub", "f_sub_radius", "Sigma_sub"
# The key of LINE_OF_SIGHT that clusters haloes about the lens.
TWO_HALO = "TWO_HALO"
# The profiles that have a concentration, and those that end.
CONCENTRATED = ("TNFW", "NFW", "PJAFFE")
TRUNCATED = ("TNFW", "PJAFFE")


# What needs the place of subhaloes in space.
_PLACED = ("cored_nfw", *TRUNCATED)
# What uses a number, in words of the file.
_KEYS: Mapping[tuple[str, ...], str] = {
    CONCENTRATED: f"PROFILE {', '.join(CONCENTRATED[:-1])} or {CONCENTRATED[-1]}",
    TRUNCATED: f"PROFILE {' or '.join(TRUNCATED)}",
    ("power_law",): "CONCENTRATION: power_law",
    _PLACED: f"POSITIONS: cored_nfw, or PROFILE {' or '.join(TRUNCATED)}",
    (TWO_HALO,): f"{TWO_HALO}: true",
}


class HaloNumber(NamedTuple):
    """A number of SUBSTRUCTURE or LINE_OF_SIGHT.

    Attributes:
        rule: its legal values.
        default: its value where the file has none; None where the file must have it.
        needs: what uses it: words of PROFILE, CONCENTRATION or POSITIONS, or TWO_HALO; empty where it is
            always used.
        optional: whether there is no such number where the file has none.
    """

    rule: Rule
    default: float | None = None
    needs: tuple[str, ...] = ()
    optional: bool = False


_FRACTION = Rule(low=0.0, high=1.0)
_NOT_POSITIVE = Rule(high=0.0)
# The scatter is the standard deviation of log10 c; 0.16 is that of Diemer & Joyce (2019, ApJ 871, 168).
_CONCENTRATIONS: Mapping[str, HaloNumber] = {
    "concentration_scatter": HaloNumber(NOT_NEGATIVE, 0.16, CONCENTRATED),
    "concentration_norm": HaloNumber(POSITIVE, None, ("power_law",)),
    "concentration_slope": HaloNumber(ANY, None, ("power_law",)),
    "concentration_redshift_slope": HaloNumber(ANY, 0.0, ("power_law",)),
}
# Of these one is given; `f_sub_radius` stands with `f_sub`.
NORMALIZATIONS: Mapping[str, HaloNumber] = {
    F_SUB: HaloNumber(_FRACTION),
    F_SUB_RADIUS: HaloNumber(POSITIVE),
    SIGMA_SUB: HaloNumber(NOT_NEGATIVE),
}
# The numbers of the turnover of warm dark matter are those of Lovell (2020, ApJ 897, 147) for subhaloes.
SUBSTRUCTURE: Mapping[str, HaloNumber] = {
    "M_host": HaloNumber(POSITIVE, 1e13),
    "slope": HaloNumber(Rule(low=-10.0, high=10.0), -1.9),
    "M_pivot": HaloNumber(POSITIVE, 1e8),
    "M_min": HaloNumber(POSITIVE, 1e6),
    "M_max": HaloNumber(POSITIVE, 1e10),
    "half_mode_mass": HaloNumber(NOT_NEGATIVE, 0.0),
    "turnover_a": HaloNumber(NOT_NEGATIVE, 4.2),
    "turnover_b": HaloNumber(NOT_NEGATIVE, 2.5),
    "turnover_c": HaloNumber(_NOT_POSITIVE, -0.2),
    "radius": HaloNumber(POSITIVE),
    # a quarter of the scale radius of the host where there is none
    "core_radius": HaloNumber(POSITIVE, None, _PLACED, optional=True),
    **_CONCENTRATIONS,
    "truncation_norm": HaloNumber(POSITIVE, 1.4, TRUNCATED),
    "truncation_mass_slope": HaloNumber(ANY, 1.0 / 3.0, TRUNCATED),
    "truncation_radius_slope": HaloNumber(ANY, 2.0 / 3.0, TRUNCATED),
}
# Those of Lovell (2020) for haloes in the field.
LINE_OF_SIGHT: Mapping[str, HaloNumber] = {
    "M_min": HaloNumber(POSITIVE, 1e6),
    "M_max": HaloNumber(POSITIVE, 1e10),
    "half_mode_mass": HaloNumber(NOT_NEGATIVE, 0.0),
    "turnover_a": HaloNumber(NOT_NEGATIVE, 2.3),
    "turnover_b": HaloNumber(NOT_NEGATIVE, 0.8),
    "turnover_c": HaloNumber(_NOT_POSITIVE, -1.0),
    "normalization": HaloNumber(NOT_NEGATIVE, 1.0),
    "slope_change": HaloNumber(ANY, 0.0),
    "cone_radius": HaloNumber(POSITIVE),
    "cone_end": HaloNumber(_FRACTION, 0.05),
    "M_host": HaloNumber(POSITIVE, 1e13, (TWO_HALO,)),
    **_CONCENTRATIONS,
    "truncation_overdensity": HaloNumber(POSITIVE, 50.0, TRUNCATED),
}


# The numbers from which truncation radii and concentrations follow.
_OF_TRUNCATION = (
    *("M_host", "core_radius", "truncation_norm", "truncation_mass_slope", "truncation_radius_slope"),
    "truncation_overdensity",
)
_OF_CONCENTRATION = (*_CONCENTRATIONS, "half_mode_mass")


def read_numbers(
    section: Section, numbers: Mapping[str, HaloNumber], words: Collection[str]
) -> tuple[tuple[str, Quantity], ...]:
    """The numbers that are used, with defaults; a problem for each of the file that is not used.

    Args:
        section: the mapping PARAMETERS.
        numbers: the numbers that there may be.
        words: PROFILE, CONCENTRATION and POSITIONS, and TWO_HALO where it is on.

    Returns:
        (name, quantity) pairs in the order of `numbers`.
    """
    found = []
    for key, number in numbers.items():
        if not number.needs or any(word in number.needs for word in words):
            if section.has(key) or not number.optional:
                found.append((key, quantity(section, key, number.rule, number.default)))
        elif section.has(key):
            place = section.take(key).place  # type: ignore[union-attr]
            section.report.problem(place, f"is used with {_KEYS[number.needs]} only; remove it")
    return tuple(found)


def read_normalization(section: Section) -> tuple[tuple[str, Quantity], ...]:
    """`f_sub` with its radius, or `Sigma_sub`; a problem where there is none of them, or both."""
    given = [key for key in (F_SUB, SIGMA_SUB) if section.has(key)]
    radius = section.has(F_SUB_RADIUS)
    if len(given) == 2:
        place = section.take(SIGMA_SUB).place  # type: ignore[union-attr]
        section.report.problem(place, f"stands beside {F_SUB}, and each says how many there are; give one")
    elif not given and radius:
        given = [F_SUB]
    elif not given:
        advice = f"give {F_SUB} and {F_SUB_RADIUS}, or {SIGMA_SUB}"
        section.missing(F_SUB, f"{advice}, which say how many subhaloes there are")
        return ()
    if radius and F_SUB not in given:
        place = section.take(F_SUB_RADIUS).place  # type: ignore[union-attr]
        section.report.problem(place, f"has no meaning with {SIGMA_SUB}; remove it")
    names = (F_SUB, F_SUB_RADIUS) if F_SUB in given else (SIGMA_SUB,)
    return tuple((key, quantity(section, key, NORMALIZATIONS[key].rule)) for key in names)


def numbers_of_lists(numbers: Mapping[str, HaloNumber], given: Collection[str]) -> dict[str, HaloNumber]:
    """The numbers that matter where a file has haloes: those of what it lacks.

    Args:
        numbers: the numbers that there may be.
        given: what the file has of each halo.
    """
    needed = [key for key in numbers if "r_trunc" not in given and key in _OF_TRUNCATION]
    needed += [key for key in numbers if "concentration" not in given and key in _OF_CONCENTRATION]
    return {key: number for key, number in numbers.items() if key in needed}


def halo_rule(key: str, in_galaxy: bool) -> Rule:
    """The legal values of a number of SUBSTRUCTURE, or of LINE_OF_SIGHT.

    Args:
        key: its name, for example `M_min`.
        in_galaxy: whether it is of SUBSTRUCTURE.
    """
    numbers = {**NORMALIZATIONS, **SUBSTRUCTURE} if in_galaxy else LINE_OF_SIGHT
    return numbers[key].rule
