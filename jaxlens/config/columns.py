"""The column names of tables, `[CONFIGURATION_n-]parameter[-band]`, and the parameters that they set.

The parameter may have its full name or a short one, as `short_names` has it.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jaxlens.config.copies import count_rules
from jaxlens.config.geometry import REDSHIFT
from jaxlens.config.haloes.names import SUBSTRUCTURE
from jaxlens.config.haloes.parameters import halo_rule
from jaxlens.config.instrument import COSMOLOGY, IMAGE, SURVEY, unused_names
from jaxlens.config.meanings import meanings
from jaxlens.config.model import LINE_OF_SIGHT, Column, Configuration, Galaxy, Instrument, Plane
from jaxlens.config.naming import Named, named_quantities, redshift_name
from jaxlens.config.profile_ranges import profile_rule
from jaxlens.config.profile_tables import image_rules
from jaxlens.config.quantities import ANY, ANY_BY_BAND, NOT_NEGATIVE_BY_BAND, Rule
from jaxlens.config.short_names import ShortNames, object_names
from jaxlens.config.transients.rules import transient_rules

# The largest number of similar names in the advice on an unknown name.
MAX_SUGGESTIONS = 3


@dataclass(frozen=True, eq=False)
class Names:
    """The parameters that a column may set; the keys of the mappings are the labels of the configurations.

    Attributes:
        bands: the names of the bands.
        rules: the legal values of each parameter.
        parameters: legal name -> parameter.  A plane's redshift has several names: that of the plane and one
            for each of its objects.
        redshifts: the name and quantity of each plane's redshift, in order.
        short: what short names mean.
    """

    bands: tuple[str, ...]
    rules: Mapping[str, Mapping[str, Rule]]
    parameters: Mapping[str, Mapping[str, str]]
    redshifts: Mapping[str, tuple[Named, ...]]
    short: Mapping[str, ShortNames]

    def find(self, name: str) -> Column | None:
        """The parameter that a column of this name sets; None where no configuration has such a parameter.

        The name may end in `-band` or `_band`; this is ignored where the parameter is the same in all bands.
        What is no full name may be a short one, where it means one parameter.
        """
        configuration, rest = self._split(name)
        labels = self._labels(configuration)
        for stem, band in stems(rest, self.bands):
            for label in labels:
                parameter = self.parameters[label].get(stem)
                if parameter is not None:
                    return self._column(configuration, label, parameter, band)
        for stem, band in stems(rest, self.bands):
            meant = self._may_mean(stem, labels)
            if len(meant) == 1:
                ((parameter, label),) = meant.items()
                return self._column(configuration, label, parameter, band)
        return None

    def _column(self, configuration: str | None, label: str, parameter: str, band: str | None) -> Column:
        """The column of a parameter that the configuration `label` has."""
        return Column(configuration, parameter, band if self.rules[label][parameter].by_band else None)

    def several(self, name: str, labels: Iterable[str]) -> str:
        """That a short name may mean several parameters of one configuration; "" where it may not."""
        for label in labels:
            found = self.short[label].meant(name)
            if len(found) > 1:
                return f"it may mean {self.short[label].listed(found)}; give one of these names"
        return ""

    def _may_mean(self, stem: str, labels: Iterable[str]) -> dict[str, str]:
        """The parameters that a short name may mean, each with a configuration that has it."""
        return {meant: label for label in labels for meant in self.short[label].meant(stem)}

    def targets(self, column: Column) -> dict[str, Rule]:
        """The labels of the configurations in which a column sets its parameter, with the legal values."""
        rules = {label: self.rules[label] for label in self._labels(column.configuration)}
        return {label: rule[column.parameter] for label, rule in rules.items() if column.parameter in rule}

    def only(self, labels: tuple[str, ...]) -> Names:
        """The parameters of the configurations with these labels."""
        return Names(
            self.bands,
            {label: self.rules[label] for label in labels},
            {label: self.parameters[label] for label in labels},
            {label: self.redshifts[label] for label in labels},
            {label: self.short[label] for label in labels},
        )

    def advice(self, name: str) -> str:
        """Advice on a name that matches no parameter: the most similar names."""
        configuration, rest = self._split(name)
        labels = self._labels(configuration)
        if configuration and not labels:
            return f"the configurations are {', '.join(self.rules)}"
        stem, band = stems(rest, self.bands)[-1]
        several = self.several(stem, labels)
        if several:
            return several
        owner, _, key = stem.rpartition("-")
        known = {written for label in labels for written in self.parameters[label]}
        if key == "magnitude" and known & {f"{owner}-sep", f"{owner}-ra_image"}:
            return f"{owner} is an object of TIMESERIES, whose MODEL gives the magnitudes"
        choices = {written: None for label in labels for written in self.parameters[label]}
        meant = _meant(stem, choices)
        near = [meant] if meant else difflib.get_close_matches(stem, choices, n=MAX_SUGGESTIONS)
        if not near:
            return "Simulator.parameter_names lists the names of parameters"
        head, tail = f"{configuration}-" if configuration else "", f"-{band}" if band else ""
        found = [f"{head}{one}{tail}" for one in near]
        return f"did you mean {' or '.join([', '.join(found[:-1]), found[-1]] if len(found) > 1 else found)}?"

    def _split(self, name: str) -> tuple[str | None, str]:
        """The configuration that a name starts with (None without one), and the rest of the name."""
        head, _, rest = name.partition("-")
        return (head, rest) if re.fullmatch(r"CONFIGURATION_\w+", head) else (None, name)

    def _labels(self, configuration: str | None) -> tuple[str, ...]:
        """The labels that a column's configuration means: all without one, none where it is unknown."""
        if configuration is None:
            return tuple(self.rules)
        return (configuration,) if configuration in self.rules else ()


