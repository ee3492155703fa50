"""The COOLEST templates of one system, one for each band."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np

from jaxlens.exchange.coolest_in import geometry_problems
from jaxlens.exchange.coolest_light import light_out, points_out
from jaxlens.exchange.coolest_masses import SHEETS, deflection_at_origin, mass_out
from jaxlens.exchange.coolest_template import (
    Entity,
    Number,
    Pixels,
    TemplateProfile,
    outside_of_range,
)
from jaxlens.exchange.errors import ExchangeError
from jaxlens.exchange.systems import ObjectNumbers, ProfileNumbers, SystemNumbers

T = TypeVar("T")


def entities_out(system: SystemNumbers, band: int, pixel_size: float, problems: list[str]) -> list[Entity]:
    """The galaxies and fields of a system in one band, nearest first.

    Sheets of mass are moved to the origin, and what lies behind them by what that changes, so that the image
    is the same.

    Args:
        system: the system.
        band: the index of the band.
        pixel_size: the side of a pixel, arcsec.
        problems: what COOLEST cannot hold is added to it.
    """
    problems += _geometry_problems(system)
    lens = next((one.plane for one in system.objects if one.mass), len(system.redshifts))
    found: list[Entity] = []
    for one in system.objects:
        behind = _shift(system, band) if one.plane > lens else (0.0, 0.0)
        found += _galaxy(system, one, band, pixel_size, behind, problems)
    for source in system.points:
        images = points_out(source.x, source.y, source.flux[band])
        if not np.all(np.isfinite(source.flux)):
            problems.append(f"{source.prefix} has images that are no numbers")
        found.append(Entity(source.name, system.redshifts[source.plane], light=(images,)))
    return found


def _galaxy(
    system: SystemNumbers,
    one: ObjectNumbers,
    band: int,
    pixel_size: float,
    shift: tuple[float, float],
    problems: list[str],
) -> Iterator[Entity]:
    """A galaxy, and the field of its sheets where it has any."""
    redshift = system.redshifts[one.plane]
    sheets = [mass for mass in one.mass if mass.profile in SHEETS]
    masses = [mass for mass in one.mass if mass.profile not in SHEETS]

    def of_mass(mass: ProfileNumbers) -> TemplateProfile:
        return mass_out(mass.profile, mass.in_band(band))

    def of_light(light: ProfileNumbers) -> TemplateProfile:
        assert light.amplitude is not None, "light has an amplitude"
        own = light.moved(*shift)
        return light_out(own.profile, own.in_band(band), float(light.amplitude[band]), pixel_size)

    own, lights = _held(masses, of_mass, problems), _held(one.light, of_light, problems)
    if masses or one.light:
        yield Entity(one.name, redshift, own, lights)
    if sheets:
        yield Entity(f"{one.name} field", redshift, _held(sheets, of_mass, problems), is_field=True)


def _held(
    profiles: Sequence[ProfileNumbers],
    convert: Callable[[ProfileNumbers], TemplateProfile],
    problems: list[str],
) -> tuple[TemplateProfile, ...]:
    """The profiles that COOLEST holds; what is wrong with the others is added to `problems`."""
    found = []
    for one in profiles:
        try:
            held = convert(one)
        except ExchangeError as error:
            problems.append(f"{one.prefix} {error}")
            continue
        wrong = list(_wrong_values(held))
        problems += [f"{one.prefix} {finding}" for finding in wrong]
        found.append(held)
    return tuple(found)


def _wrong_values(profile: TemplateProfile) -> Iterator[str]:
    """What is wrong with the values of a profile."""
    for name, value in profile.values.items():
        if isinstance(value, Number):
            wrong = outside_of_range(name, value.value) if math.isfinite(value.value) else f"has no {name}"
            if wrong:
                yield wrong
        elif not np.all(np.isfinite(value.array if isinstance(value, Pixels) else value)):
            yield f"has {name} that are no numbers"


def _shift(system: SystemNumbers, band: int) -> tuple[float, float]:
    """By how much what lies behind the sheets of a system is moved (arcsec) as they move to the origin."""
    moved = [
        deflection_at_origin(mass.profile, mass.in_band(band))
        for one in system.objects
        for mass in one.mass
        if mass.profile in SHEETS
    ]
    return sum(x for x, _ in moved), sum(y for _, y in moved)


def _geometry_problems(system: SystemNumbers) -> Iterator[str]:
    lenses = [one.plane for one in system.objects if one.mass]
    bright = [one.plane for one in system.objects if one.light] + [one.plane for one in system.points]
    return geometry_problems(lenses, bright, len(system.redshifts))
