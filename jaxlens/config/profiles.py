"""Reading LIGHT_PROFILE_n, MASS_PROFILE_n and SHEAR_PROFILE_n, with the profiles of `jaxlens.kernels`."""

from __future__ import annotations

import math
from functools import partial

from jaxlens.config.errors import Report
from jaxlens.config.galaxies.choice import parameters_of_images, read_choice
from jaxlens.config.model import Profile, Quantity, constant
from jaxlens.config.physical import read_definition, read_forms, with_forms
from jaxlens.config.profile_names import light_name, mass_name
from jaxlens.config.profile_parameters import read_parameters
from jaxlens.config.profile_ranges import profile_rule
from jaxlens.config.profile_tables import read_tables
from jaxlens.config.quantities import ANY_BY_BAND, quantity, quantity_path
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.kernels import LIGHT_PROFILES, MASS_PROFILES, LightProfile


def read_light_profile(label: str, node: Node, report: Report) -> Profile:
    """A light profile with `magnitude` or `amp`, and its other parameters.

    All but its position may differ by band.

    Args:
        label: its key in the file, for example `LIGHT_PROFILE_1`.
        node: its mapping.
        report: the problems are added to it.

    Returns:
        The profile; its name is "" where NAME is not a light profile.
    """
    with Section(node, report) as section:
        name = light_name(section)
        parameters = _parameters(section, name)
        if not name:
            return Profile(label, "", ())
        with parameters:
            profile = LIGHT_PROFILES[name]
            brightness = _brightness(parameters, profile)
            rule_of = partial(profile_rule, name, by_band=True)
            formed = with_forms(profile.parameters, read_forms(parameters, profile))
            wanted, random = parameters_of_images(parameters, formed)
            values = read_parameters(parameters, profile, wanted, rule_of)
            tables = read_tables(parameters, profile, dict(values.integers))
            of_images, choice = read_choice(parameters, profile, tables)
            quantities = (*brightness, *values.quantities, *random, *of_images)
    return Profile(label, name, quantities, values.integers, tables, choice=choice)


def read_mass_profile(label: str, node: Node, report: Report) -> Profile:
    """A mass or shear profile, with masses in place of angles and axis ratios where the file gives them.

    Args:
        label: its key in the file, for example `MASS_PROFILE_1`.
        node: its mapping.
        report: the problems are added to it.

    Returns:
        The profile; its name is "" where NAME is not a mass profile.
    """
    with Section(node, report) as section:
        name = mass_name(section)
        parameters = _parameters(section, name)
        if not name:
            return Profile(label, "", ())
        with parameters:
            profile = MASS_PROFILES[name]
            given = read_forms(parameters, profile)
            definition = read_definition(parameters, given)
            wanted = with_forms(profile.parameters, given)
            rule_of = partial(profile_rule, name, by_band=False)
            values = read_parameters(parameters, profile, wanted, rule_of)
            tables = read_tables(parameters, profile, dict(values.integers))
    return Profile(label, name, values.quantities, values.integers, tables, definition)


def _parameters(section: Section, name: str) -> Section:
    """The section PARAMETERS of the profile `name`."""
    return section.parameters(f"a parameter of {name}" if name else "known")


def _brightness(parameters: Section, profile: LightProfile) -> tuple[tuple[str, Quantity], ...]:
    """`magnitude` of a profile with a finite flux, else `amp`, unless the profile has `amp` of its own."""
    if profile.total_flux is not None:
        if "amp" not in profile.parameters:
            _refuse(parameters, "amp", "is not used; give magnitude, which sets the amplitude", "magnitude")
        return (("magnitude", quantity(parameters, "magnitude", ANY_BY_BAND)),)
    why = f"the flux of {profile.name} is not finite, since {profile.no_flux}; give amp, its amplitude "
    refused = _refuse(parameters, "magnitude", f"has no meaning: {why}in counts/s/arcsec^2", "amp")
    if "amp" in profile.parameters:
        return ()
    if refused and not parameters.has("amp"):
        return (("amp", constant(quantity_path(parameters, "amp"), math.nan)),)
    return (("amp", quantity(parameters, "amp", ANY_BY_BAND)),)


def _refuse(parameters: Section, key: str, finding: str, instead: str) -> bool:
    """Report a problem where the file has `key` in place of `instead`, and whether it has."""
    if not parameters.has(key):
        return False
    place = parameters.take(key).place  # type: ignore[union-attr]
    with parameters.report.about(quantity_path(parameters, instead)):
        parameters.report.problem(place, finding)
    return True