def _meant(name: str, choices: Iterable[str]) -> str:
    """The choice of the same object whose last word `name` means, such as theta_E; "" where there is none."""
    owner, _, key = name.rpartition("-")
    own = {one.rpartition("-")[2]: one for one in choices if one.rpartition("-")[0] == owner}
    found = meanings(key, own)
    return own[found[0]] if found else ""


def stems(name: str, bands: tuple[str, ...]) -> list[tuple[str, str | None]]:
    """The ways to split a name into a parameter and a band (None for no band)."""
    found: list[tuple[str, str | None]] = [(name, None)]
    for band in bands:
        found += [(name.removesuffix(end), band) for end in (f"-{band}", f"_{band}") if name.endswith(end)]
    return found


def known_names(
    cosmology: tuple[Named, ...], instrument: Instrument, configurations: tuple[Configuration, ...]
) -> Names:
    """The parameters of every configuration.

    Args:
        cosmology: the cosmological parameters.
        instrument: IMAGE and SURVEY.
        configurations: the configurations.

    Returns:
        The names of all parameters and their legal values.
    """
    rules = {one.label: _rules(cosmology, instrument, one) for one in configurations}
    written = {one.label: {name: name for name in rules[one.label]} | _aliases(one) for one in configurations}
    redshifts = {
        one.label: tuple((redshift_name(plane), plane.redshift) for plane in one.planes)
        for one in configurations
    }
    short = {one.label: ShortNames(written[one.label], object_names(one)) for one in configurations}
    return Names(instrument.bands, rules, written, redshifts, short)


def _rules(
    cosmology: tuple[Named, ...], instrument: Instrument, configuration: Configuration
) -> dict[str, Rule]:
    """The legal values of every parameter of a configuration."""
    series = transient_rules(configuration)
    profiles = {
        f"{plane.label}-{label}-{profile.label}": profile.name
        for plane in configuration.planes
        for label, species in plane.members
        if isinstance(species, Galaxy)
        for profile in (*species.light, *species.mass, *species.shear)
    }
    rules: dict[str, Rule] = {}
    for name, quantity in named_quantities(cosmology, instrument, configuration):
        if quantity.part:
            rules[name] = _part_rule(name, rules)
        else:
            rules[name] = series[name] if name in series else _rule(name, profiles)
    # what has no effect may have any value
    free = {name: Rule(by_band=rules[name].by_band) for name in unused_names(instrument) if name in rules}
    return rules | image_rules(configuration) | count_rules(configuration) | free


def _rule(name: str, profiles: Mapping[str, str]) -> Rule:
    """The legal values of the parameter `name`; `profiles` maps prefixes to the names of profiles."""
    owner, _, key = name.rpartition("-")
    if owner in profiles:
        return profile_rule(profiles[owner], key, by_band="-LIGHT_PROFILE_" in owner)
    if not owner:
        return {**COSMOLOGY, **IMAGE, **SURVEY}[key]
    if owner == LINE_OF_SIGHT or owner.endswith(f"-{SUBSTRUCTURE}"):
        return halo_rule(key, in_galaxy=owner != LINE_OF_SIGHT)
    return {"REDSHIFT": REDSHIFT, "mean": NOT_NEGATIVE_BY_BAND, "magnitude": ANY_BY_BAND}.get(key, ANY)


def _part_rule(name: str, rules: Mapping[str, Rule]) -> Rule:
    """The legal values of a number of a link, which differs by band where the linked number may."""
    owner, _, key = name.rpartition("-")
    return Rule(low=0.0 if key == "SCATTER" else -math.inf, by_band=rules[owner].by_band)


def _owners(plane: Plane) -> dict[str, None]:
    """The prefixes of a plane's objects and of their copies, in order."""
    return dict.fromkeys(f"{plane.label}-{label}" for label, _ in (*plane.objects, *plane.members))


def _aliases(configuration: Configuration) -> dict[str, str]:
    """Name -> parameter for the planes' redshifts, which have the name of the plane and of each object."""
    return {
        f"{owner}-REDSHIFT": redshift_name(plane)
        for plane in configuration.planes
        for owner in (plane.label, *_owners(plane))
    }
