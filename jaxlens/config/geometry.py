"""The section GEOMETRY: the configurations, their planes, and the species in each plane."""

from __future__ import annotations

from collections.abc import Iterable

from jaxlens.config.copies import read_copies
from jaxlens.config.errors import Place, Report, nearest, shown
from jaxlens.config.haloes.lines_of_sight import LineOfSightReader
from jaxlens.config.lens_checks import check_lines_of_sight
from jaxlens.config.model import (
    Configuration,
    Copies,
    Galaxy,
    Instrument,
    Joint,
    NoiseSource,
    Plane,
    PointSource,
)
from jaxlens.config.naming import redshift_name
from jaxlens.config.quantities import Rule, quantity
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.species import Species
from jaxlens.config.transients.timeseries import SeriesReader
from jaxlens.config.values import number, word

# The largest rounding error of the sum of the FRACTIONs.
FRACTION_SLACK = 1e-9
# The smallest difference in redshift between one plane and the next.
REDSHIFT_GAP = 1e-6
# The legal redshifts.  Each is redrawn until it is above that of the plane in front, or, for the first plane,
# above zero.
REDSHIFT = Rule(low=0.0, open=True, redrawn=True)


def read_geometry(
    root: Section, species: dict[str, Species] | None, instrument: Instrument
) -> tuple[Configuration, ...]:
    """Read every CONFIGURATION_n.

    Args:
        root: the whole file.
        species: the species by NAME, or None where their names are not checked.
        instrument: IMAGE and SURVEY.

    Returns:
        The configurations, in order of their numbers.
    """
    series = SeriesReader(species, instrument, root)
    lines = LineOfSightReader(root, instrument)
    with root.sub("GEOMETRY") as section:
        entries = section.numbered("CONFIGURATION", gaps=True)
        found = tuple(
            _configuration(label, node, species, series, lines, root.report) for label, node in entries
        )
        if not found:
            section.missing("CONFIGURATION_1", "give at least one configuration")
        elif section.node is not None:
            _check_fractions(found, section.node.place, root.report)
    lines.finish()
    _check_names(found, dict(entries), root.report)
    return found


def _configuration(
    label: str,
    node: Node,
    species: dict[str, Species] | None,
    series: SeriesReader,
    lines: LineOfSightReader,
    report: Report,
) -> Configuration:
    """Read one CONFIGURATION_n; `series` reads its TIMESERIES, and `lines` its LINE_OF_SIGHT."""
    with Section(node, report) as section:
        name = section.text("NAME") if section.has("NAME") else label
        # read when the parameters of the configuration are known
        section.has("SELECT")
        fraction = _fraction(section)
        plane_nodes = section.numbered("PLANE")
        planes = tuple(_plane(key, value, species, report) for key, value in plane_nodes)
        if not planes:
            section.missing("PLANE_1", "give at least one plane")
        noise = tuple(
            (key, source)
            for key, value in section.numbered("NOISE_SOURCE")
            if isinstance(source := _named(value, species, _NOISE, report), NoiseSource)
        )
        with report.only([label]):
            observed = series.read(label, section, planes)
            check_lines_of_sight(planes, [plane for _, plane in plane_nodes], report)
        between = lines.read(section, planes, [plane for _, plane in plane_nodes])
    _remark_inert(planes, plane_nodes, report)
    return Configuration(label, name, fraction, planes, noise, observed, line_of_sight=between)


def _fraction(section: Section) -> float:
    """FRACTION, the share of the dataset's systems; NaN, and a problem, where it is illegal."""
    advice = "give a number between 0 and 1"
    node = section.need("FRACTION", advice)
    value = float("nan") if node is None else number(node, section.report, advice)
    if node is not None and value < 0:
        section.report.problem(node.place, f"is {value:g}; {advice}")
        return float("nan")
    return value


# The classes of species that OBJECT_n and NOISE_SOURCE_n may name.
_OBJECT = (Galaxy, PointSource)
_NOISE = (NoiseSource,)


def _plane(label: str, node: Node, species: dict[str, Species] | None, report: Report) -> Plane:
    with Section(node, report) as section:
        section.has("NAME")
        entries = section.numbered("OBJECT")
        if not entries:
            section.missing("OBJECT_1", "give the NAME of a species")
        read = [(key, *_object(key, value, species, report)) for key, value in entries]
        objects = tuple((key, it) for key, it, _ in read if it is not None)
        copies = tuple(copies for _, it, copies in read if it is not None and copies is not None)
        copied = {one.label for one in copies}
        _check_hosts(objects, copied, node, species or {}, report)
        with section.parameters("a parameter of a plane") as parameters:
            return Plane(label, objects, quantity(parameters, "REDSHIFT", REDSHIFT), copies)


def _object(
    label: str, node: Node, species: dict[str, Species] | None, report: Report
) -> tuple[Galaxy | PointSource | None, Copies | None]:
    """The species of an OBJECT_n (None, and a problem, where it has none), and its copies.

    OBJECT_n is the NAME of a species, or a mapping with NAME and the keys of `jaxlens.config.copies`.
    """
    if not isinstance(node.value, dict):
        return _species_of(node, species, report), None
    with Section(node, report, noun="a key of an object") as section:
        name = section.need("NAME", "give the NAME of a galaxy or point source of SPECIES")
        it = None if name is None else _species_of(name, species, report)
        return it, read_copies(label, section, it)


