"""Where the parts of a file are used: which configurations a finding is about.

What is never used is never refused: a number that tables replace wherever it is used, a species that no
configuration has, and configurations that are not asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from jaxlens.config.errors import Finding, Report
from jaxlens.config.idle import idle_names
from jaxlens.config.instrument import unused_names
from jaxlens.config.links.names import links_of
from jaxlens.config.model import Configuration, Instrument, Joint, Quantity
from jaxlens.config.naming import Named, named_quantities
from jaxlens.config.reader import Node
from jaxlens.config.sections import INPUT
from jaxlens.config.special_functions import is_built_in
from jaxlens.config.species import Species
from jaxlens.config.spellings import is_nothing

# The beginning of the path of a species or a configuration, and its label.
_OWNER = re.compile(r"(SPECIES|GEOMETRY)\.([A-Z]+_[1-9][0-9]*)(?:\.|$)")
_SPECIES = re.compile(r"(GALAXY|POINTSOURCE|NOISE)_[1-9][0-9]*")
_CONFIGURATION = re.compile(r"CONFIGURATION_[1-9][0-9]*")
_OBJECT = re.compile(r"(PLANE_[0-9]+|OBJECT_[0-9]+|NOISE_SOURCE_[0-9]+)")
# Label of a configuration -> the bands in which a number of the file is used there.
Bands = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Uses:
    """The configurations in which species and numbers of a file are used.

    Attributes:
        labels: the labels of all configurations.
        bands: the names of the bands.
        species: label of each species -> the configurations that have it; None where they are not known,
            because a part of the file could not be read.
        placed: the labels of the species whose numbers are in `values`.
        values: path of each number -> where it is used; tables set it in all other configurations and bands.
        unknown: the paths of the numbers that have no value.
    """

    labels: tuple[str, ...]
    bands: frozenset[str]
    species: Mapping[str, frozenset[str]] | None
    placed: frozenset[str]
    values: Mapping[str, Bands]
    unknown: frozenset[str]

    def of(self, finding: Finding) -> frozenset[str] | None:
        """The labels of the configurations that a finding is about; None where it is about the whole file."""
        found = self._by_path(finding)
        told = finding.configurations
        if told is None or not told <= set(self.labels):
            return found
        return told if found is None else told & found

    def _by_path(self, finding: Finding) -> frozenset[str] | None:
        """The configurations that use what stands at the path of a finding; None for the whole file."""
        owner = _OWNER.match(finding.paths[0] if finding.paths else finding.place.path)
        if finding.paths and self.labels and (owner is None or self._is_placed(*owner.groups())):
            used = [self._used(path, finding.band) for path in finding.paths]
            return frozenset.intersection(*(frozenset(one) for one in used))
        return None if owner is None else self._owned(*owner.groups())

    def detailed(self, finding: Finding) -> Finding:
        """The finding; where tables set its number in places, with the configurations where none does."""
        if len(finding.paths) != 1:
            return finding
        used = self._used(finding.paths[0], finding.band)
        owner = _OWNER.match(finding.paths[0])
        having = self._owned(*owner.groups()) if owner else None
        in_part = self._is_set_somewhere(finding.paths[0]) or (having and used.keys() < having)
        if not (used and in_part and any(map(self._is_set_somewhere, self.values))):
            return finding
        every = frozenset({finding.band}) if finding.band else self.bands
        where = [label + _in_bands(used[label], every) for label in self.labels if label in used]
        return replace(finding, text=f"{finding.text}; no table sets it in {' and '.join(where)}")

    def _is_placed(self, section: str, label: str) -> bool:
        return section == "GEOMETRY" or label in self.placed

    def _owned(self, section: str, label: str) -> frozenset[str] | None:
        """The configurations that have a species, or the configuration itself."""
        if section == "GEOMETRY":
            return frozenset({label}) if label in self.labels else None
        return None if self.species is None else self.species.get(label)

    def _paths(self, path: str) -> list[str]:
        """`path` itself, or the numbers in the mapping `path` that have no value."""
        return [path] if path in self.values else [p for p in self.unknown if p.startswith(f"{path}.")]

    def _used(self, path: str, band: str | None) -> dict[str, frozenset[str]]:
        """The bands in which the file's number is used, by configuration; only `band`, unless it is None."""
        found: dict[str, frozenset[str]] = {}
        for one in self._paths(path):
            for label, bands in self.values[one].items():
                chosen = bands if band is None else bands & {band}
                if chosen:
                    found[label] = found.get(label, frozenset()) | chosen
        return found

    def _is_set_somewhere(self, path: str) -> bool:
        """Whether a table sets the number in a configuration and band."""
        return any(bands != self.bands for one in self._paths(path) for bands in self.values[one].values())


def _in_bands(bands: frozenset[str], every: frozenset[str]) -> str:
    """The bands as words, empty where they are all."""
    return "" if bands == every else f" in {', '.join(sorted(bands))}"


