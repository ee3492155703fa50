"""TIMESERIES of a configuration: which objects vary, and when they are observed."""

from __future__ import annotations

import math
from typing import Literal

from jaxlens.config.errors import Place, nearest, shown
from jaxlens.config.lens_checks import check_delays
from jaxlens.config.model import (
    Cadence,
    Galaxy,
    Instrument,
    NoiseSource,
    Plane,
    PointSource,
    Quantity,
    TimeSeries,
)
from jaxlens.config.quantities import ANY, quantity
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.species import Species
from jaxlens.config.spellings import is_nothing
from jaxlens.config.transients.cadences import CadenceReader
from jaxlens.config.transients.rules import ONE_EXPOSURE
from jaxlens.config.values import describe, number, word

# The keys of a TIMESERIES.
SERIES_KEYS = ("OBJECTS", "NITES", "PEAK", "REFERENCE_MJD", "DIFFERENCE")
_OBJECTS_ADVICE = "give a list of the NAMEs of point sources that have a MODEL"


def objects_of_series(root: Section) -> frozenset[str]:
    """The NAMEs in OBJECTS of all TIMESERIES; whether they are legal is not checked here."""
    geometry = root.node.entries.get("GEOMETRY") if root.node else None
    found: set[str] = set()
    for configuration in geometry.entries.values() if geometry else ():
        series = configuration.entries.get("TIMESERIES")
        objects = series.entries.get("OBJECTS") if series else None
        items = objects.value if objects and isinstance(objects.value, tuple) else (objects,)
        found |= {item.text.strip() for item in items if item is not None}
    return frozenset(found)


class SeriesReader:
    """Reads the TIMESERIES of the configurations; a cadence file that several name is read once.

    Args:
        species: the species by NAME, or None where they are not known.
        instrument: IMAGE and SURVEY.
        root: the whole file.
    """

    def __init__(self, species: dict[str, Species] | None, instrument: Instrument, root: Section) -> None:
        self._species, self._instrument, self._root = species, instrument, root
        self._report = root.report
        self._cadences = CadenceReader(instrument)

    def read(self, label: str, outer: Section, planes: tuple[Plane, ...]) -> TimeSeries | None:
        """The TIMESERIES of a configuration; None where it has none, or where it is illegal (problems).

        Args:
            label: the label of the configuration.
            outer: its mapping.
            planes: its planes.
        """
        if not outer.has("TIMESERIES"):
            return None
        with self._report.only([label]):
            return self._read(outer, planes)

    def _read(self, outer: Section, planes: tuple[Plane, ...]) -> TimeSeries | None:
        """The TIMESERIES, which the configuration has."""
        self._check_exposures()
        with outer.sub("TIMESERIES", "a key of a TIMESERIES") as section:
            objects = self._objects(section, planes)
            cadence = self._cadences.read(section)
            peaks = _peaks(section, objects)
            template = _template(section, cadence)
        if cadence is None or not objects:
            return None
        prefixes = tuple(prefix for found in objects.values() for prefix in found)
        return TimeSeries(prefixes, cadence, peaks, template)

    def _check_exposures(self) -> None:
        """Report num_exposures unless it is 1: each night of a series is one exposure."""
        one = dict(self._instrument.quantities)["num_exposures"]
        low, high = one.support()
        is_one = one.is_constant and ONE_EXPOSURE.low <= low and high <= ONE_EXPOSURE.high
        if not is_one and not math.isnan(low):
            found = f"is {low:g}" if low == high else f"is from {low:g} to {high:g}"
            finding = f"{found}, but a TIMESERIES takes one exposure a night; set num_exposures to 1"
            node = _node(self._root, "SURVEY", "PARAMETERS", "num_exposures")
            self._report.problem(node.place if node else Place("SURVEY"), finding)

    def _objects(self, section: Section, planes: tuple[Plane, ...]) -> dict[str, list[str]]:
        """The prefixes of each object of OBJECTS, by its NAME."""
        node = section.need("OBJECTS", _OBJECTS_ADVICE)
        if node is None:
            return {}
        # one name needs no list
        items = (node,) if isinstance(node.value, str) else node.value
        if not isinstance(items, tuple):
            self._report.problem(node.place, f"is {describe(node)}; {_OBJECTS_ADVICE}")
            return {}
        if not items:
            self._report.problem(node.place, f"is an empty list; {_OBJECTS_ADVICE}")
        found: dict[str, list[str]] = {}
        for item in items:
            name = word(item, self._report, "give the NAME of a point source")
            if name in found:
                self._report.problem(item.place, f"{shown(name)} is listed twice; list it once")
            elif name and self._is_legal(name, item, planes):
                found[name] = _prefixes(name, planes)
        varying = [prefix for prefixes in found.values() for prefix in prefixes]
        check_delays(planes, varying, node, self._report)
        return found

    def _is_legal(self, name: str, item: Node, planes: tuple[Plane, ...]) -> bool:
        """Whether an object of OBJECTS is a point source with MODEL in one of the planes; else a problem."""
        if self._species is None:
            return False
        one = self._species.get(name)
        problem = ""
        if isinstance(one, Galaxy | NoiseSource):
            problem = f"{name} is {one.label}; only a POINTSOURCE_n has a MODEL"
        elif one is None:
            sources = [key for key, other in self._species.items() if isinstance(other, PointSource)]
            problem = f"{shown(name)} is no point source of SPECIES; {nearest(name, sources)}"
        elif one.model is None and self._has_model(one):
            # its problem has been reported
            return False
        elif one.model is None:
            problem = f"{name} has no MODEL; add one to SPECIES.{one.label}"
        elif copied := _copied(name, planes):
            problem = (
                f"{name} is {copied}, which has NUMBER or POSITION; an object that varies stands there once"
            )
        elif not _prefixes(name, planes):
            problem = f"{name} stands in no plane of this configuration; add OBJECT_n: {name} to one"
        if problem:
            self._report.problem(item.place, problem)
        return not problem

    def _has_model(self, source: PointSource) -> bool:
        """Whether something stands under MODEL of a point source; an empty entry is nothing."""
        node = _node(self._root, "SPECIES", source.label, "MODEL")
        return node is not None and not is_nothing(node)