def _species_of(
    node: Node, species: dict[str, Species] | None, report: Report
) -> Galaxy | PointSource | None:
    found = _named(node, species, _OBJECT, report)
    return found if isinstance(found, Galaxy | PointSource) else None


def _check_hosts(
    objects: tuple[tuple[str, Galaxy | PointSource], ...],
    copied: set[str],
    node: Node,
    species: dict[str, Species],
    report: Report,
) -> None:
    """Report point sources whose host is in another plane, or stands there a random number of times.

    An unknown HOST is reported elsewhere; `copied` are the labels of the objects with copies.
    """
    present = {it.name: key for key, it in objects if key in copied}
    present |= {it.name: key for key, it in objects if key not in copied}
    for key, it in objects:
        if isinstance(it, PointSource) and it.host in species:
            if it.host not in present:
                finding = f"{it.name} needs its host {it.host} in the same plane; add OBJECT_n: {it.host}"
                report.problem(node.entries[key].place, finding)
            elif present[it.host] in copied:
                finding = f"{it.name} follows {it.host}, which must stand there once"
                place = node.entries[present[it.host]].place
                report.problem(place, f"{finding}; write {present[it.host]}: {it.host}, without NUMBER")


def _named(
    node: Node, species: dict[str, Species] | None, kinds: tuple[type, ...], report: Report
) -> Species | None:
    """The species that a node names; None, and a problem, unless it is of one of the classes `kinds`."""
    noun = "noise" if kinds is _NOISE else "galaxy or point source"
    name = word(node, report, f"give the NAME of a {noun} of SPECIES".replace("a noise", "a NOISE_n"))
    if not name or species is None:
        return None
    if isinstance(species.get(name), kinds):
        return species[name]
    choices = [key for key, one in species.items() if isinstance(one, kinds)]
    finding = f"{shown(name)} is no {noun} of SPECIES; {nearest(name, choices)}"
    report.problem(node.place, finding)
    return None


def check_redshifts(
    tree: Node, configurations: tuple[Configuration, ...], joints: Iterable[Joint], report: Report
) -> None:
    """Report planes that can never be behind all planes in front of them.

    Each redshift is drawn above that of the plane in front.  This is impossible where its largest value is
    not above the smallest value of a plane in front.

    Args:
        tree: the whole file.
        configurations: the configurations.
        joints: everything that sets parameters; the redshifts that it sets are checked elsewhere.
        report: the problems are added to it.
    """
    for one in configurations:
        set_there = {
            column.parameter
            for joint in joints
            for column in joint.columns
            if column.configuration in (None, one.label)
        }
        own = [plane for plane in one.planes if redshift_name(plane) not in set_there]
        _check_order(own, tree.entries["GEOMETRY"].entries[one.label], report)


def _check_order(planes: list[Plane], node: Node, report: Report) -> None:
    """Report planes of a configuration, at `node`, that can never be behind those in front."""
    floor, nearest_plane = 0.0, ""
    for plane in planes:
        low, high = plane.redshift.support()
        if high <= floor and nearest_plane:
            place = node.entries[plane.label].entries["PARAMETERS"].entries["REDSHIFT"].place
            finding = f"is at most {high:g}, but {nearest_plane} is at {floor:g} or beyond"
            report.problem(place, f"{finding}; planes are numbered from the nearest to the farthest")
        if low > floor:
            floor, nearest_plane = low, plane.label


def _remark_inert(planes: tuple[Plane, ...], nodes: list[tuple[str, Node]], report: Report) -> None:
    """Remark mass, shear and subhaloes in the last plane, which act on nothing, as nothing is behind them."""
    if not planes:
        return
    for label, species in planes[-1].objects:
        if isinstance(species, Galaxy) and (species.mass or species.shear):
            words = ["mass"] * bool(species.mass) + ["shear"] * bool(species.shear)
            words += ["SUBSTRUCTURE"] * bool(species.substructure)
            verb = "acts" if len(words) == 1 else "act"
            finding = f"its {' and '.join(words)} {verb} on nothing in the last plane"
            report.remark(nodes[-1][1].entries[label].place, finding)


def _check_fractions(configurations: tuple[Configuration, ...], place: Place, report: Report) -> None:
    """Report FRACTIONs whose sum is above 1 or 0, and remark a sum below 1."""
    total = sum(configuration.fraction for configuration in configurations)
    where = place.at("CONFIGURATION_n.FRACTION")
    if total > 1.0 + FRACTION_SLACK:
        report.problem(where, f"the FRACTIONs sum to {total:g}; their sum must be at most 1")
    elif total == 0.0:
        report.problem(where, "the FRACTIONs sum to 0; one of them must be above 0")
    elif total < 1.0 - FRACTION_SLACK:
        report.remark(where, f"the FRACTIONs sum to {total:g}; only that share of SIZE is made")


def _check_names(configurations: tuple[Configuration, ...], nodes: dict[str, Node], report: Report) -> None:
    """Remark configurations that have the same NAME, which only their labels tell apart."""
    seen: dict[str, str] = {}
    for one in configurations:
        if one.name in seen:
            finding = (
                f"NAME {shown(one.name)} is that of {seen[one.name]} too; only the labels tell them apart"
            )
            report.remark(nodes[one.label].place, finding)
        seen.setdefault(one.name, one.label)
