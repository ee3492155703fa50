"""Numbers of the file that only tables give: what stands for them, and what follows from their columns."""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from jaxlens.config.draw_parameters import constant_draw
from jaxlens.config.errors import Report, one_of
from jaxlens.config.model import (
    Configuration,
    Galaxy,
    Joint,
    PointSource,
    Profile,
    Quantity,
    constant,
)
from jaxlens.config.naming import Named
from jaxlens.config.physical import with_given
from jaxlens.config.reader import Node
from jaxlens.config.species import SEP_UNITS
from jaxlens.config.uses import is_unknown
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES
from jaxlens.kernels.registry import Profile as Kernel

T = TypeVar("T")


def with_columns(
    configuration: Configuration, columns: Collection[str], tree: Node, report: Report
) -> Configuration:
    """A configuration whose objects have the parameters that tables give.

    A profile gets axis ratios for ellipticities or masses for angles, or the reverse, where tables give those
    that it has not.
    `sep_unit` and `angle` of a point source count where the file or a table gives `sep`.

    Args:
        configuration: the configuration.
        columns: the names of the columns of all tables.
        tree: the whole file.
        report: the problem of an illegal `sep_unit` is added to it.
    """
    ends = tuple(end for band in report.bands for end in (f"-{band}", f"_{band}"))
    stems = {*columns, *(name.removesuffix(end) for name in columns for end in ends)}
    given = {name.removeprefix(f"{configuration.label}-") for name in stems}

    def changed(prefix: str, species: Galaxy | PointSource) -> Galaxy | PointSource:
        if isinstance(species, PointSource):
            return _with_sep(species, f"{prefix}-sep" in given, tree, report)
        light = tuple(_with_columns(species, one, LIGHT_PROFILES, prefix, given) for one in species.light)
        mass = tuple(_with_columns(species, one, MASS_PROFILES, prefix, given) for one in species.mass)
        return replace(species, light=light, mass=mass)

    planes = tuple(
        replace(plane, objects=tuple((key, changed(f"{plane.label}-{key}", it)) for key, it in plane.objects))
        for plane in configuration.planes
    )
    return replace(configuration, planes=planes)


def _with_columns(
    galaxy: Galaxy,
    profile: Profile,
    kernels: Mapping[str, Kernel],
    prefix: str,
    given: Collection[str],
) -> Profile:
    """A profile with axis ratios or masses, or what they replace, where `given` has them.

    Args:
        galaxy: the galaxy that has the profile.
        profile: the profile; its name is "" where the file has none that is known.
        kernels: the profiles of light or of mass by name.
        prefix: the beginning of the names of the galaxy's parameters.
        given: the names of the parameters that tables give.
    """
    if not profile.name:
        return profile
    own = f"{prefix}-{profile.label}-"
    names = {name.removeprefix(own) for name in given if name.startswith(own)}
    return with_given(galaxy.label, profile, kernels[profile.name], names)


def _with_sep(source: PointSource, is_given: bool, tree: Node, report: Report) -> PointSource:
    """A point source with `sep` if a table gives it, and without unit and angle if nothing does."""
    if source.sep is not None or source.host is None:
        return source
    if not is_given:
        return replace(source, sep_unit="arcsec", angle=None)
    node = tree.entries["SPECIES"].entries[source.label].entries.get("PARAMETERS")
    unit = node and node.entries.get("sep_unit")
    if unit and unit.text.strip() not in SEP_UNITS:
        report.problem(unit.place, f"is not the unit of the sep that a table gives; {one_of(SEP_UNITS)}")
    return replace(source, sep=constant(f"SPECIES.{source.label}.sep", float("nan")))


def from_tables(
    named: Iterable[Named],
    label: str,
    wrong: Mapping[str, Collection[str | None]],
    joints: Iterable[Joint],
    bands: tuple[str, ...],
) -> dict[str, Quantity]:
    """By path, numbers of tables for those of the file that are missing or illegal.

    Args:
        named: the quantities of a configuration by name.
        label: the label of the configuration.
        wrong: the paths of illegal numbers, with the bands in which they are; None stands for all bands.
        joints: everything that sets parameters instead of the file's numbers.
        bands: the names of the bands.
    """
    found: dict[str, Quantity] = {}
    for name, quantity in named:
        if quantity.path not in found and (quantity.path in wrong or is_unknown(quantity)):
            where = wrong.get(quantity.path, ())
            new = _from_tables(name, quantity, label, where, joints, bands)
            if new is not None:
                found[quantity.path] = new
    return found


def _from_tables(
    name: str,
    quantity: Quantity,
    label: str,
    where: Collection[str | None],
    joints: Iterable[Joint],
    bands: tuple[str, ...],
) -> Quantity | None:
    """One quantity with the likeliest number of the last table that sets it; None where none does."""

    def number(band: str | None) -> float | None:
        found = [one for joint in joints if (one := joint.example(name, label, band)) is not None]
        return found[-1] if found else None

    if not quantity.per_band or None in where:
        value = number(None)
        return None if value is None else constant(quantity.path, value)
    values = {band: value for band in bands if band in where and (value := number(band)) is not None}
    draws = tuple(
        constant_draw(values[band]) if band in values else draw
        for band, draw in zip(bands, quantity.draws, strict=True)
    )
    return replace(quantity, draws=draws) if values else None


def filled(part: T, numbers: Mapping[str, Quantity]) -> T:
    """A part of a Config with the quantities at some paths replaced; `part` itself where it has none."""
    if isinstance(part, Quantity):
        return cast(T, numbers.get(part.path, part))
    if isinstance(part, tuple):
        items = tuple(filled(one, numbers) for one in part)
        return part if all(map(operator.is_, items, part)) else cast(T, items)
    if not is_dataclass(part) or isinstance(part, type):
        return part
    old = {one.name: getattr(part, one.name) for one in fields(part) if one.init}
    new: dict[str, Any] = {name: filled(value, numbers) for name, value in old.items()}
    return part if all(new[name] is value for name, value in old.items()) else replace(part, **new)
