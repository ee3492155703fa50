"""MODEL of a point source: a string, or a mapping with NAME and the model's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jaxlens.config.errors import Report
from jaxlens.config.model import Draw, Library, Quantity, Transient
from jaxlens.config.model_names import KINDS, ModelName, read_model_name
from jaxlens.config.naming import BY_EPOCH, MICROLENSING, NOISE
from jaxlens.config.quantities import quantity
from jaxlens.config.reader import Node
from jaxlens.config.sections import Section
from jaxlens.config.spellings import is_nothing, switch
from jaxlens.config.templates import with_odonnell_dust
from jaxlens.config.transients.defaults import ALWAYS_DRAWN, DEFAULTS, DRAWN_BY_BAND
from jaxlens.config.transients.rules import MICROLENSING_RULE, model_rule
from jaxlens.config.transients.sources import read_source
from jaxlens.config.transients.templates import drawn_of_library, read_template
from jaxlens.kernels.transients import TRANSIENTS, TransientModel

# The keys of a mapping that name a file or folder.
_FILE_KEYS = ("FILE", "DIRECTORY")
# The laws of dust: Fitzpatrick (1999) and O'Donnell (1994).
_FITZPATRICK, _ODONNELL = "fitzpatrick99", "odonnell94"
_UNUSED = "has no effect, as no TIMESERIES has it among its OBJECTS; the magnitude is that of PARAMETERS"


def read_model(outer: Section, used: bool) -> Transient | None:
    """MODEL of a point source.

    Args:
        outer: the mapping POINTSOURCE_n.
        used: whether a TIMESERIES names the point source.  Otherwise MODEL has no effect: its problems are
            remarks, and its files are not read.

    Returns:
        The model; None where there is none, where it is not used, and where it is illegal (a problem).
    """
    node = outer.take("MODEL")
    if node is None:
        return None
    if used:
        return _read(node, outer.report)
    aside = Report()
    aside.bands = outer.report.bands
    if _name(node, aside) is not None:
        outer.report.remark(node.place, _UNUSED)
    outer.report.remark_problems(aside)
    return None


def _name(node: Node, report: Report) -> tuple[ModelName, Node] | None:
    """The name of a model, with the place of its file's name; None, and a problem, where it is illegal."""
    if not isinstance(node.value, dict):
        found = read_model_name(node, report)
        found = found and replace(found, population=True)
        where = node
    else:
        written = node.entries.get("NAME")
        if written is None:
            report.problem(node.place.at("NAME"), "is missing; give the name of a model")
            return None
        found, where = read_model_name(written, report), written
        for key in _FILE_KEYS:
            if found is not None and key in node.entries and not is_nothing(node.entries[key]):
                where = node.entries[key]
                found = replace(found, file=where.text.strip())
    if found is None:
        return None
    if KINDS[found.kind].file == "always" and not found.file:
        report.problem(where.place, f"names no file; write {found.kind}_<file>")
        return None
    return found, where


def _read(node: Node, report: Report) -> Transient | None:
    """The model that a string or a mapping describes; None, and problems, where it is illegal."""
    named = _name(node, report)
    source = named and read_source(named[0], named[1].place, named[1].text.strip(), report)
    if not named or not source:
        return None
    name, kind = named[0], KINDS[named[0].kind]
    given = node if isinstance(node.value, dict) else Node(node.place, {})
    with Section(given, report, f"a parameter of {name.kind}") as section:
        for key in ("NAME", *_FILE_KEYS):
            section.has(key)
        model = _chosen(kind.of_file if source.from_file else kind.models, given)
        library = _with_dust(section, model, source.library)
        drawn = {**DEFAULTS.get(name.kind, {}), **drawn_of_library(library, source.scatter)}
        parameters = _parameters(section, name, model, library, drawn)
        microlensing, by_epoch = _microlensing(section)
    return Transient(model.name, (*parameters, *microlensing), library, by_epoch)


def _chosen(models: tuple[str, ...], given: Node) -> TransientModel:
    """The first of several models that has most of the parameters that the file gives."""
    keys = given.entries.keys()
    return max((TRANSIENTS[one] for one in models), key=lambda model: len(model.parameters.keys() & keys))


def _with_dust(section: Section, model: TransientModel, library: Library) -> Library:
    """The library of a model, for the law of dust that the key DUST names."""
    if "EBV" not in model.parameters:
        return library
    law = section.choice("DUST", (_FITZPATRICK, _ODONNELL), default=_FITZPATRICK, noun="a law of dust")
    return with_odonnell_dust(library) if law == _ODONNELL else library


def _parameters(
    section: Section, name: ModelName, model: TransientModel, library: Library, drawn: Mapping[str, Draw]
) -> list[tuple[str, Quantity]]:
    """Every parameter of a model and NOISE, with the defaults filled in.

    Args:
        section: the mapping MODEL, empty where it is a string.
        name: the name of the model.
        model: the model.
        library: its arrays.
        drawn: how parameters are drawn that the file does not give.

    Returns:
        (name, quantity) pairs.
    """
    found = []
    for key, value in model.parameters.items():
        rule = model_rule(model.name, key)
        by_table = key in drawn and (name.population or value is None or key in ALWAYS_DRAWN)
        if key == "TEMPLATE" and section.has(key):
            found.append((key, read_template(section, library)))
        elif by_table and not section.has(key):
            found.append((key, _default(section, key, drawn[key], rule.by_band and key in DRAWN_BY_BAND)))
        else:
            found.append((key, quantity(section, key, rule, value)))
    if section.has(NOISE):
        found.append((NOISE, _noise(section, model)))
    elif NOISE in drawn:
        found.append((NOISE, _default(section, NOISE, drawn[NOISE], by_band=True)))
    return found


def _noise(section: Section, model: TransientModel) -> Quantity:
    """NOISE, which is drawn for each night and band; a problem where it is a number that is not 0."""
    noise = quantity(section, NOISE, model_rule(model.name, NOISE))
    node = section.take(NOISE)
    size = max(abs(end) for end in noise.support())
    if node is not None and noise.is_constant and size > 0.0:
        finding = f"is {size:g} at every night; give a DISTRIBUTION"
        section.report.problem(node.place, f"{finding}, such as normal with mean 0 and std {size:g}")
    return _every_band(noise, section.report)


def _default(section: Section, key: str, draw: Draw, by_band: bool) -> Quantity:
    """The quantity of a parameter that is drawn as the table of defaults says."""
    path = f"{section.node.place.path}.{key}" if section.node else key
    found = Quantity(path, (draw,))
    return _every_band(found, section.report) if by_band else found


def _every_band(one: Quantity, report: Report) -> Quantity:
    """A quantity that is drawn for each band."""
    if one.per_band or not report.bands:
        return one
    return replace(one, draws=one.draws * len(report.bands), per_band=True)


def _microlensing(section: Section) -> tuple[list[tuple[str, Quantity]], bool]:
    """MICROLENSING, a factor of each image, and whether it is drawn anew for each epoch."""
    node = section.take(MICROLENSING)
    if node is None:
        return [], False
    written = node.entries.get(BY_EPOCH)
    by_epoch = written and switch(written, section.report, "anew for each epoch", "once for each image")
    bare = Node(node.place, {k: v for k, v in node.entries.items() if k != BY_EPOCH}) if written else node
    with Section(Node(section.node.place, {MICROLENSING: bare}), section.report) as own:  # type: ignore[union-attr]
        return [(MICROLENSING, quantity(own, MICROLENSING, MICROLENSING_RULE))], bool(by_epoch)
