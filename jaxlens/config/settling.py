"""What becomes of the findings of a file: which are errors, which are warnings, and which do not matter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from jaxlens.config.errors import ConfigError, Finding, Report
from jaxlens.config.geometry import check_redshifts
from jaxlens.config.instrument import unused_names
from jaxlens.config.links.checks import check_links
from jaxlens.config.model import Column, Config, Configuration, Joint, Quantity
from jaxlens.config.naming import named_quantities
from jaxlens.config.placeholders import filled, from_tables
from jaxlens.config.reader import Node
from jaxlens.config.transients.grids import with_walks
from jaxlens.config.uses import Uses, all_species, find_uses


@dataclass
class _Sorted:
    """The findings by what becomes of them.

    Attributes:
        errors: the problems of the file, or of configurations that are asked for.
        aside: by label, the problems of configurations that are not asked for.
        remarks: what is worth a warning.
    """

    errors: list[Finding] = field(default_factory=list)
    aside: dict[str, list[Finding]] = field(default_factory=dict)
    remarks: list[Finding] = field(default_factory=list)


def settled(config: Config, tree: Node, report: Report, asked: Sequence[str] | None) -> Config:
    """A Config with its warnings, without placeholders; ConfigError where there are problems that matter.

    Args:
        config: what was read, with a placeholder where something is missing or illegal.
        tree: the whole file.
        report: what was found in it.
        asked: labels or NAMEs of the configurations that are asked for; None for all.
    """
    joints = (*config.joints, *_iterated(config), *_nights(config))
    check_redshifts(tree, config.configurations, joints, report)
    check_links(config, joints, report)
    uses = find_uses(tree, report, config.cosmology, config.instrument, config.configurations, joints)
    labels = frozenset(
        one.label for one in config.configurations if asked is None or one.label in asked or one.name in asked
    )
    found = _sorted(report, uses, labels)
    if found.errors:
        raise ConfigError(*report.lines(found.errors))
    found.remarks += _unused(tree, uses, report)
    kept = tuple(_kept(one, found.aside.get(one.label, []), report) for one in config.configurations)
    complete = _complete(replace(config, configurations=kept), joints, report)
    walks = Report()
    complete = with_walks(complete, tree.entries["GEOMETRY"].place, walks)
    found.remarks += walks.remarks
    passed_over = report.lines(one for one in found.remarks if one.passed_over)
    return replace(complete, warnings=report.lines(found.remarks), passed_over=passed_over)


def _iterated(config: Config) -> tuple[Joint, ...]:
    """What the map of BACKGROUNDS sets, row after row, in each of its configurations."""
    backgrounds = config.backgrounds
    if backgrounds is None or not backgrounds.iterate:
        return ()
    table = {"values": backgrounds.arrays["map"]}
    return tuple(
        Joint(
            "BACKGROUNDS",
            "iterate",
            tuple(
                replace(one, configuration=label)
                for one in backgrounds.columns
                if one.configuration in (None, label)
            ),
            arrays=table,
        )
        for label in backgrounds.configurations
    )


def _nights(config: Config) -> list[Joint]:
    """What the nights of a cadence set in its configuration."""
    found = []
    for one in config.configurations:
        cadence = one.series.cadence if one.series else None
        if cadence is not None and cadence.conditions:
            columns = tuple(Column(one.label, name) for name in cadence.conditions)
            first = [[cadence.arrays[name].flat[0] for name in cadence.conditions]]
            found.append(Joint("TIMESERIES", "iterate", columns, arrays={"values": np.array(first)}))
    return found


def _sorted(report: Report, uses: Uses, asked: frozenset[str]) -> _Sorted:
    """The findings, without those that are about nothing that is used.

    Args:
        report: all findings.
        uses: where the parts of the file are used.
        asked: the labels of the configurations that are asked for.
    """
    found = _Sorted()
    for finding in report.problems:
        labels = uses.of(finding)
        if labels is None or labels & asked:
            found.errors.append(uses.detailed(finding))
            continue
        for label in labels:
            found.aside.setdefault(label, []).append(uses.detailed(finding))
        if labels:
            where = " and ".join(sorted(labels))
            text = f"{finding.text} (in {where}, not asked for)"
            found.remarks.append(replace(finding, text=text, passed_over=True))
    for remark in report.remarks:
        labels = uses.of(remark)
        if labels is None or labels & asked:
            found.remarks.append(remark)
    return found


def _unused(tree: Node, uses: Uses, report: Report) -> list[Finding]:
    """A remark on each species that is in no configuration."""
    species = tree.entries["SPECIES"].entries
    found = []
    for label, users in (uses.species or {}).items():
        if not users:
            name = species[label].entries.get("NAME")
            words = (name and name.text.strip()) or label
            text = f"{words} is in no configuration, so it is never used"
            found.append(Finding(species[label].place, text, passed_over=_is_wrong(label, report)))
    return found


def _is_wrong(label: str, report: Report) -> bool:
    """Whether something is wrong with the species with this label."""
    inside = (f"{finding.place.path}.".startswith(f"SPECIES.{label}.") for finding in report.problems)
    return any(inside)


def _kept(configuration: Configuration, problems: list[Finding], report: Report) -> Configuration:
    """The configuration; where there are problems, an empty one that has them."""
    if not problems:
        return configuration
    fraction = 0.0 if math.isnan(configuration.fraction) else configuration.fraction
    lines = report.lines(problems)
    return Configuration(configuration.label, configuration.name, fraction, (), (), problems=lines)


def _complete(config: Config, joints: Sequence[Joint], report: Report) -> Config:
    """The Config with numbers of tables for those of the file that are missing or illegal."""
    wrong: dict[str, set[str | None]] = {}
    for finding in report.problems:
        if len(finding.paths) == 1:
            wrong.setdefault(finding.paths[0], set()).add(finding.band)
    numbers: dict[str, Quantity] = {}
    configurations = []
    for one in config.configurations:
        named = named_quantities(config.cosmology, config.instrument, one)
        own = from_tables(named, one.label, wrong, joints, config.bands) if not one.problems else {}
        configurations.append(filled(one, own))
        numbers = own | numbers
    used = {one.label: one for one in all_species(configurations)}
    species = tuple(
        used.get(one.label, one)
        for one in config.species
        if one.label in used or not _is_wrong(one.label, report)
    )
    # what is illegal here, and in no table, has no effect
    idle = unused_names(config.instrument)
    quantities = tuple(
        (name, one)
        for name, one in config.instrument.quantities
        if name not in idle or one.path not in wrong or one.path in numbers
    )
    return replace(
        config,
        cosmology=filled(config.cosmology, numbers),
        instrument=filled(replace(config.instrument, quantities=quantities), numbers),
        species=species,
        configurations=tuple(configurations),
    )
