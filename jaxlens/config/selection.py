"""SELECT of a configuration: the criteria that a drawn system must meet to be kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from jaxlens.config.columns import Names
from jaxlens.config.errors import Report, nearest, one_of
from jaxlens.config.model import MEASURED, Config, Configuration, Criterion, Selection
from jaxlens.config.model.selection import Kind
from jaxlens.config.naming import by_epoch_names
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.selectable import Light, derived_names, light_of
from jaxlens.config.selection_checks import check_bounds
from jaxlens.config.spellings import is_nothing
from jaxlens.config.values import describe, number

# How often a system is drawn at most, where the file does not say.
MAX_TRIES = 1000
# A larger MAX_TRIES is refused; the number of an attempt is a 32-bit integer.
_LARGEST_TRIES = 2**30
_ENDS = ("_min", "_max")
_KEYS = tuple(f"{name}{end}" for name in MEASURED for end in _ENDS)
# The criteria that may be given by band; parameters that differ by band may, too.
_BY_BAND = ("magnification", "snr")


def with_selections(config: Config, tree: Node, names: Names, report: Report) -> Config:
    """A Config whose configurations have their SELECT.

    Args:
        config: what was read otherwise.
        tree: the whole file.
        names: the parameters of the configurations.
        report: the problems are added to it.
    """
    found = []
    for one in config.configurations:
        node = tree.entries["GEOMETRY"].entries[one.label].entries.get("SELECT")
        if node is not None and not is_nothing(node) and one.planes:
            backgrounds = config.backgrounds_of(one)
            replaced = backgrounds is not None and backgrounds.mode == "replace"
            varying = by_epoch_names(config.instrument, one)
            if one.series is not None:
                varying |= {"day", "num_epochs", *one.series.cadence.conditions}
            with report.only([one.label]):
                selection = _Reader(one, light_of(one), varying, names, replaced, report).read(node)
                check_bounds(config, one, selection, node, report)
            one = replace(one, selection=selection if selection.criteria else None)
        found.append(one)
    return replace(config, configurations=tuple(found))


@dataclass(frozen=True)
class _Reader:
    """Reads one SELECT.

    Attributes:
        configuration: the configuration.
        light: where its light is.
        by_epoch: the parameters that are drawn anew for each epoch.
        names: the parameters of all configurations.
        replaced: whether observed backgrounds replace the simulated noise.
        report: the problems are added to it.
    """

    configuration: Configuration
    light: Light
    by_epoch: frozenset[str]
    names: Names
    replaced: bool
    report: Report

    def read(self, node: Node) -> Selection:
        """The criteria; what is illegal is left out, with a problem."""
        with Section(node, self.report, "a criterion") as section:
            tries = section.integer("MAX_TRIES", 1, default=MAX_TRIES, below=_LARGEST_TRIES)
            keys = [key for key in node.entries if key not in ("MAX_TRIES", "INPUT")]
            criteria = [one for key in keys if section.has(key) for one in self._criteria(key, node)]
        if not keys and isinstance(node.value, dict):
            self.report.problem(node.place, f"has no criterion; give some of {', '.join(_KEYS)}")
        return Selection(tuple(criteria), tries)

    def _criteria(self, key: str, node: Node) -> Iterator[Criterion]:
        """The criteria under one key: one, or one for each band of a mapping."""
        value = node.entries[key]
        stem, end = (key[:-4], key[-4:]) if key.endswith(_ENDS) else (key, "")
        found = self._quantity(stem) if end else None
        if found is None:
            self.report.problem(value.place, self._unknown(key, stem, end))
            return
        quantity, band, by_band = found
        kind = self._kind(quantity)
        problem = self._unfit(quantity, kind)
        if problem:
            self.report.problem(value.place, problem)
            return
        given: Mapping[str | None, Node] = {band: value}
        if isinstance(value.value, dict) and "DISTRIBUTION" not in value.value:
            if not by_band or (quantity in _BY_BAND and kind != "images"):
                self.report.problem(value.place, f"{stem} is the same in all bands; give one number")
                return
            given = dict(self._bands(value))
        for own, one in given.items():
            threshold = self._threshold(quantity, one)
            if not math.isnan(threshold):
                label = key if own == band else f"{key}-{own}"
                yield Criterion(label, quantity, kind, end == "_min", threshold, own)

    def _quantity(self, stem: str) -> tuple[str, str | None, bool] | None:
        """The quantity, the band in its name, and whether it may be bounded by band; None if unknown."""
        if stem in MEASURED:
            return stem, None, stem in _BY_BAND
        column = self.names.only((self.configuration.label,)).find(stem)
        if column is not None and column.configuration is None:
            rule = self.names.rules[self.configuration.label][column.parameter]
            return column.parameter, column.band, rule.by_band and column.band is None
        derived = derived_names(self.configuration)
        ends = [(stem, None), *((stem.removesuffix(f"-{band}"), band) for band in self.report.bands)]
        for name, band in ends:
            if name in derived and (band is None or (stem != name and derived[name])):
                return name, band, derived[name] and band is None
        return None

    def _unknown(self, key: str, stem: str, end: str) -> str:
        """The problem of a key that is no criterion."""
        if not end and self._quantity(stem):
            return f"is no criterion; write {stem}_min or {stem}_max"
        several = self.names.several(stem, [self.configuration.label]) if end else ""
        if several:
            return f"is no criterion of this configuration; {several}"
        known = [*self.names.parameters[self.configuration.label], *derived_names(self.configuration)]
        ends = (end,) if end else _ENDS
        choices = [*_KEYS, "MAX_TRIES", *(f"{name}{one}" for name in known for one in ends)]
        listed = [*_KEYS, "the name of a parameter with _min or _max"]
        return f"is no criterion of this configuration; {nearest(key, choices, listed)}"

    def _kind(self, quantity: str) -> Kind:
        """What the test of a quantity needs."""
        if quantity not in MEASURED or quantity == "theta_E":
            return "numbers"
        of_points = quantity == "magnification" and self.light.has_lensed_point
        return "positions" if of_points or quantity in ("images", "image_separation") else "images"

    def _unfit(self, quantity: str, kind: Kind) -> str:
        """Why this configuration has no such quantity, and what to do; "" where it has."""
        light = self.light
        found, advice = "", "bound another number"
        if quantity in self.by_epoch:
            found = "differs by epoch, but a system is kept or not as a whole"
        elif quantity == "theta_E" and not light.has_theta_e:
            found = f"no mass in front of {light.plane}, the last plane with light, has a theta_E"
            advice = "give it a lens with theta_E or sigma_v, or bound another number"
        elif quantity not in MEASURED or quantity == "theta_E":
            return ""
        elif quantity != "snr" and not light.is_lensed:
            found = f"no mass is in front of {light.plane or 'any light'}"
            advice = "add a lens, or bound another number"
        elif kind == "positions" and not (light.has_lensed_point or light.has_lensed_centre):
            found = "no point source is behind a mass, and no galaxy whose light has a centre"
        elif kind == "images":
            found, advice = self._unfit_for_images(quantity, advice)
        return f"{found}; {advice}" if found else ""

    def _unfit_for_images(self, quantity: str, advice: str) -> tuple[str, str]:
        """Why no such quantity can be measured on images ("" where it can), and what to do."""
        light = self.light
        if not light.plane:
            return "no plane has light", advice
        if not light.is_steady:
            return f"{light.plane} has no light but that of TIMESERIES", advice
        if quantity == "magnification" and light.without_flux:
            found = f"the light of {light.plane} has {light.without_flux}, which has no finite flux"
            return found, "bound image_separation or snr"
        if quantity == "snr" and self.replaced:
            return "BACKGROUNDS replace the noise, which is not known then", "take MODE: add"
        return "", advice

    def _bands(self, node: Node) -> Iterator[tuple[str, Node]]:
        """The entries of a mapping by band."""
        for band, value in node.entries.items():
            if band in self.report.bands:
                yield band, value
            else:
                advice = one_of(self.report.bands)
                self.report.problem(value.place, f"is no band; {advice}")

    def _threshold(self, quantity: str, node: Node) -> float:
        """The bound; NaN, and a problem, where it is illegal."""
        if isinstance(node.value, dict | tuple):
            self.report.problem(node.place, f"is {describe(node)}; give a number, which is the same for all")
            return math.nan
        value = number(node, self.report, "give a number")
        if quantity in MEASURED and value < 0:
            self.report.problem(node.place, f"is {value:g}; it must be at least 0")
            return math.nan
        if quantity == "images" and not math.isnan(value) and value != round(value):
            self.report.problem(node.place, f"is {value:g}; give a whole number of images")
            return math.nan
        return value