def _node(root: Section, *keys: str) -> Node | None:
    """An entry of the file; None where it is missing."""
    node = root.node
    for key in keys:
        node = node.entries.get(key) if node else None
    return node


def _prefixes(name: str, planes: tuple[Plane, ...]) -> list[str]:
    """Where a species stands, such as `PLANE_2-OBJECT_2`."""
    return [
        f"{plane.label}-{label}"
        for plane in planes
        for label, species in plane.objects
        if species.name == name
    ]


def _copied(name: str, planes: tuple[Plane, ...]) -> str:
    """An object with copies that is of a species, such as `PLANE_1.OBJECT_3`; "" where there is none."""
    labels = (
        f"{plane.label}.{one.label}"
        for plane in planes
        for one in plane.copies
        if getattr(dict(plane.objects).get(one.label), "name", "") == name
    )
    return next(labels, "")


def _listed(section: Section) -> list[str]:
    """The NAMEs in OBJECTS as they are written, whether they are legal or not."""
    node = section.take("OBJECTS")
    if node is None:
        return []
    items = node.value if isinstance(node.value, tuple) else (node,)
    return [item.text.strip() for item in items]


def _peaks(section: Section, objects: dict[str, list[str]]) -> tuple[tuple[str, Quantity], ...]:
    """PEAK: the day of the peak of all objects, or of each in a mapping by NAME; 0 without the key."""
    node = section.take("PEAK")
    if node is None or not isinstance(node.value, dict) or "DISTRIBUTION" in node.value:
        return (("PEAK", quantity(section, "PEAK", ANY, default=0.0)),)
    with Section(node, section.report, "one of OBJECTS") as peaks:
        found = {name: quantity(peaks, name, ANY) for name in objects}
        # objects of OBJECTS with problems of their own, which have been reported
        for name in _listed(section):
            peaks.has(name)
    return tuple((f"{prefix}-PEAK", found[name]) for name, own in objects.items() for prefix in own)


def _template(section: Section, cadence: Cadence | None) -> int | Literal["static"] | None:
    """DIFFERENCE.TEMPLATE: the index of an epoch, or "static"; None without the key or with a problem."""
    if not section.has("DIFFERENCE"):
        return None
    with section.sub("DIFFERENCE", "a key of DIFFERENCE") as difference:
        advice = "give the index of an epoch, the first is 0, or static"
        node = difference.need("TEMPLATE", advice)
        if node is None:
            return None
        if node.value == "static":
            return "static"
        value = number(node, section.report, advice)
        last = math.inf if cadence is None else int(cadence.count.min()) - 1
        if value.is_integer() and 0 <= value <= last:
            return int(value)
        if not math.isnan(value):
            bound = "" if math.isinf(last) else f"; every pointing has the epochs 0 to {last}"
            section.report.problem(node.place, f"is {node.text}; {advice}{bound}")
    return None