def find_uses(
    tree: Node,
    report: Report,
    cosmology: tuple[Named, ...],
    instrument: Instrument,
    configurations: tuple[Configuration, ...],
    joints: Sequence[Joint],
) -> Uses:
    """Where the parts of a file are used.

    Args:
        tree: the whole file.
        report: what has been found in it.
        cosmology: the cosmological parameters.
        instrument: IMAGE and SURVEY.
        configurations: the configurations.
        joints: everything that sets parameters instead of the file's numbers.
    """
    every = frozenset(report.bands or ("",))
    values: dict[str, dict[str, frozenset[str]]] = {}
    unknown = set()
    for one in configurations:
        special = _before_tables(one)
        idle = idle_names(one, partial(_is_set, joints, one.label, every)) | unused_names(instrument)
        links = links_of(cosmology, instrument, one, joints)
        # what has no effect by itself has one where another number follows it
        idle -= links.all_sources() if links else frozenset()
        for name, quantity in named_quantities(cosmology, instrument, one):
            if name in idle:
                continue
            set_there = (
                frozenset() if name.startswith(special) else _bands_set(joints, one.label, name, every)
            )
            at = values.setdefault(quantity.path, {})
            at[one.label] = at.get(one.label, frozenset()) | (every - set_there)
            if is_unknown(quantity):
                unknown.add(quantity.path)
    return Uses(
        tuple(one.label for one in configurations),
        every,
        _species_uses(tree, report),
        frozenset(one.label for one in all_species(configurations)),
        values,
        frozenset(unknown),
    )


def is_unknown(quantity: Quantity) -> bool:
    """Whether a number of the file is missing or illegal, so that it is NaN."""
    return any(value != value for draw in quantity.draws for _, value in draw.parameters)


def _bands_set(joints: Iterable[Joint], label: str, name: str, every: frozenset[str]) -> frozenset[str]:
    """The bands in which joint distributions set a parameter in a configuration."""
    columns = [column for joint in joints for column in joint.columns]
    own = [one for one in columns if one.parameter == name and one.configuration in (None, label)]
    return every if any(one.band is None for one in own) else frozenset(one.band for one in own if one.band)


def _is_set(joints: Iterable[Joint], label: str, every: frozenset[str], name: str) -> bool:
    """Whether joint distributions set a parameter in a configuration, in a band at least."""
    return bool(_bands_set(joints, label, name, every))


def _before_tables(configuration: Configuration) -> tuple[str, ...]:
    """The prefixes of the objects whose numbers a user's function of SPECIAL gets before tables set them."""
    return tuple(
        f"{plane.label}-{label}-"
        for plane in configuration.planes
        for label, species in plane.members
        if any(not is_built_in(call.name) for call in species.special)
    )


def all_species(configurations: Iterable[Configuration]) -> Iterator[Species]:
    """The species in configurations, as often as they stand there."""
    for one in configurations:
        for plane in one.planes:
            yield from (species for _, species in plane.objects)
        yield from (source for _, source in one.noise)


def _species_uses(tree: Node, report: Report) -> dict[str, frozenset[str]] | None:
    """The configurations that have each species, by its label; None where they are not known.

    A species that none names counts to those in which a name is unknown, or which include a file that could
    not be read, since it may be meant there.
    """
    geometry, species = (tree.entries.get(key) for key in ("GEOMETRY", "SPECIES"))
    if geometry is None or species is None or INPUT in geometry.entries or INPUT in species.entries:
        return None
    names = {
        label: node.entries["NAME"].text.strip() if "NAME" in node.entries else ""
        for label, node in species.entries.items()
        if _SPECIES.fullmatch(label) and not is_nothing(node)
    }
    used = {
        label: _named_in(node)
        for label, node in geometry.entries.items()
        if _CONFIGURATION.fullmatch(label) and not is_nothing(node)
    }
    doubtful = frozenset(
        label
        for label, words in used.items()
        if words - set(names.values()) or _incomplete(geometry.entries[label])
    )
    wrong = {finding.place.path for finding in report.problems}
    found = {}
    for label, name in names.items():
        users = frozenset(one for one, words in used.items() if name in words)
        is_doubtful = not users or f"SPECIES.{label}.NAME" in wrong
        found[label] = users | doubtful if is_doubtful else users
    return found if used else None


def _incomplete(node: Node) -> bool:
    """Whether a mapping includes a file that could not be read."""
    return INPUT in node.entries or any(_incomplete(one) for one in node.entries.values())


def _named_in(node: Node) -> set[str]:
    """The words under OBJECT_n and NOISE_SOURCE_n of a configuration, or under NAME there."""
    found: set[str] = set()
    for key, one in node.entries.items():
        if _OBJECT.fullmatch(key) and not is_nothing(one):
            # a plane may have a NAME too, which is not that of a species
            name = one.entries.get("NAME", one) if key.startswith("OBJECT") else one
            found |= _named_in(one) if name.entries else {name.text.strip()}
    return found
